"""Four weeks in a few seconds: posts are written, approved, scheduled and published through the real engine.

Everything takes the hour as an argument, and the twins' clock is moved along, so that walls, stories and the event log
agree on when things happened. What lies ahead is left to the workers.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from demo import texts
from demo.accounts import Accounts
from demo.inbox import Inbox
from demo.people import Home, Member
from demo.texts import Stage, Trouble, Words
from demo.twins import Twins
from eventlog.services import Origin, acts_from
from gallery.models import Asset
from integrations.services.refreshing import tend_grants
from lib.tenancy.scope import scope
from scheduler.services.composing import Picture, approve, ask_for_approval, create_post
from scheduler.services.composing import Words as Composed
from scheduler.services.preparing import prepare_due
from scheduler.services.publishing import publish_due
from scheduler.services.reconciling import reconcile_due
from scheduler.services.scheduling import schedule_post

_WRITTEN_BEFORE = timedelta(days=1, hours=3)
_PREPARED_BEFORE = timedelta(minutes=12)
_FINGERS = timedelta(minutes=1)  # what a person needs to write on a page by hand
#: Later than the hour by so much: when the engine tries again or looks.
_AFTERWARDS = (timedelta(seconds=40), timedelta(minutes=6))


@dataclass(frozen=True, kw_only=True)
class History:
    """The organisations, and what their people work with."""

    homes: Mapping[str, Home]
    accounts: Accounts
    pictures: Mapping[tuple[str, str], Asset]
    twins: Twins
    inbox: Inbox

    def play(self, *, now: datetime) -> None:
        """Write every post, and let those whose hour has come go out in their order."""
        posts = [(self._hour(words, now=now), words) for words in texts.ALL]
        for hour, words in posts:
            self._write(words, hour=hour, now=now)
        gone = [(hour, words) for hour, words in posts if hour is not None and hour <= now]
        for hour in sorted({hour for hour, _ in gone}):
            self.inbox.until(hour - _PREPARED_BEFORE)
            self._let_pass(hour, [words.trouble for at, words in gone if at == hour])
        self.inbox.until(now)

    def _hour(self, words: Words, *, now: datetime) -> datetime | None:
        zone = self.homes[words.house].organisation.time_zone
        return words.at.on_clock(now, zone) if words.at else None

    def _write(self, words: Words, *, hour: datetime | None, now: datetime) -> None:
        home = self.homes[words.house]
        author, planner = home.member(words.author), home.member("Nadia")
        written_at = min(hour or now, now) - _WRITTEN_BEFORE
        with _as(author, home, written_at):
            post = create_post(uuid4(), self._composed(words, hour), member=author.membership, now=written_at)
            if words.stage in {Stage.IN_REVIEW, Stage.APPROVED}:
                ask_for_approval(post, member=author.membership, now=written_at)
        with _as(planner, home, read_at := written_at + timedelta(hours=1)):
            if words.stage is Stage.APPROVED:
                approve(post, version=post.version, member=planner.membership, now=read_at)
            if words.stage is Stage.SCHEDULED and hour is not None:
                schedule_post(post, publish_at=hour, actor=planner.user, now=read_at)

    def _composed(self, words: Words, hour: datetime | None) -> Composed:
        assets = [self.pictures[words.house, name] for name in words.pictures]
        return Composed(
            text=words.text,
            own_texts=words.own_texts,
            account_ids=frozenset(self.accounts[words.house, name].pk for name in words.accounts),
            pictures=[Picture(asset_id=asset.pk, alt_text=asset.alt_text) for asset in assets],
            planned_at=hour,
        )

    def _let_pass(self, hour: datetime, troubles: list[Trouble | None]) -> None:
        """Live through one hour at which something goes out."""
        self._turn(hour - _PREPARED_BEFORE)
        if Trouble.WITHDRAWN in troubles:
            self.twins.withdraw(network="x", account="hartleyandrye")
        if Trouble.REQUEST_LOST in troubles:
            self.twins.fault("facebook.feed", "lost_request")
        self._turn(hour)
        if Trouble.REQUEST_LOST in troubles:
            self.twins.set_clock(hour + _FINGERS)
            self.twins.write_by_hand("hartleyandryekitchen", texts.BY_HAND)
        for later in _AFTERWARDS if any(troubles) else ():
            self._turn(hour + later)

    def _turn(self, at: datetime) -> None:
        """Do once, at an hour, what the workers do all the time."""
        self.twins.set_clock(at)
        with acts_from(Origin(at=at)):
            tend_grants(now=at)
            for drain in (prepare_due, publish_due, reconcile_due):
                drain(lambda: at)


@contextmanager
def _as(member: Member, home: Home, at: datetime) -> Iterator[None]:
    """Let a member act at an hour."""
    origin = Origin(actor_id=member.user.pk, actor_name=str(member.user), at=at)
    with acts_from(origin), scope(organisation=home.organisation.pk, user=member.user.pk):
        yield

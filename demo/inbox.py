"""A month of the inbox: strangers write at the twins day by day, and every few days agents see to what came.

What was written is read by polling, a round at a time, as it would have come had no webhook been told. Agents answer,
hide, defer, note and close through the services that their pages call; the workers carry it to the twins. After the
last round some of it is left as an agent finds it in the morning.
"""

import random
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.models import Membership
from demo.answers import ANSWERS, BY_HAND, DRAFTS, NOTES, SAVED, Tone, language_of, tone_of
from demo.people import FOURNIL, HARTLEY, TIDEWATER, Home, Member
from demo.twins import Twins
from eventlog.services import Origin, acts_from
from integrations.engagement import Act
from integrations.services.refreshing import tend_grants
from lib.tenancy.scope import scope
from moderation.models import Item, Message, SavedReply
from moderation.services import commands
from moderation.services.acting import act, acts_offered
from moderation.services.answering import Seen, answer
from moderation.services.drafting import save_draft
from moderation.services.noting import add_note
from moderation.services.polling import begin_polling, poll_due
from moderation.services.working import moderate_due
from moderation.trouble import Refused

#: Who answers in which organisation.
AGENTS: Mapping[str, tuple[str, ...]] = {
    HARTLEY: ("Inès", "Marek"),
    FOURNIL: ("Inès", "Camille"),
    TIDEWATER: ("Tom", "Marek"),
}

#: Hours before now at which agents sit down to what came since they did so last.
_ROUNDS = [timedelta(days=days) for days in (22, 15, 9, 5, 2, 1)] + [timedelta(minutes=25)]
#: When strangers write, and how many things they do each time.
_HOURS, _DEEDS = (10, 19), 6
#: Minutes before now at which they have written since the last round began, and how much each time.
_LATELY, _DEEDS_LATELY = (170, 120, 80, 50, 30, 8, 3), 9
#: What is younger than this in the last round still waits, most of it.
_FRESH = timedelta(hours=30)
_BETWEEN_ANSWERS = timedelta(seconds=70)
_LASTS = timedelta(minutes=20)  # a round, at most


@dataclass(kw_only=True)
class Inbox:
    """The month, lived through in order: `until` is called with later and later hours."""

    homes: Mapping[str, Home]
    twins: Twins
    now: datetime
    at: datetime  # how far it has come
    dice: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 the same world each time

    def prepare(self) -> None:
        """Write down the words that agents will use again."""
        for key, home in self.homes.items():
            author = home.member(AGENTS[key][0])
            with scope(organisation=home.organisation.pk, user=author.user.pk):
                SavedReply.objects.bulk_create(
                    SavedReply(
                        organisation=home.organisation,
                        name=name,
                        text=text,
                        language=home.organisation.language,
                        by=author.user,
                        updated_at=self.at,
                    )
                    for name, text in SAVED[home.organisation.language].items()
                )

    def until(self, at: datetime) -> None:
        """Let time pass up to an hour: strangers write, agents answer."""
        for moment, is_round in self._moments(at):
            self.twins.set_clock(moment)
            if is_round:
                self._round(moment)
            else:
                self._let_write(moment)
        self.at = at

    def _moments(self, until: datetime) -> list[tuple[datetime, bool]]:
        days = range((self.now - self.at).days + 2)
        midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        writing = [
            midnight - timedelta(days=day) + timedelta(hours=hour, minutes=7 * day % 50)
            for day in days
            for hour in _HOURS
        ]
        # Last of all, somebody has just written.
        writing += [self.now - timedelta(minutes=minutes) for minutes in _LATELY]
        moments = [(each, False) for each in writing] + [(self.now - before, True) for before in _ROUNDS]
        return sorted(each for each in moments if self.at < each[0] <= until)

    def _let_write(self, at: datetime) -> None:
        is_late = self.now - at <= timedelta(minutes=max(_LATELY))
        for deed in self.twins.let_live(_DEEDS_LATELY if is_late else _DEEDS):
            # Now and then somebody of the house answers from a telephone.
            if deed["kind"] in {"comment", "message"} and self.dice.random() < 0.04 and _is_ours(deed):
                words = self.dice.choice(BY_HAND[language_of(deed["text"])])
                self.twins.answer_by_hand(deed, words)

    # -- a round -------------------------------------------------------------------------------------------------------

    def _round(self, at: datetime) -> None:
        with acts_from(Origin(at=at)):
            tend_grants(now=at)
            begin_polling(now=at)
            poll_due(lambda: at)
        for key, home in self.homes.items():
            agents = [home.member(name) for name in AGENTS[key]]
            self._handle(home, agents, at)
        self.twins.set_clock(later := at + _LASTS)
        with acts_from(Origin(at=later)):
            moderate_due(lambda: later)

    def _handle(self, home: Home, agents: list[Member], at: datetime) -> None:
        with scope(organisation=home.organisation.pk):
            waiting = list(
                Item.objects.waiting().select_related("social_account").order_by("last_activity_at", "pk")[:200]
            )
        fresh = {item.pk for item in waiting if min(at, item.last_activity_at) > self.now - _FRESH}
        first = next((item.pk for item in waiting if item.pk in fresh and item.assignee_id is None), None)
        for place, item in enumerate(waiting):
            agent = self.dice.choice(agents)
            when = min(at + place * _BETWEEN_ANSWERS, at + _LASTS)
            desk = _Desk(item, agent, agents, home.organisation.language, when, self.dice)
            with _as(agent.membership, home, when), suppress(Refused):
                if item.pk in fresh:
                    desk.begin(now=self.now, is_first=item.pk == first)
                else:
                    desk.finish()


@dataclass
class _Desk:
    """One item in one agent's hands. Any of it may be refused: the network may not offer it any more."""

    item: Item
    agent: Member
    agents: list[Member]
    language: str
    at: datetime
    dice: random.Random

    def finish(self) -> None:
        """See it through, as most of a month's items were."""
        last = self._last()
        tone = tone_of(last.text) if last is not None else Tone.PRAISE
        match tone:
            case Tone.SPAM:
                self._act(last, Act.HIDE)
                self._command("ignore")
            case Tone.PRAISE if self.dice.random() < 0.7:
                if self.dice.random() < 0.4:
                    self._act(last, Act.LIKE)
                self._command("close", reviewed=True)
            case _ if last is None or not last.text or self.dice.random() < 0.3:
                self._command("close", reviewed=True)
            case _:
                self._answer(last, tone)
                if tone is Tone.COMPLAINT and self.dice.random() < 0.4:
                    self._note()
                if self.dice.random() < 0.6:
                    self._command("close")

    def begin(self, *, now: datetime, is_first: bool) -> None:
        """Take some of what is fresh in hand, put some off, leave most of it; over the first an answer is begun."""
        chance = 0.0 if is_first else self.dice.random()
        if chance < 0.16:
            commands.engage(self.item, key=uuid.uuid4(), actor=self.agent.membership, now=self.at)
            if is_first:
                words = DRAFTS[self.language]
                save_draft(self.item, text=words, purpose="reply", actor=self.agent.membership, now=self.at)
        elif chance < 0.26:
            self._note()
            hours = self.dice.choice((3, 20, 44))
            self._command("defer", until=now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours))
        elif chance < 0.36 and (last := self._last()) is not None:
            self._answer(last, tone_of(last.text))

    def _last(self) -> Message | None:
        strangers = Message.objects.filter(item=self.item, origin=Message.Origin.STRANGER, visibility="visible")
        found: Message | None = (
            strangers.select_related("social_account", "item").order_by("-written_at", "-pk").first()
        )
        return found

    def _answer(self, last: Message, tone: Tone) -> None:
        words = ANSWERS[language_of(last.text) if last.text else self.language]
        text = self.dice.choice(words[tone if tone in words else Tone.PRAISE])
        name = self.item.author_name.split(" ")[0]
        answer(
            self.item,
            text=text.format(name=name).replace(" ,", ",").replace(" .", "."),
            seen=Seen(message_id=2**62, own_id=2**62, note_id=2**62),
            key=uuid.uuid4(),
            actor=self.agent.membership,
            now=self.at,
            target=last,
        )

    def _act(self, last: Message | None, wanted: Act) -> None:
        if last is not None and wanted in acts_offered(last):
            act(last, wanted, key=uuid.uuid4(), actor=self.agent.membership, now=self.at)

    def _note(self) -> None:
        colleague = self.dice.choice([one for one in self.agents if one is not self.agent])
        text = self.dice.choice(NOTES[self.language]).format(colleague=str(colleague.user).split(" ", maxsplit=1)[0])
        mentioned = [colleague.user] if "@" in text else []
        add_note(self.item, text=text, key=uuid.uuid4(), actor=self.agent.membership, now=self.at, mentioned=mentioned)

    def _command(self, name: str, **more: object) -> None:
        version = Item.objects.values_list("version", flat=True).get(pk=self.item.pk)
        carry_out = getattr(commands, name)
        carry_out(self.item, version=version, key=uuid.uuid4(), actor=self.agent.membership, now=self.at, **more)


def _is_ours(deed: Mapping[str, str]) -> bool:
    return bool(deed["on"] or deed["thread"])


@contextmanager
def _as(member: Membership, home: Home, at: datetime) -> Iterator[None]:
    origin = Origin(actor_id=member.user_id, actor_name=str(member.user), at=at)
    with acts_from(origin), scope(organisation=home.organisation.pk, user=member.user_id):
        yield

"""Each call that is made once a post is out, made by the loop that makes it in life, on the network in memory."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organisation
from accounts.permissions import Role
from insights.models import Measuring
from insights.services.measuring import begin_measuring, measure_due
from integrations.engagement import Act, Incoming
from integrations.errors import OutcomeUnknown, PermanentError
from integrations.models import Grant, SocialAccount
from integrations.services.disconnecting import disconnect
from integrations.services.looking import look_at_accounts
from integrations.services.refreshing import tend_grants
from integrations.testing import InMemoryProvider
from moderation.models import InboundEvent, ModerationAction, Poll
from moderation.services import reading
from moderation.services.acting import act as do
from moderation.services.polling import begin_polling, poll_due
from moderation.services.receiving import receive
from moderation.services.working import moderate_due
from scheduler.models import Amendment, FollowUp, PostAsset, PostShape, Publication, Queue
from scheduler.services import amending
from scheduler.services.following_up import follow_up_due
from scheduler.services.preparing import prepare_due
from scheduler.services.publishing import publish_due
from scheduler.services.reconciling import reconcile_due
from tests.factories import make_asset, make_publication
from tests.houses import House, make_house, signed_in
from tests.moderation.conftest import Inbox
from tests.scheduler.conftest import Acme, Clock

Strike = Callable[[], None]


@dataclass(frozen=True)
class Seen:
    """What came of an act at once, and in the end."""

    at_once: str
    end: str


class World:
    """Acme with the account ``bakery`` at the network in memory, and everything that works for it."""

    def __init__(self, network: InMemoryProvider, monkeypatch: pytest.MonkeyPatch) -> None:
        self.network, self.monkeypatch = network, monkeypatch
        self.house: House = make_house()
        self.acme = Acme(alice=self.house.alice, organisation=self.house.acme, network=network)
        self.clock: Clock = self.acme.clock
        self.account = self.acme.connect()
        bob, beth = self.house.member(Role.AGENT, "Bob"), self.house.member(Role.AGENT, "Beth")
        self.inbox = Inbox(
            house=self.house, network=network, account=self.account, bob=bob, beth=beth, clock=self.clock
        )
        with self.scope():
            SocialAccount.objects.update(capabilities=["engage", "insights", "messages", "publish"], look_at=None)
            Organisation.objects.filter(pk=self.house.acme.pk).update(when_late="send")
            Grant.objects.update(available_at=self.clock.now + timedelta(hours=1))

    def scope(self) -> Any:
        return self.inbox.scope()

    def published(self, **shape: Any) -> Publication:
        publication = self.acme.plan(self.account)
        if shape:
            with self.scope():
                PostShape.objects.create(post=publication.post, network="memory", **shape)
        publish_due(self.clock)
        return publication

    def watched(self, turn: Callable[[], object], state: Callable[[], str]) -> Seen:
        """Turn once and see; then let the hours pass in which waits end, and see again."""
        turn()
        at_once = self._state(state)
        for minutes in (2, 10, 20, 40, 60, 90):
            self.clock.forward(minutes=minutes)
            tend_grants(now=self.clock.now)
            turn()
        return Seen(at_once, self._state(state))

    def _state(self, state: Callable[[], str]) -> str:
        with self.scope():
            account = SocialAccount.objects.get(pk=self.account.pk)
            lost = ["account lost"] if account.state == SocialAccount.State.LOST else []
            return ", ".join([state(), *lost])


# -- a film on its way -------------------------------------------------------------------------------------------------


def _outward(world: World, strike: Strike, *, film: bool) -> Seen:
    queue = Queue.MEDIA if film else Queue.PUBLISH
    publication = world.acme.plan(world.account, queue=queue, is_prepared=not film)
    if film:
        with world.scope():
            asset = make_asset(content_type="video/mp4", duration_ms=9_000)
            PostAsset.objects.create(post=publication.post, asset=asset, position=0)
    strike()
    return _until_out(world, publication)


def _until_out(world: World, publication: Publication) -> Seen:
    def turn() -> None:
        prepare_due(world.clock)
        publish_due(world.clock)
        reconcile_due(world.clock)

    return world.watched(turn, lambda: str(world.acme.fresh(publication).state))


def prepare_film(world: World, strike: Strike) -> Seen:
    return _outward(world, strike, film=True)


def check_film(world: World, strike: Strike) -> Seen:
    return _outward(world, strike, film=True)


def commit_film(world: World, strike: Strike) -> Seen:
    return _outward(world, strike, film=False)


def find_film(world: World, strike: Strike) -> Seen:
    """Look for one whose answer was lost."""
    publication = world.acme.plan(world.account)
    world.network.lose_answer("commit")
    publish_due(world.clock)
    strike()
    world.clock.forward(minutes=2)
    seen = _until_out(world, publication)
    assert world.network.calls["commit"] == 1
    return seen


# -- once a post is out ------------------------------------------------------------------------------------------------


def verdict(world: World, strike: Strike) -> Seen:
    world.network.judges_later = 1
    publication = world.published()
    strike()
    world.clock.forward(seconds=20)

    def state() -> str:
        found = world.acme.fresh(publication)
        return found.reason or "judged"

    return world.watched(lambda: follow_up_due(world.clock), state)


def _attempt() -> str:
    outcome = FollowUp.objects.order_by("-number").values_list("outcome", flat=True)[0]
    return {"postponed": "waits"}.get(outcome, outcome)


def follow_up(world: World, strike: Strike) -> Seen:
    world.published(first_comment="Open from seven.")
    strike()
    return world.watched(lambda: follow_up_due(world.clock), _attempt)


def find_follow_up(world: World, strike: Strike) -> Seen:
    """Look for one whose answer was lost."""
    world.published(first_comment="Open from seven.")
    world.network.lose_answer("follow_up")
    follow_up_due(world.clock)
    strike()
    world.clock.forward(minutes=2)
    seen = world.watched(lambda: follow_up_due(world.clock), _attempt)
    assert world.network.calls["follow_up"] == 1
    return seen


def _amendment() -> str:
    state = Amendment.objects.get().state
    return {"waiting": "waits"}.get(state, state)


def edit_published(world: World, strike: Strike) -> Seen:
    publication = world.published()
    with world.scope():
        amending.edit_published(publication, text="Better.", actor=world.house.alice, now=world.clock())
    strike()
    return world.watched(lambda: follow_up_due(world.clock), _amendment)


def delete_published(world: World, strike: Strike) -> Seen:
    publication = world.published()
    with world.scope():
        amending.delete_published(publication, actor=world.house.alice, now=world.clock())
    strike()
    return world.watched(lambda: follow_up_due(world.clock), _amendment)


def find_named(world: World, strike: Strike) -> Seen:
    """Look at the post that a refusal names."""
    publication = world.acme.plan(world.account)
    number = str(next(world.network._numbers) + 1)
    named = PermanentError("x_duplicate", network="memory", status=422, look_first=True, same_as=number)
    world.network.fail_next("commit", named, done=True)
    publish_due(world.clock)
    strike()

    def state() -> str:
        return str(world.acme.fresh(publication).state)

    return world.watched(lambda: reconcile_due(world.clock), state)


def choices(world: World, strike: Strike) -> Seen:
    """Open the composer's field whose choices the account has."""
    client: Client = signed_in(world.house.alice)
    path = world.house.path(f"accounts/{world.account.pk}/choices/album/")
    strike()

    def state() -> str:
        answer = client.get(path)
        assert answer.status_code == 200
        return "told why" if "HX-Trigger" in answer.headers else "offered"

    seen = state()
    return Seen(seen, state())


# -- being told --------------------------------------------------------------------------------------------------------


def _listening(world: World) -> str:
    return str(SocialAccount.objects.get(pk=world.account.pk).listening)


def _look(world: World) -> None:
    look_at_accounts(now=world.clock())


def subscribe(world: World, strike: Strike) -> Seen:
    with world.scope():
        SocialAccount.objects.update(look_at=world.clock())
    strike()
    return world.watched(lambda: _daily(world), lambda: _listening(world))


def is_subscribed(world: World, strike: Strike) -> Seen:
    """Look whether the network still means to tell us."""
    with world.scope():
        SocialAccount.objects.update(look_at=world.clock())
    _look(world)
    with world.scope():
        SocialAccount.objects.update(look_at=world.clock())
    strike()
    return world.watched(lambda: _daily(world), lambda: _listening(world))


def _daily(world: World) -> None:
    """Look at the account; tomorrow's look comes at once."""
    _look(world)
    with world.scope():
        SocialAccount.objects.filter(state=SocialAccount.State.ACTIVE).update(look_at=world.clock())


def unsubscribe(world: World, strike: Strike) -> Seen:
    with world.scope():
        SocialAccount.objects.update(look_at=world.clock())
    _look(world)
    with world.scope():
        disconnect(SocialAccount.objects.get(pk=world.account.pk), cancel_scheduled=True, now=world.clock())
    strike()
    return world.watched(lambda: _look(world), lambda: _listening(world))


# -- the inbox ---------------------------------------------------------------------------------------------------------


def poll(world: World, strike: Strike) -> Seen:
    world.network.write("bakery", "Hello", at=world.clock())
    begin_polling(now=world.clock())
    strike()
    return world.watched(lambda: poll_due(world.clock), lambda: "waits" if Poll.objects.get().reason else "read")


def fetch_messages(world: World, strike: Strike) -> Seen:
    """Read an event that names a message without its words."""
    world.network.write("bakery", "Hello", at=world.clock())
    honest = world.network.read_event

    def bare(payload: Any, *, account_id: str) -> tuple[Incoming, ...]:
        return tuple(replace(each, needs_fetch=True) for each in honest(payload, account_id=account_id))

    world.monkeypatch.setattr(world.network, "read_event", bare)
    receive("memory", world.network, world.network.webhook(), now=world.clock())
    strike()

    def state() -> str:
        return {"waiting": "waits", "read": "read"}.get(found := InboundEvent.objects.get().state, found)

    return world.watched(lambda: reading.read_due(world.clock), state)


def _action() -> str:
    state = ModerationAction.objects.get().state
    return {"waiting": "waits", "sent": "done"}.get(state, state)


def reply(world: World, strike: Strike, *, privately: bool = False) -> Seen:
    with world.scope():
        world.inbox.answer(world.inbox.written().item, privately=privately)
    strike()
    seen = world.watched(lambda: moderate_due(world.clock), _action)
    assert len(world.inbox.replies) == (seen.end == "done")
    return seen


def find_reply(world: World, strike: Strike, *, privately: bool = False) -> Seen:
    """Look for an answer whose own answer was lost."""
    with world.scope():
        world.inbox.answer(world.inbox.written().item, privately=privately)
    world.network.fail_next("reply", OutcomeUnknown("no_answer", network="memory"), done=True)
    moderate_due(world.clock)
    strike()
    world.clock.forward(minutes=2)
    seen = world.watched(lambda: moderate_due(world.clock), _action)
    assert len(world.inbox.replies) == 1
    return seen


def act(world: World, strike: Strike) -> Seen:
    with world.scope():
        message = world.inbox.written()
        do(message, Act.HIDE, key=uuid.uuid4(), actor=world.inbox.bob, now=world.clock())
    strike()
    return world.watched(lambda: moderate_due(world.clock), _action)


# -- figures -----------------------------------------------------------------------------------------------------------


def measure_account(world: World, strike: Strike) -> Seen:
    return _measure(world, strike)


def measure_posts(world: World, strike: Strike) -> Seen:
    with world.scope():
        make_publication(
            social_account=world.account,
            state="published",
            network_id="post-1",
            published_at=world.clock() - timedelta(days=1),
            available_at=None,
        )
    return _measure(world, strike)


def _measure(world: World, strike: Strike) -> Seen:
    begin_measuring(now=world.clock())
    strike()
    return world.watched(
        lambda: measure_due(world.clock), lambda: "waits" if Measuring.objects.get().reason else "measured"
    )


#: What the network in memory calls it, where that is another name.
IN_MEMORY = {
    "prepare_film": "upload",
    "check_film": "check",
    "commit_film": "commit",
    "find_film": "find_published",
    "reply_privately": "reply",
    "find_private_reply": "find_reply",
}

LOOP_ACTS: Mapping[str, Callable[[World, Strike], Seen]] = {
    "prepare_film": prepare_film,
    "check_film": check_film,
    "commit_film": commit_film,
    "find_film": find_film,
    "verdict": verdict,
    "follow_up": follow_up,
    "find_follow_up": find_follow_up,
    "edit_published": edit_published,
    "delete_published": delete_published,
    "find_named": find_named,
    "choices": choices,
    "subscribe": subscribe,
    "is_subscribed": is_subscribed,
    "unsubscribe": unsubscribe,
    "poll": poll,
    "fetch_messages": fetch_messages,
    "reply": reply,
    "find_reply": find_reply,
    "reply_privately": partial(reply, privately=True),
    "find_private_reply": partial(find_reply, privately=True),
    "act": act,
    "measure_account": measure_account,
    "measure_posts": measure_posts,
}

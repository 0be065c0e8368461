"""The retention page: what is kept, what a change would end before it is saved, holds, proofs; the record."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.permissions import Role
from integrations.models import SocialAccount
from lib.privacy import Purpose
from lib.tenancy.scope import scope
from moderation.models import Thread
from privacy import engine
from privacy.models import LegalHold, RetentionPolicy
from privacy.record import processings
from privacy.registry import registry
from tests.factories import make_social_account
from tests.houses import House
from tests.moderation.factories import make_item, make_message, make_thread


def old_talk(house: House, *, threads: int, messages: int) -> None:
    """Threads of twenty months ago, with so many messages each."""
    past = timezone.now() - timedelta(days=610)
    with scope(organisation=house.acme.pk):
        for _ in range(threads):
            item = make_item(thread=make_thread(last_activity_at=past), at=past)
            for _ in range(messages):
                make_message(item)


def choose(browser: Client, house: House, period: str, key: str = "messages", **more: str) -> str:
    response = browser.post(house.path("retention/choose/"), {"key": key, "period": period, **more})
    assert response.status_code == 200
    return response.content.decode()


def test_it_says_what_is_kept_and_what_nobody_may_change(house: House, alice: Client) -> None:
    text = alice.get(house.path("retention/")).content.decode()

    for words in ("Messages and threads", "30 days to 10 years", "E-mail and addresses used to sign in", "3 months"):
        assert words in text


def test_a_change_says_what_would_go_before_it_is_saved(house: House, alice: Client) -> None:
    old_talk(house, threads=3, messages=4)

    text = alice.get(house.path("retention/effect/?key=messages&period=P18M")).content.decode()

    assert "If you save this, the first run takes these away on" in text
    assert '<dt>messages</dt><dd class="figure">12</dd>' in text
    assert '<dt>threads</dt><dd class="figure">3</dd>' in text
    with scope(organisation=house.acme.pk):
        assert not RetentionPolicy.objects.exists()
        assert Thread.objects.count() == 3


def test_it_says_what_a_hold_keeps_back(house: House, alice: Client) -> None:
    old_talk(house, threads=2, messages=1)
    with scope(organisation=house.acme.pk):
        held = Thread.objects.order_by("pk")[0]
        LegalHold.objects.create(title="Claim", reason="Court", scope="thread", subject_id=held.pk)

    text = alice.get(house.path("retention/effect/?key=messages&period=P18M")).content.decode()

    assert '<dt>thread</dt><dd class="figure">1</dd>' in text
    assert '<dt>message kept back by a hold</dt><dd class="figure">1</dd>' in text


def test_what_was_foretold_is_what_the_first_run_takes(house: House, alice: Client) -> None:
    old_talk(house, threads=3, messages=2)
    choose(alice, house, "P18M")
    with scope(organisation=house.acme.pk):
        begins = RetentionPolicy.objects.get().effective_at

    before = engine.run(house.acme.pk, "messages", at=begins - timedelta(seconds=1), clock=timezone.now)
    first = engine.run(house.acme.pk, "messages", at=begins, clock=timezone.now)

    assert begins - timezone.now() > timedelta(days=6, hours=23)
    assert before.rows == 0
    assert first.ended["moderation.Message"] == 6


def test_until_the_first_run_one_may_change_ones_mind(house: House, alice: Client) -> None:
    assert "Saved. The first run takes these away on" in choose(alice, house, "P18M")
    assert "Chosen by Alice" in alice.get(house.path("retention/")).content.decode()

    text = alice.post(house.path("retention/keep/"), {"key": "messages"}).content.decode()

    assert "Saved." not in text
    assert '<option value="P24M" selected>' in text


def test_a_hold_on_a_conversation_begins_beside_it_and_keeps_its_thread(house: House, alice: Client) -> None:
    with scope(organisation=house.acme.pk):
        make_thread()
        item = make_item()
        assert item.pk != item.thread_id
    beside = alice.get(house.path(f"inbox/{item.pk}/")).content.decode()
    for kind, number in [("thread", item.thread_id), ("identity", item.identity_id)]:
        query = f"retention/?hold={kind}&amp;of={number}"
        assert query in beside

        page = alice.get(house.path(query.replace("&amp;", "&")))
        form = page.context["form"]
        assert page.context["is_placing"]
        sent = {**form.initial, "title": "Claim", "reason": "Court", "ground": "claim"}
        assert alice.post(house.path("retention/holds/"), sent).status_code == 302

    with scope(organisation=house.acme.pk):
        held = LegalHold.objects.values_list("scope", "subject_id")
        assert set(held) == {("thread", item.thread_id), ("identity", item.identity_id)}
    assert "?hold=" not in house.browser_of(Role.AGENT).get(house.path(f"inbox/{item.pk}/")).content.decode()


def test_a_longer_period_holds_at_once(house: House, alice: Client) -> None:
    text = choose(alice, house, "P60M")

    assert '<option value="P60M" selected>' in text
    assert "effect-words" not in text


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"key": "messages", "period": "P1D"}, 422),
        ({"key": "messages", "period": "kept"}, 422),
        ({"key": "messages", "period": "for ever"}, 422),
        ({"key": "messages", "period": "P18M", "mode": "shred"}, 422),
        ({"key": "event_log", "period": "P1M"}, 404),
        ({"key": "", "period": ""}, 404),
        ({}, 404),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(
    house: House, alice: Client, sent: dict[str, str], status: int
) -> None:
    for answer in (
        alice.get(house.path("retention/effect/"), sent),
        alice.post(house.path("retention/choose/"), sent),
    ):
        assert answer.status_code == status

    with scope(organisation=house.acme.pk):
        assert not RetentionPolicy.objects.exists()


def test_a_hold_is_placed_shown_and_released(house: House, alice: Client) -> None:
    sent = {"title": "Harbourside", "reason": "Water damage", "ground": "claim", "scope": "everything"}

    alice.post(house.path("retention/holds/"), sent)
    page = alice.get(house.path("retention/")).content.decode()
    with scope(organisation=house.acme.pk):
        hold = LegalHold.objects.get()
    alice.post(house.path(f"retention/holds/{hold.pk}/release/"))

    assert "Harbourside" in page
    with scope(organisation=house.acme.pk):
        hold.refresh_from_db()
    assert hold.placed_by == hold.released_by == house.alice
    assert "Nothing is held" in alice.get(house.path("retention/")).content.decode()


@pytest.mark.parametrize("scope_of_hold", ["record_class", "thread"])
def test_a_hold_that_names_nothing_says_what_is_missing(house: House, alice: Client, scope_of_hold: str) -> None:
    sent = {"title": "Harbourside", "reason": "Water damage", "ground": "claim", "scope": scope_of_hold}

    assert alice.post(house.path("retention/holds/"), sent).status_code == 422


def test_the_limits_of_connected_networks_are_shown(house: House, alice: Client) -> None:
    with scope(organisation=house.acme.pk):
        make_social_account("x")
        make_social_account("facebook", state=SocialAccount.State.DISCONNECTED)

    text = alice.get(house.path("retention/")).content.decode()

    assert "after a deletion or change there" in text
    assert "when deleted there or asked" not in text


def test_runs_are_shown_with_their_figures(house: House, alice: Client) -> None:
    old_talk(house, threads=2, messages=3)
    engine.run(house.acme.pk, "messages", at=timezone.now() + timedelta(days=200), clock=timezone.now)

    assert "6 messages, 2 threads" in alice.get(house.path("retention/")).content.decode()


@pytest.mark.parametrize("role", [Role.PLANNER, Role.AGENT, Role.ANALYST])
def test_only_those_who_administer_see_it(house: House, role: Role) -> None:
    assert house.browser_of(role).get(house.path("retention/")).status_code == 403


def test_the_processing_record_speaks_of_every_purpose_and_of_the_period_in_force(house: House, alice: Client) -> None:
    choose(alice, house, "P60M")

    text = alice.get(house.path("retention/record/")).content.decode()

    assert "Receiving, answering and moderating messages" in text
    assert "Messages and threads: 5 years, last activity in the thread" in text
    with scope(organisation=house.acme.pk):
        printed = processings(at=timezone.now())
    declared = {entry.personal.purpose for entry in registry() if entry.personal}
    assert len(printed) == len(declared) == len(Purpose)

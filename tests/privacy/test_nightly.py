"""Whose turn it is, one worker at a time; the command; what a lost lease undoes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Organisation
from integrations.models import SocialAccount
from lib.tenancy.scope import scope
from moderation.models import Identity, Message, Thread
from privacy import engine, leases, nightly, orphans
from privacy.models import RetentionRun, RetentionWork
from privacy.periods import years
from privacy.services.holds import Wanted, place_hold
from tests.factories import NOON
from tests.houses import House
from tests.moderation.factories import make_identity, make_item, make_message, make_thread

LONG_AGO = years(3).before(NOON)


def old_thread(house: House) -> Thread:
    with scope(organisation=house.acme.pk):
        return make_thread(last_activity_at=LONG_AGO)


def is_there(house: House, thread: Thread) -> bool:
    with scope(organisation=house.acme.pk):
        return bool(Thread.objects.filter(pk=thread.pk).exists())


def work(house: House, key: str = "messages") -> RetentionWork:
    with scope(organisation=house.acme.pk):
        return RetentionWork.objects.get(organisation_id=house.acme.pk, record_class=key)


def test_every_organisation_and_the_platform_have_their_turn(house: House) -> None:
    thread = old_thread(house)

    runs = nightly.run_due(lambda: NOON)

    assert not is_there(house, thread)
    of_each = {*engine.record_classes_to_run(house.acme.pk), leases.KEY, orphans.KEY}
    platforms = {*engine.record_classes_to_run(None), "access_logs"}
    assert runs == 2 * len(of_each) + len(platforms)
    assert nightly.run_due(lambda: NOON) == 0


def test_the_next_turn_is_the_next_night_of_the_organisation(house: House) -> None:
    nightly.run_due(lambda: NOON)

    assert work(house).available_at == datetime(2026, 12, 10, 2, 0, tzinfo=UTC)  # in London
    assert work(house, leases.KEY).available_at == NOON + leases.EVERY


def test_closed_organisations_have_their_turn_too(house: House) -> None:
    thread = old_thread(house)
    with scope(organisation=house.acme.pk):
        Organisation.objects.filter(pk=house.acme.pk).update(closed_at=NOON)

    nightly.run_due(lambda: NOON)

    assert not is_there(house, thread)


def test_two_workers_never_have_the_same_turn(house: House) -> None:
    nightly.seed(NOON)

    turns = []
    while turn := nightly.claim(NOON):
        turns.append(turn.id)

    assert len(turns) == len(set(turns))
    assert nightly.find_turn(house.acme.pk, "messages", NOON) is None


def test_a_dead_workers_turn_is_taken_up_and_its_late_batch_is_undone(house: House) -> None:
    thread = old_thread(house)
    nightly.seed(NOON)
    dead = nightly.find_turn(house.acme.pk, "messages", NOON)
    assert dead is not None

    later = NOON + nightly.LEASE
    taken = nightly.find_turn(house.acme.pk, "messages", later)
    assert taken is not None

    with pytest.raises(nightly.Superseded):
        nightly.take(dead, clock=lambda: later)
    assert is_there(house, thread)

    nightly.take(taken, clock=lambda: later)
    assert not is_there(house, thread)


def test_a_run_that_fails_is_tried_again_and_keeps_nobody_else_waiting(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = old_thread(house)
    run = engine.run

    def fail_for_raw_events(organisation_id: int | None, key: str, **options: object) -> RetentionRun:
        if key == "raw_events":
            raise RuntimeError("storage is away")
        return run(organisation_id, key, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "run", fail_for_raw_events)

    nightly.run_due(lambda: NOON)

    assert not is_there(house, thread)
    again = work(house, "raw_events")
    assert (again.lease_until, again.available_at) == (None, NOON + timedelta(seconds=30))


def test_a_run_cut_short_goes_on_at_the_next_bell(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BATCH", 3)
    threads = [old_thread(house) for _ in range(8)]
    nightly.seed(NOON)
    first = nightly.find_turn(house.acme.pk, "messages", NOON)
    assert first is not None

    cut = nightly.take(first, clock=lambda: NOON, is_enough=lambda: True)
    assert cut is not None
    assert (cut.ended_at, work(house).available_at, work(house).lease_until) == (None, NOON, None)
    nightly.run_due(lambda: NOON)

    assert not any(is_there(house, thread) for thread in threads)
    with scope(organisation=house.acme.pk):
        assert RetentionRun.objects.get(pk=cut.pk).rows == 8


def test_the_command_foretells_and_then_does(house: House) -> None:
    thread = old_thread(house)
    foretold, done = StringIO(), StringIO()
    options = {"at": NOON.isoformat(), "organisation": house.acme.slug}

    call_command("retention", dry_run=True, stdout=foretold, **options)
    assert "messages\tmoderation.Thread 1" in foretold.getvalue()
    assert is_there(house, thread)

    call_command("retention", stdout=done, **options)
    assert done.getvalue() == foretold.getvalue()
    assert not is_there(house, thread)


def test_the_command_says_what_is_wrong_with_its_arguments(db: None) -> None:
    with pytest.raises(CommandError, match="--at tomorrow: write an hour as"):
        call_command("retention", at="tomorrow")
    with pytest.raises(CommandError, match="--organisation nobody"):
        call_command("retention", organisation="nobody")


# -- content leases ---------------------------------------------------------------------------------------------------


def leased_message(house: House, until: datetime) -> Message:
    with scope(organisation=house.acme.pk):
        message = make_message(make_item(), "Is it fresh?", permalink="https://x.example/1", lease_until=until)
        assert message.author is not None
        return message


def run_leases(house: House) -> None:
    leases.run(house.acme.pk, at=NOON, clock=lambda: NOON)


def reread(house: House, message: Message) -> Message:
    with scope(organisation=house.acme.pk):
        return Message.objects.get(pk=message.pk)


def test_content_is_blanked_when_its_lease_ends_and_the_organisations_work_stays(house: House) -> None:
    over, running = leased_message(house, NOON), leased_message(house, NOON + timedelta(minutes=1))

    run_leases(house)

    blanked = reread(house, over)
    assert (blanked.text, blanked.permalink, blanked.author_id, blanked.words) == ("", "", None, None)
    assert (blanked.lease_until, blanked.blanked_at) == (None, NOON)
    assert (blanked.network_id, blanked.item_id, blanked.thread_id) == (over.network_id, over.item_id, over.thread_id)
    assert reread(house, running).text == "Is it fresh?"


def test_content_is_fetched_anew_before_its_lease_ends(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    soon = leased_message(house, NOON + timedelta(hours=1))
    later = leased_message(house, NOON + leases.AHEAD + timedelta(minutes=1))
    asked: list[int] = []

    def fetch(organisation_id: int, ids: Sequence[int], now: datetime) -> None:
        asked.extend(ids)

    monkeypatch.setitem(leases._refreshers, "moderation.Message", fetch)

    run_leases(house)

    assert asked == [soon.pk]
    assert reread(house, later).text != ""


def test_losing_the_grant_ends_the_leases_that_depend_on_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    lost, other = (leased_message(house, NOON + timedelta(days=20)) for _ in range(2))
    monkeypatch.setattr(leases, "_lost", [lambda now: [lost.social_account_id]])

    run_leases(house)

    assert reread(house, lost).text == ""
    assert reread(house, other).text != ""


def test_a_hold_wins_over_a_lease(house: House) -> None:
    over = leased_message(house, NOON)
    with scope(organisation=house.acme.pk):
        place_hold(
            Wanted(title="Claim", reason="Court", scope="thread", subject_id=over.thread_id),
            actor=house.alice,
            at=NOON,
        )

    run_leases(house)

    assert reread(house, over).text != ""


def test_what_items_and_profiles_copied_ends_with_the_content(house: House) -> None:
    with scope(organisation=house.acme.pk):
        over = make_item(identity=make_identity("Camille", handle="camille"), excerpt="Is it fresh?")
        readable = make_item(identity=make_identity("Noé", handle="noe"), excerpt="Thank you")
        for item in (over, readable):
            make_message(item, "Is it fresh?", lease_until=NOON, written_at=NOON - timedelta(days=2))
        make_message(readable, "Thank you", written_at=NOON - timedelta(days=1))

    run_leases(house)

    with scope(organisation=house.acme.pk):
        for each in (over, readable):
            each.refresh_from_db()
        people: dict[int | None, str] = dict(Identity.objects.values_list("pk", "name"))
    assert (over.excerpt, over.author_name, people[over.identity_id]) == ("", "", "")
    assert (readable.excerpt, readable.author_name, people[readable.identity_id]) == ("Thank you", "Noé", "Noé")
    assert (over.version, over.state) == (2, "new")


def test_content_of_a_disconnected_account_ends_at_once_and_of_a_lost_one_after_a_day(house: House) -> None:
    gone, lost, waiting = (leased_message(house, NOON + timedelta(days=20)) for _ in range(3))
    states = {
        gone: ("disconnected", NOON),
        lost: ("lost", NOON - timedelta(hours=25)),
        waiting: ("lost", NOON - timedelta(hours=23)),
    }
    with scope(organisation=house.acme.pk):
        for message, (state, since) in states.items():
            SocialAccount.objects.filter(pk=message.social_account_id).update(state=state, state_changed_at=since)

    run_leases(house)

    assert [reread(house, each).text for each in states] == ["", "", "Is it fresh?"]

"""Every rule, by moving the clock: the day before, the day after, under a hold, under a duty to keep."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eventlog.models import Event
from gallery.models import Asset
from lib.tenancy.scope import scope
from moderation.models import Contact, Identity, Item, ItemCount, Message, ModerationAction, Note, Thread
from moderation.services.counting import find_drift
from privacy import engine
from privacy.models import LegalHold, RetentionPolicy, RetentionRun
from privacy.periods import Period, days, months, years
from privacy.record_classes import RECORD_CLASSES, Mode
from privacy.registry import registry
from privacy.services.holds import Wanted, place_hold, release_hold
from scheduler.models import Post, Publication
from scheduler.states import State
from tests.factories import NOON, make_asset
from tests.houses import House
from tests.moderation.factories import make_identity, make_item, make_message, make_thread
from tests.privacy.rows import ROWS, Row, old_asset, old_post, unknown_delivery

DAY = timedelta(days=1)


@pytest.fixture
def acme(house: House) -> Iterator[House]:
    with scope(organisation=house.acme.pk, user=house.alice.pk):
        yield house


def run(house: House, key: str, at: datetime = NOON) -> RetentionRun:
    return engine.run(house.acme.pk, key, at=at, clock=lambda: at)


def hold(house: House, **fields: object) -> LegalHold:
    wanted = Wanted(title="Harbourside", reason="Water damage", **fields)  # type: ignore[arg-type]
    return place_hold(wanted, actor=house.alice, at=NOON)


def choose(key: str, period: Period | None, *, mode: Mode = Mode.DELETE) -> RetentionPolicy:
    policy: RetentionPolicy = RetentionPolicy.objects.create(
        record_class=key, period=period.code if period else "", mode=mode, chosen_at=NOON, effective_at=NOON
    )
    return policy


by_rule = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


@by_rule
def test_a_row_stays_until_the_day_before(acme: House, row: Row) -> None:
    one = row.make(row.period.before(NOON) + DAY)

    run(acme, row.key)

    assert not row.is_over(one)


@by_rule
def test_a_row_ends_the_day_after(acme: House, row: Row) -> None:
    one = row.make(row.period.before(NOON) - DAY)

    run(acme, row.key)

    assert row.is_over(one)


@by_rule
@pytest.mark.parametrize("scope_of_hold", ["everything", "record_class"])
def test_a_hold_keeps_a_row_and_its_release_lets_it_go(acme: House, row: Row, scope_of_hold: str) -> None:
    one = row.make(row.period.before(NOON) - DAY)
    placed = hold(acme, scope=scope_of_hold, record_class=row.key if scope_of_hold == "record_class" else "")

    assert run(acme, row.key).held >= 1
    assert not row.is_over(one)

    release_hold(placed, actor=acme.alice, at=NOON)
    run(acme, row.key)

    assert row.is_over(one)


@by_rule
def test_a_forecast_counts_and_changes_nothing(acme: House, row: Row) -> None:
    one = row.make(row.period.before(NOON) - DAY)

    foreseen = engine.forecast(acme.acme.pk, row.key, at=NOON)

    assert not row.is_over(one)
    assert foreseen.total >= 1
    assert foreseen.rows == run(acme, row.key).ended


@by_rule
def test_a_second_run_finds_nothing(acme: House, row: Row) -> None:
    row.make(row.period.before(NOON) - DAY)

    assert run(acme, row.key).rows >= 1
    assert run(acme, row.key).rows == 0


def test_every_rule_that_ends_rows_of_an_organisation_has_its_row_in_the_table(acme: House) -> None:
    """Posts and pictures are kept unless somebody chose otherwise, so they have tests of their own below."""
    made = {(type(row.make(NOON)), row.key) for row in ROWS} | {(Post, "posts"), (Asset, "posts")}
    ruled = {
        (entry.model, rule.record_class)
        for entry in registry()
        if entry.is_owned
        for key in RECORD_CLASSES
        for rule in entry.rules(key)
    }

    # The message's rule is its thread's.
    assert ruled == (made - {(Message, "messages")}) | {(Thread, "messages")}


def test_another_organisations_rows_are_not_reached(acme: House) -> None:
    with scope(organisation=acme.elsewhere.pk):
        theirs = make_thread(last_activity_at=NOON - timedelta(days=4000))

    run(acme, "messages")

    with scope(organisation=acme.elsewhere.pk):
        assert Thread.objects.filter(pk=theirs.pk).exists()


def test_a_thread_takes_all_that_hangs_on_it(acme: House) -> None:
    item = make_item(thread=make_thread(last_activity_at=years(3).before(NOON)))
    message = make_message(item)
    Note.objects.create(item=item, client_key="0" * 32, text="Known for this.", user=acme.alice)
    ModerationAction.objects.create(
        social_account=item.social_account, item=item, message=message, act="hide", key="0" * 32
    )
    other = make_message(make_item())

    proof = run(acme, "messages")

    assert not Item.objects.filter(pk=item.pk).exists()
    assert Message.objects.get() == other
    assert find_drift() == {}
    assert proof.ended == {
        "moderation.Thread": 1,
        "moderation.Item": 1,
        "moderation.Message": 1,
        "moderation.Note": 1,
        "moderation.ModerationAction": 1,
    }
    assert ItemCount.objects.count() > 0


@pytest.mark.parametrize("kind", ["thread", "identity", "contact"])
def test_a_hold_on_one_keeps_the_thread_its_messages_and_its_people(acme: House, kind: str) -> None:
    past = years(3).before(NOON)
    contact = Contact.objects.create(name="Camille", last_activity_at=past)
    person = make_identity(contact=contact, last_activity_at=past)
    thread = make_thread(last_activity_at=past)
    make_message(make_item(thread=thread, identity=person, at=past))
    make_message(make_item(thread=make_thread(last_activity_at=past), at=past))
    subject = {"thread": thread, "identity": person, "contact": contact}[kind]
    hold(acme, scope=kind, subject_id=subject.pk)

    proofs = [run(acme, "messages"), run(acme, "people")]

    assert Thread.objects.get() == thread
    assert Message.objects.get().thread == thread
    assert person in Identity.objects.all()
    assert contact in Contact.objects.all()
    assert [proof.held for proof in proofs] == [1, 2]


def test_a_person_lives_on_in_the_contact(acme: House) -> None:
    contact = Contact.objects.create(name="Camille", last_activity_at=NOON)
    person = make_identity(contact=contact, last_activity_at=years(3).before(NOON))

    run(acme, "people")

    assert Identity.objects.filter(pk=person.pk).exists()


def test_deleting_a_person_takes_what_they_wrote_and_leaves_others_words(acme: House) -> None:
    thread = make_thread()
    gone = make_item(thread=thread, identity=make_identity("Camille", last_activity_at=years(3).before(NOON)))
    stays = make_item(thread=thread, identity=make_identity("Noé", last_activity_at=NOON))
    make_message(gone, "Mine")
    kept = make_message(stays, "His")
    reply = make_message(gone, "Dear Camille", origin=Message.Origin.AGENT)
    Message.objects.filter(pk=reply.pk).update(author=None)

    foreseen = engine.forecast(acme.acme.pk, "people", at=NOON).rows
    proof = run(acme, "people")

    assert list(Message.objects.all()) == [kept]
    assert not Message.objects.filter(pk=reply.pk).exists()
    assert list(Item.objects.all()) == [stays]
    assert proof.ended == foreseen == {"moderation.Identity": 1, "moderation.Item": 1, "moderation.Message": 2}


def test_anonymising_a_person_blanks_the_author_and_keeps_the_words(acme: House) -> None:
    choose("people", years(2), mode=Mode.ANONYMISE)
    contact = Contact.objects.create(name="Camille", emails=["c@example.org"], last_activity_at=years(3).before(NOON))
    person = make_identity(
        "Camille Fontaine", contact=contact, handle="camille", last_activity_at=years(3).before(NOON)
    )
    item = make_item(identity=person)
    message = make_message(item, "Is it fresh?", permalink="https://facebook.example/camille/1")

    assert run(acme, "people").rows > 0
    assert run(acme, "people").rows == 0

    for row in (person, item, message, contact):
        row.refresh_from_db()
    assert (person.name, person.handle, person.network_id) == ("", "", f"ended-{person.pk}")
    assert person.anonymised_at == NOON
    assert (item.author_name, item.key) == ("", f"ended-{item.pk}")
    assert (message.text, message.permalink, message.author) == ("Is it fresh?", "", person)
    assert (contact.name, contact.emails) == ("", [])


def test_what_may_still_go_out_or_is_in_doubt_stays(acme: House) -> None:
    choose("posts", days(30))
    past = NOON - timedelta(days=60)
    planned = old_post(past, state=State.SCHEDULED, network_id="")
    doubtful = old_post(past, state=State.OUTCOME_UNKNOWN, network_id="")
    evidence = unknown_delivery(past)

    run(acme, "posts")
    run(acme, "raw_events")

    assert {planned.pk, doubtful.pk} <= set(Post.objects.values_list("pk", flat=True))
    evidence.refresh_from_db()
    assert evidence.text != ""


def test_posts_are_kept_unless_somebody_chose_otherwise(acme: House) -> None:
    post = old_post(NOON - timedelta(days=4000))

    run(acme, "posts")
    assert Post.objects.filter(pk=post.pk).exists()

    choose("posts", years(1))
    run(acme, "posts")
    assert not Post.objects.exists()
    assert not Publication.objects.exists()


def test_the_latest_of_several_clocks_counts(acme: House) -> None:
    choose("posts", days(30))
    post = old_post(NOON - timedelta(days=60), state_changed_at=NOON - timedelta(days=29))

    run(acme, "posts")
    assert Post.objects.filter(pk=post.pk).exists()

    run(acme, "posts", NOON + 2 * DAY)
    assert not Post.objects.filter(pk=post.pk).exists()


def test_a_picture_stays_while_a_post_shows_it(acme: House) -> None:
    choose("posts", days(30))
    shown, unused = old_asset(NOON - timedelta(days=60)), old_asset(NOON - timedelta(days=60))
    post = old_post(NOON)
    post.post_assets.create(asset=shown, position=1)

    proof = run(acme, "posts")

    assert list(Asset.objects.all()) == [shown]
    assert (proof.files, proof.file_bytes) == (1, unused.size_bytes)


def test_files_leave_the_storage_with_their_rows(acme: House, monkeypatch: pytest.MonkeyPatch) -> None:
    removed: list[str] = []
    monkeypatch.setattr("privacy.files._doors", [removed.append])
    choose("posts", days(30))
    asset = make_asset(uploaded_at=NOON - timedelta(days=60))

    run(acme, "posts")

    assert removed == [asset.storage_key]


def test_a_killed_run_leaves_whole_batches_and_is_taken_up_again(acme: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BATCH", 3)
    for _ in range(8):
        make_thread(last_activity_at=years(3).before(NOON))
    calls = 0

    def killed_in_the_third_batch() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.run(acme.acme.pk, "messages", at=NOON, clock=lambda: NOON, guard=killed_in_the_third_batch)
    unfinished = RetentionRun.objects.get(record_class="messages")
    assert (unfinished.rows, unfinished.ended_at, Thread.objects.count()) == (6, None, 2)

    proof = run(acme, "messages")

    assert (proof.pk, proof.rows, proof.ended_at) == (unfinished.pk, 8, NOON)
    assert not Thread.objects.exists()


def test_no_transaction_ends_more_rows_than_a_batch(acme: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BATCH", 10)
    largest = make_item(thread=make_thread(last_activity_at=years(3).before(NOON)))
    for _ in range(35):
        make_message(largest)
    totals: list[int] = []
    end = engine._end

    def counted(*args: object) -> object:
        tally = end(*args)  # type: ignore[arg-type]
        totals.append(tally.total)
        return tally

    monkeypatch.setattr(engine, "_end", counted)

    proof = run(acme, "messages")

    assert proof.rows == sum(totals) == 37
    assert max(totals) <= 10
    assert not Thread.objects.filter(pk=largest.thread_id).exists()


def test_a_batch_costs_the_same_statements_whatever_is_in_it(acme: House) -> None:
    def statements(count: int) -> int:
        for _ in range(count):
            make_message(make_item(thread=make_thread(last_activity_at=years(3).before(NOON))))
        with CaptureQueriesContext(connection) as caught:
            run(acme, "messages")
        return len(caught)

    assert statements(2) == statements(40)


def test_a_hold_placed_in_the_middle_is_heard_by_the_next_batch(acme: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BATCH", 3)
    for _ in range(8):
        make_thread(last_activity_at=years(3).before(NOON))
    calls = 0

    def place_before_the_second_batch() -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            hold(acme, scope="everything")

    engine.run(acme.acme.pk, "messages", at=NOON, clock=lambda: NOON, guard=place_before_the_second_batch)

    assert Thread.objects.count() == 5


def test_the_proof_is_an_event_and_holds_no_personal_data(acme: House) -> None:
    make_thread(last_activity_at=years(3).before(NOON), subject_text="Stollen")

    proof = run(acme, "messages")

    event = Event.objects.get(name="privacy.retention.ran")
    assert event.data == {"record_class": "messages", "rows": 1, "run": proof.pk}
    assert "Stollen" not in str(vars(proof))


def test_runs_that_found_nothing_leave_one_proof(acme: House) -> None:
    for night in range(5):
        run(acme, "messages", NOON + night * DAY)

    assert RetentionRun.objects.filter(record_class="messages").get().as_of == NOON + 4 * DAY


@pytest.mark.parametrize(
    ("period", "at", "before"),
    [
        (years(2), datetime(2028, 2, 29, tzinfo=UTC), datetime(2026, 2, 28, tzinfo=UTC)),
        (months(1), datetime(2026, 3, 31, tzinfo=UTC), datetime(2026, 2, 28, tzinfo=UTC)),
        (months(18), datetime(2026, 12, 9, tzinfo=UTC), datetime(2025, 6, 9, tzinfo=UTC)),
        (days(14), datetime(2026, 12, 9, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC)),
    ],
)
def test_periods_follow_the_calendar(period: Period, at: datetime, before: datetime) -> None:
    assert period.before(at) == before

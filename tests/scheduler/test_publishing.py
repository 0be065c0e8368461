import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import ANY

import pytest
from django.db import connection

from accounts.models import Organisation
from config.celery import app
from eventlog.models import Event
from integrations.contract import Account, Published
from integrations.errors import AuthorisationLost, PermanentError, RateLimited, Reach, TransientError
from integrations.models import Lane, SocialAccount
from integrations.services.lanes import HELD_UNTIL, ensure_lanes, hold_lanes
from lib.tenancy.errands import Statement
from lib.tenancy.scope import scope
from scheduler import bells, outcomes
from scheduler.models import Publication, Queue
from scheduler.services import publishing, scheduling, sweeping, work
from scheduler.services.publishing import publish_due, publish_on_time
from scheduler.services.sweeping import give_back_expired
from scheduler.services.work import Job, Move, load, settle
from scheduler.states import Outcome, State
from tests.factories import NOON, in_minutes, make_organisation, make_post
from tests.scheduler.conftest import Acme


def test_what_is_due_goes_out_once_and_is_written_down(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account)

    publish_due(acme.clock)
    publish_due(acme.clock)

    found = acme.fresh(publication)
    [delivery] = acme.deliveries(publication)
    assert acme.sent == ["The stollen is back on Friday."]
    assert (found.state, found.network_id, found.published_at) == (State.PUBLISHED, ANY, NOON)
    assert (found.available_at, found.lease_until, found.lane.next_at) == (None, None, None)
    assert (delivery.outcome, delivery.number, delivery.http_status) == (Outcome.PUBLISHED, 1, 200)
    assert delivery.text == "The stollen is back on Friday."
    with scope(organisation=acme.organisation.pk):
        assert Event.objects.filter(name="scheduler.publication.published", subject_id=publication.pk).count() == 1


@pytest.mark.parametrize(
    ("text", "own_texts"),
    [
        ("The stollen is back.\nOn Friday.", {}),
        ("stollen " * 20, {}),
        ("s" * 100, {}),
        ("  ", {"memory": "Only for this network"}),
    ],
)
def test_the_log_names_a_post_as_lists_do(
    acme: Acme, account: SocialAccount, text: str, own_texts: dict[str, str]
) -> None:
    with scope(organisation=acme.organisation.pk):
        post = make_post(text, own_texts=own_texts)
    publication = acme.plan(account, post=post)

    publish_due(acme.clock)

    with scope(organisation=acme.organisation.pk):
        event = Event.objects.get(name="scheduler.publication.published", subject_id=publication.pk)
    assert event.subject_name.partition(" → ")[0] == post.title


def test_nothing_goes_out_before_its_hour(acme: Acme, account: SocialAccount) -> None:
    acme.plan(account, publish_at=in_minutes(1))

    assert publish_due(acme.clock) == 0
    acme.clock.forward(minutes=1)
    assert publish_due(acme.clock) == 1
    assert len(acme.sent) == 1


def test_the_delivery_is_committed_before_the_call(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account)
    seen: list[str] = []
    commit = acme.network.commit

    def look_then_commit(*args: object, **kwargs: object) -> object:
        assert connection.connection is None, "a thread that calls holds no connection"
        seen.extend(each.outcome for each in acme.deliveries(publication))
        connection.close()
        return commit(*args, **kwargs)  # type: ignore[arg-type]

    acme.network.commit = look_then_commit  # type: ignore[method-assign,assignment]
    acme.plan(account)  # two calls, so that they are made in threads
    publish_due(acme.clock)

    assert seen[0] == Outcome.OPEN


def test_a_lost_answer_is_never_repeated_blindly(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account)
    acme.network.lose_answer("commit")

    publish_due(acme.clock)
    acme.clock.forward(minutes=5)
    publish_due(acme.clock)

    found = acme.fresh(publication)
    assert (found.state, found.queue, found.reason) == (State.OUTCOME_UNKNOWN, Queue.RECONCILE, "no_answer")
    assert found.available_at == NOON + acme.network.visibility_delay
    assert acme.network.calls["commit"] == 1
    assert [each.outcome for each in acme.deliveries(publication)] == [Outcome.UNKNOWN]


def test_an_error_of_our_own_around_the_call_counts_as_a_lost_answer(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account)

    def break_down(*args: object, **kwargs: object) -> None:
        raise KeyError("id")

    acme.network.commit = break_down  # type: ignore[method-assign,assignment]
    publish_due(acme.clock)

    assert acme.fresh(publication).state == State.OUTCOME_UNKNOWN


def test_a_refusal_fails_with_its_reason_and_tells_people(
    acme: Acme, account: SocialAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = acme.plan(account)
    told: list[int] = []
    monkeypatch.setattr(outcomes, "_listeners", [lambda found, now: told.extend(each.pk for each in found)])
    error = PermanentError("refused", network="memory", status=400, code="368", detail="No.")
    acme.network.fail_next("commit", error)

    publish_due(acme.clock)

    found = acme.fresh(publication)
    [delivery] = acme.deliveries(publication)
    assert (found.state, found.reason, found.reason_data["detail"]) == (State.FAILED, "refused", "No.")
    assert (delivery.outcome, delivery.http_status, delivery.code) == (Outcome.REFUSED, 400, "368")
    assert told == [publication.pk]


def test_a_notice_that_fails_spoils_nothing(
    acme: Acme, account: SocialAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = acme.plan(account)

    def fail(found: object, now: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr(outcomes, "_listeners", [fail])
    acme.network.fail_next("commit", PermanentError("refused", network="memory"))

    publish_due(acme.clock)

    assert acme.fresh(publication).state == State.FAILED


def test_waits_grow_and_are_obeyed(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account)
    waits = []

    for _ in range(4):
        acme.network.fail_next("commit", TransientError("unavailable", network="memory", status=503))
        publish_due(acme.clock)
        found = acme.fresh(publication)
        assert found.state == State.SCHEDULED
        assert found.available_at is not None
        waits.append((found.available_at - acme.clock.now).total_seconds())
        acme.clock.now = found.available_at - timedelta(seconds=1)
        assert publish_due(acme.clock) == 0
        acme.clock.forward(seconds=1)
    publish_due(acme.clock)

    assert waits == [30, 60, 120, 240]
    assert acme.network.calls["commit"] == 5
    assert acme.fresh(publication).state == State.PUBLISHED
    outcomes_seen = [each.outcome for each in acme.deliveries(publication)]
    assert outcomes_seen == [Outcome.POSTPONED] * 4 + [Outcome.PUBLISHED]


def test_a_rate_limit_holds_the_accounts_lane_until_its_hour(acme: Acme, account: SocialAccount) -> None:
    first, second = acme.plan(account), acme.plan(account, publish_at=in_minutes(1))
    reset_at = in_minutes(9)
    acme.network.fail_next(
        "commit", RateLimited("rate_limited", network="memory", status=429, reach=Reach.ACCOUNT, reset_at=reset_at)
    )

    publish_due(acme.clock)
    acme.clock.forward(minutes=2)
    assert publish_due(acme.clock) == 0

    found = acme.fresh(first)
    assert (found.state, found.available_at, found.reason) == (State.SCHEDULED, reset_at, "rate_limited")
    assert (found.lane.not_before, found.lane.not_before_reason) == (reset_at, "rate_limited")

    acme.clock.now = reset_at
    publish_due(acme.clock)
    assert {acme.fresh(each).state for each in (first, second)} == {State.PUBLISHED}


def test_a_limit_of_the_app_holds_everybodys_lanes_at_that_network(acme: Acme, account: SocialAccount) -> None:
    other = acme.connect("cafe")
    acme.plan(account)
    second = acme.plan(other, publish_at=in_minutes(1))
    acme.network.fail_next(
        "commit", RateLimited("rate_limited", network="memory", reach=Reach.APP, reset_at=in_minutes(9))
    )

    publish_due(acme.clock)

    assert acme.fresh(second).lane.not_before == in_minutes(9)


def test_a_lost_authorisation_holds_the_account_and_reconnecting_loses_nothing(
    acme: Acme, account: SocialAccount
) -> None:
    first, second = acme.plan(account), acme.plan(account)
    for _ in range(2):
        acme.network.fail_next("commit", AuthorisationLost("access_lost", network="memory", reach=Reach.GRANT))

    publish_due(acme.clock)
    acme.clock.forward(minutes=5)
    assert publish_due(acme.clock) == 0

    found = acme.fresh(first)
    assert (found.state, found.reason) == (State.SCHEDULED, "access_lost")
    assert found.social_account.state == SocialAccount.State.LOST

    with scope(organisation=acme.organisation.pk):
        from integrations.services.lanes import resume_lanes

        SocialAccount.objects.filter(pk=account.pk).update(state=SocialAccount.State.ACTIVE)
        resume_lanes([account])
    publish_due(acme.clock)
    assert {acme.fresh(each).state for each in (first, second)} == {State.PUBLISHED}


@pytest.mark.parametrize(
    ("when_late", "state", "reason"),
    [("send", State.PUBLISHED, ""), ("ask", State.SCHEDULED, "late_ask"), ("drop", State.FAILED, "late_dropped")],
)
def test_what_is_too_late_follows_the_organisations_setting(
    acme: Acme, account: SocialAccount, when_late: str, state: State, reason: str
) -> None:
    with scope(organisation=acme.organisation.pk):
        Organisation.objects.filter(pk=acme.organisation.pk).update(when_late=when_late)
    publication = acme.plan(account)
    acme.clock.forward(minutes=11)

    publish_due(acme.clock)

    found = acme.fresh(publication)
    assert (found.state, found.reason) == (state, reason)
    assert found.available_at is None


def test_a_person_who_is_asked_may_send_it_late(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account)
    acme.clock.forward(minutes=11)
    publish_due(acme.clock)

    with scope(organisation=acme.organisation.pk):
        scheduling.send_late(publication, actor=acme.alice, now=acme.clock.now)
    publish_due(acme.clock)

    assert acme.fresh(publication).state == State.PUBLISHED


def test_what_the_judge_refuses_is_never_sent(acme: Acme, account: SocialAccount) -> None:
    with scope(organisation=acme.organisation.pk):
        from tests.factories import make_post

        post = make_post("x" * 301)
    publication = acme.plan(account, post=post)

    publish_due(acme.clock)

    found = acme.fresh(publication)
    assert (found.state, found.reason, found.reason_data["excess"]) == (State.FAILED, "text_too_long", 1)
    assert acme.network.calls["commit"] == 0


def test_many_workers_at_once_send_each_post_once(acme: Acme, account: SocialAccount) -> None:
    accounts = [account, acme.connect("cafe")]
    publications = [acme.plan(accounts[number % 2]) for number in range(60)]
    start = threading.Barrier(4)

    def work() -> int:
        start.wait()
        try:
            return publish_due(acme.clock)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        worked = sum(each.result() for each in [pool.submit(work) for _ in range(4)])

    assert (worked, len(acme.sent)) == (60, 60)
    assert {acme.fresh(each).state for each in publications} == {State.PUBLISHED}


def test_moving_between_claim_and_begin_wins(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account)
    claims = publishing.WORK.claim(now=NOON)

    with scope(organisation=acme.organisation.pk):
        scheduling.move_publication(publication, publish_at=in_minutes(60), actor=acme.alice, now=NOON)
    publishing.publish_claimed(claims, acme.clock)

    found = acme.fresh(publication)
    assert (found.state, found.publish_at, acme.sent) == (State.SCHEDULED, in_minutes(60), [])


def test_moving_between_load_and_begin_wins(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account)
    jobs = load(publishing.WORK.claim(now=NOON))

    with scope(organisation=acme.organisation.pk):
        scheduling.prepare_again(publication.post, now=NOON)

    assert publishing._begin(jobs, acme.clock) == []


def test_a_worker_that_died_before_the_call_costs_nothing(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account)
    publishing.WORK.claim(now=NOON)

    acme.clock.forward(minutes=2)
    assert give_back_expired(now=acme.clock.now) == 1
    publish_due(acme.clock)

    assert acme.fresh(publication).state == State.PUBLISHED
    assert len(acme.sent) == 1


def test_a_worker_that_died_around_the_call_leaves_an_unknown_outcome(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account)
    publishing._begin(load(publishing.WORK.claim(now=NOON)), acme.clock)

    acme.clock.forward(minutes=2)
    give_back_expired(now=acme.clock.now)
    publish_due(acme.clock)

    found = acme.fresh(publication)
    assert (found.state, found.reason, acme.sent) == (State.OUTCOME_UNKNOWN, "worker_lost", [])
    assert [each.outcome for each in acme.deliveries(publication)] == [Outcome.UNKNOWN]


def test_a_worker_that_wakes_after_its_lease_writes_nothing(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account)
    deliveries = publishing._begin(load(publishing.WORK.claim(now=NOON)), acme.clock)
    acme.clock.forward(minutes=2)
    give_back_expired(now=acme.clock.now)

    ended = publishing._commit(deliveries[0], acme.clock)
    assert settle([ended.move], now=acme.clock.now) == 0

    assert acme.fresh(publication).state == State.OUTCOME_UNKNOWN


def test_what_kills_its_worker_again_and_again_does_so_ever_more_rarely(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account)
    waits = []
    for _ in range(3):
        publishing.WORK.claim(now=acme.clock.now)
        acme.clock.forward(minutes=2)
        give_back_expired(now=acme.clock.now)
        available_at = acme.fresh(publication).available_at
        assert available_at is not None
        waits.append((available_at - acme.clock.now).total_seconds())
        acme.clock.now = available_at

    assert waits == [0, 30, 60]


def test_no_more_than_the_limit_is_in_flight_per_network(acme: Acme, account: SocialAccount) -> None:
    for _ in range(10):
        acme.plan(account)
    from dataclasses import replace

    narrow = replace(publishing.WORK, in_flight=4)

    assert [len(narrow.claim(now=NOON)) for _ in range(3)] == [4, 0, 0]
    with scope(organisation=acme.organisation.pk):
        assert Publication.objects.filter(lease_until__isnull=False).count() == 4


def test_a_lane_keeps_its_exact_bound(acme: Acme, account: SocialAccount) -> None:
    for minutes in (0, 1, 2):
        acme.plan(account, publish_at=in_minutes(minutes))

    publish_due(acme.clock)

    with scope(organisation=acme.organisation.pk):
        assert Lane.objects.get(queue=Queue.PUBLISH).next_at == in_minutes(1)


def test_a_call_that_could_not_start_in_time_is_not_made(acme: Acme, account: SocialAccount) -> None:
    """A machine that slept between the delivery's commit and the call must not make it beside a second one."""
    publication = acme.plan(account)
    begin = publishing._begin

    def sleep_long(jobs: list[Job], clock: object) -> list[publishing._Delivery]:
        begun = begin(jobs, acme.clock)
        acme.clock.forward(minutes=20)
        give_back_expired(now=acme.clock())
        return begun

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "_begin", sleep_long)
        publish_due(acme.clock)

    assert acme.network.calls["commit"] == 0
    assert acme.fresh(publication).state == State.OUTCOME_UNKNOWN  # the looks will find nothing, and it is due again


def test_a_call_put_off_before_its_lease_ended_is_due_at_once(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account)
    begin = publishing._begin

    def sleep_a_little(jobs: list[Job], clock: object) -> list[publishing._Delivery]:
        begun = begin(jobs, acme.clock)
        if len(acme.deliveries(publication)) == 1:
            acme.clock.forward(seconds=30)
        return begun

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "_begin", sleep_a_little)
        publish_due(acme.clock)

    assert acme.sent == ["The stollen is back on Friday."]
    assert [each.outcome for each in acme.deliveries(publication)] == [Outcome.POSTPONED, Outcome.PUBLISHED]


def test_one_organisation_that_cannot_be_written_keeps_nothing_from_the_others(
    acme: Acme, account: SocialAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = acme.plan(account)
    zenith = Acme(alice=acme.alice, organisation=make_organisation("Zenith", owner=acme.alice), network=acme.network)
    theirs = zenith.plan(zenith.connect("forge"))
    settle = work._settle_statement

    def fail_for_acme(moves: Sequence[Move], now: datetime) -> Statement:
        if moves[0].job.organisation_id == acme.organisation.pk:
            raise ValueError("a fault of ours")
        return settle(moves, now)

    monkeypatch.setattr(work, "_settle_statement", fail_for_acme)
    publish_due(acme.clock)
    acme.clock.forward(minutes=3)
    monkeypatch.undo()
    give_back_expired(now=acme.clock())

    assert zenith.fresh(theirs).state == State.PUBLISHED
    assert acme.fresh(mine).state == State.OUTCOME_UNKNOWN


def test_leases_of_one_organisation_that_cannot_be_given_back_hold_up_nobody(
    acme: Acme, account: SocialAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.plan(account)
    zenith = Acme(alice=acme.alice, organisation=make_organisation("Zenith", owner=acme.alice), network=acme.network)
    theirs = zenith.plan(zenith.connect("forge"))
    publishing.WORK.claim(now=acme.clock())
    give_back = sweeping._give_back

    def fail_for_acme(organisation_id: int, *args: object, **more: object) -> int:
        if organisation_id == acme.organisation.pk:
            raise ValueError("a fault of ours")
        return give_back(organisation_id, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(sweeping, "_give_back", fail_for_acme)
    give_back_expired(now=acme.clock.forward(minutes=2))

    assert zenith.fresh(theirs).lease_until is None


def test_a_limit_of_the_whole_app_leaves_held_lanes_as_they_are(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account)
    with scope(organisation=acme.organisation.pk):
        held = acme.connect("held")
        ensure_lanes(held, Queue)
        hold_lanes([held], reason="access_lost")
    acme.network.fail_next("commit", RateLimited("rate_limited", network="memory", reach=Reach.APP))

    publish_due(acme.clock)

    assert acme.fresh(publication).lane.not_before_reason == "rate_limited"
    with scope(organisation=acme.organisation.pk):
        lanes = Lane.objects.filter(social_account=held)
        assert {(lane.not_before, lane.not_before_reason) for lane in lanes} == {(HELD_UNTIL, "access_lost")}


def test_beginning_again_answers_with_what_was_begun(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account)
    jobs = load(publishing.WORK.claim(now=NOON))

    first, again = publishing._begin(jobs, acme.clock), publishing._begin(jobs, acme.clock)

    assert [each.id for each in first] == [each.id for each in again]
    assert len(acme.deliveries(publication)) == 1


def test_a_post_that_another_publication_has_taken_spoils_nobody_elses_wave(acme: Acme, account: SocialAccount) -> None:
    zenith = Acme(alice=acme.alice, organisation=make_organisation("Zenith", owner=acme.alice), network=acme.network)
    theirs = zenith.plan(zenith.connect("forge"))
    taken = acme.plan(account)
    publish_due(acme.clock)
    network_id = acme.fresh(taken).network_id
    mine, later = acme.plan(account), zenith.plan(zenith.connect("mill"))
    commit = acme.network.commit

    def always_the_same(sender: Account, *args: Any, **more: Any) -> Published:
        published = commit(sender, *args, **more)
        return replace(published, network_id=network_id) if sender.network_id == "bakery" else published

    acme.network.commit = always_the_same  # type: ignore[method-assign,assignment]
    publish_due(acme.clock)

    assert zenith.fresh(theirs).state == zenith.fresh(later).state == State.PUBLISHED
    found = acme.fresh(mine)
    assert (found.state, found.reason) == (State.OUTCOME_UNKNOWN, "taken_by_another")


@pytest.fixture
def sleeping(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let a worker's waits move the clock, and keep them."""
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        acme.clock.forward(seconds=seconds)

    monkeypatch.setattr("lib.claims.loops.time.sleep", sleep)
    return waits


def test_what_falls_due_before_the_next_bell_goes_out_at_its_moment(
    acme: Acme, account: SocialAccount, sleeping: list[float]
) -> None:
    moment = NOON + timedelta(seconds=0.3)
    publication = acme.plan(account, publish_at=moment)

    assert publish_on_time(acme.clock) == 1

    assert acme.fresh(publication).published_at == moment
    assert sleeping == [0.3]


def test_what_falls_due_after_the_next_bell_is_left_to_it(
    acme: Acme, account: SocialAccount, sleeping: list[float]
) -> None:
    acme.plan(account, publish_at=NOON + timedelta(seconds=0.6))

    assert publish_on_time(acme.clock) == 0
    assert sleeping == []


def test_nobody_waits_for_a_lane_that_is_held_back(acme: Acme, account: SocialAccount, sleeping: list[float]) -> None:
    acme.plan(account, publish_at=NOON + timedelta(seconds=0.3))
    with scope(organisation=acme.organisation.pk):
        hold_lanes([account], reason="access_lost")

    assert publish_on_time(acme.clock) == 0
    assert sleeping == []


def test_where_there_is_more_than_one_worker_takes_another_is_called_once(
    acme: Acme, account: SocialAccount, sleeping: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Queue] = []
    monkeypatch.setattr(bells, "ring", rung.append)
    for _ in range(2 * publishing.WORK.batch):
        acme.plan(account)

    publish_on_time(acme.clock)
    acme.plan(account)
    publish_on_time(acme.clock)

    assert rung == [Queue.PUBLISH]


def test_a_worker_waits_no_longer_than_until_beat_rings_again() -> None:
    assert app.conf.beat_schedule["publish"]["schedule"] == bells.PUBLISH_EVERY.total_seconds()


def test_nobodys_many_lanes_keep_anothers_only_one_out_of_sight(acme: Acme) -> None:
    zenith = Acme(alice=acme.alice, organisation=make_organisation("Zenith", owner=acme.alice), network=acme.network)
    theirs = zenith.plan(zenith.connect("forge"))
    work = replace(publishing.WORK, batch=1)
    for number in range(51):  # more than a claim of one looks at, and due for longer
        acme.plan(acme.connect(f"bakery-{number}"), publish_at=NOON - timedelta(hours=1))

    claimed = {claim.id for _turn in range(40) for claim in work.claim(now=NOON)}

    assert theirs.pk in claimed

"""Choosing how long to keep what: bounds, the seven days of a shortened rule, changing one's mind."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from lib.tenancy.scope import scope
from privacy.models import LegalHold, RetentionPolicy
from privacy.periods import Period, days, months, years
from privacy.record_classes import Mode
from privacy.rules import in_force
from privacy.services.holds import NothingToHold, Wanted, place_hold
from privacy.services.policies import Choice, NotAllowed, choose_policy, withdraw_pending
from tests.factories import NOON
from tests.houses import House
from tests.moderation.factories import make_thread

DAY = timedelta(days=1)


@pytest.fixture
def acme(house: House) -> Iterator[House]:
    with scope(organisation=house.acme.pk, user=house.alice.pk):
        yield house


def choose(
    house: House, key: str, period: Period | None, *, at: datetime = NOON, mode: Mode = Mode.DELETE
) -> RetentionPolicy:
    return choose_policy(Choice(key=key, period=period, mode=mode), actor=house.alice, at=at, time_zone="Europe/Paris")


def test_without_a_choice_the_default_holds(acme: House) -> None:
    assert in_force("messages", at=NOON).period == years(2)


def test_a_shortened_rule_first_runs_in_the_night_after_seven_days(acme: House) -> None:
    policy = choose(acme, "messages", months(18))

    assert policy.effective_at == datetime(2026, 12, 17, 1, 0, tzinfo=UTC)  # two at night in Paris
    assert in_force("messages", at=NOON + 7 * DAY).period == years(2)
    assert in_force("messages", at=NOON + 8 * DAY).period == months(18)


def test_a_lengthened_rule_holds_at_once(acme: House) -> None:
    choose(acme, "messages", years(5))

    assert in_force("messages", at=NOON).period == years(5)


def test_changing_ones_mind_withdraws_what_has_not_begun(acme: House) -> None:
    choose(acme, "messages", months(12))
    choose(acme, "messages", months(18), at=NOON + 3 * DAY)

    assert in_force("messages", at=NOON + 8 * DAY).period == years(2)
    assert in_force("messages", at=NOON + 11 * DAY).period == months(18)

    assert withdraw_pending("messages", at=NOON + 4 * DAY)
    assert in_force("messages", at=NOON + 100 * DAY).period == years(2)
    assert not withdraw_pending("messages", at=NOON + 4 * DAY)


def test_deleting_instead_of_anonymising_waits_as_well(acme: House) -> None:
    choose(acme, "people", years(2), mode=Mode.ANONYMISE)

    assert in_force("people", at=NOON).mode is Mode.DELETE
    assert in_force("people", at=NOON + 8 * DAY).mode is Mode.ANONYMISE


@pytest.mark.parametrize(
    ("key", "period", "mode"),
    [
        ("messages", days(29), Mode.DELETE),
        ("messages", Period(months=121), Mode.DELETE),
        ("messages", None, Mode.DELETE),
        ("messages", years(1), Mode.ANONYMISE),
        ("raw_events", days(31), Mode.DELETE),
        ("contract_end", days(91), Mode.DELETE),
        ("event_log", years(1), Mode.DELETE),
        ("connect_attempts", days(2), Mode.DELETE),
        ("whatever", years(1), Mode.DELETE),
    ],
)
def test_what_is_outside_the_bounds_is_refused(acme: House, key: str, period: Period | None, mode: Mode) -> None:
    with pytest.raises(NotAllowed):
        choose(acme, key, period, mode=mode)

    assert not RetentionPolicy.objects.exists()


@pytest.mark.parametrize(
    ("key", "period"),
    [
        ("messages", days(30)),
        ("messages", years(10)),
        ("raw_events", days(1)),
        ("raw_events", days(30)),
        ("posts", None),
        ("contract_end", days(0)),
        ("contract_end", days(90)),
    ],
)
def test_the_bounds_themselves_are_allowed(acme: House, key: str, period: Period | None) -> None:
    assert choose(acme, key, period).record_class == key


def test_a_choice_is_its_organisations_alone(acme: House) -> None:
    choose(acme, "messages", years(5))

    with scope(organisation=acme.elsewhere.pk):
        assert in_force("messages", at=NOON).period == years(2)


def test_a_hold_names_what_is_there(acme: House) -> None:
    with scope(organisation=acme.elsewhere.pk):
        theirs = make_thread()

    for wrong in [
        Wanted(title="x", reason="y", scope="thread", subject_id=theirs.pk),
        Wanted(title="x", reason="y", scope="record_class", record_class="whatever"),
    ]:
        with pytest.raises(NothingToHold):
            place_hold(wanted=wrong, actor=acme.alice, at=NOON)


def test_the_database_refuses_a_hold_that_names_nothing(acme: House) -> None:
    with pytest.raises(IntegrityError, match="hold_names_what_its_scope_says"), transaction.atomic():
        LegalHold.objects.create(title="x", reason="y", scope="thread")

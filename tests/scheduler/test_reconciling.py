from datetime import timedelta
from itertools import count

import pytest

from integrations.contract import Findings, Sighting
from integrations.errors import PermanentError, TransientError
from integrations.models import SocialAccount
from lib.tenancy.scope import scope
from scheduler.models import Look, Publication, Queue
from scheduler.services.publishing import publish_due
from scheduler.services.reconciling import reconcile_due
from scheduler.states import Outcome, State
from tests.factories import NOON, make_organisation, make_post
from tests.scheduler.conftest import Acme


def looks(acme: Acme, publication: Publication) -> list[str]:
    with scope(organisation=acme.organisation.pk):
        return [each.verdict for each in Look.objects.filter(delivery__publication=publication)]


def lose(acme: Acme, account: SocialAccount, *, done: bool) -> Publication:
    publication = acme.plan(account)
    acme.network.lose_answer("commit", done=done)
    publish_due(acme.clock)
    return publication


def test_nobody_looks_before_the_network_can_show_it(acme: Acme, account: SocialAccount) -> None:
    lose(acme, account, done=True)

    acme.clock.forward(seconds=29)

    assert reconcile_due(acme.clock) == 0


def test_what_is_found_is_published(acme: Acme, account: SocialAccount) -> None:
    publication = lose(acme, account, done=True)

    acme.clock.forward(seconds=30)
    reconcile_due(acme.clock)

    found = acme.fresh(publication)
    assert (found.state, found.published_at, found.available_at) == (State.PUBLISHED, NOON, None)
    assert found.network_id == acme.network.posts["bakery"][0].network_id
    assert [each.outcome for each in acme.deliveries(publication)] == [Outcome.PUBLISHED]
    assert (looks(acme, publication), acme.network.calls["commit"]) == (["found"], 1)


def test_two_looks_that_find_nothing_make_it_due_again(acme: Acme, account: SocialAccount) -> None:
    publication = lose(acme, account, done=False)

    acme.clock.forward(seconds=30)
    reconcile_due(acme.clock)
    first = acme.fresh(publication)
    assert (first.state, first.available_at) == (State.OUTCOME_UNKNOWN, acme.clock.now + timedelta(seconds=30))

    acme.clock.forward(seconds=30)
    reconcile_due(acme.clock)
    second = acme.fresh(publication)
    assert (second.state, second.queue) == (State.SCHEDULED, Queue.PUBLISH)
    publish_due(acme.clock)

    assert acme.fresh(publication).state == State.PUBLISHED
    assert looks(acme, publication) == ["nothing", "nothing"]
    assert [each.outcome for each in acme.deliveries(publication)] == [Outcome.ABSENT, Outcome.PUBLISHED]
    assert len(acme.sent) == 1


def test_what_only_resembles_it_goes_to_a_person(acme: Acme, account: SocialAccount) -> None:
    publication = lose(acme, account, done=False)
    alike = Sighting(network_id="7", permalink="https://m.example/7", text="Alike", published_at=NOON, media_count=0)
    acme.network.find_published = lambda *args, **kwargs: Findings(candidates=(alike,))  # type: ignore[method-assign]

    acme.clock.forward(seconds=30)
    reconcile_due(acme.clock)
    acme.clock.forward(days=1)
    assert reconcile_due(acme.clock) == 0

    found = acme.fresh(publication)
    assert (found.state, found.available_at, found.reason) == (State.OUTCOME_UNKNOWN, None, "look_alike")
    with scope(organisation=acme.organisation.pk):
        [look] = Look.objects.all()
    assert (look.verdict, look.sightings[0]["text"]) == ("alike", "Alike")


def test_a_look_that_fails_proves_nothing_and_comes_again_later_each_time(acme: Acme, account: SocialAccount) -> None:
    publication = lose(acme, account, done=True)
    acme.clock.forward(seconds=30)
    waits = []
    for _ in range(3):
        acme.network.fail_next("find_published", TransientError("unavailable", network="memory"))
        reconcile_due(acme.clock)
        available_at = acme.fresh(publication).available_at
        assert available_at is not None
        waits.append((available_at - acme.clock.now).total_seconds())
        acme.clock.now = available_at
    reconcile_due(acme.clock)

    assert waits == [30, 60, 120]
    assert acme.fresh(publication).state == State.PUBLISHED


def test_after_many_looks_without_a_verdict_a_person_is_asked(acme: Acme, account: SocialAccount) -> None:
    publication = lose(acme, account, done=True)
    for _ in range(8):
        acme.clock.forward(hours=2)
        acme.network.fail_next("find_published", TransientError("unavailable", network="memory"))
        reconcile_due(acme.clock)

    found = acme.fresh(publication)
    assert (found.state, found.available_at) == (State.OUTCOME_UNKNOWN, None)


def test_a_look_that_does_not_reach_back_far_enough_proves_nothing(acme: Acme, account: SocialAccount) -> None:
    publication = lose(acme, account, done=False)
    acme.network.find_published = lambda *args, **kwargs: Findings(covered=False)  # type: ignore[method-assign]

    for _ in range(4):
        acme.clock.forward(hours=1)
        reconcile_due(acme.clock)

    assert acme.fresh(publication).state == State.OUTCOME_UNKNOWN
    assert acme.network.calls["commit"] == 1


@pytest.mark.parametrize("is_there", [True, False])
def test_a_refusal_as_a_copy_is_looked_into_before_anybody_is_told(
    acme: Acme, account: SocialAccount, is_there: bool
) -> None:
    publication = acme.plan(account)
    error = PermanentError("x_duplicate", network="memory", status=403, look_first=True)
    acme.network.fail_next("commit", error, done=is_there)

    publish_due(acme.clock)
    acme.clock.forward(seconds=30)
    reconcile_due(acme.clock)

    found = acme.fresh(publication)
    assert found.state == (State.PUBLISHED if is_there else State.FAILED)
    assert found.reason == ("" if is_there else "x_duplicate")
    assert acme.network.calls["commit"] == 1


@pytest.mark.parametrize(("named", "state"), [("900", State.PUBLISHED), ("7", State.FAILED)])
def test_a_refusal_that_names_the_earlier_post_is_settled_by_that_one(
    acme: Acme, account: SocialAccount, named: str, state: State
) -> None:
    """No list would show it for half a minute yet."""
    acme.network._numbers = count(900)
    publication = acme.plan(account)
    error = PermanentError("x_duplicate", network="memory", status=422, look_first=True, same_as=named)
    acme.network.fail_next("commit", error, done=True)

    publish_due(acme.clock)
    reconcile_due(acme.clock)

    assert acme.fresh(publication).state == state
    assert acme.network.calls["find_named"] == 1


def test_two_of_the_same_words_are_not_taken_for_one_post(acme: Acme, account: SocialAccount) -> None:
    with scope(organisation=acme.organisation.pk):
        posts = [make_post("Same words"), make_post("Same words")]
    first, second = (acme.plan(account, post=post) for post in posts)
    acme.network.lose_answer("commit", done=True)
    acme.network.lose_answer("commit", done=False)
    publish_due(acme.clock)

    acme.clock.forward(seconds=30)
    reconcile_due(acme.clock)

    found = [acme.fresh(first), acme.fresh(second)]
    assert sum(each.state == State.PUBLISHED for each in found) == 1
    assert sum(each.state == State.OUTCOME_UNKNOWN for each in found) == 1


def test_a_post_of_another_organisation_on_the_same_page_is_not_taken_for_ours(
    acme: Acme, account: SocialAccount
) -> None:
    """Both send the same words at the same second; theirs arrives, ours does not."""
    other = Acme(alice=acme.alice, organisation=make_organisation("Other"), network=acme.network, clock=acme.clock)
    theirs = other.plan(other.connect("bakery"))
    publish_due(acme.clock)
    assert other.fresh(theirs).state == State.PUBLISHED
    publication = lose(acme, account, done=False)

    for _ in range(2):
        acme.clock.forward(seconds=30)
        reconcile_due(acme.clock)
    assert acme.fresh(publication).state == State.SCHEDULED
    publish_due(acme.clock)

    ours = acme.fresh(publication)
    assert (ours.state, len(acme.sent)) == (State.PUBLISHED, 2)
    assert ours.network_id != other.fresh(theirs).network_id

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from eventlog.models import Event
from integrations.models import SocialAccount
from integrations.services.lanes import HELD_UNTIL, ensure_lanes, hold_lanes, resume_lanes
from lib.tenancy.scope import scope
from scheduler.models import Delivery, PostAsset, Publication, Queue
from scheduler.services import scheduling
from scheduler.services.refusals import NotPossible
from scheduler.states import Outcome, State
from tests.factories import NOON, in_minutes, make_asset, make_post
from tests.scheduler.conftest import Acme

EVENING = NOON + timedelta(hours=6)


def draft(account: SocialAccount, state: State = State.DRAFT) -> Publication:
    publication: Publication = Publication.objects.create(post=make_post(), social_account=account, state=state)
    return publication


@pytest.fixture(autouse=True)
def _in_scope(acme: Acme) -> Iterator[None]:
    with scope(organisation=acme.organisation.pk, user=acme.alice.pk):
        yield


def test_a_scheduled_text_waits_in_its_lane_for_its_hour(acme: Acme, account: SocialAccount) -> None:
    publication = draft(account)

    planned = scheduling.schedule_post(publication.post, publish_at=EVENING, actor=acme.alice, now=NOON)

    assert planned == [publication]
    found = planned[0]
    assert (found.state, found.publish_at, found.available_at) == (State.SCHEDULED, EVENING, EVENING)
    assert (found.queue, found.is_prepared, found.lane.next_at) == (Queue.PUBLISH, True, EVENING)
    assert Event.objects.filter(name="scheduler.post.scheduled", actor_id=acme.alice.pk).count() == 1


def test_a_picture_starts_ahead_of_its_hour(acme: Acme, account: SocialAccount) -> None:
    publication = draft(account)
    PostAsset.objects.create(post=publication.post, asset=make_asset(), position=0)

    [found] = scheduling.schedule_post(publication.post, publish_at=EVENING, actor=acme.alice, now=NOON)

    assert (found.queue, found.is_prepared) == (Queue.MEDIA, False)
    assert found.available_at == EVENING - scheduling.MEDIA_LEAD


def test_an_hour_that_has_passed_means_at_once_and_a_second_click_changes_nothing(
    acme: Acme, account: SocialAccount
) -> None:
    publication = draft(account, State.APPROVED)

    scheduling.schedule_post(publication.post, publish_at=NOON - timedelta(hours=1), actor=acme.alice, now=NOON)
    scheduling.schedule_post(
        publication.post, publish_at=NOON - timedelta(hours=1), actor=acme.alice, now=in_minutes(1)
    )

    publication.refresh_from_db()
    assert publication.publish_at == NOON
    assert Event.objects.filter(name="scheduler.post.scheduled").count() == 1


def test_moving_takes_the_row_back_from_a_worker_that_holds_it(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account)
    Publication.objects.filter(pk=publication.pk).update(lease_until=in_minutes(1), lease_token=7)

    scheduling.move_publication(publication, publish_at=EVENING, actor=acme.alice, now=NOON)

    assert (publication.publish_at, publication.available_at) == (EVENING, EVENING)
    assert (publication.lease_until, publication.lease_token) == (None, 8)


def test_what_waits_for_a_retry_and_is_moved_goes_at_its_new_hour_only(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account, available_at=in_minutes(2), attempts=3, reason="unavailable")

    scheduling.move_publication(publication, publish_at=EVENING, actor=acme.alice, now=in_minutes(1))

    assert (publication.available_at, publication.attempts, publication.reason) == (EVENING, 0, "")


@pytest.mark.parametrize("state", [State.SENDING, State.PUBLISHED, State.OUTCOME_UNKNOWN, State.CANCELLED])
def test_what_is_on_its_way_or_ended_is_not_moved_nor_cancelled(
    acme: Acme, account: SocialAccount, state: State
) -> None:
    publication = acme.plan(account, state=state, network_id="1", available_at=None)

    acts: list[Callable[[], None]] = [
        lambda: scheduling.move_publication(publication, publish_at=EVENING, actor=acme.alice, now=NOON),
        lambda: scheduling.cancel_publication(publication, actor=acme.alice, now=NOON),
    ]
    for act in acts:
        with pytest.raises(NotPossible):
            act()

    publication.refresh_from_db()
    assert publication.state == state


def test_a_page_that_is_out_of_date_cannot_cancel_what_went_out_meanwhile(acme: Acme, account: SocialAccount) -> None:
    seen = acme.plan(account)
    Publication.objects.filter(pk=seen.pk).update(state=State.SENDING)

    with pytest.raises(NotPossible, match="being_sent"):
        scheduling.cancel_publication(seen, actor=acme.alice, now=NOON)


def test_a_failed_one_is_retried_with_nothing_kept_of_its_uploads(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account, state=State.FAILED, available_at=None, progress={"media": 1}, reason="refused")

    scheduling.retry_publication(publication, actor=acme.alice, now=EVENING)

    assert (publication.state, publication.available_at) == (State.SCHEDULED, EVENING)
    assert (publication.progress, publication.reason) == ({}, "")


def unknown(acme: Acme, account: SocialAccount) -> tuple[Publication, Delivery]:
    publication = acme.plan(account, state=State.OUTCOME_UNKNOWN, queue=Queue.RECONCILE)
    delivery = Delivery.objects.create(
        publication=publication,
        number=1,
        lease_token=1,
        fingerprint="f",
        outcome=Outcome.UNKNOWN,
        started_at=NOON,
    )
    return publication, delivery


def test_a_person_may_recognise_the_post_of_an_unknown_outcome(acme: Acme, account: SocialAccount) -> None:
    publication, delivery = unknown(acme, account)

    scheduling.record_as_published(
        publication, network_id="99", permalink="https://x.example/99", published_at=None, actor=acme.alice, now=EVENING
    )

    delivery.refresh_from_db()
    assert (publication.state, publication.network_id, publication.available_at) == (State.PUBLISHED, "99", None)
    assert delivery.outcome == Outcome.PUBLISHED


def test_one_post_of_the_network_is_not_recognised_twice(acme: Acme, account: SocialAccount) -> None:
    acme.plan(account, state=State.PUBLISHED, network_id="99", available_at=None)
    publication, _delivery = unknown(acme, account)

    with pytest.raises(NotPossible):
        scheduling.record_as_published(
            publication, network_id="99", permalink="", published_at=None, actor=acme.alice, now=EVENING
        )


def test_a_person_may_send_again_what_is_not_there(acme: Acme, account: SocialAccount) -> None:
    publication, delivery = unknown(acme, account)
    publication.available_at = publication.lease_until = None  # our own looks are over
    publication.save()

    scheduling.send_again(publication, actor=acme.alice, now=EVENING)

    delivery.refresh_from_db()
    assert (publication.state, publication.queue) == (State.SCHEDULED, Queue.PUBLISH)
    assert (publication.publish_at, publication.lane.next_at) == (EVENING, EVENING)
    assert delivery.outcome == Outcome.ABSENT


def test_new_words_are_prepared_anew_and_keep_their_hour(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account, publish_at=EVENING)
    PostAsset.objects.create(post=publication.post, asset=make_asset(), position=0)

    scheduling.prepare_again(publication.post, now=NOON)

    publication.refresh_from_db()
    assert (publication.queue, publication.is_prepared, publication.publish_at) == (Queue.MEDIA, False, EVENING)


def test_lanes_of_a_lost_account_are_held_from_the_start_and_until_it_returns(
    acme: Acme, account: SocialAccount
) -> None:
    account.state, account.state_reason = SocialAccount.State.LOST, "access_lost"
    account.save()

    lanes = ensure_lanes(account, Queue)
    assert {(each.not_before, each.not_before_reason) for each in lanes.values()} == {(HELD_UNTIL, "access_lost")}

    resume_lanes([account])
    assert {each.not_before for each in ensure_lanes(account, Queue).values()} == {None}

    hold_lanes([account], reason="disconnected")
    assert {each.not_before for each in ensure_lanes(account, Queue).values()} == {HELD_UNTIL}

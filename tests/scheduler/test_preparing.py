import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from integrations import vault
from integrations.contract import Operation
from integrations.errors import PermanentError, TransientError
from integrations.models import Lane, SocialAccount
from lib.tenancy.scope import scope
from scheduler.models import PostAsset, Publication, Queue
from scheduler.services import preparing, progress, scheduling
from scheduler.services.preparing import prepare_due
from scheduler.services.publishing import publish_due
from scheduler.services.sweeping import give_back_expired
from scheduler.services.work import load
from scheduler.states import State
from tests.factories import NOON, in_minutes, make_asset, make_post
from tests.scheduler.conftest import Acme

EVENING = NOON + timedelta(hours=6)


@pytest.fixture
def with_pictures(acme: Acme, account: SocialAccount) -> Publication:
    """Two pictures, planned for the evening."""
    with scope(organisation=acme.organisation.pk):
        post = make_post()
        for position in range(2):
            PostAsset.objects.create(post=post, asset=make_asset(), position=position, alt_text="A loaf")
        publication = Publication.objects.create(post=post, social_account=account)
        scheduling.schedule_post(post, publish_at=EVENING, actor=acme.alice, now=NOON)
        publication.refresh_from_db()
        assert isinstance(publication, Publication)
        return publication


def progress_of(publication: Publication) -> Mapping[str, Any]:
    found = progress.find(
        publication.progress, organisation_id=publication.organisation_id, publication_id=publication.pk
    )
    assert found is not None
    return found


def test_media_go_up_ahead_and_the_post_at_its_hour(acme: Acme, with_pictures: Publication) -> None:
    acme.clock.now = EVENING - timedelta(minutes=16)
    assert prepare_due(acme.clock) == 0

    acme.clock.forward(minutes=1)
    prepare_due(acme.clock)
    found = acme.fresh(with_pictures)
    assert (found.queue, found.is_prepared, found.available_at) == (Queue.PUBLISH, True, EVENING)
    assert len(progress_of(found)["media"]) == 2
    assert publish_due(acme.clock) == 0

    acme.clock.now = EVENING
    publish_due(acme.clock)
    assert acme.fresh(with_pictures).state == State.PUBLISHED
    assert acme.network.calls["upload"] == 2


def test_an_upload_that_fails_goes_on_where_it_stopped(acme: Acme, with_pictures: Publication) -> None:
    acme.clock.now = EVENING - timedelta(minutes=15)
    upload = acme.network._call
    failing = {"left": 1}

    def second_fails(method: str, act: Any) -> Any:
        if method == "upload" and acme.network.calls["upload"] == 1 and failing["left"]:
            failing["left"] -= 1
            raise TransientError("unavailable", network="memory", status=503)
        return upload(method, act)

    acme.network._call = second_fails  # type: ignore[method-assign]
    prepare_due(acme.clock)
    found = acme.fresh(with_pictures)
    assert (found.reason, len(progress_of(found)["media"])) == ("unavailable", 1)
    assert found.available_at == acme.clock.now + timedelta(seconds=30)

    acme.clock.forward(seconds=30)
    prepare_due(acme.clock)
    assert acme.fresh(with_pictures).is_prepared
    assert acme.network.calls["upload"] == 2


def test_a_network_that_takes_its_time_is_asked_again_when_it_said(acme: Acme, with_pictures: Publication) -> None:
    acme.network.processing_checks = 1
    acme.clock.now = EVENING - timedelta(minutes=15)

    prepare_due(acme.clock)
    found = acme.fresh(with_pictures)
    assert (found.queue, found.reason) == (Queue.MEDIA, "media_processing")
    assert found.available_at == acme.clock.now + timedelta(seconds=5)

    acme.clock.forward(seconds=5)
    prepare_due(acme.clock)
    assert acme.fresh(with_pictures).is_prepared


def test_a_picture_that_is_refused_fails_before_the_hour(acme: Acme, with_pictures: Publication) -> None:
    acme.clock.now = EVENING - timedelta(minutes=15)
    acme.network.fail_next("upload", PermanentError("media_refused", network="memory", status=400))

    prepare_due(acme.clock)

    found = acme.fresh(with_pictures)
    assert (found.state, found.reason, acme.network.calls["commit"]) == (State.FAILED, "media_refused", 0)


def test_cancelling_stops_an_upload_that_is_under_way(acme: Acme, with_pictures: Publication) -> None:
    acme.clock.now = EVENING - timedelta(minutes=15)
    claims = preparing.WORK.claim(now=acme.clock.now)
    with scope(organisation=acme.organisation.pk):
        Publication.objects.filter(pk=with_pictures.pk).update(lease_token=99)  # as every act of a person does

    jobs = load(claims)
    assert jobs == []


def test_what_is_taken_back_between_two_uploads_is_let_go(acme: Acme, with_pictures: Publication) -> None:
    acme.clock.now = EVENING - timedelta(minutes=15)
    call = acme.network._call

    def take_back(method: str, act: Any) -> Any:
        if method == "upload" and acme.network.calls["upload"] == 0:
            from django.db import connection

            with scope(organisation=acme.organisation.pk):
                publication = Publication.objects.select_related("post", "social_account").get(pk=with_pictures.pk)
                scheduling.cancel_publication(publication, actor=acme.alice, now=acme.clock.now)
            connection.close()
        return call(method, act)

    acme.network._call = take_back  # type: ignore[method-assign]
    prepare_due(acme.clock)

    assert acme.fresh(with_pictures).state == State.CANCELLED
    assert acme.network.calls["upload"] == 1


def test_media_that_the_network_forgot_are_uploaded_anew(acme: Acme, with_pictures: Publication) -> None:
    acme.clock.now = EVENING - timedelta(minutes=15)
    prepare_due(acme.clock)
    acme.clock.now = EVENING
    acme.network.fail_next("commit", PermanentError("media_expired", network="memory", status=400))

    publish_due(acme.clock)
    prepare_due(acme.clock)
    publish_due(acme.clock)

    assert acme.fresh(with_pictures).state == State.PUBLISHED
    assert (acme.network.calls["upload"], len(acme.sent)) == (4, 1)


def test_an_unprepared_publication_in_the_publish_queue_is_prepared_first(acme: Acme, account: SocialAccount) -> None:
    publication = acme.plan(account, is_prepared=False)
    with scope(organisation=acme.organisation.pk):
        PostAsset.objects.create(post=publication.post, asset=make_asset(), position=0)

    publish_due(acme.clock)
    assert acme.fresh(publication).queue == Queue.MEDIA
    prepare_due(acme.clock)
    publish_due(acme.clock)

    assert acme.fresh(publication).state == State.PUBLISHED


def test_a_file_that_is_gone_is_tried_again_and_no_call_is_made(acme: Acme, tmp_path: Path) -> None:
    account = acme.connect("cafe")
    publication = acme.plan(account, queue=Queue.MEDIA, is_prepared=False, publish_at=in_minutes(5), available_at=NOON)
    with scope(organisation=acme.organisation.pk):
        PostAsset.objects.create(post=publication.post, asset=make_asset(storage_key="gone.jpg"), position=0)

    def open_and_read(*args: Any, **kwargs: Any) -> Any:
        args[1].media[0].open(0)

    acme.network.prepare = open_and_read  # type: ignore[method-assign]
    prepare_due(acme.clock)

    found = acme.fresh(publication)
    assert (found.state, found.reason) == (State.SCHEDULED, "media_unreadable")


def test_a_slow_upload_keeps_its_lease_while_its_worker_lives(
    acme: Acme, with_pictures: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.clock.now = EVENING - timedelta(minutes=15)
    call, renew, renewed = acme.network._call, preparing._renew, Event()
    given_back: list[int] = []

    def renew_and_sweep(*args: Any) -> None:
        renew(*args)
        given_back.append(give_back_expired(now=acme.clock.now))
        renewed.set()

    def slowly(method: str, act: Any) -> Any:
        for _part in range(5 if method == "upload" else 0):  # in one call, which saves nothing meanwhile
            renewed.clear()
            acme.clock.forward(seconds=40)
            assert renewed.wait(timeout=10)
        return call(method, act)

    monkeypatch.setattr(preparing, "_renew", renew_and_sweep)
    acme.network._call = slowly  # type: ignore[method-assign]
    prepare_due(acme.clock)

    assert acme.fresh(with_pictures).is_prepared
    assert (given_back, acme.network.calls["upload"]) == ([0] * 10, 2)


def test_an_upload_is_kept_sealed_and_only_until_the_post_is_out(acme: Acme, with_pictures: Publication) -> None:
    acme.clock.now = EVENING - timedelta(minutes=15)
    prepare_due(acme.clock)
    found = acme.fresh(with_pictures)

    assert found.progress.keys() == {"sealed"}
    assert not [each for each in progress_of(found)["media"].values() if each in json.dumps(found.progress)]

    acme.clock.now = EVENING
    publish_due(acme.clock)
    assert acme.fresh(with_pictures).progress == {}


def test_what_an_earlier_release_kept_open_is_read(acme: Acme, with_pictures: Publication) -> None:
    kept = {"media": {"loaf": "media-1"}}
    with scope(organisation=acme.organisation.pk):
        Publication.objects.filter(pk=with_pictures.pk).update(progress=kept)
    acme.clock.now = EVENING - timedelta(minutes=15)
    [job] = load(preparing.WORK.claim(now=acme.clock.now))

    assert job.progress == kept


def test_what_no_longer_opens_is_uploaded_anew(acme: Acme, with_pictures: Publication) -> None:
    acme.clock.now = EVENING - timedelta(minutes=15)
    prepare_due(acme.clock)
    vault.keyring().add_data_key(acme.organisation.pk)
    vault.keyring().drop_old_data_keys(acme.organisation.pk)
    with scope(organisation=acme.organisation.pk):
        acme.give_access(SocialAccount.objects.select_related("grant").get(pk=with_pictures.social_account_id).grant)

    acme.clock.now = EVENING
    publish_due(acme.clock)
    prepare_due(acme.clock)
    publish_due(acme.clock)

    assert acme.fresh(with_pictures).state == State.PUBLISHED
    assert (acme.network.calls["upload"], len(acme.sent)) == (4, 1)


def test_an_upload_is_counted_when_it_begins_and_not_with_each_look(acme: Acme, with_pictures: Publication) -> None:
    asked: list[Operation] = []

    def cost(operation: Operation, *_: Any, **__: Any) -> dict[str, int]:
        asked.append(operation)
        return {}

    acme.network.cost = cost  # type: ignore[method-assign]
    acme.network.processing_checks = 1
    acme.clock.now = EVENING - timedelta(minutes=15)
    prepare_due(acme.clock)
    acme.clock.forward(seconds=5)
    prepare_due(acme.clock)

    assert acme.fresh(with_pictures).is_prepared
    assert asked == [Operation.PREPARE, Operation.CHECK, Operation.CHECK]


def test_uploads_that_are_used_up_leave_what_is_ready_its_hour(acme: Acme, with_pictures: Publication) -> None:
    acme.network.cost = lambda operation, *_, **__: {"memory.posts": 101 * (operation is Operation.PREPARE)}  # type: ignore[method-assign]
    acme.clock.now = EVENING - timedelta(minutes=15)
    prepare_due(acme.clock)

    assert acme.fresh(with_pictures).reason == "over_budget"
    with scope(organisation=acme.organisation.pk):
        held = Lane.objects.exclude(not_before=None).values_list("queue", flat=True)
        assert list(held) == [Queue.MEDIA]

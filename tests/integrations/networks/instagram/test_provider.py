"""What Instagram does differently: accounts on pages, containers that wait and end, the day's quota, bytes of films."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from integrations.contract import Account, Composition, Feature, Form, Kind, Operation, Progress
from integrations.errors import AuthorisationLost, OutcomeUnknown, PermanentError, RateLimited, TransientError
from integrations.networks._shared.meta.versions import graph_version
from tests.hosting import Shelf
from tests.integrations.networks.instagram.stage import InstagramStage, stage_at
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Fault, Step, Stopped, film, now
from tests.integrations.networks.stage import Shelf as Progresses
from tests.integrations.networks.twins import FAULTS

DAY = timedelta(days=1)


@pytest.fixture
def stage(sandbox: Sandbox, shelf: Shelf) -> InstagramStage:
    return InstagramStage(sandbox, shelf=shelf)


@pytest.fixture
def bytes_stage(sandbox: Sandbox, shelf: Shelf) -> InstagramStage:
    return stage_at(sandbox, shelf, films_as_bytes=True)


def prepared(
    stage: InstagramStage, account: Account, wanted: Composition, progress: Progress | None = None
) -> Progress:
    return stage.provider.prepare(account, wanted, progress or {}, save=Progresses(), now=now())


def settled(stage: InstagramStage, account: Account, wanted: Composition, progress: Progress) -> Progress:
    """Check, and prepare further where that is asked, until it is ready."""
    for _ in range(60):
        readiness = stage.provider.check(account, wanted, progress, now=now())
        if readiness.ready:
            return progress
        if readiness.prepare_again:
            progress = prepared(stage, account, wanted, progress)
        time.sleep(0.1)
    raise AssertionError("never ready")


# connecting


def test_only_pages_with_an_account_are_listed(stage: InstagramStage) -> None:
    found = stage.presences()

    assert [each.handle for each in found] == ["hartleyandrye", "fournillambert", "corriecycles"]
    assert all(each.credentials and each.details["page_id"] and each.permalink.endswith("/") for each in found)
    assert found[0].able == frozenset({Feature.PUBLISH, Feature.ENGAGE, Feature.MESSAGES, Feature.INSIGHTS})


def test_a_role_that_may_only_look_publishes_nothing(sandbox: Sandbox, shelf: Shelf) -> None:
    marek = InstagramStage(sandbox, shelf=shelf, person="10150000000000005")

    able = {each.handle: each.able for each in marek.presences()}

    assert able["tidewatermuseum"] == frozenset()
    assert Feature.PUBLISH in able["corriecycles"]


def test_what_was_refused_is_told_and_the_rest_works(stage: InstagramStage) -> None:
    access = stage.connect(list(Feature), refused=["instagram_manage_insights"])

    assert access.missing == {"instagram_manage_insights"}
    assert list(stage.provider.list_presences(access.credentials, now=now()))


def test_a_first_comment_is_refused_where_the_grant_has_no_room_for_it(stage: InstagramStage) -> None:
    access = stage.connect(list(Feature), refused=["instagram_manage_comments"])
    presence = next(stage.provider.list_presences(access.credentials, now=now()))
    wanted = stage.compose(Kind.IMAGE, first_comment="#rye")

    problems = stage.provider.validate(wanted, details=presence.details)

    assert Feature.PUBLISH in presence.able
    assert [(each.field, each.key) for each in problems] == [("first_comment", "first_comment_not_allowed")]


def test_an_account_connected_before_says_so_at_the_next_look(stage: InstagramStage) -> None:
    account = stage.account()
    older = replace(account, details={"page_id": account.details["page_id"]}, features=frozenset({Feature.PUBLISH}))

    assert stage.provider.describe(older, now=now()).details["comments"] == "refused"
    assert stage.provider.describe(account, now=now()).details["comments"] == "allowed"


def test_roles_of_a_portfolio_ask_for_two_more_permissions(sandbox: Sandbox, shelf: Shelf) -> None:
    stage = stage_at(sandbox, shelf, portfolio_roles=True)

    assert {"ads_read", "business_management"} <= stage.provider.scopes[Feature.PUBLISH]


def test_the_version_says_when_it_ends(stage: InstagramStage) -> None:
    assert stage.provider.api_version == graph_version("v26.0")


def test_revoking_ends_the_pages_too(stage: InstagramStage) -> None:
    account = stage.account()

    stage.provider.revoke(stage.granted, person_id=account.person_id, now=now())

    with pytest.raises(AuthorisationLost):
        stage.provider.describe(account, now=now())


# publishing


def test_a_published_picture_carries_its_words_and_description(stage: InstagramStage) -> None:
    account = stage.account()
    wanted = stage.compose(Kind.IMAGE, text="Rye #bread")

    published = stage.publish(account, wanted)

    assert published.published_at is not None
    assert "/p/" in published.permalink
    assert stage.sandbox.alt_texts("instagram", account.network_id) == ["A plain red picture"]
    assert stage.shelf.asked == ["key-red"]


def test_a_carousel_is_closed_once_its_films_are_ready(stage: InstagramStage) -> None:
    stage.sandbox.control("settings", instagram_film_seconds=1.0)
    account, wanted = stage.account(), stage.compose(Kind.MIXED)
    progress = prepared(stage, account, wanted)

    assert "carousel" not in progress
    assert stage.provider.check(account, wanted, progress, now=now()).check_after is not None
    progress = settled(stage, account, wanted, progress)
    stage.provider.commit(account, wanted, progress, now=now())

    assert [each.media for each in stage.out(account)] == [2]


def test_a_container_that_ended_is_made_anew(stage: InstagramStage) -> None:
    account, wanted = stage.account(), stage.compose(Kind.IMAGE)
    progress = prepared(stage, account, wanted)
    stage.sandbox.control("clock", move=DAY.total_seconds() + 60)

    readiness = stage.provider.check(account, wanted, progress, now=now())
    again = prepared(stage, account, wanted, progress)

    assert readiness.prepare_again
    assert again != progress
    assert stage.provider.check(account, wanted, again, now=now()).ready
    stage.sandbox.control("clock", real=True)


def test_an_old_container_is_not_waited_for(stage: InstagramStage) -> None:
    account, wanted = stage.account(), stage.compose(Kind.IMAGE)
    progress = prepared(stage, account, wanted)

    assert stage.provider.check(account, wanted, progress, now=now() + DAY).prepare_again


@pytest.mark.parametrize("broken", [b"no film at all"])
def test_a_film_of_no_use_is_refused_with_its_reason(stage: InstagramStage, broken: bytes) -> None:
    account, wanted = stage.account(), stage.compose(Kind.REEL)
    stage.shelf.put(wanted.media[0].key, broken, "video/mp4")
    progress = prepared(stage, account, wanted)

    for _ in range(60):
        readiness = stage.provider.check(account, wanted, progress, now=now())
        if readiness.failed:
            break
        time.sleep(0.1)

    assert readiness.failed is not None
    assert readiness.failed.key == "film_refused"
    with pytest.raises(PermanentError, match="film_refused"):
        prepared(stage, account, wanted, progress)


def test_a_picture_that_cannot_be_fetched_is_refused_at_once(stage: InstagramStage) -> None:
    account, wanted = stage.account(), stage.compose(Kind.IMAGE)
    stage.shelf.files.clear()

    with pytest.raises(PermanentError) as raised:
        prepared(stage, account, wanted)

    assert raised.value.key == "instagram_not_fetched"


def test_a_picture_without_an_address_is_refused_before_anything_is_sent(stage: InstagramStage) -> None:
    account = stage.account()
    wanted = stage.compose(Kind.IMAGE)
    wanted = replace(wanted, media=(replace(wanted.media[0], address=None),))

    with pytest.raises(PermanentError) as raised:
        prepared(stage, account, wanted)

    assert raised.value.key == "address_missing"
    assert stage.uploads(account) == 0


def test_the_day_s_posts_are_counted_before_publishing(stage: InstagramStage) -> None:
    account, wanted = stage.account(), stage.compose(Kind.IMAGE)
    progress = prepared(stage, account, wanted)
    stage.reports.clear()

    assert stage.provider.check(account, wanted, progress, now=now()).ready

    [report] = [each for each in stage.reports if each.budget == "instagram.posts"]
    assert (report.used, report.limit, report.subject) == (0, 100, account.network_id)


def test_a_used_up_day_waits(stage: InstagramStage, monkeypatch: pytest.MonkeyPatch) -> None:
    account, wanted = stage.account(), stage.compose(Kind.IMAGE)
    progress = prepared(stage, account, wanted)
    used_up: dict[str, Any] = {"quota_usage": 50, "config": {"quota_total": 50, "quota_duration": 86400}}
    monkeypatch.setattr(stage.provider._client, "publishing_limit", lambda *_, **__: used_up)

    with pytest.raises(RateLimited) as raised:
        stage.provider.check(account, wanted, progress, now=now())

    assert raised.value.reset_at is not None
    assert stage.out(account) == []


# films as bytes


def test_a_film_s_bytes_are_sent(bytes_stage: InstagramStage) -> None:
    account = bytes_stage.account()
    wanted = Composition(text="The oven", media=(film("oven"),), form=Form.REEL)

    progress = settled(bytes_stage, account, wanted, prepared(bytes_stage, account, wanted))
    bytes_stage.provider.commit(account, wanted, progress, now=now())

    assert [each.media for each in bytes_stage.out(account)] == [1]
    assert len(bytes_stage.sandbox.calls("instagram.upload")) == 1
    assert bytes_stage.shelf.asked == []


def test_an_upload_that_was_stopped_goes_on_with_the_same_container(bytes_stage: InstagramStage) -> None:
    account = bytes_stage.account()
    wanted = Composition(text="The oven", media=(film("oven"),))
    stopped = Progresses(stop_after=1)
    with pytest.raises(Stopped):
        bytes_stage.provider.prepare(account, wanted, {}, save=stopped, now=now())

    progress = prepared(bytes_stage, account, wanted, stopped.saved[-1])

    assert bytes_stage.uploads(account) == 1
    assert settled(bytes_stage, account, wanted, progress) == progress


def test_a_film_that_was_half_sent_goes_on_from_there(bytes_stage: InstagramStage) -> None:
    account = bytes_stage.account()
    wanted = Composition(text="The oven", media=(film("oven"),))
    stopped = Progresses(stop_after=1)
    with pytest.raises(Stopped):
        bytes_stage.provider.prepare(account, wanted, {}, save=stopped, now=now())
    with wanted.media[0].open() as file:
        half = file.read(wanted.media[0].size_bytes // 2)
    [state] = stopped.saved[-1]["items"].values()  # type: ignore[attr-defined]
    headers = {"offset": "0", "file_size": str(wanted.media[0].size_bytes)}
    headers["Authorization"] = f"OAuth {account.credentials.access_token}"
    requests.post(state["address"], data=half, headers=headers, timeout=10)

    progress = prepared(bytes_stage, account, wanted, stopped.saved[-1])

    sent = [rest["headers"]["offset"] for _, path, rest in bytes_stage.http.sent if "ig-api-upload" in path]
    assert sent == [str(len(half))]
    assert settled(bytes_stage, account, wanted, progress) == progress


def test_an_upload_whose_answer_was_lost_is_not_sent_again(bytes_stage: InstagramStage) -> None:
    account = bytes_stage.account()
    wanted = Composition(text="The oven", media=(film("oven"),))
    saved = Progresses()
    bytes_stage.sandbox.control("faults", operation="instagram.upload", **FAULTS[Fault.LOST_ANSWER])
    with pytest.raises(TransientError):
        bytes_stage.provider.prepare(account, wanted, {}, save=saved, now=now())

    progress = prepared(bytes_stage, account, wanted, saved.saved[-1])

    assert len(bytes_stage.sandbox.calls("instagram.upload")) == 1
    assert settled(bytes_stage, account, wanted, progress) == progress


# looking


def test_two_posts_with_the_same_words_are_told_apart_by_the_container(stage: InstagramStage) -> None:
    account, since = stage.account(), now()
    wanted = stage.compose(Kind.IMAGE, text="Same words")
    earlier = stage.publish(account, wanted)
    progress = prepared(stage, account, wanted)

    findings = stage.provider.find_published(account, wanted, progress, since=since, now=now())

    assert (findings.published, findings.candidates, findings.covered) == (None, (), True)
    assert earlier.network_id == stage.out(account)[0].network_id


def test_a_story_whose_answer_was_lost_is_known_by_its_container(stage: InstagramStage) -> None:
    account, wanted, since = stage.account(), stage.compose(Kind.STORY), now()
    earlier = stage.publish(account, wanted).network_id
    progress = prepared(stage, account, wanted)
    stage.strike(Step.COMMIT, Fault.LOST_ANSWER)
    with pytest.raises(OutcomeUnknown):
        stage.provider.commit(account, wanted, progress, now=now())

    findings = stage.provider.find_published(account, wanted, progress, since=since, known=[earlier], now=now())

    assert findings.published is not None
    assert findings.published.network_id != earlier


def test_what_is_published_and_not_seen_is_never_taken_for_missing(stage: InstagramStage) -> None:
    account, wanted, since = stage.account(), stage.compose(Kind.IMAGE), now()
    progress = prepared(stage, account, wanted)
    published = stage.provider.commit(account, wanted, progress, now=now())
    stage.provider.delete_published(account, published.network_id, now=now())

    findings = stage.provider.find_published(account, wanted, progress, since=since, now=now())

    assert (findings.published, findings.candidates, findings.covered) == (None, (), False)


def test_publishing_a_container_twice_says_look_first(stage: InstagramStage) -> None:
    account, wanted = stage.account(), stage.compose(Kind.IMAGE)
    progress = prepared(stage, account, wanted)
    stage.provider.commit(account, wanted, progress, now=now())

    with pytest.raises(PermanentError) as raised:
        stage.provider.commit(account, wanted, progress, now=now())

    assert raised.value.look_first
    assert len(stage.out(account)) == 1


# afterwards


def test_comments_are_closed_after_the_first_one(stage: InstagramStage) -> None:
    account = stage.account()
    wanted = stage.compose(Kind.IMAGE, first_comment="#rye", options={"comments": False})
    published, since = stage.publish(account, wanted), now()
    names = stage.provider.follow_ups(wanted)

    found = [
        stage.provider.find_follow_up(account, wanted, name, published, {}, since=since, now=now()) for name in names
    ]
    for name in names:
        stage.provider.follow_up(account, wanted, name, published, {}, now=now())

    assert names == ("first_comment", "comments_off")
    assert found == [None, None]
    assert stage.under(account, published.network_id) == ["#rye"]
    assert stage.provider.find_follow_up(account, wanted, "comments_off", published, {}, since=since, now=now()) == {
        "closed": True
    }
    with pytest.raises(AuthorisationLost):
        stage.provider.follow_up(account, wanted, "first_comment", published, {}, now=now())


def test_a_story_has_no_follow_up(stage: InstagramStage) -> None:
    assert stage.provider.follow_ups(stage.compose(Kind.STORY, first_comment="No")) == ()


def test_what_it_costs_is_counted_in_posts_and_containers(stage: InstagramStage) -> None:
    cost = stage.provider.cost

    assert cost(Operation.COMMIT) == {"instagram.posts": 1}
    assert cost(Operation.PREPARE, stage.compose(Kind.IMAGES)) == {"instagram.containers": 4}
    assert cost(Operation.PREPARE, stage.compose(Kind.IMAGE)) == {"instagram.containers": 1}

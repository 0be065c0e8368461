"""Films, reels and stories of a page, against the twin."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.contract import Composition, Form, Kind, Operation
from integrations.errors import OutcomeUnknown, PermanentError, TransientError
from integrations.networks.facebook import films
from integrations.networks.facebook.errors import upload_refusal
from lib.http import Answer
from tests.integrations.networks.contract import prepared, publish, settled
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Fault, Shelf, Step, composition, film, now, picture
from tests.integrations.networks.twins import FacebookStage

FILMS = [Kind.VIDEO, Kind.REEL]


@pytest.fixture
def stage(sandbox: Sandbox) -> FacebookStage:
    return FacebookStage(sandbox)


def keys(stage: FacebookStage, wanted: Composition) -> list[tuple[str, str]]:
    return [(each.field, each.key) for each in stage.provider.validate(wanted)]


def moving_story() -> Composition:
    return Composition(form=Form.STORY, media=(film("oven", width=540, height=960),))


@pytest.mark.parametrize("kind", FILMS)
def test_a_film_is_judged_when_meta_has_worked_on_it(stage: FacebookStage, kind: Kind) -> None:
    account, wanted = stage.account(), composition(kind)

    published = publish(stage, account, wanted)
    last = settled(stage, account, published)

    assert last.judged
    assert last.network_id == published.network_id
    assert last.permalink.startswith("https://www.facebook.com/")


def test_a_film_in_a_story_is_told_and_found(stage: FacebookStage) -> None:
    account, since = stage.account(), now()
    wanted = moving_story()
    progress = prepared(stage, account, wanted)
    stage.strike(Step.COMMIT, Fault.LOST_ANSWER)
    with pytest.raises(OutcomeUnknown):
        stage.provider.commit(account, wanted, progress, now=now())

    findings = stage.provider.find_published(account, wanted, progress, since=since, now=now())

    assert findings.published is not None
    assert [each.network_id for each in stage.out(account)] == [findings.published.network_id]


@pytest.mark.parametrize("wanted", [composition(Kind.VIDEO), composition(Kind.REEL), moving_story()])
def test_that_a_film_was_never_published_counts_only_after_a_while(stage: FacebookStage, wanted: Composition) -> None:
    account, since = stage.account(), now()
    progress = prepared(stage, account, wanted)
    stage.strike(Step.COMMIT, Fault.LOST_REQUEST)
    with pytest.raises(OutcomeUnknown):
        stage.provider.commit(account, wanted, progress, now=now())

    soon, late = (
        stage.provider.find_published(account, wanted, progress, since=since, now=now() + wait)
        for wait in (timedelta(), timedelta(hours=1))
    )

    assert (soon.published, soon.covered) == (None, False)
    assert (late.published, late.covered) == (None, True)


def test_a_film_that_meta_cannot_read_fails_before_its_hour(stage: FacebookStage) -> None:
    account, wanted = stage.account(), composition(Kind.VIDEO)
    stage.sandbox.control("faults", operation="facebook.videos.create", fault="media_failed")

    progress = stage.provider.prepare(account, wanted, {}, save=Shelf(), now=now())
    stage.sandbox.control("clock", move=5)
    readiness = stage.provider.check(account, wanted, progress, now=now())
    stage.sandbox.control("clock", real=True)

    assert readiness.failed is not None
    assert readiness.failed.key == "film_refused"


def test_a_reel_that_meta_cannot_read_is_refused_by_its_verdict(stage: FacebookStage) -> None:
    account, wanted = stage.account(), composition(Kind.REEL)
    stage.sandbox.control("faults", operation="facebook.reels.bytes", fault="media_failed")
    published = stage.provider.commit(account, wanted, prepared(stage, account, wanted), now=now())

    stage.sandbox.control("clock", move=5)
    verdict = stage.provider.verdict(account, published.network_id, now=now())
    stage.sandbox.control("clock", real=True)

    assert not published.judged
    assert verdict.refused is not None
    assert verdict.refused.key == "film_refused"


@pytest.mark.parametrize("fault", [Fault.LOST_REQUEST, Fault.LOST_ANSWER])
@pytest.mark.parametrize(
    ("kind", "operation"), [(Kind.VIDEO, "facebook.uploads.bytes"), (Kind.REEL, "facebook.reels.bytes")]
)
def test_bytes_whose_answer_was_lost_are_not_sent_twice(
    stage: FacebookStage, kind: Kind, operation: str, fault: Fault
) -> None:
    account, wanted, shelf = stage.account(), composition(kind), Shelf()
    faults = {Fault.LOST_REQUEST: "lost_request", Fault.LOST_ANSWER: "lost_answer"}
    stage.sandbox.control("faults", operation=operation, fault=faults[fault])
    with pytest.raises(TransientError):
        stage.provider.prepare(account, wanted, {}, save=shelf, now=now())

    progress = stage.provider.prepare(account, wanted, shelf.saved[-1], save=Shelf(), now=now())
    stage.sandbox.control("clock", move=5)
    ready = stage.provider.check(account, wanted, progress, now=now()).ready
    stage.sandbox.control("clock", real=True)

    assert ready
    assert len(stage.sandbox.calls(operation)) == (2 if fault is Fault.LOST_REQUEST or kind is Kind.VIDEO else 1)


def test_an_upload_that_meta_has_forgotten_is_begun_anew(stage: FacebookStage) -> None:
    account, wanted = stage.account(), composition(Kind.VIDEO)
    forgotten = {"media": {}, "films": {"key-oven": {"upload": "upload:1"}}}

    progress = stage.provider.prepare(account, wanted, forgotten, save=Shelf(), now=now())

    assert progress["films"]["key-oven"]["video"]


def test_a_cover_and_a_title_arrive(stage: FacebookStage) -> None:
    account = stage.account()
    wanted = replace(composition(Kind.VIDEO), cover=picture("cover"), options={"title": "Rye"})

    assert keys(stage, wanted) == []
    publish(stage, account, wanted)

    assert len(stage.sandbox.calls("facebook.videos.cover")) == 1
    [form] = [rest["form"] for method, _, rest in stage.http.sent if "published" in (rest.get("form") or {})][-1:]
    assert (form["name"], form["description"], form["published"]) == ("Rye", wanted.text, "true")


def test_a_button_stands_under_a_link(stage: FacebookStage) -> None:
    account = stage.account()
    wanted = replace(composition(Kind.LINK), options={"call_to_action": "SHOP_NOW"})

    publish(stage, account, wanted)

    [form] = [rest["form"] for _, path, rest in stage.http.sent if path.endswith("/feed")]
    assert json.loads(form["call_to_action"]) == {"type": "SHOP_NOW", "value": {"link": wanted.link}}
    assert keys(stage, replace(composition(Kind.TEXT), options=wanted.options)) == [
        ("options.call_to_action", "option_unknown")
    ]


def test_a_first_comment_is_found_among_others(stage: FacebookStage, sandbox: Sandbox) -> None:
    account, since = stage.account(), now()
    wanted = replace(composition(Kind.TEXT), first_comment="More on our page")
    published = publish(stage, account, wanted)
    sandbox.control("strangers/comment", network="facebook", on=published.network_id, text="More on our page")

    none = stage.provider.find_follow_up(account, wanted, "first_comment", published, {}, since=since, now=now())
    done = stage.provider.follow_up(account, wanted, "first_comment", published, {}, now=now())
    found = stage.provider.find_follow_up(account, wanted, "first_comment", published, {}, since=since, now=now())

    assert none is None
    assert found is not None
    assert found["id"] == done["id"]


def test_reels_are_counted_by_the_day(stage: FacebookStage) -> None:
    assert stage.provider.cost(Operation.COMMIT, composition(Kind.REEL)) == {"facebook.reels": 1}
    assert stage.provider.cost(Operation.COMMIT, composition(Kind.VIDEO)) == {}


def test_reels_are_one_upright_film_of_the_right_length(stage: FacebookStage) -> None:
    def reel(*media: object) -> list[tuple[str, str]]:
        return keys(stage, Composition(text="a", form=Form.REEL, media=media))  # type: ignore[arg-type]

    upright = film("up", width=1080, height=1920)
    assert reel(upright) == []
    assert reel(picture("red")) == [("media", "facebook_reel_one_film")]
    assert reel(upright, upright) == [("media", "facebook_reel_one_film")]
    assert reel(film("wide")) == [("media.0", "facebook_reel_upright")]
    assert reel(film("small", width=270, height=480)) == [("media.0", "facebook_reel_small")]
    assert reel(replace(upright, duration=timedelta(seconds=91))) == [("media.0", "video_too_long")]
    assert reel(replace(upright, duration=timedelta(seconds=2))) == [("media.0", "video_too_long")]


def test_stories_are_one_file_without_words(stage: FacebookStage) -> None:
    story = composition(Kind.STORY)
    two = replace(story, media=(picture("red"), picture("green")))
    long = replace(story, media=(film("long", duration=timedelta(seconds=61)),))

    assert keys(stage, two) == [("media", "facebook_story_one_file")]
    assert keys(stage, long) == [("media.0", "video_too_long")]
    assert keys(stage, replace(story, text="Fresh")) == [("text", "facebook_story_no_words")]
    assert keys(stage, replace(story, first_comment="a")) == [("first_comment", "first_comment_not_offered")]
    assert stage.provider.follow_ups(replace(story, first_comment="a")) == ()


def test_films_and_pictures_do_not_mix(stage: FacebookStage) -> None:
    assert keys(stage, Composition(text="a", media=(picture("red"), film("oven")))) == [
        ("media", "facebook_film_alone")
    ]


def test_an_edit_says_so_where_the_post_is_another_apps(stage: FacebookStage, sandbox: Sandbox) -> None:
    account, wanted = stage.account(), composition(Kind.TEXT)
    published = publish(stage, account, wanted)
    stage.provider.delete_published(account, published.network_id, now=now())

    with pytest.raises(PermanentError, match="post_gone"):
        stage.provider.edit_published(account, replace(wanted, text="a"), published.network_id, now=now())


@pytest.mark.parametrize(
    ("status", "is_published"),
    [
        ({}, False),
        ({"publishing_phase": {"status": "not_started"}}, False),
        ({"publishing_phase": {"status": "in_progress"}}, True),
        ({"publishing_phase": {"status": "complete", "publish_status": "published"}}, True),
        (None, False),
    ],
)
def test_whether_a_film_was_told_to_be_published(status: object, is_published: bool) -> None:
    assert films.is_published({"id": "1", "status": status}) is is_published


def test_a_film_whose_post_is_not_known_yet_goes_by_its_own_id() -> None:
    found = films.published({"id": "17", "permalink_url": "/reel/17/"}, page_id="5")

    assert (found.network_id, found.permalink, found.judged) == ("17", "https://www.facebook.com/reel/17/", False)
    assert films.verdict({"id": "17", "status": {"video_status": "processing"}}, page_id="5").ask_after is not None
    expired = films.readiness({"id": "17", "status": {"video_status": "expired"}}, in_phases=False)
    assert expired.prepare_again


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"debug_info": {"retriable": True, "message": "m"}}, TransientError),
        ({"debug_info": {"retriable": False, "message": "m"}}, PermanentError),
        ({"error": {"code": 190}}, Exception),
    ],
)
def test_the_hosts_that_take_bytes_refuse_in_their_own_way(body: object, error: type[Exception]) -> None:
    answer = Answer(status=400, headers={}, body=json.dumps(body).encode())

    assert isinstance(upload_refusal(answer, now=now()), error)

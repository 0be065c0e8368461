"""Films, polls, threads, quotes and edits, against the twin."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.contract import Composition, Form, Kind, Media, Operation, Progress, Published
from integrations.errors import OutcomeUnknown, PermanentError, TransientError
from integrations.networks.x import limits
from tests.integrations.networks.contract import publish
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Fault, Shelf, Step, composition, film, moving, now, picture
from tests.integrations.networks.twins import MUSEUM, XStage

POLL = Composition(
    text="Rye or wheat?", form=Form.POLL, options={"poll_choices": ["Rye", "Wheat"], "poll_minutes": "1440"}
)


@pytest.fixture
def stage(sandbox: Sandbox) -> XStage:
    return XStage(sandbox)


@pytest.fixture
def museum(sandbox: Sandbox) -> XStage:
    return XStage(sandbox, user=MUSEUM)  # Premium


def keys(stage: XStage, wanted: Composition, details: dict[str, str] | None = None) -> list[tuple[str, str]]:
    return [(each.field, each.key) for each in stage.provider.validate(wanted, details=details or {})]


def test_a_film_that_x_works_on_is_waited_for(stage: XStage) -> None:
    account, wanted = stage.account(), composition(Kind.VIDEO)

    progress = stage.provider.prepare(account, wanted, {}, save=Shelf(), now=now())
    early = stage.provider.check(account, wanted, progress, now=now())
    stage.sandbox.control("clock", move=5)
    later = stage.provider.check(account, wanted, progress, now=now())
    stage.sandbox.control("clock", real=True)

    assert early.check_after is not None
    assert later.ready


def test_a_film_that_x_cannot_read_has_failed(stage: XStage) -> None:
    account, wanted = stage.account(), composition(Kind.VIDEO)
    stage.sandbox.control("faults", operation="x.media.finalize", fault="media_failed")

    progress = stage.provider.prepare(account, wanted, {}, save=Shelf(), now=now())
    stage.sandbox.control("clock", move=5)
    readiness = stage.provider.check(account, wanted, progress, now=now())
    stage.sandbox.control("clock", real=True)

    assert readiness.failed is not None
    assert readiness.failed.key == "film_refused"


def test_how_long_a_film_may_be_depends_on_the_account(stage: XStage) -> None:
    long = Composition(text="Whole", media=(film("whole", duration=timedelta(minutes=30)),))

    assert keys(stage, long) == [("media.0", "video_too_long")]
    assert keys(stage, long, {"subscription": "Premium"}) == []
    assert keys(stage, long, {"subscription": "None", "verified": "business"}) == []
    assert keys(stage, long, {"verified": "none"}) == [("media.0", "video_too_long")]


def test_what_makes_a_film_trusted_is_read_with_the_account(museum: XStage) -> None:
    assert museum.account().details == {"subscription": "Premium", "verified": "blue"}


def test_a_films_cover_goes_out_with_it(stage: XStage) -> None:
    account, wanted = stage.account(), replace(composition(Kind.VIDEO), cover=picture("cover"))

    publish(stage, account, wanted)

    kinds = {
        rest["document"]["media_category"]: rest
        for _, path, rest in stage.http.sent
        if path == "/2/media/upload/initialize"
    }
    [(_, _, sent)] = [each for each in stage.http.sent if each[:2] == ("POST", "/2/tweets")]
    assert kinds.keys() == {"tweet_video", "tweet_image"}
    assert sent["document"]["media"].keys() == {"media_ids", "preview_media_id"}
    assert sent["document"]["media"]["preview_media_id"] not in sent["document"]["media"]["media_ids"]
    assert [each.media for each in stage.out(account)] == [1]


SRT = "1\r\n00:00:00,000 --> 00:00:02,000\r\nFresh bread\r\n"


def test_a_films_subtitles_stand_beside_it(stage: XStage) -> None:
    account, options = stage.account(), {"subtitles": SRT, "subtitles_language": "FR"}
    wanted = replace(composition(Kind.VIDEO), options=options)

    publish(stage, account, wanted)

    uploads = {
        rest["document"]["media_category"]: rest["document"]
        for _, path, rest in stage.http.sent
        if path == "/2/media/upload/initialize"
    }
    [told] = [rest["document"] for _, path, rest in stage.http.sent if path == "/2/media/subtitles"]
    [post] = [rest["document"] for method, path, rest in stage.http.sent if (method, path) == ("POST", "/2/tweets")]
    assert (uploads["subtitles"]["media_type"], uploads["subtitles"]["total_bytes"]) == ("text/srt", 44)
    assert [told["id"]] == post["media"]["media_ids"]
    assert (told["subtitles"]["language_code"], told["subtitles"]["display_name"]) == ("FR", "Français")
    assert [each.media for each in stage.out(account)] == [1]


def test_subtitles_that_changed_are_put_beside_the_film_anew(stage: XStage) -> None:
    account, wanted = stage.account(), replace(composition(Kind.VIDEO), options={"subtitles": SRT})
    progress = stage.provider.prepare(account, wanted, {}, save=Shelf(), now=now())
    french = replace(wanted, options={"subtitles": SRT, "subtitles_language": "FR"})

    assert stage.provider.check(account, french, progress, now=now()).prepare_again
    again = stage.provider.prepare(account, french, progress, save=Shelf(), now=now())

    assert not stage.provider.check(account, french, again, now=now()).prepare_again
    none = replace(wanted, options={})
    last = stage.provider.prepare(account, none, again, save=Shelf(), now=now())
    assert not stage.provider.check(account, none, last, now=now()).prepare_again
    assert stage.uploads(account) == 2
    told = [(method, rest["document"]) for method, path, rest in stage.http.sent if path == "/2/media/subtitles"]
    languages = [(method, each.get("subtitles", each)["language_code"]) for method, each in told]
    assert languages == [("POST", "EN"), ("DELETE", "EN"), ("POST", "FR"), ("DELETE", "FR")]


def test_subtitles_are_known_by_their_form(stage: XStage) -> None:
    film_alone = composition(Kind.VIDEO)

    def problems(subtitles: str) -> list[tuple[str, str]]:
        return keys(stage, replace(film_alone, options={"subtitles": subtitles}))

    assert problems(SRT) == problems(f"\ufeff{SRT}") == problems("WEBVTT\n\n00:00.000 --> 00:02.000\nHi") == []
    assert problems("Fresh bread") == [("options.subtitles", "x_subtitles_malformed")]
    assert keys(stage, replace(composition(Kind.IMAGE), options={"subtitles": SRT})) == [
        ("options.subtitles", "option_unknown")
    ]


def test_films_and_pictures_do_not_mix(stage: XStage) -> None:
    assert keys(stage, Composition(text="a", media=(picture("red"), film("oven")))) == [("media", "x_film_alone")]
    assert keys(stage, Composition(text="a", media=(film("one"), film("two")))) == [("media", "x_film_alone")]


def test_a_moving_picture_goes_out_as_one_with_its_description(stage: XStage) -> None:
    account, wanted = stage.account(), replace(composition(Kind.IMAGE), media=(moving("wave"),))

    published = publish(stage, account, wanted)

    [(_, _, sent)] = [each for each in stage.http.sent if each[1] == "/2/media/upload/initialize"]
    assert (sent["document"]["media_category"], sent["document"]["media_type"]) == ("tweet_gif", "image/gif")
    [out] = stage.out(account)
    assert (out.network_id, out.media) == (published.network_id, 1)
    assert stage.sandbox.alt_texts("x", account.network_id) == ["A wave that moves"]


def test_a_moving_picture_that_x_cannot_use_has_failed(stage: XStage) -> None:
    account, wanted = stage.account(), Composition(media=(moving("wave"),))
    stage.sandbox.control("faults", operation="x.media.finalize", fault="media_failed")

    progress = stage.provider.prepare(account, wanted, {}, save=Shelf(), now=now())
    stage.sandbox.control("clock", move=5)
    readiness = stage.provider.check(account, wanted, progress, now=now())
    stage.sandbox.control("clock", real=True)

    assert readiness.failed is not None
    assert readiness.failed.key == "x_gif_refused"


def test_moving_pictures_have_limits_of_their_own(stage: XStage) -> None:
    wave = moving("wave")
    still = replace(wave, frames=1)

    def problems(*media: Media) -> list[tuple[str, str]]:
        return keys(stage, Composition(text="a", media=media))

    assert problems(wave) == problems(still) == problems(replace(wave, size_bytes=14_000_000)) == []
    assert problems(replace(still, size_bytes=14_000_000)) == [("media.0", "media_too_big")]
    assert problems(replace(wave, size_bytes=15_000_001)) == [("media.0", "media_too_big")]
    assert problems(replace(wave, frames=351)) == [("media.0", "frames_too_many")]
    assert problems(replace(wave, width=1281)) == [("media.0", "x_gif_sides")]
    assert problems(replace(wave, width=1280, height=1080, frames=218)) == [("media.0", "x_gif_pixels")]
    assert problems(wave, picture("red")) == problems(wave, moving("bow")) == [("media", "x_gif_alone")]
    assert problems(still, picture("red")) == []
    assert problems(wave, film("oven")) == [("media", "x_film_alone")]


def test_segments_of_a_great_film_are_as_few_as_x_takes() -> None:
    assert limits.segment_bytes(1_000_000_000) == limits.SEGMENT_BYTES
    assert limits.segment_bytes(limits.VIDEO_MAX_BYTES) == limits.SEGMENT_MAX_BYTES
    assert -(-7_654_321_987 // limits.segment_bytes(7_654_321_987)) <= limits.SEGMENTS_MAX


def test_a_poll_has_choices_and_no_pictures(stage: XStage) -> None:
    one = replace(POLL, options={**POLL.options, "poll_choices": ["Rye"]})
    none = replace(POLL, options={**POLL.options, "poll_choices": []})
    five = replace(POLL, options={**POLL.options, "poll_choices": list("abcde")})
    long = replace(POLL, options={**POLL.options, "poll_choices": ["a" * 26, "b"]})

    assert keys(stage, POLL) == []
    assert keys(stage, replace(POLL, media=(picture("red"),))) == [("media", "x_poll_with_media")]
    assert keys(stage, one) == [("options.poll_choices", "x_poll_choices")]
    assert keys(stage, none) == [("options.poll_choices", "option_missing")]
    assert keys(stage, five) == [("options.poll_choices", "option_too_many")]
    assert keys(stage, long) == [("options.poll_choices", "option_too_long")]


def test_a_poll_arrives_with_its_choices(stage: XStage) -> None:
    account = stage.account()

    publish(stage, account, POLL)

    [(_, _, sent)] = [each for each in stage.http.sent if each[:2] == ("POST", "/2/tweets")]
    assert sent["document"]["poll"] == {"options": ["Rye", "Wheat"], "duration_minutes": 1440}


def test_a_threads_parts_hang_on_each_other(stage: XStage) -> None:
    account, wanted = stage.account(), composition(Kind.THREAD)
    published = publish(stage, account, wanted)
    done: dict[str, Progress] = {}
    for name in stage.provider.follow_ups(wanted):
        done[name] = stage.provider.follow_up(account, wanted, name, published, done, now=now())

    shown = stage.sandbox.ask("said", network="x", on=published.network_id)["said"]

    assert [each["text"] for each in shown] == list(wanted.parts)
    assert [each["on"] for each in shown] == [published.network_id, done["part.0"]["id"]]


def test_a_part_without_the_one_before_it_is_not_sent(stage: XStage) -> None:
    account, wanted = stage.account(), composition(Kind.THREAD)
    published = publish(stage, account, wanted)

    with pytest.raises(PermanentError, match="x_thread_broken"):
        stage.provider.follow_up(account, wanted, "part.1", published, {}, now=now())


def test_each_part_has_a_look_of_its_own(stage: XStage) -> None:
    account, wanted, since = stage.account(), composition(Kind.THREAD), now()
    published = publish(stage, account, wanted)
    done = {"part.0": stage.provider.follow_up(account, wanted, "part.0", published, {}, now=now())}
    stage.strike(Step.FOLLOW_UP, Fault.LOST_ANSWER)
    with pytest.raises(OutcomeUnknown):
        stage.provider.follow_up(account, wanted, "part.1", published, done, now=now())

    found = stage.provider.find_follow_up(account, wanted, "part.1", published, done, since=since, now=now())

    assert found is not None
    assert found["id"] not in {published.network_id, done["part.0"]["id"]}


def test_parts_are_judged_like_texts(stage: XStage) -> None:
    wanted = Composition(text="One", form=Form.THREAD, parts=("漢" * 141, "$ACME and $BRED", " "))

    assert keys(stage, wanted) == [
        ("parts.0", "text_too_long"),
        ("parts.2", "part_missing"),
        ("parts.1", "x_cashtags"),
    ]
    assert keys(stage, Composition(text="One", form=Form.THREAD)) == [("form", "x_thread_without_parts")]


def test_a_follow_up_with_a_link_costs_more(stage: XStage) -> None:
    plain = Composition(text="One", form=Form.THREAD, parts=("Two",))
    linked = replace(plain, first_comment="More: https://bakery.example")

    def cost(wanted: Composition) -> int:
        return stage.provider.cost(Operation.FOLLOW_UP, wanted)["x.credits"]

    assert cost(linked) == limits.PRICE_POST_WITH_LINK > cost(plain) == limits.PRICE_POST


def test_quotes_are_for_enterprise_apps(stage: XStage, sandbox: Sandbox) -> None:
    sandbox.control("settings", enterprise=True)
    enterprise = XStage(sandbox, enterprise=True)
    account, since = enterprise.account(), now()
    quoted = publish(enterprise, account, composition(Kind.TEXT))
    wanted = replace(composition(Kind.TEXT), options={"quote": quoted.permalink})
    other = replace(wanted, options={"quote": "https://bakery.example/status/1"})

    assert [key for _, key in keys(stage, wanted)] == ["option_unknown"]
    assert keys(enterprise, wanted) == []
    assert keys(enterprise, other) == [("options.quote", "x_quote_malformed")]
    enterprise.strike(Step.COMMIT, Fault.LOST_ANSWER)
    with pytest.raises(OutcomeUnknown):
        enterprise.provider.commit(account, wanted, {}, now=now())
    findings = enterprise.provider.find_published(account, wanted, {}, since=since, now=now())
    assert findings.published is not None
    assert findings.published.network_id != quoted.network_id


def test_marks_are_sent_when_set(stage: XStage) -> None:
    account = stage.account()
    wanted = replace(composition(Kind.TEXT), options={"made_with_ai": True, "paid_partnership": False})

    publish(stage, account, wanted)

    assert keys(stage, wanted) == []
    [(_, _, sent)] = [each for each in stage.http.sent if each[:2] == ("POST", "/2/tweets")]
    assert sent["document"] == {"text": wanted.text, "made_with_ai": True}


def test_an_edit_whose_answer_was_lost_is_tried_again_without_harm(museum: XStage) -> None:
    account, wanted = museum.account(), composition(Kind.TEXT)
    published = publish(museum, account, wanted)
    changed = replace(wanted, text="Said better.")
    museum.strike(Step.COMMIT, Fault.LOST_ANSWER)
    with pytest.raises(TransientError):
        museum.provider.edit_published(account, changed, published.network_id, now=now())

    again = museum.provider.edit_published(account, changed, published.network_id, now=now())

    assert again.network_id == published.network_id
    assert again.permalink != published.permalink  # it leads to the version that stands
    assert len(museum.sandbox.calls("x.tweets")) == 2


def test_an_edited_post_is_taken_down_with_all_its_versions(museum: XStage) -> None:
    account, wanted = museum.account(), composition(Kind.TEXT)
    published = publish(museum, account, wanted)
    museum.provider.edit_published(account, replace(wanted, text="Said better."), published.network_id, now=now())

    museum.provider.delete_published(account, published.network_id, now=now())

    assert museum.out(account) == []


@pytest.mark.parametrize("seconds", [0, 3700])
def test_what_x_would_not_take_back_is_refused_before_it_is_asked(stage: XStage, museum: XStage, seconds: int) -> None:
    """An account without Premium, or an hour that is over."""
    on = museum if seconds else stage
    account, wanted = on.account(), composition(Kind.TEXT)
    published = publish(on, account, wanted)
    on.sandbox.control("clock", move=seconds)

    with pytest.raises(PermanentError, match="x_edit_closed"):
        on.provider.edit_published(
            account, replace(wanted, text="Too late."), published.network_id, now=now() + timedelta(seconds=seconds)
        )
    on.sandbox.control("clock", real=True)
    assert len(on.sandbox.calls("x.tweets")) == 1


def test_pictures_are_not_put_at_risk_by_an_edit(museum: XStage) -> None:
    account, wanted = museum.account(), composition(Kind.IMAGE)
    published = publish(museum, account, wanted)

    with pytest.raises(PermanentError, match="x_edit_media"):
        museum.provider.edit_published(account, replace(wanted, text="Other"), published.network_id, now=now())


def test_a_post_that_is_gone_is_not_edited(museum: XStage) -> None:
    gone = Published(network_id="1420000000000000001", permalink="")

    with pytest.raises(PermanentError, match="post_gone"):
        museum.provider.edit_published(museum.account(), composition(Kind.TEXT), gone.network_id, now=now())

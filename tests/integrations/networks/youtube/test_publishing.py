"""Uploads in parts, the last with its hour; what becomes of a film afterwards."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import BinaryIO

import pytest

from integrations.contract import Account, Composition, Kind, Media, MediaKind, Progress
from integrations.errors import OutcomeUnknown, PermanentError, RateLimited
from integrations.networks.youtube.limits import CHUNK_BYTES, UNIT_BYTES
from integrations.networks.youtube.uploads import held_back_from
from tests import films
from tests.integrations.networks.contract import publish
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Fault, Shelf, Step, Stopped, composition, film, now
from tests.integrations.networks.youtube.stage import YouTubeStage


class Watched(BytesIO):
    """A stored file that remembers the largest piece anybody asked of it."""

    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size >= 0, "a film is never read whole"
        Watched.largest = max(Watched.largest, size)
        return super().read(size)


def big(name: str, size_bytes: int) -> Media:
    """Return a film of this size."""
    content = films.film(seconds=30, width=1280, height=720, payload=name.encode())
    content += bytes(size_bytes - len(content))

    def open_at(offset: int = 0) -> BinaryIO:
        stream = Watched(content)
        stream.seek(offset)
        return stream

    return Media(
        key=name,
        kind=MediaKind.VIDEO,
        content_type="video/mp4",
        size_bytes=size_bytes,
        width=1280,
        height=720,
        open=open_at,
        duration=timedelta(seconds=30),
    )


@pytest.fixture
def stage(sandbox: Sandbox) -> YouTubeStage:
    Watched.largest = 0
    return YouTubeStage(sandbox)


def compose(stage: YouTubeStage, media: Media | None = None, **options: object) -> Composition:
    wanted = composition(Kind.VIDEO, provider=stage.provider)
    return replace(wanted, media=(media,) if media else wanted.media, options={**wanted.options, **options})


def prepare(stage: YouTubeStage, account: Account, wanted: Composition, progress: Progress | None = None) -> Progress:
    return stage.provider.prepare(account, wanted, progress or {}, save=Shelf(), now=now())


def test_nothing_is_on_the_channel_before_its_hour(stage: YouTubeStage) -> None:
    account, wanted = stage.account(), compose(stage, big("large", 3 * CHUNK_BYTES + 5))

    progress = prepare(stage, account, wanted)

    assert stage.out(account) == []
    assert progress["sent"] == 3 * CHUNK_BYTES
    assert stage.provider.check(account, wanted, progress, now=now()).ready
    stage.provider.commit(account, wanted, progress, now=now())
    assert len(stage.out(account)) == 1
    assert Watched.largest <= 65_536


@pytest.mark.parametrize("size_bytes", [1_000, UNIT_BYTES, UNIT_BYTES + 1, 2 * UNIT_BYTES, 2 * CHUNK_BYTES])
def test_the_last_part_is_small_and_never_empty(stage: YouTubeStage, size_bytes: int) -> None:
    media = big(f"film {size_bytes}", size_bytes)
    account, wanted = stage.account(), compose(stage, media)

    published = publish(stage, account, wanted)

    assert 0 < size_bytes - held_back_from(media) <= UNIT_BYTES
    assert [each.network_id for each in stage.out(account)] == [published.network_id]


def test_a_killed_worker_goes_on_with_the_part_it_was_at(stage: YouTubeStage) -> None:
    account, wanted = stage.account(), compose(stage, big("large", 4 * CHUNK_BYTES))
    shelf = Shelf(stop_after=3)
    with pytest.raises(Stopped):
        stage.provider.prepare(account, wanted, {}, save=shelf, now=now())
    before = len(stage.sandbox.calls("youtube.upload.put"))

    progress = prepare(stage, account, wanted, shelf.saved[-1])

    assert len(stage.sandbox.calls("youtube.upload.put")) - before == 2  # two whole parts and the last whole units
    assert stage.uploads(account) == 1
    stage.provider.commit(account, wanted, progress, now=now())
    assert len(stage.out(account)) == 1


def test_a_part_whose_answer_was_lost_is_not_sent_again(stage: YouTubeStage) -> None:
    account, wanted = stage.account(), compose(stage, big("large", 3 * CHUNK_BYTES))
    shelf = Shelf()
    stage.strike(Step.COMMIT, Fault.LOST_ANSWER)  # strikes the first part
    with pytest.raises(Exception, match="unavailable"):
        stage.provider.prepare(account, wanted, {}, save=shelf, now=now())

    progress = prepare(stage, account, wanted, shelf.saved[-1])

    assert len(stage.sandbox.calls("youtube.upload.put")) == 3
    assert stage.provider.check(account, wanted, progress, now=now()).ready


def test_an_upload_whose_session_ended_begins_anew(stage: YouTubeStage) -> None:
    account, wanted = stage.account(), compose(stage, big("large", 2 * CHUNK_BYTES))
    progress = prepare(stage, account, wanted)
    stage.sandbox.control("clock", move=8 * 86_400)
    account = stage.account()

    assert stage.provider.check(account, wanted, progress, now=now()).prepare_again
    with pytest.raises(PermanentError, match="media_expired"):
        stage.provider.commit(account, wanted, progress, now=now())
    again = prepare(stage, account, wanted, progress)

    assert again["session"] != progress["session"]
    stage.provider.commit(account, wanted, again, now=now())
    assert len(stage.out(account)) == 1


def test_a_session_that_is_nearly_over_by_our_clock_is_left_alone(stage: YouTubeStage) -> None:
    account, wanted = stage.account(), compose(stage)
    progress = prepare(stage, account, wanted)

    assert stage.provider.check(account, wanted, progress, now=now() + timedelta(days=7)).prepare_again


def test_other_words_need_another_session(stage: YouTubeStage) -> None:
    account, wanted = stage.account(), compose(stage)
    progress = prepare(stage, account, wanted)
    changed = replace(wanted, text="Said better.")

    assert stage.provider.check(account, changed, progress, now=now()).prepare_again
    stage.provider.commit(account, changed, prepare(stage, account, changed, progress), now=now())

    assert [each.text for each in stage.out(account)] == ["Said better."]


def test_what_was_sent_twice_is_one_film(stage: YouTubeStage) -> None:
    account, wanted = stage.account(), compose(stage)
    progress = prepare(stage, account, wanted)
    first = stage.provider.commit(account, wanted, progress, now=now())

    again = stage.provider.commit(account, wanted, progress, now=now())

    assert again.network_id == first.network_id
    assert len(stage.out(account)) == 1


def test_it_finds_a_film_without_its_session_among_the_uploads(stage: YouTubeStage) -> None:
    account, wanted, since = stage.account(), compose(stage), now()
    progress = prepare(stage, account, wanted)
    stage.strike(Step.COMMIT, Fault.LOST_ANSWER)
    with pytest.raises(OutcomeUnknown):
        stage.provider.commit(account, wanted, progress, now=now())

    findings = stage.provider.find_published(account, wanted, {}, since=since, now=now())

    assert findings.published is not None
    assert findings.published.network_id == stage.out(account)[0].network_id
    assert not findings.published.judged


def test_what_the_author_chose_is_what_youtube_gets(stage: YouTubeStage) -> None:
    account = stage.account()
    wanted = compose(
        stage,
        title="Rye & roll",
        privacy="unlisted",
        category="26",
        tags=["rye", "sour dough"],
        made_for_kids=True,
        synthetic=True,
        paid_promotion=True,
        notify_subscribers=False,
    )
    wanted = replace(wanted, link="https://bakery.example/rye")

    published = publish(stage, account, wanted)

    parts = "snippet,status,paidProductPlacementDetails"
    [video] = stage.ask(account, "videos", part=parts, id=published.network_id)
    assert video["paidProductPlacementDetails"] == {"hasPaidProductPlacement": True}
    assert video["snippet"]["title"] == "Rye & roll"
    assert video["snippet"]["description"] == f"{wanted.text}\n\nhttps://bakery.example/rye"
    assert (video["snippet"]["categoryId"], video["snippet"]["tags"]) == ("26", ["rye", "sour dough"])
    status = video["status"]
    assert (status["privacyStatus"], status["selfDeclaredMadeForKids"]) == ("unlisted", True)
    assert status["containsSyntheticMedia"] is True
    begun = next(rest for method, path, rest in stage.http.sent if method == "POST" and "upload" in path)
    assert begun["params"]["notifySubscribers"] == "false"


def test_a_short_has_its_own_address(stage: YouTubeStage) -> None:
    account, wanted = stage.account(), composition(Kind.REEL, provider=stage.provider)

    published = publish(stage, account, wanted)

    assert published.permalink == f"https://www.youtube.com/shorts/{published.network_id}"


def settle(stage: YouTubeStage) -> None:
    stage.sandbox.control("clock", move=10)


def test_a_film_is_judged_when_its_processing_has_ended(stage: YouTubeStage) -> None:
    stage.sandbox.control("clock", frozen=True)
    account, wanted = stage.account(), compose(stage)
    published = publish(stage, account, wanted)

    during = stage.provider.verdict(account, published.network_id, now=now())
    settle(stage)
    after = stage.provider.verdict(account, published.network_id, now=now())

    assert not published.judged
    assert during.ask_after is not None
    assert after.published is not None
    assert after.published.judged


def test_a_duplicate_is_refused_after_it_was_taken(stage: YouTubeStage) -> None:
    account, wanted = stage.account(), compose(stage, film("same"))
    publish(stage, account, wanted)
    second = publish(stage, account, replace(wanted, text="Again."))
    settle(stage)

    verdict = stage.provider.verdict(account, second.network_id, now=now())

    assert verdict.refused is not None
    assert (verdict.refused.key, verdict.refused.reason) == ("youtube_rejected_duplicate", "duplicate")


def test_a_file_that_is_no_film_fails(stage: YouTubeStage) -> None:
    stage.sandbox.control("faults", operation="youtube.upload.begin", fault="media_failed")
    account, wanted = stage.account(), compose(stage)
    published = publish(stage, account, wanted)
    settle(stage)

    verdict = stage.provider.verdict(account, published.network_id, now=now())

    assert verdict.refused is not None
    assert (verdict.refused.key, verdict.refused.reason) == ("youtube_processing_failed", "conversion")


def test_a_film_that_vanished_was_not_published(stage: YouTubeStage) -> None:
    account = stage.account()

    assert stage.provider.verdict(account, "no-such-id", now=now()).refused is not None


def test_new_words_leave_audience_and_tags_as_they_are(stage: YouTubeStage) -> None:
    account, wanted = stage.account(), compose(stage, privacy="unlisted", tags=["rye"])
    published = publish(stage, account, wanted)
    options = {name: value for name, value in wanted.options.items() if name != "tags"}

    stage.provider.edit_published(
        account, replace(wanted, text="Better.", options=options), published.network_id, now=now()
    )

    [video] = stage.ask(account, "videos", part="snippet,status", id=published.network_id)
    assert (video["snippet"]["description"], video["snippet"]["tags"]) == ("Better.", ["rye"])
    assert video["status"]["privacyStatus"] == "unlisted"


def test_playlists_and_categories_are_the_accounts_own(stage: YouTubeStage) -> None:
    account = stage.account()

    playlists = {each.name for each in stage.provider.choices(account, "playlist", now=now())}
    categories = {each.value: each.name for each in stage.provider.choices(account, "category", now=now())}

    assert playlists == {"From the oven", "Behind the scenes"}
    assert categories["22"] == "People & Blogs"
    assert "18" not in categories  # Short Movies: nobody may choose it


def test_used_up_quota_says_when_it_fills_again(stage: YouTubeStage) -> None:
    account = stage.account()
    for _upload in range(100):
        prepare(stage, account, compose(stage))

    with pytest.raises(RateLimited, match="youtube_quota") as raised:
        prepare(stage, account, compose(stage))

    [report] = stage.reports
    assert (report.budget, report.used, report.limit) == ("youtube.uploads", 100, 100)
    assert raised.value.reset_at == report.reset_at
    assert raised.value.reset_at is not None
    assert timedelta() < raised.value.reset_at - now() <= timedelta(hours=25)


def test_a_channels_own_cap_waits_for_a_day(stage: YouTubeStage) -> None:
    account = stage.account()
    for number in range(50):
        publish(stage, account, compose(stage, film(f"film {number}")))

    with pytest.raises(RateLimited, match="youtube_channel_uploads") as raised:
        prepare(stage, account, compose(stage))

    assert raised.value.reset_at is not None
    assert raised.value.reset_at > now() + timedelta(hours=23)

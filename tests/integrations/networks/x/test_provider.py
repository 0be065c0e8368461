from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from typing import BinaryIO

import pytest

from integrations.contract import Composition, Credentials, Feature, Kind, Level, Media, MediaKind, Operation
from integrations.errors import AuthorisationLost, RateLimited
from integrations.networks.x.limits import SEGMENT_BYTES
from tests.integrations.networks.contract import publish
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Shelf, composition, now
from tests.integrations.networks.twins import XStage


@pytest.fixture
def stage(sandbox: Sandbox) -> XStage:
    return XStage(sandbox)


def keys(stage: XStage, wanted: Composition, details: Mapping[str, str] | None = None) -> list[str]:
    return [each.key for each in stage.provider.validate(wanted, details=details or {})]


def test_alternative_texts_arrive(stage: XStage, sandbox: Sandbox) -> None:
    account = stage.account()

    publish(stage, account, composition(Kind.IMAGES))

    shown = sandbox.alt_texts("x", account.network_id)
    assert {"A plain red picture", "A plain green picture", "A plain blue picture"} <= set(shown)


def test_a_large_file_goes_in_segments(stage: XStage, sandbox: Sandbox) -> None:
    account = stage.account()
    content = b"\x89PNG\r\n\x1a\n" + b"\0" * (SEGMENT_BYTES + 500)

    def open_at(offset: int = 0) -> BinaryIO:
        return BytesIO(content[offset:])

    media = Media(
        key="large",
        kind=MediaKind.IMAGE,
        content_type="image/png",
        size_bytes=len(content),
        width=1,
        height=1,
        open=open_at,
    )
    shelf = Shelf()

    stage.provider.prepare(account, Composition(text="Large", media=(media,)), {}, save=shelf, now=now())

    assert len(sandbox.calls("x.media.append")) == 2
    assert len(shelf.saved) == 5  # begun, two segments, about to close, closed


def test_uploads_older_than_a_day_are_made_anew(stage: XStage) -> None:
    account, wanted = stage.account(), composition(Kind.IMAGE)
    progress = stage.provider.prepare(account, wanted, {}, save=Shelf(), now=now())

    assert stage.provider.check(account, wanted, progress, now=now() + timedelta(hours=23, minutes=30)).prepare_again


def test_media_that_x_works_on_is_waited_for(stage: XStage, sandbox: Sandbox) -> None:
    account, wanted = stage.account(), composition(Kind.IMAGE)
    sandbox.control("faults", operation="x.media.finalize", fault="slow_media", seconds=30)

    progress = stage.provider.prepare(account, wanted, {}, save=Shelf(), now=now())
    readiness = stage.provider.check(account, wanted, progress, now=now())
    sandbox.control("clock", move=60)
    later = stage.provider.check(account, wanted, progress, now=now())
    sandbox.control("clock", real=True)

    assert readiness.check_after is not None
    assert later.ready


def test_media_that_x_cannot_read_has_failed(stage: XStage, sandbox: Sandbox) -> None:
    account, wanted = stage.account(), composition(Kind.IMAGE)
    sandbox.control("faults", operation="x.media.finalize", fault="slow_media", seconds=1)
    sandbox.control("faults", operation="x.media.finalize", fault="media_failed")

    progress = stage.provider.prepare(account, wanted, {}, save=Shelf(), now=now())
    sandbox.control("clock", move=5)
    readiness = stage.provider.check(account, wanted, progress, now=now())
    sandbox.control("clock", real=True)

    assert readiness.failed is not None
    assert readiness.failed.key == "media_refused"


def test_a_rate_limit_says_until_when(stage: XStage, sandbox: Sandbox) -> None:
    account = stage.account()
    sandbox.control("faults", operation="x.tweets", fault="rate_limited", seconds=300)

    with pytest.raises(RateLimited) as raised:
        stage.provider.commit(account, composition(Kind.TEXT), {}, now=now())

    assert raised.value.reset_at is not None
    assert raised.value.reset_at > now()


def test_an_expired_access_token_asks_for_a_refresh(stage: XStage, sandbox: Sandbox) -> None:
    account = stage.account()
    sandbox.control("withdraw", network="x", account=account.network_id, reason="expired")

    with pytest.raises(AuthorisationLost) as raised:
        stage.provider.commit(account, composition(Kind.TEXT), {}, now=now())

    assert raised.value.refresh_may_help
    assert stage.out(account) == []


def test_without_a_refresh_token_only_a_person_helps(stage: XStage) -> None:
    with pytest.raises(AuthorisationLost):
        stage.provider.refresh(Credentials(access_token="a"), now=now())


def test_the_address_asks_for_no_more_than_the_features_need(stage: XStage) -> None:
    address = stage.provider.authorisation_url(
        redirect_uri="http://127.0.0.1/back", state="s", code_verifier="v" * 64, features=[Feature.INSIGHTS]
    )

    assert "scope=offline.access+tweet.read+users.read&" in address
    assert "code_challenge_method=S256" in address
    assert "v" * 64 not in address


def test_texts_are_weighed(stage: XStage) -> None:
    assert keys(stage, Composition(text="é" * 280)) == []
    assert keys(stage, Composition(text="漢" * 140)) == []
    assert keys(stage, Composition(text="漢" * 141)) == ["text_too_long"]
    assert keys(stage, Composition(text="a" * 256, link="https://example.org/" + "x" * 200)) == ["text_too_long"]
    assert keys(stage, Composition(text="a" * 255, link="https://example.org/" + "x" * 200)) == []
    assert keys(stage, Composition(text="a" * 281), {"subscription": "Premium"}) == []
    assert stage.provider.count_text(Composition(text="👨‍👩‍👧")) == 2


def test_other_rules_of_x_are_known_beforehand(stage: XStage) -> None:
    picture = composition(Kind.IMAGE).media[0]

    assert keys(stage, Composition(text="$ACME and $BRED")) == ["x_cashtags"]
    assert keys(stage, Composition(text="a\ufffeb")) == ["text_not_plain"]
    assert keys(stage, Composition(text="a", options={"reply_settings": "everyone"})) == ["option_unknown"]
    assert keys(stage, Composition(text="a", options={"poll": "yes"})) == ["option_unknown"]
    assert keys(stage, Composition(text="a", link="bakery.example")) == ["link_malformed"]
    assert keys(stage, Composition(media=(picture,) * 5)) == ["media_too_many"]


def test_a_picture_without_description_is_only_doubtful(stage: XStage) -> None:
    picture = composition(Kind.IMAGE).media[0]
    undescribed = Media(
        key="k",
        kind=MediaKind.IMAGE,
        content_type="image/tiff",
        size_bytes=6_000_001,
        width=1,
        height=1,
        open=picture.open,
    )

    problems = stage.provider.validate(Composition(media=(undescribed,)))

    assert [(each.key, each.level) for each in problems] == [
        ("media_type", Level.ERROR),
        ("media_too_big", Level.ERROR),
        ("alt_text_missing", Level.WARNING),
    ]
    assert problems[1].parameters == {"found": "6.1", "allowed": "5"}


def test_a_link_costs_more(stage: XStage) -> None:
    plain = stage.provider.cost(Operation.COMMIT, Composition(text="Pies"))["x.credits"]

    for wanted in (Composition(text="Pies: bakery.example"), Composition(text="Pies", link="https://bakery.example")):
        assert stage.provider.cost(Operation.COMMIT, wanted)["x.credits"] > 10 * plain

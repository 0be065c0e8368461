"""The calls on the way to films, stories and documents, where these have operations of their own."""

from collections.abc import Mapping
from dataclasses import replace

from integrations.contract import Composition, Form, Kind
from tests.faults.ground import Call, Ground
from tests.integrations.networks.contract import compose, prepared
from tests.integrations.networks.stage import Shelf, film, now, picture

_KINDS: Mapping[str, Kind] = {
    "facebook.read": Kind.VIDEO,
    "facebook.reels": Kind.REEL,
    "facebook.stories": Kind.STORY,
    "facebook.uploads": Kind.VIDEO,
    "facebook.videos": Kind.VIDEO,
    "linkedin.documents": Kind.DOCUMENT,
    "linkedin.upload": Kind.VIDEO,
    "linkedin.videos": Kind.VIDEO,
}


def _composed(ground: Ground, operation: str) -> Composition:
    kind = next(kind for beginning, kind in _KINDS.items() if operation.startswith(beginning))
    if kind is Kind.STORY and not operation.endswith((".photo", ".list")):
        return Composition(form=Form.STORY, media=(film("oven", width=540, height=960),))
    wanted = compose(ground.stage, kind)
    return replace(wanted, cover=picture("red")) if operation == "facebook.videos.cover" else wanted


def prepare_film(ground: Ground, operation: str) -> Call:
    wanted = _composed(ground, operation)
    return Call(lambda: ground.provider.prepare(ground.account, wanted, {}, save=Shelf(), now=now()), reads=False)


def check_film(ground: Ground, operation: str) -> Call:
    wanted = _composed(ground, operation)
    progress = ground.provider.prepare(ground.account, wanted, {}, save=Shelf(), now=now())
    return Call(lambda: ground.provider.check(ground.account, wanted, progress, now=now()))


def commit_film(ground: Ground, operation: str) -> Call:
    wanted = _composed(ground, operation)
    progress = prepared(ground.stage, ground.account, wanted)
    return Call(
        lambda: ground.provider.commit(ground.account, wanted, progress, now=now()),
        reads=False,
        took_effect=lambda: len(ground.stage.out(ground.account)) == 1,
    )


def find_film(ground: Ground, operation: str) -> Call:
    """Look for one that is out."""
    wanted, since = _composed(ground, operation), now()
    progress = prepared(ground.stage, ground.account, wanted)
    ground.provider.commit(ground.account, wanted, progress, now=now())

    def look() -> None:
        found = ground.provider.find_published(ground.account, wanted, progress, since=since, now=now())
        assert found.published is not None

    return Call(look)

"""What the network in memory takes: every kind, a few forms, options of every type."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.contract import (
    NOTHING,
    Account,
    Choice,
    Composition,
    Form,
    Kind,
    Limits,
    Media,
    Option,
    OptionType,
    Problem,
)
from integrations.errors import PermanentError
from integrations.networks._shared.judging import judge_extras, judge_media, judge_options, refused, too_long
from integrations.testing.network import MemoryNetwork

FORMS = frozenset({Form.POST, Form.STORY, Form.EVENT, Form.THREAD})
OPTIONS = (
    Option(name="audience", type=OptionType.CHOICE, choices=("everyone", "followers"), default="everyone"),
    Option(name="album", type=OptionType.CHOICE, asks=True, kinds=frozenset({Kind.IMAGE, Kind.IMAGES, Kind.VIDEO})),
    Option(name="topics", type=OptionType.WORDS, max_length=20, max_count=3),
    Option(name="quiet", type=OptionType.FLAG, default=False),
    Option(name="title", type=OptionType.TEXT, max_length=60, required=True, forms=frozenset({Form.EVENT})),
    Option(name="details", type=OptionType.LONG_TEXT, max_length=500, forms=frozenset({Form.EVENT})),
    Option(name="tickets", type=OptionType.ADDRESS, forms=frozenset({Form.EVENT})),
    Option(name="starts_at", type=OptionType.MOMENT, required=True, forms=frozenset({Form.EVENT})),
)
COVERED = frozenset({Kind.VIDEO, Kind.REEL, Kind.LINK})
ALBUMS = (Choice(value="album-1", name="Bread"), Choice(value="album-2", name="Cakes"))
LIMITS = Limits(
    text_max=300,
    media_max=4,
    image_types=frozenset({"image/jpeg", "image/png"}),
    image_max_bytes=5_000_000,
    alt_text_max=1000,
    video_types=frozenset({"video/mp4", "video/quicktime"}),
    video_max_bytes=2_000_000_000,
    video_max=timedelta(minutes=10),
    document_types=frozenset({"application/pdf"}),
    document_max_bytes=100_000_000,
    first_comment_max=200,
    parts_max=3,
)


@dataclass(kw_only=True)
class MemoryCompositions(MemoryNetwork):
    """``fetches_media``: it fetches files by their address, as some networks do, and refuses those without one."""

    fetches_media: bool = False
    forms: frozenset[Form] = FORMS
    options: tuple[Option, ...] = OPTIONS

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(set(Kind) - {Kind.OFFER, Kind.POLL, Kind.REEL})

    def choices(self, account: Account, option: str, *, now: datetime) -> tuple[Choice, ...]:
        def ask() -> tuple[Choice, ...]:
            self._require(account.credentials)
            return {"album": ALBUMS}[option]

        return self._call("choices", ask)

    def takes_cover(self, composition: Composition) -> bool:
        return composition.kind in COVERED

    def limits(self, details: Mapping[str, str] = NOTHING) -> Limits:
        return LIMITS

    def count_text(self, composition: Composition) -> int:
        return len(composition.text)

    def validate(self, composition: Composition, *, details: Mapping[str, str] = NOTHING) -> tuple[Problem, ...]:
        return tuple(_judge(composition, self.options))

    def _fetch(self, media: Media) -> None:
        if self.fetches_media and media.address is None:
            raise PermanentError("address_missing", network=self.key, status=400)


def _judge(composition: Composition, options: tuple[Option, ...]) -> Iterator[Problem]:
    found, allowed = len(composition.text), LIMITS.text_max
    if found > allowed:
        yield too_long("text", "text_too_long", found=found, allowed=allowed)
    if not composition.text and not composition.media:
        yield refused("text", "text_missing")
    if composition.form is Form.STORY and not composition.media:
        yield refused("media", "media_missing")
    yield from judge_media(composition, LIMITS)
    yield from judge_extras(composition, LIMITS, FORMS, part_length=len, covers=COVERED)
    yield from judge_options(composition, options)

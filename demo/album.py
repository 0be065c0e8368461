"""The organisations' pictures, brought into their galleries as a person would bring them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Literal

from demo import pictures
from demo.painting import Painting
from demo.people import FOURNIL, HARTLEY, TIDEWATER, Home
from eventlog.services import Origin, acts_from
from gallery.models import Asset
from gallery.services import Upload, add_file, describe_asset, stored_file
from lib.tenancy.scope import scope


@dataclass(frozen=True, kw_only=True)
class Photograph:
    """A scene, the galleries it hangs in, and what it shows in each one's language."""

    name: str
    paint: Callable[[], Painting]
    shows: Mapping[str, str]
    kind: Literal["JPEG", "PNG"] = "JPEG"


PHOTOGRAPHS = (
    Photograph(
        name="window",
        paint=pictures.window,
        shows={HARTLEY: "A baker’s window before dawn, lit from inside, with two rows of loaves under an awning."},
    ),
    Photograph(
        name="stollen",
        paint=pictures.stollen,
        shows={HARTLEY: "A stollen cut open: raisins, orange peel and a round of marzipan under icing sugar."},
    ),
    Photograph(
        name="starter",
        paint=pictures.starter,
        shows={HARTLEY: "A jar of rye starter on a table; a red band marks how far it has risen."},
    ),
    Photograph(
        name="mince-pies",
        paint=pictures.mince_pies,
        shows={HARTLEY: "Rows of mince pies with star lids, dusted with sugar, seen from above."},
        kind="PNG",
    ),
    # Left undescribed, so that the gallery and the composer have one to ask for.
    Photograph(name="apprentices", paint=pictures.apprentices, shows={HARTLEY: ""}),
    Photograph(
        name="loaves",
        paint=pictures.loaves,
        shows={
            HARTLEY: "Loaves cooling on three racks in the glow of the oven.",
            FOURNIL: "Des pains refroidissent sur trois grilles, à la lueur du four.",
        },
    ),
    Photograph(
        name="croissants",
        paint=pictures.croissants,
        shows={FOURNIL: "Quatre croissants dorés sur une plaque, vus d’en haut."},
    ),
    Photograph(
        name="yule-log",
        paint=pictures.yule_log,
        shows={FOURNIL: "Une bûche roulée au chocolat, poudrée de sucre, avec trois baies rouges."},
    ),
    Photograph(
        name="tide",
        paint=pictures.tide,
        shows={TIDEWATER: "A red and white lighthouse at the harbour mouth, the tide coming in under a low sun."},
    ),
    Photograph(
        name="boat",
        paint=pictures.boat,
        shows={TIDEWATER: "A red fishing boat with one mast, at her mooring at dusk."},
    ),
)


def paint(painters: Executor) -> Iterator[bytes]:
    """Begin to paint every picture, as files in the order of PHOTOGRAPHS."""
    return painters.map(lambda each: each.paint().as_file(each.kind), PHOTOGRAPHS)


def hang(homes: Mapping[str, Home], files: Iterable[bytes], *, now: datetime) -> dict[tuple[str, str], Asset]:
    """Add every picture to its galleries; return the assets by organisation and name."""
    return {
        (house, each.name): _add(homes[house], each, file, alt_text, now)
        for each, file in zip(PHOTOGRAPHS, files, strict=True)
        for house, alt_text in each.shows.items()
    }


def _add(home: Home, photograph: Photograph, file: bytes, alt_text: str, now: datetime) -> Asset:
    ending = "png" if photograph.kind == "PNG" else "jpg"
    upload = Upload(name=f"{photograph.name}.{ending}", size_bytes=len(file), stream=BytesIO(file))
    actor = home.member("Nadia").user
    origin = Origin(actor_id=actor.pk, actor_name=str(actor), at=now)
    with (
        acts_from(origin),
        stored_file(upload, organisation_id=home.organisation.pk) as stored,
        scope(organisation=home.organisation.pk, user=actor.pk),
    ):
        asset = add_file(stored, actor=actor)
        if alt_text:
            describe_asset(asset, alt_text=alt_text)
    return asset

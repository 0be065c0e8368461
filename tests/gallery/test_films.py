"""Films and documents: told by their content, read without decoding, kept as they came, served in parts."""

import asyncio
import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncRequestFactory, Client

from gallery.addresses import our_address_of
from gallery.films import DOCX, MP4, PDF, PPTX, QUICKTIME, Facts, find_kind, read_facts
from gallery.models import Asset
from gallery.pictures import Unusable
from gallery.serving import WHOLE_BYTES, answer_file
from gallery.storage import Bucket, storage
from lib.tenancy.scope import scope
from tests.factories import make_asset
from tests.films import film, office, pdf
from tests.gallery.pictures import photograph
from tests.gallery.test_assets import bring
from tests.houses import House

KINDS = {
    "film.mp4": (film(), MP4),
    "film.mov": (film(brand=b"qt  "), QUICKTIME),
    "menu.pdf": (pdf(), PDF),
    "menu.docx": (office("word/document.xml"), DOCX),
    "menu.pptx": (office("ppt/presentation.xml"), PPTX),
}


def read(content: bytes) -> Facts:
    stream = BytesIO(content)
    kind = find_kind(stream)
    assert kind is not None
    return read_facts(stream, kind, size_bytes=len(content))


@pytest.mark.parametrize("name", KINDS)
def test_a_file_is_told_by_its_content_and_not_by_its_name(name: str, house: House, alice: Client) -> None:
    content, kind = KINDS[name]

    asset = bring(alice, house, content, "holiday.txt")

    assert (asset.content_type, asset.size_bytes) == (kind, len(content))
    assert asset.name == f"holiday.{name.rpartition('.')[2]}"
    assert asset.sha256 == hashlib.sha256(content).hexdigest()
    with storage().open(asset.storage_key) as stream:
        assert stream.read() == content


def test_a_film_tells_how_large_it_is_and_how_long_it_lasts(house: House, alice: Client) -> None:
    asset = bring(alice, house, film(seconds=65.2, width=1080, height=1920))

    assert (asset.width, asset.height, asset.duration_ms) == (1080, 1920, 65_200)
    assert (asset.kind_name, asset.duration_words) == ("MP4", "1:05")


def test_a_film_that_was_filmed_upright_is_upright() -> None:
    facts = read(film(width=320, height=240, turned=True))

    assert (facts.width, facts.height) == (240, 320)


@pytest.mark.parametrize(
    "content",
    [
        film()[:200],  # cut off
        film()[:24] + b"\xff" * 4000,  # rubbish behind an honest beginning
        b"\0\0\0\x18ftypisom" + bytes(100),
        pdf()[:-30],
    ],
)
def test_what_is_damaged_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(Unusable, match="add it again"):
        read(content)


@pytest.mark.parametrize("content", [office("xl/workbook.xml"), b"PK\x03\x04rubbish", b"<svg/>", b"", photograph()])
def test_anything_else_is_no_film_and_no_document(content: bytes) -> None:
    assert find_kind(BytesIO(content)) is None


def test_too_large_a_document_is_refused_by_its_size() -> None:
    with pytest.raises(Unusable, match="101 MB; one of its kind may have 100 MB"):
        read_facts(BytesIO(pdf()), PDF, size_bytes=100 * 1024**2 + 1)


def test_nothing_is_left_of_what_was_refused(house: House, alice: Client) -> None:
    file = SimpleUploadedFile("film.mp4", film()[:200])

    response = alice.post(house.path("gallery/upload/"), {"file": file}, headers={"X-Requested-With": "fetch"})

    assert response.status_code == 422
    with scope(organisation=house.acme.pk):
        assert not Asset.objects.exists()


def test_what_nothing_decodes_has_a_sign_of_what_it_is(house: House, alice: Client) -> None:
    for content, sign in ((film(), "film"), (pdf(), "document")):
        asset = bring(alice, house, content)
        answer = alice.get(house.path(f"gallery/{asset.pk}/thumbnail/"))
        assert (answer.status_code, answer["Location"].rpartition("/")[2].startswith(sign)) == (302, True)


def test_the_gallery_shows_films_and_documents_and_plays_the_film(house: House, alice: Client) -> None:
    asset = bring(alice, house, film(seconds=65))
    bring(alice, house, pdf(), "Menu")

    page = alice.get(house.path("gallery/")).content.decode()
    dialog = alice.get(house.path(f"gallery/{asset.pk}/")).content.decode()

    assert "MP4 · 1:05" in page
    assert ">PDF<" in page
    assert "<video" in dialog
    assert "320 × 240, 1:05" in dialog


def test_a_document_is_for_downloading_and_a_film_for_seeing(house: House, alice: Client) -> None:
    document, moving = bring(alice, house, pdf()), bring(alice, house, film())

    assert alice.get(house.path(f"gallery/{document.pk}/original/"))["Content-Disposition"].startswith("attachment")
    assert alice.get(house.path(f"gallery/{moving.pk}/original/"))["Content-Disposition"].startswith("inline")


# -- parts -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def large(house: House) -> Asset:
    """A file too large to be read at once: a hole with ends."""
    size = WHOLE_BYTES + 1_000_003
    with scope(organisation=house.acme.pk):
        asset = make_asset(content_type="video/mp4", name="oven.mp4", size_bytes=size, storage_key="tests/large.mp4")
    dig(asset.storage_key, size)
    return asset


def dig(key: str, size: int) -> None:
    """Store a file of this size that is a hole with ends."""
    storage().save(key, b"", content_type="video/mp4")
    path: Path = storage()._path(key)  # type: ignore[attr-defined]
    with path.open("r+b") as file:
        file.write(b"begin")
        file.truncate(size)
        file.seek(size - 3)
        file.write(b"end")


def path_of(asset: Asset) -> str:
    address = our_address_of(organisation_id=asset.organisation_id, asset_id=asset.pk)
    return address.removeprefix("http://testserver")


@pytest.mark.parametrize(
    ("asked", "status", "told", "length"),
    [
        ("bytes=0-4", 206, "bytes 0-4/{size}", 5),
        ("bytes=-3", 206, "bytes {last3}-{last}/{size}", 3),
        ("bytes={last}-", 206, "bytes {last}-{last}/{size}", 1),
        ("bytes=0-99999999999", 200, None, None),
        ("bytes={size}-", 416, "bytes */{size}", 0),
        ("bytes=5-2", 416, "bytes */{size}", 0),
        ("bytes=0-1,4-5", 200, None, None),
        ("rubbish", 200, None, None),
    ],
)
def test_a_network_fetches_the_part_that_it_asks_for(
    large: Asset, asked: str, status: int, told: str | None, length: int | None
) -> None:
    size = large.size_bytes
    places = {"size": size, "last": size - 1, "last3": size - 3}

    answer = Client().get(path_of(large), headers={"Range": asked.format(**places)})

    assert answer.status_code == status
    assert answer.headers.get("Content-Range") == (told and told.format(**places))
    if length is not None:
        assert len(answer.content) == length
    else:
        assert int(answer["Content-Length"]) == size
        assert len(b"".join(answer.streaming_content)) == size  # type: ignore[attr-defined]
    if status != 416:
        assert (answer["Content-Type"], answer["Accept-Ranges"]) == ("video/mp4", "bytes")


def test_its_size_is_told_before_it_is_fetched(large: Asset) -> None:
    answer = Client().head(path_of(large))

    assert (answer.status_code, int(answer["Content-Length"])) == (200, large.size_bytes)


def test_a_server_that_waits_sends_it_piece_by_piece() -> None:
    size = WHOLE_BYTES + 77
    dig("tests/slow.mp4", size)
    request = AsyncRequestFactory().get("/")

    async def fetch() -> list[bytes]:
        answer = answer_file(request, "tests/slow.mp4", size_bytes=size, content_type="video/mp4")
        return [piece async for piece in answer.streaming_content]  # type: ignore[attr-defined]

    pieces = asyncio.run(fetch())

    assert (pieces[0][:5], pieces[-1][-3:], sum(len(each) for each in pieces)) == (b"begin", b"end", size)
    assert max(len(each) for each in pieces) <= 1024**2


def test_a_film_goes_into_a_bucket_and_comes_out_from_any_place(in_bucket: Bucket, house: House, alice: Client) -> None:
    content = film(payload=b"oven" * 300_000)
    asset = bring(alice, house, content)

    with storage().open(asset.storage_key, len(content) - 4) as stream:
        assert stream.read() == b"oven"
    away = Client().get(path_of(asset))
    assert away.status_code == 302
    assert asset.storage_key in away["Location"]

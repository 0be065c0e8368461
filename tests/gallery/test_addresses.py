from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.test import Client

from gallery.addresses import find_signed, our_address_of
from gallery.media import asset_file
from gallery.models import Asset
from gallery.storage import storage
from lib.tenancy.scope import scope
from tests.factories import make_asset
from tests.houses import House

HOUR = timedelta(hours=1)


@pytest.fixture
def asset(house: House) -> Asset:
    with scope(organisation=house.acme.pk):
        asset = make_asset(alt_text="A roof")
    storage().save(asset.storage_key, b"bytes of a picture", content_type="image/jpeg")
    return asset


def path_of(asset: Asset) -> str:
    return our_address_of(asset).removeprefix("http://testserver")


def test_anybody_fetches_one_picture_by_its_signed_address(asset: Asset) -> None:
    for client in (Client(), Client(headers={"User-Agent": "facebookexternalhit/1.1"})):
        response = client.get(path_of(asset))
        assert (response.status_code, response.content) == (200, b"bytes of a picture")
        assert response["Content-Type"] == "image/jpeg"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert not response.cookies
    assert Client().head(path_of(asset)).status_code == 200
    assert Client().post(path_of(asset)).status_code == 405


def test_a_wrong_and_an_old_address_are_none(asset: Asset, house: House) -> None:
    path = path_of(asset)
    other = path.replace(f"{house.acme.pk}-{asset.pk}", f"{house.acme.pk}-{asset.pk + 1}")
    now = datetime.now(UTC).timestamp()

    for wrong in (other, path[:-2] + "/", "/media/1-1~0~x/", "/media/rubbish/"):
        assert Client().get(wrong).status_code == 404
    with patch("django.core.signing.time.time", return_value=now + HOUR.total_seconds() + 2):
        assert Client().get(path).status_code == 404
    with patch("django.core.signing.time.time", return_value=now + HOUR.total_seconds() - 2):
        assert Client().get(path).status_code == 200


def test_an_address_of_another_purpose_signs_nothing_here(asset: Asset) -> None:
    from django.core.signing import TimestampSigner

    assert find_signed(TimestampSigner(sep="~").sign(f"{asset.organisation_id}-{asset.pk}")) is None


def test_an_address_dies_with_its_asset(asset: Asset, house: House) -> None:
    path = path_of(asset)
    with scope(organisation=house.acme.pk):
        asset.delete()

    assert Client().get(path).status_code == 404


def test_plain_pieces_for_a_network(asset: Asset) -> None:
    file = asset_file(asset, alt_text="A red roof")

    assert (file.width, file.height, file.content_type, file.alt_text) == (1200, 900, "image/jpeg", "A red roof")
    with file.open(6) as stream:
        assert stream.read() == b"of a picture"
    assert file.address is not None
    assert file.address().startswith("http://testserver/media/")

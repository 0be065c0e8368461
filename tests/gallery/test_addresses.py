from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.test import Client

from config.env import env
from gallery import media
from gallery.addresses import find_signed, our_address_of
from gallery.media import StoredFile, address_maker
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
    return our_address_of(organisation_id=asset.organisation_id, asset_id=asset.pk).removeprefix("http://testserver")


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


def test_a_network_gets_a_stream_from_any_place_on_and_an_address(asset: Asset) -> None:
    with StoredFile(asset.storage_key)(6) as stream:
        assert stream.read() == b"of a picture"
    make = address_maker(organisation_id=asset.organisation_id, asset_id=asset.pk, storage_key=asset.storage_key)
    assert make is not None
    assert make().startswith("http://testserver/media/")


def test_no_network_can_fetch_from_this_machine_alone(asset: Asset, monkeypatch: pytest.MonkeyPatch) -> None:
    here = replace(env, public_base_url="http://127.0.0.1:8000", sandbox=False, s3_bucket="")
    monkeypatch.setattr(media, "env", here)

    assert address_maker(organisation_id=1, asset_id=asset.pk, storage_key=asset.storage_key) is None
    monkeypatch.setattr(media, "env", replace(here, sandbox=True))
    assert address_maker(organisation_id=1, asset_id=asset.pk, storage_key=asset.storage_key) is not None

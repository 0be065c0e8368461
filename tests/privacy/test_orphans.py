"""Files that no row names are swept each night, once they are old; whatever a row names stays, however old."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from gallery.models import Rendition
from gallery.storage import new_key, storage
from lib.tenancy.scope import scope
from privacy import nightly, orphans
from privacy.models import EndedFile, Export, ExportPart
from privacy.registry import registry
from tests.factories import make_asset, make_social_account
from tests.houses import House

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def old() -> datetime:
    return timezone.now() - orphans.SAFE_AGE - timedelta(hours=1)


def put(organisation_id: int, folder: str, written_at: datetime) -> str:
    key = new_key(organisation_id, folder, "jpg")
    storage().save(key, b"bytes", content_type="image/jpeg")
    path = Path(storage().root) / key  # type: ignore[attr-defined]  # tests keep files on a disk
    os.utime(path, (written_at.timestamp(), written_at.timestamp()))
    return key


def present(house: House) -> Iterator[str]:
    for organisation in (house.acme, house.elsewhere):
        for key, _written_at in storage().keys(f"organisations/{organisation.pk}/"):
            yield key


def test_an_old_file_without_a_row_goes_and_a_young_one_stays(house: House, old: datetime) -> None:
    orphan, young = put(house.acme.pk, "assets", old), put(house.acme.pk, "assets", timezone.now())
    elsewhere = put(house.elsewhere.pk, "assets", old)

    assert orphans.sweep(house.acme.pk, at=timezone.now()) == 1

    found = set(present(house))
    assert orphan not in found
    assert {young, elsewhere} <= found


def test_what_any_declared_column_names_stays_however_old(house: House, old: datetime) -> None:
    keys = {name: put(house.acme.pk, name, old) for name in ("assets", "renditions", "pictures", "exports", "ending")}
    with scope(organisation=house.acme.pk):
        asset = make_asset(storage_key=keys["assets"])
        Rendition.objects.create(
            asset=asset, purpose="preview", storage_key=keys["renditions"], width=1, height=1, size_bytes=1
        )
        make_social_account(picture=keys["pictures"])
        export = Export.objects.create(language="en", asked_at=timezone.now())
        ExportPart.objects.create(export=export, number=1, storage_key=keys["exports"], size_bytes=1)
        EndedFile.objects.create(organisation_id=house.acme.pk, storage_key=keys["ending"], ended_at=timezone.now())

    assert orphans.sweep(house.acme.pk, at=timezone.now()) == 0

    assert set(keys.values()) <= set(present(house))
    # A model with files that is not tried above is to be added there.
    declared = {entry.label for entry in registry() if entry.personal and entry.personal.files}
    assert declared == {"gallery.Asset", "gallery.Rendition", "integrations.SocialAccount", "privacy.ExportPart"}


def test_what_a_killed_worker_left_half_written_goes_too(house: House, old: datetime) -> None:
    key = put(house.acme.pk, "assets", old)
    path = Path(storage().root) / key  # type: ignore[attr-defined]
    path.rename(path.with_name(".new-abc"))

    assert orphans.sweep(house.acme.pk, at=timezone.now()) == 1
    assert list(present(house)) == []


def test_it_is_every_organisations_turn_each_night(house: House, old: datetime) -> None:
    orphan = put(house.acme.pk, "assets", old)

    nightly.run_due(timezone.now)

    assert orphan not in set(present(house))
    assert nightly.find_turn(house.acme.pk, orphans.KEY, timezone.now()) is not None

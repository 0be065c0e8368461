"""The gallery with its files in an S3: nothing travels there or back while a transaction is open."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from accounts.permissions import Role
from gallery import services
from gallery.models import Asset
from gallery.storage import Bucket
from lib.tenancy.scope import scope
from tests.gallery.bucket import keys_in
from tests.gallery.pictures import photograph
from tests.houses import House, make_house, signed_in

SCRIPT = {"X-Requested-With": "fetch"}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(transactional_db: None) -> House:
    """Committed rows: a test's own transaction would stand around every call."""
    return make_house()


@pytest.fixture
def alice(house: House) -> Client:
    return signed_in(house.alice)


@pytest.fixture(autouse=True)
def calls(in_bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the calls to S3, and refuse them inside a transaction."""
    made: list[str] = []
    for name in ("save", "open", "delete"):
        monkeypatch.setattr(Bucket, name, _outside(name, getattr(Bucket, name), made))
    return made


def _outside(name: str, call: Callable[..., Any], made: list[str]) -> Callable[..., Any]:
    def checked(*args: Any, **named: Any) -> Any:
        assert not connection.in_atomic_block, f"{name} in a transaction"
        made.append(name)
        return call(*args, **named)

    return checked


def bring(alice: Client, house: House, content: bytes) -> Any:
    file = SimpleUploadedFile("beach.jpg", content, content_type="image/jpeg")
    return alice.post(house.path("gallery/upload/"), {"file": file}, headers=SCRIPT)


def test_a_picture_is_stored_before_a_transaction_begins(
    in_bucket: Bucket,
    house: House,
    alice: Client,
    calls: list[str],
) -> None:
    assert bring(alice, house, photograph()).status_code == 200

    assert calls == ["save", "save"]
    with scope(organisation=house.acme.pk):
        asset = Asset.objects.get()
        small = asset.renditions.get()
    assert keys_in(in_bucket) == sorted([asset.storage_key, small.storage_key])


def test_browsers_are_sent_to_the_bucket_and_get_the_picture_there(
    in_bucket: Bucket,
    house: House,
    alice: Client,
    calls: list[str],
) -> None:
    bring(alice, house, photograph())
    with scope(organisation=house.acme.pk):
        asset = Asset.objects.get()

    for ending, disposition in (
        ("thumbnail/", "inline"),
        ("original/", 'inline; filename="beach.jpg"'),
        ("original/?download", 'attachment; filename="beach.jpg"'),
    ):
        away = alice.get(house.path(f"gallery/{asset.pk}/{ending}"))
        assert (away.status_code, away["Cache-Control"]) == (302, "private, max-age=1800")
        answer = requests.get(away["Location"], timeout=5)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Content-Disposition"] == disposition
    assert calls == ["save", "save"]


def test_deleting_takes_the_files_away_after_the_commit(
    in_bucket: Bucket,
    house: House,
    alice: Client,
) -> None:
    bring(alice, house, photograph())
    with scope(organisation=house.acme.pk):
        asset = Asset.objects.get()

    assert alice.post(house.path(f"gallery/{asset.pk}/delete/")).status_code == 200

    assert keys_in(in_bucket) == []


def test_files_whose_rows_could_not_be_added_go_again(
    in_bucket: Bucket,
    house: House,
    alice: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*args: object, **named: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(services, "record", fail)
    alice.raise_request_exception = False

    assert bring(alice, house, photograph()).status_code == 500

    assert keys_in(in_bucket) == []
    with scope(organisation=house.acme.pk):
        assert not Asset.objects.exists()


def test_who_may_not_gets_the_page_that_says_so(in_bucket: Bucket, house: House, calls: list[str]) -> None:
    answer = bring(house.browser_of(Role.ANALYST), house, photograph())

    assert (answer.status_code, calls) == (403, [])
    assert b"/o/acme/" in answer.content


def test_a_bucket_that_does_not_answer_leaves_nothing_behind(
    in_bucket: Bucket,
    house: House,
    alice: Client,
) -> None:
    in_bucket.client.delete_bucket(Bucket=in_bucket.name)
    alice.raise_request_exception = False

    assert bring(alice, house, photograph()).status_code == 500

    with scope(organisation=house.acme.pk):
        assert not Asset.objects.exists()

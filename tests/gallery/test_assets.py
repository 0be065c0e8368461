import hashlib
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Role
from eventlog.models import Event
from gallery.models import Asset
from gallery.storage import NoFile, read_all
from lib.tenancy.scope import scope
from scheduler.models import PostAsset
from tests.factories import make_asset, make_post
from tests.gallery.pictures import photograph, waving
from tests.houses import House, signed_in

SCRIPT = {"X-Requested-With": "fetch"}


def bring(client: Client, house: House, content: bytes, name: str = "beach.jpg") -> Asset:
    file = SimpleUploadedFile(name, content, content_type="text/html")
    response = client.post(house.path("gallery/upload/"), {"file": file}, headers=SCRIPT)
    assert response.status_code == 200, response.content
    with scope(organisation=house.acme.pk):
        asset: Asset = Asset.objects.newest_first()[0]
        return asset


def test_a_picture_arrives_with_a_thumbnail_and_an_event(house: House, alice: Client) -> None:
    asset = bring(alice, house, photograph(width=1600, height=1200), "C:\\Users\\ruth\\beach\n.html")

    with scope(organisation=house.acme.pk):
        small = asset.renditions.get(purpose="thumbnail")
        assert asset.name == "beach.jpg"
        assert (asset.content_type, asset.width, asset.height) == ("image/jpeg", 1600, 1200)
        assert asset.sha256 == hashlib.sha256(read_all(asset.storage_key)).hexdigest()
        assert asset.size_bytes == len(read_all(asset.storage_key))
        assert asset.uploaded_by == house.alice
        assert (small.width, small.height) == (480, 360)
        for key in (asset.storage_key, small.storage_key):
            assert key.startswith(f"organisations/{house.acme.pk}/")
        event = Event.objects.get(name="gallery.asset.added")
        assert (event.actor_id, event.subject_id) == (house.alice.pk, asset.pk)


def test_what_is_no_picture_is_refused_in_words_and_leaves_nothing(house: House, alice: Client) -> None:
    file = SimpleUploadedFile("photo.jpg", b"<svg onload=alert(1)>", content_type="image/jpeg")

    response = alice.post(house.path("gallery/upload/"), {"file": file}, headers=SCRIPT)

    assert response.status_code == 422
    assert "no JPEG, no PNG and no GIF by its content" in response.content.decode()
    with scope(organisation=house.acme.pk):
        assert not Asset.objects.exists()


def test_a_picture_that_moves_is_shown_still_until_somebody_asks_for_more(house: House, alice: Client) -> None:
    asset = bring(alice, house, waving("red", "green", "blue"), "wave.GIF")

    with scope(organisation=house.acme.pk):
        small = asset.renditions.get(purpose="thumbnail")
        assert (asset.name, asset.content_type, asset.frames, asset.moves) == ("wave.gif", "image/gif", 3, True)
        assert small.content_type == "image/jpeg"
    page = alice.get(house.path(f"gallery/{asset.pk}/")).content.decode()
    assert f'<img src="{house.path(f"gallery/{asset.pk}/thumbnail/")}"' in page
    assert "3 frames" in page
    assert "Show it moving in a new tab" in page


def test_without_a_script_several_files_come_at_once(house: House, alice: Client) -> None:
    files = [SimpleUploadedFile("one.jpg", photograph()), SimpleUploadedFile("two.jpg", b"rubbish")]

    response = alice.post(house.path("gallery/upload/"), {"file": files}, follow=True)

    assert response.redirect_chain == [(house.path("gallery/"), 302)]
    page = response.content.decode()
    assert "one.jpg" in page
    assert "no JPEG, no PNG and no GIF" in page


def test_files_are_private_to_the_organisation_and_never_guessed_at(house: House, alice: Client) -> None:
    asset = bring(alice, house, photograph())

    for ending, content_type in (("original", "image/jpeg"), ("thumbnail", "image/jpeg")):
        response = alice.get(house.path(f"gallery/{asset.pk}/{ending}/"))
        assert response.status_code == 200
        assert response["Content-Type"] == content_type
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "private, max-age=3600"
        assert "sandbox" in response["Content-Security-Policy"]
        again = alice.get(house.path(f"gallery/{asset.pk}/{ending}/"), headers={"If-None-Match": response["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    response = alice.get(house.path(f"gallery/{asset.pk}/original/?download"))
    assert response["Content-Disposition"] == 'attachment; filename="beach.jpg"'


def test_a_stranger_meets_what_is_absent(house: House, alice: Client, charlie: Client) -> None:
    asset = bring(alice, house, photograph())

    for ending in ("original/", "thumbnail/", ""):
        for path in (house.path(f"gallery/{asset.pk}/{ending}"), f"/o/elsewhere/gallery/{asset.pk}/{ending}"):
            assert charlie.get(path).status_code == 404
    for deed in ("describe/", "delete/"):
        assert charlie.post(f"/o/elsewhere/gallery/{asset.pk}/{deed}", {"alt_text": "x"}).status_code == 404
    with scope(organisation=house.acme.pk):
        assert Asset.objects.get(pk=asset.pk).alt_text == ""


def test_only_those_who_may_change_the_gallery(house: House, alice: Client) -> None:
    asset = bring(alice, house, photograph())
    analyst = house.browser_of(Role.ANALYST)

    assert analyst.get(house.path("gallery/")).status_code == 200
    assert analyst.get(house.path(f"gallery/{asset.pk}/")).status_code == 200
    for deed in ("upload/", f"{asset.pk}/describe/", f"{asset.pk}/delete/"):
        assert analyst.post(house.path(f"gallery/{deed}")).status_code == 403


def test_alt_text_is_saved_and_too_much_of_it_is_not(house: House, alice: Client) -> None:
    asset = bring(alice, house, photograph())

    saved = alice.post(house.path(f"gallery/{asset.pk}/describe/"), {"alt_text": "A red roof by the sea."})
    refused = alice.post(house.path(f"gallery/{asset.pk}/describe/"), {"alt_text": "x" * 1001})

    assert saved.status_code == 200
    assert "gallery:done" in json.loads(saved["HX-Trigger"])
    assert refused.status_code == 422
    assert refused["HX-Retarget"] == "#dialogs"
    with scope(organisation=house.acme.pk):
        asset.refresh_from_db()
        assert asset.alt_text == "A red roof by the sea."
        assert Event.objects.filter(name="gallery.asset.described").count() == 1


def test_deleting_takes_the_files_away_after_the_commit(
    house: House, alice: Client, django_capture_on_commit_callbacks: object
) -> None:
    asset = bring(alice, house, photograph())

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        response = alice.post(house.path(f"gallery/{asset.pk}/delete/"))

    assert response.status_code == 200
    assert alice.get(house.path(f"gallery/{asset.pk}/original/")).status_code == 404
    with pytest.raises(NoFile):
        read_all(asset.storage_key)


def test_a_picture_that_posts_have_stays(house: House, alice: Client) -> None:
    asset = bring(alice, house, photograph())
    with scope(organisation=house.acme.pk):
        PostAsset.objects.create(post=make_post(), asset=asset, position=0)

    response = alice.post(house.path(f"gallery/{asset.pk}/delete/"))

    assert response.status_code == 409
    assert "Posts have this file" in response.content.decode()
    assert read_all(asset.storage_key)
    with scope(organisation=house.acme.pk):
        assert Asset.objects.filter(pk=asset.pk).exists()
        assert not Event.objects.filter(name="gallery.asset.deleted").exists()


def test_the_gallery_pages_by_keyset_with_the_same_queries_for_any_number(house: House, alice: Client) -> None:
    with scope(organisation=house.acme.pk):
        ids = [make_asset().pk for _ in range(130)]
    seen: list[int] = []
    path = house.path("gallery/")
    alice.get(path)

    while path:
        with CaptureQueriesContext(connection) as queries:
            response = alice.get(path)
        # Session, user, memberships, assets, the rail's signs; the savepoints around scopes are the test's own.
        assert sum(query["sql"].startswith("SELECT") for query in queries) == 5
        page = response.context["page"]
        seen += [asset.pk for asset in page.rows]
        path = f"{house.path('gallery/')}?before={page.older}" if page.older else ""

    assert seen == ids[::-1]
    back = alice.get(f"{house.path('gallery/')}?after={page.newer}").context["page"]
    assert [asset.pk for asset in back.rows] == ids[::-1][60:120]


def test_the_chooser_knows_what_is_chosen(house: House, alice: Client) -> None:
    with scope(organisation=house.acme.pk):
        first, second = make_asset(), make_asset()

    dialog = alice.get(house.path(f"gallery/choose/?chosen={first.pk}&chosen=x")).content.decode()

    assert dialog.startswith("<dialog") or "<dialog" in dialog
    assert f'value="{first.pk}" checked' in dialog
    assert f'value="{second.pk}">' in dialog
    assert house.browser_of(Role.ANALYST).get(house.path("gallery/choose/")).status_code == 403


def test_an_empty_gallery_says_what_to_do(house: House, alice: Client) -> None:
    assert "No files yet" in alice.get(house.path("gallery/")).content.decode()
    assert signed_in(house.charlie).get(house.path("gallery/")).status_code == 404

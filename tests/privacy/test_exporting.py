"""An organisation's export: everything but secrets, made in parts that survive kills, and open to its owners alone."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from asgiref.sync import async_to_sync
from django.core import mail
from django.db import models
from django.test import AsyncClient, Client
from django.utils import timezone

from accounts.models import Membership, Organisation
from accounts.permissions import Role
from eventlog.models import Event
from gallery.storage import new_key, read_all, storage
from integrations import vault
from lib.crypto.ours import keyring
from lib.privacy import Data, NoPersonalData, PrivacyClass, Purpose, Subject, lasts
from lib.tenancy.scope import scope
from moderation.models import Contact, Message
from notifications.models import MailPreference, Notice
from notifications.services.mailing import send_due
from privacy import erasing, nightly
from privacy.exporting import making
from privacy.exporting.columns import columns_of, unwritable
from privacy.exporting.making import Superseded
from privacy.exporting.reading import _read, address_of
from privacy.models import EndedFile, Export, ExportPart
from privacy.people import whole_person
from privacy.record_classes import Mode
from privacy.registry import Entry, entry_of, registry
from privacy.services.exports import ask_for_export, delete_export
from privacy.services.requests import ask_for_erasure
from privacy.services.terminations import announce_end
from scheduler.models import PostAsset
from tests.factories import make_asset, make_grant, make_post, make_publication, make_social_account
from tests.houses import House, signed_in
from tests.moderation.factories import make_item, make_message
from tests.privacy.planting import plant
from tests.privacy.test_planted import make_everything

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "zqxsecret9913"


def ask(house: House, at: datetime | None = None) -> Export:
    with scope(organisation=house.acme.pk):
        return ask_for_export(actor=house.alice, at=at or timezone.now())


def fresh(house: House) -> Export:
    with scope(organisation=house.acme.pk):
        return Export.objects.newest_first().select_related("asked_by")[0]


def archive_of(export: Export) -> zipfile.ZipFile:
    data = b"".join(_read(export.organisation_id, export.pk, number + 1) for number in range(export.parts))
    assert len(data) == export.size_bytes
    found = zipfile.ZipFile(io.BytesIO(data))
    assert found.testzip() is None
    return found


def made(house: House) -> zipfile.ZipFile:
    ask(house)
    making.run_due(timezone.now)
    export = fresh(house)
    assert export.state == Export.State.READY
    return archive_of(export)


def test_it_has_every_row_of_every_model_of_the_registry(house: House) -> None:
    with scope(organisation=house.acme.pk):
        make_everything(house)

    found = made(house)

    grown = {"eventlog.Event", "live.LiveEvent", "live.LiveSequence", "notifications.Notice"}
    with scope(organisation=house.acme.pk):
        for entry in registry():
            if not entry.is_exported:
                continue
            rows = json.loads(found.read(f"data/{entry.label}.json"))
            # The export itself is told of and written down while it is made.
            if entry.label not in grown:
                assert len(rows) == entry.rows().filter(organisation_id=house.acme.pk).count(), entry.label
    organisation = json.loads(found.read("data/accounts.Organisation.json"))
    assert [row["name"] for row in organisation] == ["Acme"]


def test_nothing_of_another_organisation_is_in_it(house: House) -> None:
    with scope(organisation=house.elsewhere.pk):
        make_post(text=SECRET)
        make_message(make_item(), text=SECRET)

    found = made(house)

    assert not [name for name in found.namelist() if SECRET.encode() in found.read(name)]


def test_a_secret_planted_in_every_column_of_credentials_is_in_no_file(house: House) -> None:
    with scope(organisation=house.acme.pk):
        make_everything(house)
        publication = make_publication(available_at=None, progress={"upload": f"https://network.example/{SECRET}"})
        planted = [publication.pk]
        for entry in registry():
            holds = entry.personal.holds if entry.personal else {}
            secret = {name: Data.CREDENTIALS for name, kind in holds.items() if kind is Data.CREDENTIALS}
            if secret and entry.is_owned:
                declared = PrivacyClass(purpose=Purpose.SIGN_IN, subjects=(), holds=secret, ends_by=lasts())
                planted.append(plant(Entry(entry.model, declared), SECRET))
        sealed = vault.seal_text(SECRET, organisation_id=house.acme.pk, purpose="p")
        make_social_account(grant=make_grant(sealed=sealed))
    assert len(planted) > 3

    found = made(house)

    for name in found.namelist():
        content = bytes(found.read(name))
        assert SECRET.encode() not in content
        assert sealed.hex().encode() not in content


def test_people_read_it_and_markup_of_strangers_is_text(house: House) -> None:
    nasty = "<script>alert(1)</script>"
    with scope(organisation=house.acme.pk):
        key = new_key(house.acme.pk, "assets", "jpg")
        storage().save(key, b"\xff\xd8 a picture", content_type="image/jpeg")
        asset = make_asset(storage_key=key)
        PostAsset.objects.create(post=make_post(text=f"Stollen {nasty}"), asset=asset, position=0, alt_text="A cake")
        make_message(
            make_item(),
            text=nasty,
            permalink="javascript:alert(1)",
            attachments=[{"kind": "image", "url": "https://cdn.example/a.jpg", "name": nasty}],
        )
        Contact.objects.create(name=nasty, emails=["camille@example.org"])

    found = made(house)
    pages = {name: found.read(name).decode() for name in found.namelist() if name.endswith(".html")}

    assert {"index.html", "posts/0001.html", "conversations/0001.html", "people/0001.html"} <= set(pages)
    assert {"contacts/0001.html", "members/0001.html", "events/0001.html"} <= set(pages)
    for text in pages.values():
        assert "<script" not in text
        assert "javascript:" not in text
        # Links may lead away; nothing is loaded from there.
        assert not [part for part in text.split("src=")[1:] if part.startswith(('"http', '"//'))]
    assert "Stollen &lt;script&gt;" in pages["posts/0001.html"]
    picture = f"files/gallery.Asset/{asset.pk}.jpg"
    assert f'src="../{picture}"' in pages["posts/0001.html"]
    assert found.read(picture) == b"\xff\xd8 a picture"
    assert "Alice" in pages["members/0001.html"]
    assert 'href="posts/0001.html"' in pages["index.html"]


def test_it_speaks_the_language_of_whoever_asked(house: House) -> None:
    house.alice.language = "fr"
    house.alice.save()

    assert 'lang="fr"' in made(house).read("index.html").decode()


def test_long_chapters_have_pages_that_lead_to_one_another(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.exporting._PAGE", 2)
    with scope(organisation=house.acme.pk):
        for number in range(5):
            make_post(text=f"Post {number}")

    found = made(house)

    texts = [found.read(f"posts/000{number}.html").decode() for number in (1, 2, 3)]
    assert 'href="0002.html"' in texts[0]
    assert 'href="0001.html"' in texts[1]
    assert "Later" not in texts[2]
    assert [text.count("<article") for text in texts] == [2, 2, 1]


def test_a_thread_is_never_parted_and_a_page_holds_what_fits(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moderation.exporting._MESSAGES", 4)
    with scope(organisation=house.acme.pk):
        for count in (3, 3, 6, 1):
            item = make_item()
            for _ in range(count):
                make_message(item)

    found = made(house)

    pages = [found.read(name).decode() for name in found.namelist() if name.startswith("conversations/")]
    assert [page.count('id="message-') for page in pages] == [3, 3, 6, 1]


def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "PART_BYTES", 2000)
    monkeypatch.setattr("privacy.exporting.sections.ROWS", 3)
    monkeypatch.setattr("privacy.exporting.sections.PIECE", 500)


def large_house(house: House) -> str:
    """Rows enough for many parts, and a file that is larger than one."""
    key = new_key(house.acme.pk, "assets", "jpg")
    storage().save(key, bytes(range(256)) * 40, content_type="image/jpeg")
    with scope(organisation=house.acme.pk):
        for number in range(10):
            make_message(make_item(), text=f"Message {number} " * 30)
        asset = make_asset(storage_key=key)
    return f"files/gallery.Asset/{asset.pk}.jpg"


def write_one_part(at: datetime) -> None:
    turn = making.claim(at)
    assert turn is not None
    making.take(turn, lambda: at, is_enough=lambda: True)


def kill_at(number: int, monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    """Let the worker die the nth time it comes to an act, before or after it."""
    original: Callable[..., Any] = getattr(making, act)
    calls = 0

    def dying(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            raise KeyboardInterrupt
        return original(*args, **kwargs)

    monkeypatch.setattr(making, act, dying)


@pytest.mark.parametrize("act", ["_store", "_count", "_write", "seal_part", "_finish"])
@pytest.mark.parametrize("number", [1, 5])
def test_a_killed_worker_loses_one_part_and_leaves_no_file(
    house: House, monkeypatch: pytest.MonkeyPatch, act: str, number: int
) -> None:
    small_parts(monkeypatch)
    picture = large_house(house)
    now = timezone.now()
    ask(house, now)
    with monkeypatch.context() as dying:
        kill_at(1 if act == "_finish" else number, dying, act)
        with pytest.raises(KeyboardInterrupt):
            making.run_due(lambda: now)
    assert making.run_due(lambda: now) == 0  # the dead one's lease still lasts
    whole_before = fresh(house).parts

    later = now + making.LEASE + timedelta(seconds=1)
    assert making.run_due(lambda: later) == 1

    export = fresh(house)
    assert (export.state, export.missing) == (Export.State.READY, 0)
    assert export.parts > max(whole_before, 5)
    found = archive_of(export)
    assert found.read(picture) == bytes(range(256)) * 40
    assert len(json.loads(found.read("data/moderation.Message.json"))) == 10
    assert len(set(found.namelist())) == len(found.namelist())
    with scope(organisation=house.acme.pk):
        keys = set(ExportPart.objects.values_list("storage_key", flat=True))
        assert not ExportPart.objects.filter(is_stored=False).exists()
        assert not EndedFile.objects.exists()
    assert {key for key, _at in storage().keys(f"organisations/{house.acme.pk}/exports/")} == keys


def test_its_progress_grows_and_it_goes_on_with_the_next_bell(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    small_parts(monkeypatch)
    large_house(house)
    ask(house)
    seen = []
    for _ in range(100):
        write_one_part(timezone.now())
        export = fresh(house)
        seen.append(export.percent)
        if export.state == Export.State.READY:
            break

    assert len(seen) > 5
    assert seen == sorted(seen)
    assert seen[0] < 50
    assert 50 < seen[-2] < 100
    assert seen[-1] == 100
    # The export's own events came to what was counted at the beginning.
    assert 0 <= export.done - export.total < 60


def test_a_late_worker_removes_what_it_stored(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lease ran out while the storage was slow, and somebody else has gone on."""
    now = timezone.now()
    ask(house, now)
    turn = making.claim(now)
    assert turn is not None
    save = storage().save

    def slow(key: str, content: bytes, *, content_type: str) -> None:
        monkeypatch.undo()
        making.run_due(lambda: now + 2 * making.LEASE)
        save(key, content, content_type=content_type)

    monkeypatch.setattr(storage(), "save", slow)
    with pytest.raises(Superseded):
        making.take(turn, lambda: now, is_enough=lambda: False)

    export = fresh(house)
    assert export.state == Export.State.READY
    with scope(organisation=house.acme.pk):
        keys = set(ExportPart.objects.values_list("storage_key", flat=True))
    assert {key for key, _at in storage().keys(f"organisations/{house.acme.pk}/exports/")} == keys


def test_a_file_that_storage_lost_is_counted_and_holds_nothing_up(house: House) -> None:
    with scope(organisation=house.acme.pk):
        make_asset(storage_key="organisations/1/assets/lost.jpg")

    found = made(house)

    assert fresh(house).missing == 1
    assert "1 file that a row names was not in storage" in found.read("index.html").decode()


def test_what_fails_again_and_again_is_given_up_and_said(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    ask(house, now)
    monkeypatch.setattr(making, "_write", lambda *_: 1 / 0)
    for hour in range(making.TRIES_MAX + 1):
        making.run_due(lambda hour=hour: now + timedelta(hours=2 * hour))  # type: ignore[misc]

    export = fresh(house)
    assert (export.state, export.sealed) == (Export.State.FAILED, None)
    with scope(organisation=house.acme.pk):
        assert Notice.objects.get().kind == Notice.Kind.EXPORT_FAILED


def test_in_storage_it_is_sealed_and_ends_with_the_data_key(house: House) -> None:
    with scope(organisation=house.acme.pk):
        make_post(text=SECRET)
    assert SECRET.encode() in made(house).read("data/scheduler.Post.json")

    stored = [read_all(key) for key, _at in storage().keys(f"organisations/{house.acme.pk}/exports/")]

    assert stored
    assert not [content for content in stored if content.startswith(b"PK") or SECRET.encode() in content]
    keyring().destroy(house.acme.pk)
    with pytest.raises(Exception, match="no data key"):
        archive_of(fresh(house))


def download(client: Client, house: House, export: Export) -> str:
    answer = client.post(house.path(f"retention/exports/{export.pk}/take/"))
    assert answer.status_code == 303
    return str(answer["Location"])


def fetch(user: Any, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    async def get() -> tuple[int, bytes, dict[str, str]]:
        browser = AsyncClient()
        await browser.aforce_login(user)
        response: Any = await browser.get(path, headers=headers)
        if not response.streaming:
            return response.status_code, response.content, dict(response.headers)
        return response.status_code, b"".join([part async for part in response]), dict(response.headers)

    return async_to_sync(get)()


def test_an_owner_downloads_it_and_the_event_log_says_so(house: House, alice: Client) -> None:
    made(house)

    path = download(alice, house, fresh(house))
    status, content, headers = fetch(house.alice, path)

    assert status == 200
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    assert headers["Content-Length"] == str(len(content))
    assert headers["Cache-Control"] == "no-store"
    assert 'filename="acme-' in headers["Content-Disposition"]
    with scope(organisation=house.acme.pk):
        assert Event.objects.filter(name="privacy.export.taken", actor_id=house.alice.pk).count() == 1
    assert "Last downloaded on" in alice.get(house.path("retention/exports/")).content.decode()


def test_a_download_that_broke_off_goes_on_from_there(
    house: House, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "PART_BYTES", 2000)
    made(house)
    path = download(alice, house, fresh(house))
    _status, whole, headers = fetch(house.alice, path)
    size, etag = len(whole), headers["ETag"]
    assert fresh(house).parts > 3
    assert headers["Accept-Ranges"] == "bytes"

    for start, end in [(0, 1), (1, size), (2500, 7001), (size - 1, size)]:
        status, content, headers = fetch(house.alice, path, range=f"bytes={start}-{end - 1}", **{"if-range": etag})
        assert (status, content) == (206, whole[start:end])
        assert headers["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
        assert headers["Content-Length"] == str(end - start)
    assert fetch(house.alice, path, range="bytes=2500-")[1] == whole[2500:]

    status, _content, headers = fetch(house.alice, path, range=f"bytes={size}-")
    assert (status, headers["Content-Range"]) == (416, f"bytes */{size}")
    # What was begun was another archive: it starts anew.
    status, content, _headers = fetch(house.alice, path, range="bytes=9-", **{"if-range": '"another"'})
    assert (status, content) == (200, whole)


def test_an_address_opens_to_nobody_else_and_for_an_hour(
    house: House, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(house)
    path = download(alice, house, fresh(house))
    other = house.member(Role.OWNER).user

    assert fetch(other, path)[0] == 404
    assert fetch(house.charlie, path)[0] == 404
    assert fetch(house.member(Role.ADMINISTRATOR).user, path)[0] == 403
    assert fetch(house.alice, path[:-3] + "x/")[0] == 404
    assert Client().get(path).status_code == 302
    assert fetch(house.alice, path)[0] == 200
    monkeypatch.setattr("django.core.signing.time.time", lambda: timezone.now().timestamp() + 3601)
    assert fetch(house.alice, path)[0] == 404


def test_an_owner_with_chosen_accounts_takes_none_out(house: House) -> None:
    made(house)
    limited = house.member(Role.OWNER)
    with scope(organisation=house.acme.pk):
        Membership.objects.filter(pk=limited.pk).update(all_accounts=False)
    browser = signed_in(limited.user)

    assert browser.post(house.path("retention/exports/make/")).status_code == 403
    assert browser.post(house.path(f"retention/exports/{fresh(house).pk}/take/")).status_code == 403
    with scope(organisation=house.acme.pk):
        path = address_of(fresh(house), slug="acme", reader=limited.user)
    assert fetch(limited.user, path)[0] == 403


def test_asking_twice_makes_one(house: House, alice: Client) -> None:
    for _ in range(2):
        assert alice.post(house.path("retention/exports/make/")).status_code == 302

    with scope(organisation=house.acme.pk):
        assert Export.objects.count() == 1


def test_whoever_asked_is_told_by_notice_and_by_a_mail_that_is_no_key(house: House, alice: Client) -> None:
    MailPreference.objects.create(user=house.alice, on_trouble=False)
    made(house)

    send_due(now=timezone.now())

    assert "Your export is ready" in alice.get(house.path("notices/")).content.decode()
    [sent] = mail.outbox
    assert sent.to == ["alice@acme.example"]
    assert house.path("retention/exports/") in sent.body
    for path in {urlsplit(word).path for word in sent.body.split() if word.startswith("http")}:
        assert Client().get(path).status_code == 302  # to sign-in
    with scope(organisation=house.acme.pk):
        assert [notice.kind for notice in Notice.objects.all()] == [Notice.Kind.EXPORT_READY]


def test_it_is_offered_and_made_while_the_end_is_announced(house: House, alice: Client) -> None:
    assert "None has been downloaded" in alice.get(house.path("retention/end/")).content.decode()
    with scope(organisation=house.acme.pk):
        announce_end(house.acme, typed_name="Acme", days=30, at_once=False, actor=house.alice, at=timezone.now())
    assert alice.post(house.path("retention/exports/make/")).status_code == 302

    making.run_due(timezone.now)

    page = alice.get(house.path("retention/end/")).content.decode()
    assert "An export of everything is ready" in page
    download(alice, house, fresh(house))
    assert "One was last downloaded on" in alice.get(house.path("retention/end/")).content.decode()


def test_none_is_made_of_an_organisation_that_has_ended(house: House) -> None:
    ask(house)
    with scope(organisation=house.acme.pk):
        Organisation.objects.filter(pk=house.acme.pk).update(closed_at=timezone.now())

    assert making.run_due(timezone.now) == 0


def test_deleting_one_takes_its_files_and_its_key(house: House, alice: Client) -> None:
    made(house)

    alice.post(house.path(f"retention/exports/{fresh(house).pk}/delete/"))

    export = fresh(house)
    assert (export.state, export.sealed) == (Export.State.ENDED, None)
    with scope(organisation=house.acme.pk):
        assert not ExportPart.objects.exists()
    nightly.run_due(timezone.now)
    assert list(storage().keys(f"organisations/{house.acme.pk}/exports/")) == []


def test_stopping_one_that_is_being_made_stops_its_worker(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    small_parts(monkeypatch)
    large_house(house)
    ask(house)
    write_one_part(timezone.now())
    turn = making.claim(timezone.now())
    assert turn is not None
    with scope(organisation=house.acme.pk):
        assert delete_export(fresh(house), at=timezone.now())

    with pytest.raises(Superseded):
        making.take(turn, timezone.now, is_enough=lambda: False)
    assert fresh(house).state == Export.State.ENDED


def test_erasing_a_person_ends_archives_and_begins_one_anew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    small_parts(monkeypatch)
    with scope(organisation=house.acme.pk):
        item = make_item()
        make_message(item, text=SECRET)
        person = whole_person("identity", item.identity_id or 0)
        assert person is not None
    made(house)
    ready = fresh(house)
    ask(house, timezone.now() + timedelta(seconds=1))
    write_one_part(timezone.now() + timedelta(seconds=2))
    assert fresh(house).parts > 0
    with scope(organisation=house.acme.pk):
        ask_for_erasure(person, mode=Mode.DELETE, actor=house.alice, at=timezone.now())

    erasing.run_due(timezone.now)

    with scope(organisation=house.acme.pk):
        ready.refresh_from_db()
    assert (ready.state, ready.reason, ready.sealed) == (Export.State.ENDED, Export.Reason.ERASURE, None)
    assert (fresh(house).state, fresh(house).parts) == (Export.State.UNDER_WAY, 0)
    assert list(storage().keys(f"organisations/{house.acme.pk}/exports/")) == []
    making.run_due(lambda: timezone.now() + timedelta(hours=1))
    again = archive_of(fresh(house))
    assert not [name for name in again.namelist() if SECRET.encode() in again.read(name)]
    with scope(organisation=house.acme.pk):
        assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("name", "field", "is_refused"),
    [
        ("api_token", models.CharField(max_length=9), True),
        ("blob", models.BinaryField(), True),
        ("place", models.DurationField(), True),
        ("token_count", models.IntegerField(), False),
        ("words", models.TextField(), False),
    ],
)
def test_a_column_that_an_export_could_not_give_rightly_is_refused_at_start(
    name: str, field: Any, is_refused: bool
) -> None:
    field.set_attributes_from_name(name)
    meta = type("Meta", (), {"concrete_fields": [field], "label": "x.Strange"})
    entry = Entry(type("Strange", (), {"_meta": meta}), NoPersonalData("nothing"))

    assert bool(list(unwritable(entry))) is is_refused
    declared = PrivacyClass(
        purpose=Purpose.SIGN_IN, subjects=(Subject.MEMBER,), holds={name: Data.CREDENTIALS}, ends_by=lasts()
    )
    assert not list(columns_of(Entry(entry.model, declared)))


def test_no_model_of_ours_stays_out_but_for_a_reason() -> None:
    left_out = {entry.label for entry in registry() if entry.names_organisation and not entry.is_exported}

    assert left_out == {"privacy.EndedFile", "privacy.Export", "privacy.ExportPart", "integrations.OutsideUse"}
    assert not [label for label in left_out if not entry_of_label(label).declared.left_out]
    assert all(not list(unwritable(entry)) for entry in registry() if entry.is_exported)


def entry_of_label(label: str) -> Entry:
    return next(entry for entry in registry() if entry.label == label)


def test_its_own_rows_are_found_by_the_registry() -> None:
    assert entry_of(Export).rules("exports")

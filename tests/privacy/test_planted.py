"""After a person is erased, nothing finds what was planted of them: in any table, file, key of Redis or line of a log.

The registry says where to plant. A new model that may hold something of a person fails here until it has a row below.
"""

import gzip
import io
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from gallery.models import Rendition
from gallery.storage import new_key, storage
from lib.privacy import Subject
from lib.tenancy.scope import scope
from moderation.models import (
    BulkCommand,
    Command,
    Contact,
    ContactMerge,
    Draft,
    EarlyNews,
    InboundEvent,
    Message,
    MessageRevision,
    ModerationAction,
    Note,
    SavedReply,
)
from privacy import erasing
from privacy.models import DataSubjectRequest, LegalHold
from privacy.people import goes_with_person, whole_person
from privacy.record_classes import Mode
from privacy.registry import registry
from privacy.services.requests import ask_for_erasure
from privacy.traces import parts
from scheduler.models import Amendment, Delivery, FollowUp, Look, PostAsset, PostShape
from scheduler.states import Outcome, State
from tests.factories import make_asset, make_post, make_publication, make_social_account
from tests.houses import House
from tests.moderation.factories import make_identity, make_item, make_message, make_thread
from tests.privacy.planting import found_anywhere, logs_with, plant

pytestmark = pytest.mark.django_db(transaction=True)

PLANTED = "zqxv7741"


def make_everything(house: House) -> int:
    """One row at least of each model in which somebody may be named; return the id of who is to be erased."""
    now = timezone.now()
    account = make_social_account()
    contact = Contact.objects.create(name="Camille")
    identity = make_identity(contact=contact)
    ContactMerge.objects.create(identity=identity, before=Contact.objects.create(name="C."), after=contact)
    item = make_item(thread=make_thread(social_account=account, kind="private"), identity=identity)
    message = make_message(item)
    MessageRevision.objects.create(message=message, text="Before", replaced_at=now)
    others = make_item(thread=make_thread(social_account=account))
    said = make_message(others)
    reply = make_message(others, origin=Message.Origin.AGENT)
    MessageRevision.objects.create(message=said, text="Before", replaced_at=now)
    for one, number in ((item, 1), (others, 2)):
        Note.objects.create(item=one, user=house.alice, client_key=f"{number}" * 32, text="Note")
        Draft.objects.create(item=one, user=house.alice, text="Dear")
        Command.objects.create(key=f"{number}" * 32, item=one, name="close", at=now)
    action = {"social_account": account, "item": others, "act": "reply", "key": "3" * 32}
    ModerationAction.objects.create(message=said, reply=reply, **action)
    BulkCommand.objects.create(key="4" * 32, name="close", item_ids=[others.pk], undo_until=now)
    SavedReply.objects.create(name="Thanks", text="Thank you")
    InboundEvent.objects.create(network="facebook", social_account=account, key="k", payload={})
    EarlyNews.objects.create(social_account=account, network_id="n", visibility="deleted", at=now)
    post = make_post()
    asset = make_asset()
    Rendition.objects.create(asset=asset, purpose="preview", storage_key="k", width=1, height=1, size_bytes=1)
    PostAsset.objects.create(post=post, asset=asset, position=0, alt_text="A cake")
    PostShape.objects.create(
        post=post, network="facebook", first_comment="First!", parts=["Second"], options={"a": "b"}
    )
    published: dict[str, Any] = {"state": State.PUBLISHED, "network_id": "1_2", "available_at": None}
    publication = make_publication(post=post, social_account=account, **published)
    delivery = Delivery.objects.create(
        publication=publication, number=1, lease_token=1, fingerprint="f", outcome=Outcome.PUBLISHED, started_at=now
    )
    FollowUp.objects.create(
        publication=publication, name="first_comment", number=1, lease_token=1, outcome="done", started_at=now
    )
    Amendment.objects.create(publication=publication, act="edit", state="done", text="Better", created_at=now)
    Look.objects.create(delivery=delivery, looked_at=now, verdict=Look.Verdict.ALIKE)
    LegalHold.objects.create(title="Claim", reason="Court", scope="everything", released_at=now)
    return int(identity.pk)


#: Rows that hold what they hold for another reason, and are not searched for a person's name.
_KEYS_OF_FILES = {"gallery.Rendition"}


@pytest.mark.parametrize("mode", list(Mode))
def test_nothing_finds_a_person_who_was_erased(
    house: House, mode: Mode, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG", logger="")
    with scope(organisation=house.acme.pk):
        identity_id = make_everything(house)
        for part in parts():
            if part.entry.label not in _KEYS_OF_FILES:
                assert plant(part.entry, PLANTED), f"make a row of {part.entry.label} in make_everything()"
        LegalHold.objects.update(released_at=timezone.now())
        person = whole_person("identity", identity_id)
        assert person is not None
    assert len(found_anywhere(PLANTED)) > 15
    with scope(organisation=house.acme.pk):
        request = ask_for_erasure(person, mode=mode, actor=house.alice, at=timezone.now())

    erasing.run_due(timezone.now)

    with scope(organisation=house.acme.pk):
        request.refresh_from_db()
    assert (request.state, request.kept) == (DataSubjectRequest.State.DONE, {})
    assert found_anywhere(PLANTED) == []
    assert PLANTED not in caplog.text
    assert PLANTED not in "".join(capfd.readouterr())


def test_files_of_a_person_go_with_their_rows(house: House) -> None:
    """No model keeps a file of a stranger yet; the path that would end one is that of every file."""
    with_files = [entry.label for entry in registry() if entry.personal and entry.personal.files]
    strangers = [entry for entry in registry() if entry.personal and Subject.AUTHOR in entry.personal.subjects]

    assert not [entry.label for entry in strangers if entry.label in with_files and not goes_with_person(entry)]


def test_every_model_about_strangers_is_reached_by_their_erasure() -> None:
    searched = {part.entry.label for part in parts()} | {"privacy.DataSubjectRequest"}
    unreached = [
        entry.label
        for entry in registry()
        if entry.is_owned
        and entry.personal
        and Subject.AUTHOR in entry.personal.subjects
        and not goes_with_person(entry)
        and entry.label not in searched
    ]

    assert unreached == []


def test_the_search_for_what_was_planted_finds_it(house: House) -> None:
    key = new_key(house.acme.pk, "assets", "txt")
    with scope(organisation=house.acme.pk):
        make_post(text=f"By {PLANTED}")
    storage().save(key, io.BytesIO(PLANTED.encode()).read(), content_type="text/plain")

    found = found_anywhere(PLANTED)
    storage().delete(key)

    assert '"scheduler_post"' in found
    assert len(found) == 2


def test_the_search_reads_logs_on_the_disk_too(tmp_path: Path, settings: Settings, db: None) -> None:
    settings.LOG_DIR = tmp_path
    (tmp_path / "web.log").write_text(f"GET /{PLANTED}")
    with gzip.open(tmp_path / "web.log.2026-12-09.gz", "wb") as file:
        file.write(PLANTED.encode())

    assert len(list(logs_with(PLANTED))) == 2

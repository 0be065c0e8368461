"""What nobody types and anybody can send ends in an answer, never in a fault of ours."""

from itertools import product

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Organisation
from integrations.models import SocialAccount
from lib.tenancy.scope import scope
from scheduler.models import Post, Publication
from scheduler.states import State
from tests.factories import make_asset, make_organisation, make_post, make_publication, make_social_account, make_user
from tests.moderation.factories import make_item

pytestmark = pytest.mark.django_db

NUL = "a\0b"
DIGITS = "9" * 5_000  # more than int() takes
LARGE = "9" * 25  # more than the database takes
HALF = "\ud83d"  # half of an emoji

VALUES = [NUL, DIGITS, LARGE, "-1", "٣", "", "<script>", "%", "'"]
HOURS = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]


@pytest.fixture
def alice(client: Client) -> Client:
    user = make_user("Alice")
    organisation = make_organisation("Acme", owner=user)
    with scope(organisation=organisation.pk):
        account = make_social_account("x", handle="acme")
        make_publication(post=make_post(author=user), social_account=account, publish_at=timezone.now())
        make_asset()
    client.force_login(user)
    client.raise_request_exception = False
    client.organisation = organisation  # type: ignore[attr-defined]
    return client


QUERIES = [
    ("", []),
    ("posts/", ["state", "account", "day", "before", "after", "q"]),
    ("compose/", ["account", "post"]),
    ("gallery/", ["before", "after"]),
    ("gallery/choose/", ["chosen", "before"]),
    ("accounts/", ["q"]),
    ("people/", []),
    ("events/", ["before", "after", "from_on", "until_on", "actor", "area", "subject_type", "subject_id"]),
    ("inbox/", ["view", "account", "kind", "flag", "q", "history", "before", "after"]),
    ("inbox/rows/", ["id", "q"]),
    ("inbox/unread/", ["before", "after"]),
    ("notices/", ["before", "after"]),
    ("retention/effect/", ["key", "period", "mode"]),
    ("retention/effect/list/", ["key", "period", "mode"]),
    ("retention/requests/", ["q"]),
    ("retention/requests/somebody/", ["more", "wanted"]),
]


@pytest.mark.parametrize(("path", "names"), QUERIES)
def test_queries(alice: Client, path: str, names: list[str]) -> None:
    for name in names:
        hours = [f"{hour}_{number}" for hour in HOURS for number in ("1", LARGE)]
        for value in [*VALUES, *hours, "0001-01-01", "9999-12-31"]:
            answer = alice.get(f"/o/acme/{path}", {name: value})
            assert answer.status_code < 500, (path, name, value[:30])


KEY = "00000000-0000-4000-8000-000000000001"
SEEN = {"seen_message": "0", "seen_own": "0", "seen_note": "0"}
COMMAND = {"key": KEY, "version": "1"}
PERSON = {"name": "C", "company": "", "language": "", "remark": "", "emails": "", "phones": "", "version": "0"}
HOLD = {"title": "T", "reason": "R", "ground": "claim", "scope": "thread", "subject_id": "1", "review_on": ""}
#: What the other pages send. Each field in turn holds what nobody types, the others what is right.
FORMS: list[tuple[str, dict[str, str]]] = [
    ("accounts/access/{member}/", {"which": "some", "account": "1"}),
    ("inbox/accounts/{account}/fill/", {"days": "7"}),
    ("inbox/bulk/", {"key": KEY, "name": "assign", "to": "1", "item": "1:1"}),
    ("inbox/saved-replies/", {"name": "Hours", "text": "At seven."}),
    ("inbox/unread/read/", {"event": "1"}),
    ("inbox/{item}/commands/assign/", {**COMMAND, "to": "1"}),
    ("inbox/{item}/commands/defer/", {**COMMAND, "until": "2026-12-01T08:00"}),
    ("inbox/{item}/contact/", PERSON),
    ("inbox/{item}/draft/", {"purpose": "reply", "text": "Yes"}),
    ("inbox/{item}/note/", {"note": "@Alice", "note_key": KEY}),
    ("inbox/{item}/reply/", {"text": "Yes", "key": KEY, **SEEN}),
    ("inbox/{item}/undo/", {"key": KEY}),
    ("people/invite/", {"email": "new@acme.example", "role": "agent"}),
    ("people/{member}/role/", {"role": "agent"}),
    ("retention/choose/", {"key": "messages", "period": "1y", "mode": "delete"}),
    ("retention/end/", {"typed_name": "Acme!", "days": "30"}),
    ("retention/holds/", HOLD),
    ("retention/requests/somebody/", {"more": "Nobody at all", "wanted": "delete"}),
]


@pytest.mark.parametrize(("path", "fields"), FORMS, ids=lambda value: value if isinstance(value, str) else "")
def test_forms(alice: Client, path: str, fields: dict[str, str]) -> None:
    with scope(organisation=alice.organisation.pk):  # type: ignore[attr-defined]
        item = make_item()
        rows = {"item": item.pk, "account": item.social_account_id, "member": Membership.objects.get().pk}

    for name, value in product(fields, [NUL, DIGITS, LARGE, "²", "\r\n", *HOURS, "9999-12-31"]):
        answer = alice.post(f"/o/acme/{path.format(**rows)}", {**fields, name: value})
        assert answer.status_code < 500, (name, value[:30])


def test_ids_beyond_every_number(alice: Client) -> None:
    paths = ["posts/{}/edit/", "publications/{}/", "gallery/{}/", "accounts/{}/", "people/{}/role/"]
    for path, value in product(paths, (LARGE, "0")):
        assert alice.get(f"/o/acme/{path.format(value)}").status_code in {404, 405}


@pytest.mark.parametrize("value", [*VALUES, "\r\n"])
@pytest.mark.parametrize("name", ["text", "own-x", "picture", "version", "day", "hour", "account", "key", "act"])
def test_the_composer(alice: Client, name: str, value: str) -> None:
    page = {"key": "00000000-0000-4000-8000-000000000001", "version": "0", "text": "Words", name: value}
    for headers in ({}, {"X-Autosave": "1"}):
        assert alice.post("/o/acme/compose/", page, headers=headers).status_code < 500


def test_a_description_of_a_picture(alice: Client) -> None:
    with scope(organisation=alice.organisation.pk):  # type: ignore[attr-defined]
        asset = make_asset()
    page = {"key": "00000000-0000-4000-8000-000000000001", "version": "0", "text": "Words", "picture": asset.pk}

    assert alice.post("/o/acme/compose/", {**page, f"alt-{asset.pk}": NUL}).status_code < 500
    assert alice.post(f"/o/acme/gallery/{asset.pk}/describe/", {"alt_text": NUL}).status_code < 500


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", NUL])
def test_an_hour_at_the_ends_of_time(alice: Client, day: str, zone: str) -> None:
    with scope(organisation=alice.organisation.pk):  # type: ignore[attr-defined]
        Organisation.objects.update(time_zone=zone)
        publication = Publication.objects.get()
        post = Post.objects.get()
    page = {"key": str(post.key), "version": "1", "text": "Words", "day": day, "hour": "23:59"}

    assert alice.post(f"/o/acme/publications/{publication.pk}/move/", {"day": day, "hour": "23:59"}).status_code < 500
    assert alice.post("/o/acme/compose/", page).status_code < 500
    assert alice.get(f"/o/acme/publications/{publication.pk}/").status_code == 200


@pytest.mark.parametrize("address", ["https://x.com/a/status/" + "1" * 3_000, "https://x.com/" + NUL, "javascript:1"])
def test_an_address_a_person_copied(alice: Client, address: str) -> None:
    with scope(organisation=alice.organisation.pk):  # type: ignore[attr-defined]
        publication = Publication.objects.get()
        Publication.objects.update(state=State.OUTCOME_UNKNOWN, available_at=None)
        assert SocialAccount.objects.get().network == "x"

    answer = alice.post(f"/o/acme/publications/{publication.pk}/recognise/", {"address": address})

    assert answer.status_code < 500


@pytest.mark.parametrize("value", [NUL, DIGITS, HALF.encode("utf-8", "replace").decode()])
def test_approving(alice: Client, value: str) -> None:
    with scope(organisation=alice.organisation.pk):  # type: ignore[attr-defined]
        post = Post.objects.get()

    assert alice.post(f"/o/acme/posts/{post.pk}/approve/", {"version": value}).status_code < 500
    answer = alice.post(f"/o/acme/posts/{post.pk}/send-back/", {"version": "1", "note": value})
    assert answer.status_code < 500

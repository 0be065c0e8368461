import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.contract import Account, Credentials
from integrations.engagement import Act, Arrived, Change, Incoming, MessageKind, WebhookRefused
from integrations.networks._shared.meta.notices import SIGNATURE
from integrations.networks.instagram import mapping, messages, webhooks

SECRET = "app-secret"
ACCOUNT = "17841"


def signed(document: object, *, secret: str = SECRET) -> Arrived:
    body = json.dumps(document, separators=(",", ":")).encode("ascii")
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Arrived(headers={SIGNATURE: signature}, body=body)


def entry(**parts: Any) -> Mapping[str, Any]:
    return {"object": "instagram", "entry": [{"id": ACCOUNT, "time": 1700000000, **parts}]}


def comment(**more: Any) -> dict[str, Any]:
    value = {"id": "178", "text": "hi", "from": {"id": "6", "username": "u"}, "media": {"id": "180"}, **more}
    return {"field": "comments", "value": value}


def read_all(document: object) -> list[Incoming]:
    return [
        each
        for delivered in webhooks.read(signed(document), secret=SECRET)
        for each in webhooks.read_event(delivered.payload, account_id=ACCOUNT)
    ]


def test_a_comment_and_a_reply_are_read() -> None:
    top, reply = read_all(entry(changes=[comment(), comment(id="179", parent_id="178", text="")]))

    assert top.message is not None
    assert reply.message is not None
    assert (top.change, top.message.kind, top.message.thread_id) == (Change.WRITTEN, MessageKind.COMMENT, "180")
    assert top.message.written_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert top.message.author is not None
    assert (top.message.author.network_id, top.message.author.handle) == ("6", "u")
    assert reply.message.answers_id == "178"
    assert not top.needs_fetch


def test_the_account_s_own_comment_is_an_echo() -> None:
    [told] = read_all(entry(changes=[comment(**{"from": {"id": ACCOUNT, "username": "ours"}})]))

    assert told.message is not None
    assert told.message.by_account


def test_mentions_are_ids_to_be_fetched() -> None:
    caption = {"field": "mentions", "value": {"media_id": "180"}}
    inside = {"field": "mentions", "value": {"media_id": "180", "comment_id": "178"}}

    found = read_all(entry(changes=[caption, inside]))

    assert [(each.message_id, each.needs_fetch) for each in found] == [("180", True), ("178", True)]
    assert {each.message.thread_id for each in found if each.message} == {"180"}


def test_messages_of_every_shape_are_read() -> None:
    def event(**message: Any) -> dict[str, Any]:
        return {"sender": {"id": "6"}, "recipient": {"id": ACCOUNT}, "timestamp": 1700000000000, "message": message}

    shared = {"type": "ig_post", "payload": {"url": "https://cdn.example/1"}}
    found = read_all(
        entry(
            messaging=[
                event(mid="a", text="hi", reply_to={"story": {"id": "1", "url": "https://cdn.example/s"}}),
                event(mid="b", attachments=[shared, {"type": "story_mention", "payload": {"url": "u"}}]),
                event(mid="c", is_deleted=True),
                event(mid="d", is_unsupported=True),
                {"sender": {"id": "6"}, "recipient": {"id": ACCOUNT}, "timestamp": 1, "read": {"mid": "a"}},
            ]
        )
    )

    assert [(each.change, each.message_id) for each in found] == [
        (Change.WRITTEN, "a"),
        (Change.WRITTEN, "b"),
        (Change.DELETED, "c"),
        (Change.WRITTEN, "d"),
    ]
    assert found[1].message is not None
    assert [each.kind for each in found[1].message.attachments] == ["link", "link"]


def test_what_comes_again_later_is_recognised() -> None:
    first = webhooks.read(signed(entry(changes=[comment()])), secret=SECRET)
    again = webhooks.read(signed({**entry(changes=[comment()]), "entry": [
        {"id": ACCOUNT, "time": 1700009999, "changes": [comment()]}
    ]}), secret=SECRET)  # fmt: skip

    assert [each.key for each in first] == [each.key for each in again]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"object": "page", "entry": [{"id": ACCOUNT, "changes": [comment()]}]},
        entry(changes=[{"field": "live_comments", "value": {"id": "1"}}, {"field": "comments", "value": 5}]),
        {"object": "instagram", "entry": [{"changes": [comment()]}, 7]},
    ],
)
def test_bodies_without_events_hold_none(document: Mapping[str, Any]) -> None:
    assert webhooks.read(signed(document), secret=SECRET) == ()


def test_what_meta_did_not_sign_is_refused() -> None:
    with pytest.raises(WebhookRefused):
        webhooks.read(signed(entry(), secret="another"), secret=SECRET)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"field": "comments", "value": {"id": "1"}},
        {"field": "mentions", "value": {}},
        {"messaging": {"sender": {"id": "5"}, "message": {"mid": "m"}}},
    ],
)
def test_a_malformed_event_is_a_value_error(payload: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        webhooks.read_event(payload, account_id=ACCOUNT)


# nodes of every shape


OURS = Account(network_id=ACCOUNT, credentials=Credentials(access_token="t"), handle="Ours")


def test_comments_of_every_shape_are_read() -> None:
    node = {
        "id": "1",
        "text": "top",
        "timestamp": "2026-11-22T10:00:00+0000",
        "username": "u",
        "hidden": True,
        "new_field": {"of": "tomorrow"},
        "replies": {"data": [{"id": "2", "text": None, "username": "ours", "from": None}, {"text": "no id"}]},
    }

    top, reply = messages.comments(node, medium_id="180", account=OURS)

    assert top.author is not None
    assert (top.author.network_id, top.by_account, top.acts) == ("@u", False, frozenset({Act.SHOW, Act.DELETE}))
    assert (reply.by_account, reply.answers_id, reply.text, reply.is_hidden) == (True, "1", "", None)
    assert messages.comment({"id": "3"}, medium_id="180", account=OURS).author is None


def test_pages_of_every_shape_are_read() -> None:
    account = {"id": "17", "username": "bakery", "profile_picture_url": "https://cdn.example/p"}
    whole = mapping.presence(
        {"id": "1", "access_token": "t", "tasks": ["MODERATE"], "instagram_business_account": account}
    )
    bare = mapping.presence({"id": "1", "instagram_business_account": {"id": "17"}})

    assert whole is not None
    assert bare is not None
    assert (whole.name, whole.handle, whole.details) == ("bakery", "bakery", {"page_id": "1"})
    assert bare.credentials is None
    assert mapping.presence({"id": "1"}) is None
    assert mapping.presence({"id": "1", "instagram_business_account": None}) is None


def test_media_of_every_shape_are_seen() -> None:
    listing = {
        "data": [
            {"id": "1", "timestamp": "2026-11-22T10:00:00+0000", "caption": "c", "permalink": "p"},
            {"id": "2", "timestamp": "2026-11-22T10:00:00+0000", "children": {"data": [{"id": "a"}, {"id": "b"}]}},
            {"id": "3"},
            {},
        ]
    }

    assert [(each.network_id, each.text, each.media_count) for each in mapping.sightings(listing)] == [
        ("1", "c", 1),
        ("2", "", 2),
    ]

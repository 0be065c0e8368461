import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.engagement import Arrived, Change, Incoming, MessageKind, WebhookRefused
from integrations.networks._shared.meta.notices import SIGNATURE
from integrations.networks.facebook import webhooks
from tests.integrations.networks.facebook.test_mapping import fixture

SECRET = "app-secret"


def signed(document: object, *, secret: str = SECRET) -> Arrived:
    """Return a request as Meta sends it: everything outside ASCII escaped, the signature over those bytes."""
    body = json.dumps(document, separators=(",", ":")).encode("ascii")
    return Arrived(headers={SIGNATURE: signature(body, secret=secret)}, body=body)


def signature(body: bytes, *, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def read_all(document: object) -> list[Incoming]:
    return [
        each
        for delivered in webhooks.read(signed(document), secret=SECRET)
        for each in webhooks.read_event(delivered.payload, account_id="1")
    ]


def test_a_comment_is_read_whole() -> None:
    [told] = read_all(fixture("webhook__comment_added"))

    message = told.message
    assert message is not None
    assert (told.change, told.message_id, told.needs_fetch) == (Change.WRITTEN, "2_3", False)
    assert told.happened_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert (message.kind, message.thread_id, message.answers_id) == (MessageKind.COMMENT, "1_2", "")
    assert message.text == "Grüße 🥐"
    assert message.author is not None
    assert (message.author.network_id, message.author.name) == ("99", "Ana")
    assert message.subject is not None
    assert message.subject.permalink == "https://www.facebook.com/1/posts/2"


def test_every_change_means_what_it_says() -> None:
    seen = [
        (each.change, each.message_id, each.message.kind if each.message else None, each.needs_fetch)
        for each in read_all(fixture("webhook__every_change"))
    ]

    assert seen == [
        (Change.EDITED, "2_3", MessageKind.COMMENT, False),
        (Change.HIDDEN, "2_3", None, False),
        (Change.SHOWN, "2_3", None, False),  # named by its bare id
        (Change.DELETED, "2_3", None, False),
        (Change.WRITTEN, "2_4", MessageKind.COMMENT, False),
        (Change.WRITTEN, "2_5", MessageKind.COMMENT, False),  # a picture alone
        (Change.WRITTEN, "2_6", MessageKind.COMMENT, False),
        (Change.WRITTEN, "1_8", MessageKind.MENTION, False),  # on the wall
        (Change.WRITTEN, "50_51", MessageKind.MENTION, True),
        (Change.WRITTEN, "61_62", MessageKind.MENTION, True),
        (Change.WRITTEN, "2_9", MessageKind.COMMENT, False),  # under the page's own post
        (Change.WRITTEN, "71", MessageKind.REVIEW, False),
        (Change.EDITED, "71", MessageKind.REVIEW, False),
        (Change.WRITTEN, "rating:72", MessageKind.REVIEW, False),
        (Change.WRITTEN, "m_1", MessageKind.PRIVATE, False),
        (Change.WRITTEN, "m_2", MessageKind.PRIVATE, False),
        (Change.EDITED, "m_1", MessageKind.PRIVATE, False),
        (Change.DELETED, "m_1", None, False),
        (Change.WRITTEN, "m_3", MessageKind.PRIVATE, False),
    ]


def test_own_echoes_are_marked_and_strangers_are_not() -> None:
    by_account = {each.message_id for each in read_all(fixture("webhook__every_change")) if _is_own(each)}

    assert by_account == {"2_4", "m_2"}


def _is_own(incoming: Incoming) -> bool:
    return incoming.message is not None and incoming.message.by_account


def test_a_private_thread_is_the_other_person_whoever_speaks() -> None:
    private = {
        each.message_id: each.message
        for each in read_all(fixture("webhook__every_change"))
        if each.message and each.message.kind is MessageKind.PRIVATE and each.change is Change.WRITTEN
    }

    assert {each.thread_id for each in (private["m_1"], private["m_2"])} == {"500"}
    assert [each.kind for each in private["m_1"].attachments] == ["image", "video", "link"]
    assert private["m_1"].answers_id == "m_0"


def test_a_recommendation_is_five_or_one() -> None:
    reviews = [each.message for each in read_all(fixture("webhook__every_change")) if each.message]

    ratings = [(each.rating, each.acts) for each in reviews if each.kind is MessageKind.REVIEW]
    assert ratings == [(1, None), (5, None), (5, frozenset())]  # the last has no story to answer under


def test_a_redelivery_has_the_same_key_and_another_event_has_not() -> None:
    delivered = webhooks.read(signed(fixture("webhook__every_change")), secret=SECRET)
    again = webhooks.read(signed(fixture("webhook__every_change")), secret=SECRET)

    assert [each.key for each in delivered] == [each.key for each in again]
    assert len({each.key for each in delivered}) == len(delivered)
    assert {each.account_id for each in delivered} == {"1"}


def test_reactions_and_receipts_are_not_even_kept() -> None:
    kept = json.dumps([each.payload for each in webhooks.read(signed(fixture("webhook__every_change")), secret=SECRET)])

    assert "reaction" not in kept
    assert "watermark" not in kept
    assert "Bakery & Sons" not in kept


@pytest.mark.parametrize(
    "arrived",
    [
        Arrived(headers={}, body=b"{}"),
        Arrived(headers={SIGNATURE: "sha256="}, body=b"{}"),
        Arrived(headers={SIGNATURE: "sha256=é"}, body=b"{}"),
        signed({"object": "page"}, secret="another"),
        Arrived(headers={SIGNATURE: signature(b"not json")}, body=b"not json"),
        Arrived(headers={SIGNATURE: signature(b"[]")}, body=b"[]"),
    ],
)
def test_what_meta_did_not_sign_is_refused(arrived: Arrived) -> None:
    with pytest.raises(WebhookRefused):
        webhooks.read(arrived, secret=SECRET)


def test_without_a_secret_everything_is_refused() -> None:
    with pytest.raises(WebhookRefused):
        webhooks.read(signed({"object": "page"}, secret=""), secret="")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"object": "user", "entry": [{"id": "1"}]},
        {"object": "page", "entry": "?"},
        {"object": "page", "entry": [1]},
    ],
)
def test_bodies_without_events_hold_none(document: Mapping[str, Any]) -> None:
    assert webhooks.read(signed(document), secret=SECRET) == ()


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"field": "feed", "value": {"item": "comment", "verb": "add"}},
        {"field": "feed", "value": {"item": "comment", "verb": "dance", "post_id": "1_2", "comment_id": "2_3"}},
        {"field": "ratings", "value": {"item": "rating", "verb": "add"}},
        {"messaging": {"sender": {"id": "5"}, "message": {"mid": "m"}}},
        {"messaging": {"sender": "5", "recipient": {"id": "1"}, "timestamp": 1, "message": {"mid": "m"}}},
    ],
)
def test_a_malformed_event_is_a_value_error(payload: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        webhooks.read_event(payload, account_id="1")

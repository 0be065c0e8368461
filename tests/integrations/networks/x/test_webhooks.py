import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pytest

from integrations.engagement import Act, Arrived, Change, Delivered, Incoming, MessageKind, WebhookRefused
from integrations.networks.x import webhooks
from tests.integrations.networks.x.test_mapping import fixture

SECRET = "consumer-secret"


def signed(document: object, *, secret: str = SECRET) -> Arrived:
    body = json.dumps(document).encode()
    return Arrived(headers={webhooks.SIGNATURE: proof(body, secret)}, body=body)


def proof(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def delivered(name: str) -> Delivered:
    [found] = webhooks.read(signed(fixture(name)), secret=SECRET)
    return found


def read_one(name: str) -> Incoming:
    [found] = webhooks.read_event(delivered(name).payload, account_id="7")
    return found


def test_a_reply_is_read_whole() -> None:
    told = read_one("webhook__reply_created")

    message = told.message
    assert message is not None
    assert (told.change, told.message_id) == (Change.WRITTEN, "200000000000000002")
    assert (message.kind, message.thread_id, message.answers_id) == (MessageKind.COMMENT, "200000000000000001", "")
    assert message.text == "@shop hi & hello"
    assert message.author is not None
    assert (message.author.handle, message.author.name) == ("ana", "Ana")
    assert message.permalink == "https://x.com/ana/status/200000000000000002"
    assert message.acts is None  # the conversation is ours: everything is open


def test_a_mention_belongs_to_somebody_elses_conversation() -> None:
    told = read_one("webhook__mention_wrapped_users")

    message = told.message
    assert message is not None
    assert (message.kind, message.thread_id) == (MessageKind.MENTION, "200000000000000005")
    assert message.author is not None
    assert message.author.handle == "ana"
    assert message.acts is not None
    assert Act.HIDE not in message.acts


def test_a_deletion_names_what_is_gone() -> None:
    told = read_one("webhook__post_deleted")

    assert (told.change, told.message_id, told.message) == (Change.DELETED, "200000000000000001", None)


def test_a_withdrawn_access_is_told_with_whose_it_was() -> None:
    told = delivered("webhook__access_revoked")

    assert (told.account_id, told.access_ended) == ("7", "7")
    assert webhooks.read_event(told.payload, account_id="7") == ()


def test_the_key_is_xs_own_even_when_it_is_negative() -> None:
    assert delivered("webhook__mention_wrapped_users").key == "-44"
    assert delivered("webhook__reply_created").key == "2080761390344937796"


def test_an_event_without_a_number_is_known_by_its_words() -> None:
    document = fixture("webhook__reply_created")
    del document["data"]["event_uuid"]

    first, second = (webhooks.read(signed(document), secret=SECRET)[0].key for _ in range(2))

    assert first == second
    assert len(first) == 64


def test_several_events_may_come_at_once() -> None:
    both = {"data": [fixture("webhook__reply_created")["data"], fixture("webhook__post_deleted")["data"]]}

    assert [each.key for each in webhooks.read(signed(both), secret=SECRET)] == ["2080761390344937796", "3"]


def test_kinds_that_are_not_asked_for_are_not_kept() -> None:
    other = {
        "data": {"event_uuid": "9", "filter": {"user_id": "7"}, "event_type": "like.create", "payload": {"id": "1"}}
    }

    assert webhooks.read(signed(other), secret=SECRET) == ()


@pytest.mark.parametrize(
    "arrived",
    [
        Arrived(headers={}, body=b"{}"),
        Arrived(headers={webhooks.SIGNATURE: "sha256=é"}, body=b"{}"),
        signed({"data": {}}, secret="another"),
        Arrived(headers={webhooks.SIGNATURE: proof(b"not json")}, body=b"not json"),
    ],
)
def test_what_x_did_not_sign_is_refused(arrived: Arrived) -> None:
    with pytest.raises(WebhookRefused):
        webhooks.read(arrived, secret=SECRET)


def test_without_a_secret_nothing_is_taken_and_no_proof_given() -> None:
    with pytest.raises(WebhookRefused):
        webhooks.read(signed({"data": {}}, secret=""), secret="")
    with pytest.raises(WebhookRefused):
        webhooks.answer_challenge(Arrived(headers={}, query={"crc_token": "T"}), secret="")


def test_a_challenge_is_answered_with_a_proof() -> None:
    answer = webhooks.answer_challenge(Arrived(headers={}, query={"crc_token": "T"}), secret=SECRET)

    assert answer is not None
    assert answer[0] == "application/json"
    assert json.loads(answer[1]) == {"response_token": proof(b"T")}
    assert webhooks.answer_challenge(Arrived(headers={}), secret=SECRET) is None


def test_no_body_is_signed_for_whoever_asks_for_a_proof() -> None:
    forged = json.dumps({"data": {"event_type": "post.create", "filter": {"user_id": "7"}, "payload": {"id": "1"}}})

    with pytest.raises(WebhookRefused):
        webhooks.answer_challenge(Arrived(headers={}, query={"crc_token": forged}), secret=SECRET)


@pytest.mark.parametrize(
    "payload", [{}, {"event_type": "post.delete", "payload": {}}, {"event_type": "post.create", "payload": {}}]
)
def test_a_malformed_event_is_a_value_error(payload: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match="not an event"):
        webhooks.read_event(payload, account_id="7")

import hashlib
import hmac
import json
from pathlib import Path

import pytest

from integrations.engagement import Arrived, Change, MessageKind, WebhookRefused
from integrations.networks.linkedin import webhooks

SECRET = "our secret"
ACME = "urn:li:organization:5"
BODY = (Path(__file__).parent / "fixtures" / "webhook__every_action.json").read_bytes()


def signed(body: bytes, *, prefix: str = "") -> Arrived:
    signature = hmac.new(SECRET.encode(), b"hmacsha256=" + body, hashlib.sha256).hexdigest()
    return Arrived(headers={"x-li-signature": prefix + signature}, body=body)


def test_notifications_of_every_action_are_read() -> None:
    delivered = webhooks.read(signed(BODY), secret=SECRET)

    found = {each.key: webhooks.read_event(each.payload, account_id=ACME) for each in delivered}

    assert list(found) == ["5603453321", "2", "3", "4", "5", "6", "7"]
    assert found["5"] == ()  # its place is not told
    [comment], [bare], [edit], [deletion] = (found[key] for key in ("5603453321", "2", "3", "4"))
    assert comment.message is not None
    assert (comment.message.thread_id, comment.message.text) == ("urn:li:share:9", "hi")
    assert comment.message.subject is not None
    assert comment.message.subject.text == "Rye *is* back"
    assert (bare.message_id, bare.needs_fetch) == ("urn:li:comment:(urn:li:activity:10,12)", True)
    assert (edit.change, edit.message_id) == (Change.EDITED, comment.message_id)
    assert (deletion.change, deletion.message_id) == (Change.DELETED, comment.message_id)
    [mention], [unseen] = found["6"], found["7"]
    assert mention.message is not None
    assert (mention.message.kind, mention.needs_fetch) == (MessageKind.MENTION, False)
    assert (unseen.message_id, unseen.needs_fetch) == ("urn:li:ugcPost:21", True)


def test_no_member_of_ours_is_kept_with_an_event() -> None:
    assert all("subscriber" not in each.payload for each in webhooks.read(signed(BODY), secret=SECRET))


def test_the_literal_belongs_to_what_is_signed() -> None:
    assert webhooks.read(signed(BODY, prefix="hmacsha256="), secret=SECRET)
    plain = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
    with pytest.raises(WebhookRefused):
        webhooks.read(Arrived(headers={"x-li-signature": plain}, body=BODY), secret=SECRET)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"type": "OTHER"}', b'{"type": 1, "notifications": 5}'])
def test_a_body_of_another_kind_holds_nothing(body: bytes) -> None:
    try:
        assert webhooks.read(signed(body), secret=SECRET) == ()
    except WebhookRefused:
        assert body == b"{"


def test_a_challenge_is_answered_with_both_of_its_fields() -> None:
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    found = webhooks.answer_challenge(Arrived(headers={}, query={"challengeCode": code}), secret=SECRET)

    assert found is not None
    content_type, body = found
    assert content_type == "application/json"
    assert json.loads(body) == {
        "challengeCode": code,
        "challengeResponse": hmac.new(SECRET.encode(), code.encode(), hashlib.sha256).hexdigest(),
    }
    assert webhooks.answer_challenge(Arrived(headers={}), secret=SECRET) is None


@pytest.mark.parametrize("code", ["hmacsha256={}", '{"type":1}', "", "a" * 200])
def test_nothing_that_could_be_a_signed_body_is_signed(code: str) -> None:
    with pytest.raises(WebhookRefused):
        webhooks.answer_challenge(Arrived(headers={}, query={"challengeCode": code}), secret=SECRET)


@pytest.mark.parametrize(
    "payload", [{}, {"action": "COMMENT"}, {"action": "COMMENT", "generatedActivity": "urn:li:comment:?"}]
)
def test_malformed_notifications_are_told_apart(payload: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"comment|notification"):
        webhooks.read_event(payload, account_id=ACME)

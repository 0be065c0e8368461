import hashlib
import hmac
import json
from base64 import urlsafe_b64encode

import pytest

from integrations.engagement import Arrived, WebhookRefused
from integrations.networks._shared.meta import notices

SECRET = "app-secret"


def test_the_handshake_wants_our_own_word() -> None:
    asks = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "our word"}

    answer = notices.answer_handshake(Arrived(headers={}, query=asks), verify_token="our word")

    assert answer == ("text/plain", "1158201444")
    assert notices.answer_handshake(Arrived(headers={}), verify_token="our word") is None
    for word in ("another", ""):
        with pytest.raises(WebhookRefused):
            notices.answer_handshake(
                Arrived(headers={}, query={**asks, "hub.verify_token": word}), verify_token=word and "our word"
            )


def farewell(notice: object, *, secret: str = SECRET) -> Arrived:
    payload = urlsafe_b64encode(json.dumps(notice).encode()).rstrip(b"=")
    given = urlsafe_b64encode(hmac.new(secret.encode(), payload, hashlib.sha256).digest()).rstrip(b"=")
    return Arrived(headers={}, body=b"signed_request=" + given + b"." + payload)


def test_a_farewell_names_the_person() -> None:
    notice = {"algorithm": "HMAC-SHA256", "issued_at": 1700000000, "expires": 1700003600, "user_id": "218471"}

    assert notices.read_farewell(farewell(notice), secret=SECRET) == "218471"


@pytest.mark.parametrize(
    "arrived",
    [
        Arrived(headers={}, body=b""),
        Arrived(headers={}, body=b"signed_request=x.y"),
        Arrived(headers={}, body=b"signed_request=%ff.%ff"),
        farewell({"algorithm": "HMAC-SHA256", "user_id": "1"}, secret="another"),
        farewell({"algorithm": "none", "user_id": "1"}),
        farewell({"algorithm": "HMAC-SHA256"}),
        farewell("text"),
    ],
)
def test_a_farewell_meta_did_not_sign_is_refused(arrived: Arrived) -> None:
    with pytest.raises(WebhookRefused):
        notices.read_farewell(arrived, secret=SECRET)

"""Whose pushes are believed: each claim of the token counts, whatever the others say."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from integrations.engagement import Arrived, WebhookRefused
from integrations.networks.google_business.webhooks import PushVerifier
from tests.integrations.networks.recorded import Recorded

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ANOTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CERTS = {"keys": [{**json.loads(RSAAlgorithm.to_jwk(KEY.public_key())), "kid": "k1", "use": "sig", "alg": "RS256"}]}
ADDRESS, PUSHER = "https://portevoix.example/webhooks/google_business", "push@p.iam.gserviceaccount.com"


@pytest.fixture(scope="module")
def verifier() -> PushVerifier:
    return PushVerifier(
        http=Recorded({"/certs": CERTS}),
        certificates_url="https://google.example/certs",
        audience=ADDRESS,
        account=PUSHER,
    )


def arrived(changed: Mapping[str, Any], *, key: rsa.RSAPrivateKey = KEY, kid: str = "k1") -> Arrived:
    now = datetime.now(UTC)
    claims: dict[str, Any] = {
        "iss": "https://accounts.google.com",
        "aud": ADDRESS,
        "email": PUSHER,
        "email_verified": True,
        "iat": now,
        "exp": now + timedelta(hours=1),
        **changed,
    }
    token = jwt.encode({name: value for name, value in claims.items() if value is not None}, key, "RS256", {"kid": kid})
    return Arrived(headers={"authorization": f"Bearer {token}"})


@pytest.mark.parametrize("changed", [{}, {"iss": "accounts.google.com"}, {"azp": "new"}, {"aud": [ADDRESS]}])
def test_googles_own_are_believed(verifier: PushVerifier, changed: dict[str, Any]) -> None:
    verifier.verify(arrived(changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": datetime(2026, 1, 1, tzinfo=UTC)},
        {"exp": None},
        {"iat": datetime.now(UTC) + timedelta(hours=1)},
        {"iss": "https://accounts.google.example"},
        {"iss": None},
        {"aud": "https://elsewhere.example"},
        {"aud": None},
        {"email": "another@p.iam.gserviceaccount.com"},
        {"email": None},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
    ],
)
def test_one_claim_that_is_wrong_or_missing_refuses_all(verifier: PushVerifier, changed: dict[str, Any]) -> None:
    with pytest.raises(WebhookRefused):
        verifier.verify(arrived(changed))


def test_another_key_is_not_googles_whatever_its_name(verifier: PushVerifier) -> None:
    for kid in ("k1", "k2", ""):
        with pytest.raises(WebhookRefused):
            verifier.verify(arrived({}, key=ANOTHER, kid=kid))

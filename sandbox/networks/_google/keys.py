"""Google's own key: what it signs (id tokens, Pub/Sub's), and its public half for those who check.

A process has its own key, made at its first use; whoever meets an unknown one asks for the certificates anew.
Source: RFC 7515, RFC 7517 and RFC 7518, section 6.3; OpenID Connect Core, section 2.
"""

import json
import secrets
from base64 import urlsafe_b64encode
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

ISSUER = "https://accounts.google.com"


class SigningKey:
    """An RS256 key."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(20)

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def sign(self, claims: dict[str, Any]) -> str:
        """Return a JSON Web Token with these claims."""
        head = {"alg": "RS256", "kid": self.id, "typ": "JWT"}
        signed = ".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), SHA256())
        return f"{signed}.{_encoded(signature)}"

    @property
    def certificates(self) -> dict[str, Any]:
        """The JSON Web Key Set."""
        numbers = self._key.public_key().public_numbers()
        key = {
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "kid": self.id,
            "n": _encoded(_bytes(numbers.n)),
            "e": _encoded(_bytes(numbers.e)),
        }
        return {"keys": [key]}


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()

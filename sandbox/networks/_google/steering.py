"""What /_control does for any of Google's services: the part that is about people and what they allowed."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox.networks._google import oauth
from sandbox.networks._google.state import EMAIL, OPENID, GoogleState, Grant, Person

REASONS = ("revoked", "expired")


class GoogleSteering:
    """The base of a service's `sandbox.networks.base.Steering`: `service` is the key of its `Service`."""

    def __init__(self, google: GoogleState, service: str) -> None:
        self.google = google
        self.service = service

    @property
    def scopes(self) -> list[str]:
        """All that the service has, and who somebody is."""
        return [OPENID, EMAIL, *self.google.services[self.service].scopes]

    def grant(self, body: dict[str, Any]) -> dict[str, Any]:
        """With PKCE: of the caller's own `code_challenge`, or one made here whose `code_verifier` is answered."""
        verifier = secrets.token_urlsafe(48)
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        request = oauth.read_consent(
            self.google,
            {
                "client_id": self.app_of(body),
                "redirect_uri": str(body.get("redirect_uri", "")),
                "response_type": "code",
                "scope": " ".join(words(body.get("scopes")) or self.scopes),
                "state": str(body.get("state", "")),
                "access_type": "offline",
                "prompt": "consent",
                "code_challenge": str(body.get("code_challenge") or digest),
                "code_challenge_method": str(body.get("code_challenge_method", "S256")),
            },
        )
        person = self.person(body)
        address = oauth.approve(
            self.google, request, person, scopes=request.optional, identity=str(body.get("identity", ""))
        )
        answer = {"code": parse_qs(urlsplit(address).query)["code"][0], "redirect": address}
        return answer if "code_challenge" in body else {**answer, "code_verifier": verifier}

    def tokens_of(self, body: dict[str, Any], person: Person, *, identity: str = "") -> dict[str, Any]:
        """Working tokens of a person at once."""
        app_id = self.app_of(body)
        scopes = words(body.get("scopes")) or self.scopes
        grant_id = f"{app_id}:{person.id}"
        before = self.google.grants.find(grant_id)
        given = list(dict.fromkeys([*(before.scopes if before else []), *scopes]))
        self.google.grants.put(Grant(id=grant_id, app_id=app_id, person_id=person.id, scopes=given))
        return oauth.issue(self.google, grant_id, scopes, identity=identity)

    async def withdraw(self, body: dict[str, Any], reason: str) -> dict[str, Any]:
        """`revoked`: on Google's security page, every token of the person and app dies, in all services.

        `expired`: running access tokens end, and a refresh helps.
        """
        if reason not in REASONS:
            raise ValueError(f"reason must be one of {', '.join(REASONS)}.")
        ended = 0
        for grant in self.google.grants.group(self.person(body).id):
            if reason == "revoked":
                ended += self.google.end_grant(grant.id)
            elif reason == "expired":
                ended += self.google.expire_access(grant.id)
        return {"ended": ended}

    def person(self, body: dict[str, Any]) -> Person:
        persons = self.google.persons.all()
        wanted = str(body.get("person") or persons[0].id)
        if (found := self.google.find_person(wanted)) is None:
            raise ValueError(f"No person {wanted!r}; there are {', '.join(person.name for person in persons)}.")
        return found

    def app_of(self, body: dict[str, Any]) -> str:
        return str(body.get("app") or next(iter(self.google.world.apps.google)))


def words(value: object) -> Sequence[str]:
    """A list of texts, or one text with spaces between."""
    if isinstance(value, str):
        return value.split()
    return [str(each) for each in value] if isinstance(value, list) else []

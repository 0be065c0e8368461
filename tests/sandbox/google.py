"""First steps at Google's own hosts, as any client takes them."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from tests.sandbox.conftest import REDIRECT, Process

GOOGLE_APP = ("260000000001-sandbox.apps.googleusercontent.com", "sandbox-google-secret")
OTHER_APP = ("260000000002-other.apps.googleusercontent.com", "other-google-secret")
NADIA = "104600000000000000001"
OWEN = "104600000000000000006"
BUSINESS = "https://www.googleapis.com/auth/business.manage"
EMAIL = "https://www.googleapis.com/auth/userinfo.email"


def consent(sandbox: Process, *, person: str = NADIA, ticked: list[str] | None = None, **more: str) -> dict[str, str]:
    """Post the consent form as a browser does; the parameters that the app gets back."""
    query = {
        "client_id": GOOGLE_APP[0],
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": f"openid email {BUSINESS}",
        "state": "s3",
        "access_type": "offline",
        "prompt": "consent",
        **more,
    }
    form = [("person", person), ("decision", "accept")]
    form += [("scope", scope) for scope in ([BUSINESS] if ticked is None else ticked)]
    answer = sandbox.session.post(
        f"{sandbox.base}/accounts.google.com/o/oauth2/v2/auth",
        params=query,
        data=form,
        allow_redirects=False,
        timeout=10,
    )
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(REDIRECT)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def exchange(sandbox: Process, code: str, *, app: tuple[str, str] = GOOGLE_APP, **more: str) -> requests.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": app[0],
        "client_secret": app[1],
        "redirect_uri": REDIRECT,
        **more,
    }
    return token(sandbox, form)


def refresh(sandbox: Process, refresh_token: str, *, app: tuple[str, str] = GOOGLE_APP) -> requests.Response:
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return token(sandbox, {**form, "client_id": app[0], "client_secret": app[1]})


def token(sandbox: Process, form: dict[str, str]) -> requests.Response:
    return sandbox.session.post(f"{sandbox.base}/oauth2.googleapis.com/token", data=form, timeout=10)


def tokens(sandbox: Process, **options: Any) -> dict[str, Any]:
    """Tokens of a person, through every step."""
    found: dict[str, Any] = exchange(sandbox, consent(sandbox, **options)["code"]).json()
    return found


def token_info(sandbox: Process, access_token: str) -> requests.Response:
    return sandbox.session.get(
        f"{sandbox.base}/oauth2.googleapis.com/tokeninfo", params={"access_token": access_token}, timeout=10
    )


def revoke(sandbox: Process, any_token: str) -> requests.Response:
    return sandbox.session.post(f"{sandbox.base}/oauth2.googleapis.com/revoke", data={"token": any_token}, timeout=10)


def pkce() -> tuple[str, str]:
    """A verifier and its challenge."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

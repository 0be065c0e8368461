"""Agents of one organisation at their browsers' place: signed in, and asking the real web process over HTTP.

Import after `harness.product` has set Django up.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import requests

from benchmarks.workbench.engine import Presence
from benchmarks.workbench.strangers import Web


@dataclass(frozen=True, kw_only=True)
class Agent:
    """Somebody who answers, with the cookies of a sign-in."""

    user_id: int
    site: str  # the organisation's first page
    session: requests.Session

    def answer(self, item_id: int, text: str, *, seen: Mapping[str, int], seconds: float = 60) -> requests.Response:
        """Send an answer as the page does, with a key of its own."""
        return self.session.post(
            f"{self.site}inbox/{item_id}/reply/",
            data={"text": text, "key": str(uuid.uuid4()), **seen},
            timeout=seconds,
        )


def hire(presence: Presence, web: Web, number: int) -> list[Agent]:
    """Let so many agents join the organisation of an account and sign in."""
    from accounts.models import Membership, Organisation, User
    from accounts.permissions import Role
    from lib.tenancy.scope import scope

    hired = []
    for place in range(number):
        user = User.objects.create_user(
            f"agent-{place}-{presence.organisation_id}@bench.example", name=f"Agent {place}"
        )
        with scope(organisation=presence.organisation_id):
            Membership.objects.create(user=user, role=Role.AGENT, all_accounts=True)
            slug = Organisation.objects.get(pk=presence.organisation_id).slug
        hired.append(Agent(user_id=user.pk, site=f"{web.address}/o/{slug}/", session=_signed_in(user, web)))
    return hired


def cookies_of(user: object) -> dict[str, str]:
    """Sign somebody in and return the cookies of that browser."""
    from django.conf import settings
    from django.middleware.csrf import get_token
    from django.test import Client, RequestFactory

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)  # type: ignore[arg-type]
    request = RequestFactory().get("/")
    get_token(request)
    return {
        settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
        settings.CSRF_COOKIE_NAME: request.META["CSRF_COOKIE"],
    }


def _signed_in(user: object, web: Web) -> requests.Session:
    from django.conf import settings

    session = requests.Session()
    cookies = cookies_of(user)
    session.cookies.update(cookies)
    session.headers.update(
        {"X-CSRFToken": cookies[settings.CSRF_COOKIE_NAME], "Origin": web.address, "Referer": f"{web.address}/"}
    )
    return session

"""The way to a network and back, for members and for whoever comes by a link: what the session remembers of it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from config.env import env
from integrations.services import connecting

SESSION_KEY = "connecting"  # state hash -> what `Departed` holds; no secret among them
AWAY_AT_ONCE = 5  # attempts one session may have open, in several tabs


@dataclass(frozen=True, kw_only=True)
class Departed:
    """Somebody of this session who left for a network."""

    organisation_id: int
    attempt_id: int
    network: str
    state_hash: str
    by_link: bool


def depart(
    request: HttpRequest,
    departure: connecting.Departure,
    *,
    network: str,
    organisation_id: int,
    by_link: bool = False,
) -> HttpResponse:
    """Answer with a page that leads on by itself.

    Not with a redirect: Chromium holds the whole chain of redirects after a form to the policy `form-action`, and
    which addresses a network's own sign-in passes through is not ours to list.
    """
    away: dict[str, list[Any]] = dict(list(request.session.get(SESSION_KEY, {}).items())[-(AWAY_AT_ONCE - 1) :])
    away[departure.state_hash] = [organisation_id, departure.attempt_id, network, by_link]
    request.session[SESSION_KEY] = away
    return render(request, "integrations/depart.html", {"url": departure.url, "network": network})


def come_back(request: HttpRequest) -> Departed | None:
    """Return, once, who left with the state that came back; None where nobody of this session did.

    The session forgets them only when they come back to the right network's address, so that they may try again.
    """
    away = request.session.get(SESSION_KEY, {})
    state_hash = connecting.hash_state(request.GET.get("state", ""))
    if state_hash not in away:
        return None
    organisation_id, attempt_id, network, by_link = away[state_hash]
    return Departed(
        organisation_id=organisation_id,
        attempt_id=attempt_id,
        network=network,
        state_hash=state_hash,
        by_link=by_link,
    )


def take_back(request: HttpRequest, departed: Departed, *, user_id: int | None) -> None:
    """Have the network's answer turned into access; how it went stands in the attempt. Outside any scope."""
    away = request.session.get(SESSION_KEY, {})
    away.pop(departed.state_hash, None)
    request.session[SESSION_KEY] = away
    connecting.arrive(
        departed.attempt_id,
        organisation_id=departed.organisation_id,
        user_id=user_id,
        code=request.GET.get("code", ""),
        denied="error" in request.GET,
        redirect_uri=callback_url(departed.network),
        now=timezone.now(),
    )


def callback_url(network: str) -> str:
    """Return where a network sends people back to."""
    return env.public_base_url + reverse("connect_callback", kwargs={"network": network})

"""Each call that our providers make, made by the loop or service that makes it in life, and what came of it.

An act strikes a fault at the call it is about and returns what is to be seen at once; `Seen.end` lets an hour pass.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from integrations import registry
from integrations.contract import Feature
from integrations.errors import AuthorisationLost
from integrations.models import ConnectAttempt, Grant, SocialAccount
from integrations.services import connecting
from integrations.services.disconnecting import disconnect
from integrations.services.looking import look_at_accounts
from integrations.services.refreshing import tend_grants
from lib.tenancy.scope import scope
from scheduler.services.preparing import prepare_due
from scheduler.services.publishing import publish_due
from scheduler.services.reconciling import reconcile_due
from scheduler.states import State
from tests.faults.operations import PUBLISHING
from tests.faults.scene import Scene, Stage
from tests.integrations.networks.google_business.stage import NADIA as GOOGLE_NADIA
from tests.integrations.networks.linkedin.stage import NADIA as LINKEDIN_NADIA
from tests.integrations.networks.twins import HARTLEY, NADIA, REDIRECT
from tests.integrations.networks.youtube.stage import HARTLEY as CHANNEL

Strike = Callable[[], None]


@dataclass(frozen=True)
class Seen:
    """What came of an act: at once, the sentence that says why, and in the end."""

    at_once: str
    reason: str
    end: Callable[[], str]


def prepare(stage: Stage, strike: Strike) -> Seen:
    scene = Scene(stage, files=1)
    strike()
    prepare_due(scene.clock)
    return _of_publication(scene)


def check(stage: Stage, strike: Strike) -> Seen:
    """Ask whether a picture is ready that the network takes its time over."""
    scene = Scene(stage, files=1)
    stage.sandbox.control("faults", operation="x.media.finalize", fault="slow_media", seconds=0.001)
    strike()
    prepare_due(scene.clock)
    return _of_publication(scene)


def commit(stage: Stage, strike: Strike) -> Seen:
    scene = Scene(stage)
    strike()
    publish_due(scene.clock)
    return _of_publication(scene)


def find_published(stage: Stage, strike: Strike) -> Seen:
    """Look for a post whose answer was lost."""
    scene = Scene(stage)
    stage.sandbox.control("faults", operation=PUBLISHING[stage.provider.key]["commit"][0], fault="lost_answer")
    publish_due(scene.clock)
    strike()
    scene.clock.forward(seconds=max(120, stage.provider.visibility_delay.total_seconds() + 1))
    reconcile_due(scene.clock)
    return _of_publication(scene)


def _of_publication(scene: Scene) -> Seen:
    found = scene.fresh()

    def end() -> str:
        state = scene.settle(at_most=(State.PUBLISHED, State.FAILED)).state
        return f"{state}, {len(scene.stage.out(scene.at_network))} out, {scene.fresh().social_account.state}"

    return Seen(found.state, found.reason, end)


def refresh(stage: Stage, strike: Strike) -> Seen:
    scene = Scene(stage)
    with scope(organisation=scene.organisation.pk):
        Grant.objects.update(available_at=scene.clock.now)
    strike()
    tend_grants(now=scene.clock.now)
    grant = scene.grant

    def end() -> str:
        published = scene.settle()
        return f"{scene.grant.state}, {published.state}, {published.social_account.state}"

    return Seen(grant.state, grant.state_reason, end)


def describe(stage: Stage, strike: Strike) -> Seen:
    scene = Scene(stage)
    with scope(organisation=scene.organisation.pk):
        SocialAccount.objects.update(look_at=scene.clock.now)
    strike()
    look_at_accounts(now=scene.clock.now)
    account = scene.fresh().social_account

    def end() -> str:
        published = scene.settle()
        return f"{published.state}, {published.social_account.state}"

    return Seen(account.state, account.state_reason, end)


def exchange_code(stage: Stage, strike: Strike) -> Seen:
    """Come back from the network: exchange the code, list what it reaches."""
    return _connect(stage, strike)


def list_presences(stage: Stage, strike: Strike) -> Seen:
    """Come back likewise; what the exchange has asked for as well is struck when it is asked for again."""
    if stage.provider.key == "youtube":
        return _connect(stage, lambda: stage.http.once_answered("/channels", strike))
    return _connect(stage, strike)


def _connect(stage: Stage, strike: Strike) -> Seen:
    scene = Scene(stage)
    attempt = _come_back(scene, strike)
    return Seen(attempt.step, attempt.reason, lambda: _come_back(scene, lambda: None).step)


def _come_back(scene: Scene, strike: Strike) -> ConnectAttempt:
    network, who = scene.stage.provider.key, {"organisation": scene.organisation.pk, "user": scene.owner.pk}
    with scope(organisation=who["organisation"], user=who["user"]):
        departure = connecting.start(network, user=scene.owner, redirect_uri=REDIRECT, now=scene.clock.now)
    scopes = sorted(scene.stage.provider.scopes[Feature.PUBLISH])
    choice: dict[str, Any]
    if network in {"facebook", "instagram"}:
        page = scene.at_network.details.get("page_id") or scene.at_network.network_id
        choice = {"person": NADIA, "page": page, "scope": scopes}
    elif network == "linkedin":
        choice = {"member": LINKEDIN_NADIA}
    elif network == "google_business":
        choice = {"person": GOOGLE_NADIA, "scope": scopes}
    elif network == "youtube":
        choice = {"person": GOOGLE_NADIA, "identity": CHANNEL, "scope": scopes}
    else:
        choice = {"account": HARTLEY}
    code = scene.stage.sandbox.consent(departure.url, **choice)
    strike()
    connecting.arrive(
        departure.attempt_id,
        organisation_id=scene.organisation.pk,
        user_id=scene.owner.pk,
        code=code,
        denied=False,
        redirect_uri=REDIRECT,
        now=scene.clock.now,
    )
    with scope(organisation=who["organisation"], user=who["user"]):
        found: ConnectAttempt = ConnectAttempt.objects.get(pk=departure.attempt_id)
        return found


def revoke(stage: Stage, strike: Strike) -> Seen:
    """Give a grant back with its last account."""
    scene = Scene(stage)
    with scope(organisation=scene.organisation.pk):
        disconnect(scene.account, cancel_scheduled=True, now=scene.clock.now)
    strike()
    tend_grants(now=scene.clock.now)

    def token() -> str:
        return "erased" if scene.grant.sealed is None else "kept"

    at_once = token()

    def end() -> str:
        now = scene.clock.now
        for _ in range(20):
            now += timedelta(hours=1)
            tend_grants(now=now)
        granted = stage.grant_of(scene.at_network)
        try:
            list(registry.provider(stage.provider.key).list_presences(granted, now=scene.clock.now))
        except AuthorisationLost:
            return f"{token()}, refused there"
        return f"{token()}, still accepted there"

    return Seen(at_once, scene.grant.state_reason, end)


#: The methods of a provider that speak to its network -> who does them here.
ACTS: Mapping[str, Callable[[Stage, Strike], Seen]] = {
    "prepare": prepare,
    "check": check,
    "commit": commit,
    "find_published": find_published,
    "refresh": refresh,
    "describe": describe,
    "exchange_code": exchange_code,
    "list_presences": list_presences,
    "revoke": revoke,
}

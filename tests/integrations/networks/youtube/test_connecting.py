"""One channel for each grant, and what is known of it."""

import pytest

from integrations.contract import Feature
from integrations.errors import AuthorisationLost
from integrations.networks.youtube.provider import MANAGE
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import now
from tests.integrations.networks.youtube.stage import HARTLEY, NADIA, YouTubeStage

CORRIE = "UCcorriecycles0000000002"
MAREK = "104600000000000000005"


def test_two_channels_of_a_person_are_two_grants(sandbox: Sandbox) -> None:
    found = {}
    for channel in (HARTLEY, CORRIE):
        stage = YouTubeStage(sandbox, channel=channel)
        access = stage.connect([Feature.PUBLISH])
        [presence] = stage.provider.list_presences(access.credentials, now=now())
        found[access.person_id] = presence.network_id

    assert found == {f"{NADIA}/{HARTLEY}": HARTLEY, f"{NADIA}/{CORRIE}": CORRIE}


def test_an_account_without_a_channel_reaches_nothing(sandbox: Sandbox) -> None:
    stage = YouTubeStage(sandbox, person=MAREK, channel="")

    access = stage.connect([Feature.PUBLISH])

    assert access.person_id == MAREK
    assert list(stage.provider.list_presences(access.credentials, now=now())) == []


def test_publishing_works_although_figures_were_refused(sandbox: Sandbox) -> None:
    stage = YouTubeStage(sandbox)
    refused = stage.provider.scopes[Feature.INSIGHTS]

    access = stage.connect([Feature.PUBLISH, Feature.INSIGHTS], refused=refused)

    assert access.missing == refused
    assert MANAGE in access.credentials.scopes
    assert len(list(stage.provider.list_presences(access.credentials, now=now()))) == 1


def test_what_matters_later_is_kept_with_the_account(sandbox: Sandbox) -> None:
    account = YouTubeStage(sandbox, channel=CORRIE).account()

    assert account.details == {"uploads": "UUcorriecycles0000000002", "country": "GB", "long_uploads": "eligible"}


def test_a_closed_channel_is_a_lost_account(sandbox: Sandbox) -> None:
    stage = YouTubeStage(sandbox)
    account = stage.account()
    sandbox.control("withdraw", network="youtube", account=HARTLEY, reason="closed")

    with pytest.raises(AuthorisationLost):
        list(stage.provider.poll(account, cursor={}, since=now(), watched=[], now=now()))
        stage.provider.choices(account, "playlist", now=now())

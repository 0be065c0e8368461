"""Whether networks tell us: asked on connecting, looked at daily, ended by the last."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Organisation
from integrations import overview, register, registry, vault
from integrations.contract import Feature
from integrations.errors import PermanentError, Reach, TransientError
from integrations.models import Grant, SocialAccount
from integrations.services.connecting import FEATURES
from integrations.services.disconnecting import disconnect
from integrations.services.looking import look_at_accounts
from integrations.services.refreshing import tend_grants
from integrations.testing import InMemoryProvider
from lib.tenancy.scope import scope
from tests.factories import make_grant, make_organisation, make_social_account, make_user
from tests.integrations.conftest import Acme

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ABLE = ["engage", "publish"]


def connected(
    organisation: Organisation, memory: InMemoryProvider, *, network_id: str = "bakery", **fields: object
) -> SocialAccount:
    """An account that was connected this moment, about to be looked at for the first time."""
    with scope(organisation=organisation.pk):
        grant = make_grant("memory", outside_id="person-1", state=Grant.State.ACTIVE, granted_at=NOON)
        grant.sealed = vault.seal(
            memory.access(now=NOON), organisation_id=organisation.pk, purpose=vault.person("memory", "person-1")
        )
        grant.save()
        register.use("memory", register.Kind.PERSON, ["person-1"])
        register.use("memory", register.Kind.PRESENCE, [network_id])
        return make_social_account(
            "memory", grant=grant, network_id=network_id, look_at=NOON, **{"capabilities": ABLE, **fields}
        )


def again(account: SocialAccount) -> SocialAccount:
    with scope(organisation=account.organisation_id):
        return SocialAccount.objects.select_related("grant").get(pk=account.pk)


def test_the_first_look_asks_to_be_told(acme: Acme, memory: InMemoryProvider) -> None:
    account = connected(acme.organisation, memory)

    look_at_accounts(now=NOON)

    assert memory.subscribed == {"bakery"}
    assert again(account).listening == SocialAccount.Listening.TOLD
    assert again(account).listening_checked_at == NOON


def test_a_daily_look_asks_anew_when_the_network_has_forgotten(acme: Acme, memory: InMemoryProvider) -> None:
    account = connected(acme.organisation, memory)
    look_at_accounts(now=NOON)
    memory.subscribed.clear()

    look_at_accounts(now=NOON + timedelta(days=1, minutes=1))

    assert memory.subscribed == {"bakery"}
    assert memory.calls["subscribe"] == 2
    assert again(account).listening == SocialAccount.Listening.TOLD


def test_an_account_that_may_not_listen_is_not_asked_for(acme: Acme, memory: InMemoryProvider) -> None:
    account = connected(acme.organisation, memory, capabilities=["publish"])

    look_at_accounts(now=NOON)

    assert memory.calls["is_subscribed"] == 0
    assert again(account).listening == SocialAccount.Listening.OFF


def test_a_refusal_leaves_the_account_well_and_says_why(acme: Acme, memory: InMemoryProvider) -> None:
    account = connected(acme.organisation, memory)
    memory.fail_next("subscribe", PermanentError("webhook_refused", network="memory", status=400, reach=Reach.APP))

    look_at_accounts(now=NOON)

    found = again(account)
    assert (found.state, found.listening) == (SocialAccount.State.ACTIVE, SocialAccount.Listening.POLLED)
    shown = overview.listening_of(found)
    assert shown is not None
    assert "could not reach this installation" in shown.reason


def test_a_passing_disturbance_forgets_nothing(acme: Acme, memory: InMemoryProvider) -> None:
    account = connected(acme.organisation, memory)
    look_at_accounts(now=NOON)
    memory.fail_next("is_subscribed", TransientError("unavailable", network="memory"))

    look_at_accounts(now=NOON + timedelta(days=1, minutes=1))

    assert again(account).listening == SocialAccount.Listening.TOLD
    assert again(account).listening_checked_at == NOON


def test_the_last_one_to_leave_tells_the_network_before_the_grant_goes(acme: Acme, memory: InMemoryProvider) -> None:
    account = connected(acme.organisation, memory)
    look_at_accounts(now=NOON)

    with scope(organisation=acme.organisation.pk):
        disconnect(again(account), cancel_scheduled=True, now=NOON)
    tend_grants(now=NOON)
    assert memory.calls["revoke"] == 0
    look_at_accounts(now=NOON)
    assert memory.subscribed == set()

    tend_grants(now=NOON + timedelta(minutes=3))

    assert memory.calls["revoke"] == 1
    found = again(account)
    assert (found.listening, found.sealed, found.look_at) == (SocialAccount.Listening.OFF, None, None)


def test_while_somebody_else_uses_the_page_nothing_is_ended(acme: Acme, memory: InMemoryProvider) -> None:
    other = make_organisation("Other", owner=make_user("Olive"))
    account = connected(acme.organisation, memory)
    connected(other, memory)
    look_at_accounts(now=NOON)

    with scope(organisation=acme.organisation.pk):
        disconnect(again(account), cancel_scheduled=True, now=NOON)
    look_at_accounts(now=NOON)

    assert memory.subscribed == {"bakery"}
    assert memory.calls["unsubscribe"] == 0


def test_somebody_who_connects_meanwhile_keeps_the_events(acme: Acme, memory: InMemoryProvider) -> None:
    account = connected(acme.organisation, memory)
    look_at_accounts(now=NOON)
    with scope(organisation=acme.organisation.pk):
        disconnect(again(account), cancel_scheduled=True, now=NOON)
    other = make_organisation("Other", owner=make_user("Olive"))
    connected(other, memory)

    look_at_accounts(now=NOON)

    assert memory.calls["unsubscribe"] == 0
    assert again(account).sealed is None
    assert again(account).listening == SocialAccount.Listening.OFF


@pytest.mark.parametrize("late", [False, True])
def test_a_network_that_does_not_answer_is_told_again_for_a_day(
    acme: Acme, memory: InMemoryProvider, late: bool
) -> None:
    account = connected(acme.organisation, memory)
    look_at_accounts(now=NOON)
    with scope(organisation=acme.organisation.pk):
        disconnect(again(account), cancel_scheduled=True, now=NOON)
    memory.lose_answer("unsubscribe", done=False)
    at = NOON + (timedelta(days=2) if late else timedelta(minutes=1))

    look_at_accounts(now=at)

    found = again(account)
    assert found.listening == (SocialAccount.Listening.OFF if late else SocialAccount.Listening.LEAVING)
    assert (found.look_at is None) is late


def test_we_ask_for_what_the_product_does() -> None:
    assert set(Feature) == FEATURES


def test_an_account_connected_before_says_that_it_must_be_connected_again(acme: Acme) -> None:
    publishing = sorted(registry.provider("facebook").scopes[Feature.PUBLISH])
    with scope(organisation=acme.organisation.pk):
        before = make_social_account(
            "facebook", grant=make_grant("facebook", scopes=publishing), capabilities=["publish"]
        )
        refused = make_social_account(
            "facebook",
            grant=make_grant("facebook", scopes=publishing, missing_scopes=["pages_messaging"]),
            capabilities=["publish"],
        )

    shown = [each.words for each in overview.abilities_of(before)]
    assert shown[1] == "Read and answer what is written in public: connect it again to allow this"
    assert "not allowed when it was connected" in overview.abilities_of(refused)[2].words
    assert overview.abilities_of(before)[0].has

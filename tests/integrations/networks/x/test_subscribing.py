"""Keeping X's word that it tells us: against the twin, over real HTTP."""

from dataclasses import replace

import pytest

from integrations.contract import AppKeys, Feature
from integrations.errors import PermanentError, Reach
from integrations.networks.x import subscribing
from integrations.networks.x.provider import XProvider
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.engaging import events
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import now
from tests.integrations.networks.twins import XStage


@pytest.fixture
def stage(sandbox: Sandbox, ear: Ear) -> XStage:
    return XStage(sandbox, ear)


def targets(sandbox: Sandbox) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = sandbox.ask("webhooks")["targets"]["x"]
    return found


def test_one_address_serves_all_accounts(stage: XStage) -> None:
    first = stage.account()
    stage.provider.subscribe(first, now=now())
    stage.user = "1420000000000000102"
    stage.provider.subscribe(stage.account(), now=now())

    known = targets(stage.sandbox)
    assert len(known["webhooks"]) == 1
    kinds = [str(each["event_type"]) for each in known["subscriptions"]]
    wanted = [*subscribing.PUBLIC_EVENTS, *subscribing.PRIVATE_EVENTS, *subscribing.MESSAGE_EVENTS]
    assert sorted(kinds) == sorted([*wanted * 2, "oauth.revoke"])


def test_direct_messages_are_asked_for_only_where_they_are_read(sandbox: Sandbox, ear: Ear) -> None:
    stage = XStage(sandbox, ear, messages=False)
    account = stage.account()
    stage.provider.subscribe(account, now=now())

    kinds = {str(each["event_type"]) for each in targets(sandbox)["subscriptions"]}
    assert not any(each.startswith("dm.") for each in kinds)
    assert stage.provider.is_subscribed(account, now=now())
    assert Feature.MESSAGES not in stage.provider.scopes
    assert Feature.MESSAGES not in stage.provider.describe(account, now=now()).able


def test_leaving_ends_one_accounts_events_only(stage: XStage) -> None:
    first = stage.account()
    stage.provider.subscribe(first, now=now())
    stage.user = "1420000000000000102"
    second = stage.account()
    stage.provider.subscribe(second, now=now())

    stage.provider.unsubscribe(replace(first, credentials=replace(first.credentials, access_token="")), now=now())

    assert not stage.provider.is_subscribed(first, now=now())
    assert stage.provider.is_subscribed(second, now=now())


def test_a_missing_event_is_asked_for_again(stage: XStage) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    [row] = [each for each in targets(stage.sandbox)["subscriptions"] if each["event_type"] == "post.delete"]
    stage.provider._app.unsubscribe(str(row["id"]))
    assert not stage.provider.is_subscribed(account, now=now())

    stage.provider.subscribe(account, now=now())

    assert stage.provider.is_subscribed(account, now=now())


def test_an_address_that_moved_takes_its_events_along(stage: XStage, sandbox: Sandbox) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    assert stage.ear is not None
    stage.provider._webhook_address = stage.ear.address + "/elsewhere"

    assert not stage.provider.is_subscribed(account, now=now())
    stage.provider.subscribe(account, now=now())

    assert stage.provider.is_subscribed(account, now=now())


def test_an_address_that_proves_nothing_is_refused(stage: XStage) -> None:
    account = stage.account()
    assert stage.ear is not None
    stage.ear.answer = lambda arrived: ("application/json", '{"response_token": "sha256=guess"}')

    with pytest.raises(PermanentError, match="webhook_refused") as raised:
        stage.provider.subscribe(account, now=now())

    assert raised.value.reach is Reach.APP


def test_wrong_consumer_keys_are_the_operators_matter(stage: XStage, sandbox: Sandbox) -> None:
    account = stage.account()
    provider = XProvider(
        keys=AppKeys(client_id="sandbox-x-client", client_secret="sandbox-x-secret"),
        api_url=sandbox.base("api.x.com"),
        authorise_url=sandbox.base("x.com"),
        http=stage.http,
        consumer=AppKeys(client_id="no", client_secret="no"),
        webhook_address="http://127.0.0.1:9/",
    )

    with pytest.raises(PermanentError, match="app_misconfigured"):
        provider.subscribe(account, now=now())
    assert not XProvider(
        keys=AppKeys(client_id="", client_secret=""), api_url="", authorise_url="", http=stage.http
    ).has_webhooks


def test_a_person_who_withdraws_the_app_is_told(stage: XStage) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    events(stage, account)

    stage.sandbox.control("withdraw", network="x", account=account.network_id, reason="revoked")

    told = [each for one in stage.arrived(account) for each in stage.provider.read_webhook(one)]
    assert [(each.account_id, each.access_ended) for each in told] == [(account.network_id, account.network_id)]


def test_a_deleted_post_of_the_account_is_told(stage: XStage) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    post_id = stage.post(account)
    events(stage, account)

    stage.provider.delete_published(account, post_id, now=now())

    assert [each.message_id for each in events(stage, account)] == [post_id]

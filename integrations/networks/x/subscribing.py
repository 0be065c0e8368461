"""Keeping X's word that it tells us what happens to an account: one address for the app, some events per account."""

from collections.abc import Sequence

from integrations.contract import Account, Feature
from integrations.errors import PermanentError
from integrations.networks.x.app_client import XAppClient

# In the order in which they are asked for. For the private ones X wants the account's own token; direct messages come
# last, since not every app may have them.
PUBLIC_EVENTS = ("post.delete",)
PRIVATE_EVENTS = ("post.reply.create", "post.mention.create", "post.quote.create")
MESSAGE_EVENTS = ("dm.received", "dm.sent")
APP_EVENT = "oauth.revoke"


def events_of(account: Account, *, messages: bool) -> Sequence[str]:
    """Return what we want to be told of: direct messages only where they are read and the person allowed it."""
    wanted = (*PUBLIC_EVENTS, *PRIVATE_EVENTS)
    return (*wanted, *MESSAGE_EVENTS) if messages and Feature.MESSAGES in account.features else wanted


def subscribe(client: XAppClient, account: Account, *, address: str, events: Sequence[str]) -> None:
    """Register what is missing, send what goes elsewhere to us, try an address again that X holds for broken."""
    webhook_id = _ensure_webhook(client, address)
    existing = list(client.subscriptions())
    ours = {str(each.get("event_type")): each for each in existing if _whose(each) == account.network_id}
    for event in events:
        found = ours.get(event)
        if found is None:
            token = "" if event in PUBLIC_EVENTS else account.credentials.access_token
            client.subscribe(event, account_id=account.network_id, webhook_id=webhook_id, user_token=token)
        elif str(found.get("webhook_id")) != webhook_id:
            client.redirect(str(found["subscription_id"]), webhook_id=webhook_id)
    if all(each.get("event_type") != APP_EVENT for each in existing):
        _follow_revocations(client, webhook_id)


def unsubscribe(client: XAppClient, account: Account) -> None:
    """End all that X tells of the account."""
    for each in list(client.subscriptions()):
        if _whose(each) == account.network_id:
            client.unsubscribe(str(each["subscription_id"]))


def is_subscribed(client: XAppClient, account: Account, *, address: str, events: Sequence[str]) -> bool:
    """Tell whether the address is valid and all these events of the account go there."""
    valid = [str(each["id"]) for each in client.webhooks() if each.get("url") == address and each.get("valid")]
    told = {
        str(each.get("event_type"))
        for each in client.subscriptions()
        if _whose(each) == account.network_id and str(each.get("webhook_id")) in valid
    }
    return told >= set(events)


def _ensure_webhook(client: XAppClient, address: str) -> str:
    found = next((each for each in client.webhooks() if each.get("url") == address), None)
    if found is None:
        return str(client.create_webhook(address)["id"])
    if not found.get("valid"):
        client.try_webhook(str(found["id"]))
    return str(found["id"])


def _follow_revocations(client: XAppClient, webhook_id: str) -> None:
    """Ask to be told who withdraws the app. X's pages name the event, its specification does not: it may refuse."""
    try:
        client.subscribe(APP_EVENT, account_id="", webhook_id=webhook_id)
    except PermanentError:
        return


def _whose(subscription: object) -> str:
    filtered = subscription.get("filter") if isinstance(subscription, dict) else None
    return str((filtered or {}).get("user_id") or "")

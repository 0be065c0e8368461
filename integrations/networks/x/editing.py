"""Changing what is out: an edit on X is a new post in the place of the old one.

The publication keeps the first version's id, as conversations do; the address leads to the version that stands.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.contract import Account, Composition, Published
from integrations.errors import PermanentError
from integrations.networks.x import mapping
from integrations.networks.x.client import EDIT_FIELDS, XClient
from integrations.networks.x.errors import KEY
from integrations.networks.x.following import words_of

GONE = "post_gone"


def edit(client: XClient, account: Account, composition: Composition, network_id: str, *, now: datetime) -> Published:
    """Look at the version that stands, and put another in its place unless it says the new words already.

    So an edit whose answer was lost can be tried again. Raises PermanentError where X would refuse, and for a post with
    pictures or films: X's pages do not say what becomes of them.
    """
    latest = _latest(client, account, network_id)
    text = mapping.text_of(composition)
    if words_of(mapping.as_written(latest)) == words_of(text):
        return _published(account, network_id, str(latest["id"]))
    if (latest.get("attachments") or {}).get("media_keys") or composition.media:
        raise PermanentError("x_edit_media", network=KEY)
    if not _is_open(latest.get("edit_controls") or {}, now=now):
        raise PermanentError("x_edit_closed", network=KEY)
    body = {"text": text, "edit_options": {"previous_post_id": str(latest["id"])}}
    token, subject = account.credentials.access_token, account.network_id
    fresh = client.create_post(token, body, subject=subject, once=False)
    return _published(account, network_id, str(fresh["id"]))


def delete(client: XClient, account: Account, network_id: str) -> None:
    """Take every version down, the one that stands first. X's pages do not say that one takes the others with it."""
    try:
        versions = mapping.versions(_look(client, account, network_id))
    except PermanentError as error:
        if error.key == GONE:
            return
        raise
    for version in reversed(versions):
        try:
            client.delete_post(account.credentials.access_token, version, subject=account.network_id)
        except PermanentError as error:
            if error.key != GONE:
                raise


def _latest(client: XClient, account: Account, network_id: str) -> Mapping[str, Any]:
    post = _look(client, account, network_id)
    latest = mapping.versions(post)[-1]
    return post if latest == str(post["id"]) else _look(client, account, latest)


def _look(client: XClient, account: Account, network_id: str) -> Mapping[str, Any]:
    token, subject = account.credentials.access_token, account.network_id
    answer = client.own_posts(token, [network_id], EDIT_FIELDS, subject=subject)
    for post in answer.get("data") or ():
        if post.get("id"):
            return dict(post)
    raise PermanentError(GONE, network=KEY)


def _is_open(controls: Mapping[str, Any], *, now: datetime) -> bool:
    """Whether X says that it may be edited; what it leaves out is for X itself to refuse."""
    until = controls.get("editable_until")
    in_time = not until or datetime.fromisoformat(str(until)) > now
    return in_time and controls.get("is_edit_eligible") is not False and controls.get("edits_remaining") != 0


def _published(account: Account, network_id: str, version: str) -> Published:
    return Published(network_id=network_id, permalink=mapping.permalink(account.handle, version))

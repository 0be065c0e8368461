"""The accounts themselves, and what a page shows of the one that hangs on it.

Source: IG User reference; Page reference, instagram_business_account; read 2026-11-22 through dated copies.
"""

from functools import partial
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.networks.facebook.fields import Field
from sandbox.networks.facebook.graph import Reading as GraphReading
from sandbox.networks.facebook.graph import Shown, compose
from sandbox.networks.facebook.state import Page
from sandbox.networks.instagram.fields import require_known
from sandbox.networks.instagram.graph import Reading, require_account
from sandbox.networks.instagram.mentions import mentioned_comment, mentioned_media
from sandbox.networks.instagram.state import Account, InstagramState


def read_account(reading: Reading, account_id: str) -> Response:
    """GET /{account}."""
    account = require_account(reading, account_id)
    fields = reading.fields("IGUser", "id")
    return JSONResponse(compose(_account_fields(reading, account), fields))


def linked(state: InstagramState, reading: GraphReading, page: Page, asked: Field) -> dict[str, Any] | None:
    """instagram_business_account of a page; a page without one, or without the permission, lacks the field."""
    account = state.account_of(page.id)
    if account is None or not reading.speaker.has("instagram_basic"):
        return None
    require_known(asked.children, "IGUser")
    return compose(_plain(state, reading.call.base, account), asked.children)


def _account_fields(reading: Reading, account: Account) -> dict[str, Shown]:
    return _plain(reading.instagram, reading.call.base, account) | {
        "mentioned_comment": partial(mentioned_comment, reading, account),
        "mentioned_media": partial(mentioned_media, reading, account),
    }


def _plain(state: InstagramState, base: str, account: Account) -> dict[str, Shown]:
    return {
        "id": lambda _: account.id,
        "ig_id": lambda _: int(account.id[4:]),
        "username": lambda _: account.username,
        "name": lambda _: account.name,
        "biography": lambda _: account.biography,
        "website": lambda _: f"https://{account.username}.example",
        "profile_picture_url": lambda _: f"{base}/pictures/instagram/{account.id}.png",
        "has_profile_pic": lambda _: True,
        "is_published": lambda _: True,
        "followers_count": lambda _: account.followers,
        "follows_count": lambda _: account.follows,
        "media_count": lambda _: sum(1 for _ in state.live_media(account.id)),
    }

"""The Graph API's JSON for Instagram to our values and back. Pure."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.contract import Composition, Credentials, Feature, Form, Kind, Media, MediaKind, Presence, Sighting
from integrations.networks._shared.meta.answers import moment
from integrations.networks._shared.meta.commenting import found_at_connecting

# What a person's task on the linked page allows. Source: "Content Publishing" and "Comment Moderation", 2026.
ABLE: Mapping[Feature, frozenset[str]] = {
    Feature.PUBLISH: frozenset({"MANAGE", "CREATE_CONTENT"}),
    Feature.ENGAGE: frozenset({"MANAGE", "CREATE_CONTENT", "MODERATE"}),
    Feature.MESSAGES: frozenset({"MANAGE", "MESSAGING"}),
    Feature.INSIGHTS: frozenset({"MANAGE", "CREATE_CONTENT", "MODERATE", "ADVERTISE"}),
}
PAGE_ID = "page_id"  # in Presence.details: messages and subscriptions go by way of the page


def caption_of(composition: Composition) -> str:
    """Return the caption. An address has no field of its own, so it stands below the text; a story has no caption."""
    if composition.form is Form.STORY:
        return ""
    return "\n\n".join(part for part in (composition.text, composition.link) if part)


def permalink_of(username: str) -> str:
    return f"https://www.instagram.com/{username}/"


def presence(page: Mapping[str, Any], *, granted: Collection[str] = ()) -> Presence | None:
    """Return the account that hangs on a page, as one row of ``me/accounts`` describes it; None where none does.

    ``granted`` are the scopes of whoever is shown it.
    """
    account = page.get("instagram_business_account")
    if not isinstance(account, Mapping) or not account.get("id"):
        return None
    token, tasks = str(page.get("access_token") or ""), {str(each) for each in page.get("tasks") or ()}
    has_role = bool(ABLE[Feature.ENGAGE] & tasks)
    return _presence(
        account,
        credentials=Credentials(access_token=token) if token else None,
        able=frozenset(feature for feature, enough in ABLE.items() if enough & tasks),
        details={
            PAGE_ID: str(page["id"]),
            **found_at_connecting(granted, "instagram_manage_comments", has_role=has_role),
        },
    )


def described(account: Mapping[str, Any], *, details: Mapping[str, str]) -> Presence:
    """Return the account as its own node describes it; the page it hangs on stays what it was."""
    return _presence(account, credentials=None, able=frozenset(), details=details)


def _presence(
    account: Mapping[str, Any],
    *,
    credentials: Credentials | None,
    able: frozenset[Feature],
    details: Mapping[str, str],
) -> Presence:
    username = str(account.get("username") or "")
    return Presence(
        network_id=str(account["id"]),
        name=str(account.get("name") or username or account["id"]),
        handle=username,
        picture_url=str(account.get("profile_picture_url") or ""),
        permalink=permalink_of(username or str(account["id"])),
        credentials=credentials,
        able=able,
        details=details,
    )


# -- containers --------------------------------------------------------------------------------------------------------


def item_form(media: Media, *, address: str) -> dict[str, str]:
    """Return what makes one file of a carousel. Without an address the bytes of a film follow."""
    form = {"is_carousel_item": "true", **_file(media, address=address)}
    if media.kind is MediaKind.VIDEO:
        form["media_type"] = "VIDEO"
    return form


def carousel_form(composition: Composition, items: Sequence[str]) -> dict[str, str]:
    return {"media_type": "CAROUSEL", "children": ",".join(items), **_words(composition)}


def single_form(composition: Composition, *, address: str, cover: str) -> dict[str, str]:
    """Return what makes a picture, a film (which Instagram knows as a reel only) or a story."""
    media = composition.media[0]
    form = {**_file(media, address=address), **_words(composition)}
    if composition.form is Form.STORY:
        form["media_type"] = "STORIES"
    elif media.kind is MediaKind.VIDEO:
        form |= {"media_type": "REELS", "share_to_feed": _flag(_in_feed(composition))}
        form |= _film_options(composition, cover=cover)
    return form


def _file(media: Media, *, address: str) -> dict[str, str]:
    if media.kind is MediaKind.VIDEO:
        return {"video_url": address} if address else {"upload_type": "resumable"}
    return {"image_url": address} | ({"alt_text": media.alt_text} if media.alt_text else {})


def _words(composition: Composition) -> dict[str, str]:
    """Return the caption, and the options that are no film's."""
    options, form = composition.options, {}
    if caption := caption_of(composition):
        form["caption"] = caption
    if options.get("location"):
        form["location_id"] = str(options["location"])
    if names := _names(options.get("collaborators")):
        form["collaborators"] = json.dumps(names)
    if tags := _names(options.get("user_tags")):
        form["user_tags"] = json.dumps(_placed(tags, on_picture=composition.media[0].kind is MediaKind.IMAGE))
    if options.get("ai_generated") is True:
        form["is_ai_generated"] = "true"
    return form


def _film_options(composition: Composition, *, cover: str) -> dict[str, str]:
    options, form = composition.options, {}
    if cover:
        form["cover_url"] = cover
    elif options.get("thumb_offset"):
        form["thumb_offset"] = str(options["thumb_offset"])
    if options.get("audio_name"):
        form["audio_name"] = str(options["audio_name"])
    return form


def _in_feed(composition: Composition) -> bool:
    """A film that is posted stands in the feed; the author of a reel may keep it out."""
    return composition.kind is not Kind.REEL or composition.options.get("share_to_feed") is not False


def _placed(names: Sequence[str], *, on_picture: bool) -> list[dict[str, Any]]:
    """Give each name a place, side by side near the lower edge: a picture's tags must have one, a film's have none."""
    if not on_picture:
        return [{"username": name} for name in names]
    step = 1 / (len(names) + 1)
    return [{"username": name, "x": round(step * place, 3), "y": 0.85} for place, name in enumerate(names, start=1)]


def _names(value: object) -> list[str]:
    found = value if isinstance(value, list) else []
    return [name for name in (str(each).strip().removeprefix("@") for each in found) if name]


def _flag(value: bool) -> str:
    return "true" if value else "false"


# -- what is out there -------------------------------------------------------------------------------------------------


def sightings(listing: Mapping[str, Any]) -> Iterator[Sighting]:
    """Yield the media of one page of a list."""
    for medium in listing.get("data") or ():
        if medium.get("id") and medium.get("timestamp"):
            yield Sighting(
                network_id=str(medium["id"]),
                permalink=str(medium.get("permalink") or ""),
                text=str(medium.get("caption") or ""),
                published_at=datetime.fromisoformat(str(medium["timestamp"])),
                media_count=len((medium.get("children") or {}).get("data") or ()) or 1,
            )


def published_at(medium: Mapping[str, Any]) -> datetime | None:
    return moment(medium.get("timestamp"))

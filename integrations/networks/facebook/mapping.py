"""The Graph API's JSON to our values and back. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.contract import Composition, Credentials, Feature, Presence, Sighting

# What a person's task on the page allows. Source: developers.facebook.com "Pages API, Tasks", 2026.
TASKS = {
    "CREATE_CONTENT": Feature.PUBLISH,
    "MODERATE": Feature.ENGAGE,
    "MESSAGING": Feature.MESSAGES,
    "ANALYZE": Feature.INSIGHTS,
}


def text_of(composition: Composition) -> str:
    """Return the message. A link beside pictures has no field of its own, so it stands below the text."""
    if composition.link and composition.media:
        return "\n\n".join(part for part in (composition.text, composition.link) if part)
    return composition.text


def post_form(composition: Composition, photo_ids: Sequence[str]) -> dict[str, str]:
    """Return the form that publishes, and asks for the permalink in the same answer."""
    form = {"fields": "id,permalink_url"}
    if message := text_of(composition):
        form["message"] = message
    if photo_ids:
        form["attached_media"] = json.dumps([{"media_fbid": each} for each in photo_ids])
    elif composition.link:
        form["link"] = composition.link
    return form


def permalink(post: Mapping[str, Any], network_id: str) -> str:
    """Return the post's address; Facebook leads the plain form of the id to it as well."""
    return str(post.get("permalink_url") or f"https://www.facebook.com/{network_id}")


def presence(page: Mapping[str, Any]) -> Presence:
    """Return the page as one row of ``me/accounts`` or a page node describes it."""
    token = str(page.get("access_token") or "")
    handle = str(page.get("username") or "")
    return Presence(
        network_id=str(page["id"]),
        name=str(page.get("name") or page["id"]),
        handle=handle,
        picture_url=_picture(page),
        permalink=str(page.get("link") or f"https://www.facebook.com/{handle or page['id']}"),
        credentials=Credentials(access_token=token) if token else None,
        able=frozenset(TASKS[each] for each in page.get("tasks") or () if each in TASKS),
    )


def sightings(listing: Mapping[str, Any]) -> Iterator[tuple[Sighting, frozenset[str]]]:
    """Yield the posts of one page of a listing, each with the ids of the photos in it."""
    for post in listing.get("data") or ():
        if not post.get("id") or not post.get("created_time"):
            continue
        photos = _photos(post)
        yield (
            Sighting(
                network_id=str(post["id"]),
                permalink=permalink(post, str(post["id"])),
                text=str(post.get("message") or ""),
                published_at=datetime.fromisoformat(str(post["created_time"])),
                media_count=len(photos),
            ),
            frozenset(each for each in photos if each),
        )


def _picture(page: Mapping[str, Any]) -> str:
    picture = page.get("picture") or {}
    return str((picture.get("data") or picture).get("url") or "")


def _photos(post: Mapping[str, Any]) -> list[str]:
    """Return an id per picture of a post; empty text where Facebook leaves the id out."""
    found: list[str] = []
    for attachment in (post.get("attachments") or {}).get("data") or ():
        inside = (attachment.get("subattachments") or {}).get("data") or ()
        found += [_target(each) for each in inside or (attachment,) if each.get("media_type") == "photo"]
    return found


def _target(attachment: Mapping[str, Any]) -> str:
    return str((attachment.get("target") or {}).get("id") or "")

"""The Graph API's JSON to our values and back. Pure."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.contract import NOTHING, Composition, Credentials, Feature, Presence, Sighting
from integrations.networks._shared.meta.commenting import found_at_connecting

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
        if action := composition.options.get("call_to_action"):
            form["call_to_action"] = json.dumps({"type": action, "value": {"link": composition.link}})
    return form


def film_form(composition: Composition, *, title: str) -> dict[str, str]:
    """Return the words that a film is published with; a video's title goes by another name than a reel's."""
    words = {"description": text_of(composition), title: str(composition.options.get("title") or "")}
    return {name: value for name, value in words.items() if value}


def permalink(post: Mapping[str, Any], network_id: str) -> str:
    """Return the post's address, which films have without their host; the plain form of the id leads to it as well."""
    address = str(post.get("permalink_url") or network_id)
    return address if address.startswith("http") else f"https://www.facebook.com/{address.lstrip('/')}"


def film_in(post: Mapping[str, Any]) -> str:
    """Return the id of the film that a post shows, empty when it shows none."""
    for attachment in (post.get("attachments") or {}).get("data") or ():
        if str(attachment.get("media_type") or "").startswith("video"):
            return _target(attachment)
    return ""


def listed(page: Mapping[str, Any], *, granted: Collection[str]) -> Presence:
    """Return the page as one row of ``me/accounts`` describes it to a person who granted these scopes."""
    tasks = page.get("tasks") or ()
    return presence(page, details=found_at_connecting(granted, "pages_manage_engagement", has_role="MODERATE" in tasks))


def presence(page: Mapping[str, Any], *, details: Mapping[str, str] = NOTHING) -> Presence:
    """Return the page as its node describes it; ``details`` are what is kept of it."""
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
        details=details,
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
    """Return an id per picture and film of a post; empty text where Facebook leaves the id out."""
    found: list[str] = []
    for attachment in (post.get("attachments") or {}).get("data") or ():
        inside = (attachment.get("subattachments") or {}).get("data") or ()
        found += [_target(each) for each in inside or (attachment,) if each.get("media_type") in {"photo", "video"}]
    return found


def _target(attachment: Mapping[str, Any]) -> str:
    return str((attachment.get("target") or {}).get("id") or "")

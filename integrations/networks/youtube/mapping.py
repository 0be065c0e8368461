"""YouTube's JSON to our values and back. Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from integrations.contract import Composition, Feature, Form, Presence, Published, Sighting
from integrations.networks.youtube.limits import CATEGORY

Json = Mapping[str, Any]


def presence(channel: Json) -> Presence:
    """Return the account that a channel is."""
    snippet, status = _part(channel, "snippet"), _part(channel, "status")
    uploads = _part(_part(channel, "contentDetails"), "relatedPlaylists").get("uploads")
    handle = str(snippet.get("customUrl") or "")
    details = {
        "uploads": str(uploads or ""),
        "country": str(snippet.get("country") or ""),
        "long_uploads": str(status.get("longUploadsStatus") or ""),
    }
    return Presence(
        network_id=str(channel["id"]),
        name=str(snippet.get("title") or handle or channel["id"]),
        handle=handle.removeprefix("@"),
        picture_url=_picture(snippet.get("thumbnails")),
        permalink=f"https://www.youtube.com/channel/{channel['id']}",
        able=frozenset({Feature.PUBLISH, Feature.ENGAGE, Feature.INSIGHTS}),
        details={name: value for name, value in details.items() if value},
    )


def uploads_of(network_id: str, details: Mapping[str, str]) -> str:
    """Return the playlist of all that a channel uploaded; its id follows from the channel's."""
    return details.get("uploads") or f"UU{network_id[2:]}"


def description(composition: Composition) -> str:
    """Return the description: YouTube has no field for a link, so it stands below the text."""
    return "\n\n".join(part for part in (composition.text, composition.link) if part)


def title(composition: Composition) -> str:
    return str(composition.options.get("title") or "")


def tags(composition: Composition) -> list[str]:
    found = composition.options.get("tags")
    return [str(each) for each in found] if isinstance(found, list) else []


def privacy(composition: Composition) -> str:
    """Return who shall see it; said each time, because YouTube's own default has changed once."""
    return str(composition.options.get("privacy") or "public")


def notifies(composition: Composition) -> bool:
    return composition.options.get("notify_subscribers") is not False


def video_body(composition: Composition) -> dict[str, Any]:
    """Return the metadata with which an upload begins."""
    paid = {"paidProductPlacementDetails": {"hasPaidProductPlacement": True}}
    return {
        "snippet": {
            "title": title(composition),
            "description": description(composition),
            "tags": tags(composition),
            "categoryId": str(composition.options.get("category") or CATEGORY),
        },
        "status": {
            "privacyStatus": privacy(composition),
            "selfDeclaredMadeForKids": composition.options.get("made_for_kids") is True,
            "containsSyntheticMedia": composition.options.get("synthetic") is True,
        },
        **(paid if composition.options.get("paid_promotion") is True else {}),
    }


def metadata_hash(composition: Composition) -> str:
    """Return what tells whether an upload under way still has the right metadata."""
    facts = [video_body(composition), notifies(composition)]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def changed_snippet(snippet: Json, composition: Composition) -> dict[str, Any]:
    """Return a snippet with new words, and with all else that is there: an update replaces it as a whole."""
    kept = {name: snippet[name] for name in ("defaultLanguage", "defaultAudioLanguage") if snippet.get(name)}
    category = composition.options.get("category") or snippet.get("categoryId") or CATEGORY
    return {
        **kept,
        "title": title(composition) or str(snippet.get("title") or ""),
        "description": description(composition),
        "tags": tags(composition) if "tags" in composition.options else list(snippet.get("tags") or ()),
        "categoryId": str(category),
    }


def permalink(video_id: str, form: Form = Form.POST) -> str:
    if form is Form.REEL:
        return f"https://www.youtube.com/shorts/{video_id}"
    return f"https://www.youtube.com/watch?v={video_id}"


def published(video: Json, *, form: Form = Form.POST, judged: bool = False) -> Published:
    """Return the word that a film is there; what becomes of it, its processing shows."""
    video_id = str(video["id"])
    return Published(
        network_id=video_id,
        permalink=permalink(video_id, form),
        published_at=moment(_part(video, "snippet").get("publishedAt")),
        judged=judged,
    )


def comparable(title_text: str, description_text: str) -> str:
    """Return the words by which a film is recognised."""
    return f"{title_text}\n{description_text}"


def sightings(page: Json) -> Iterator[Sighting]:
    """Yield the films of one page of the uploads; broken entries are left out."""
    for item in page.get("items") or ():
        snippet, content = _part(item, "snippet"), _part(item, "contentDetails")
        video_id = str(content.get("videoId") or _part(snippet, "resourceId").get("videoId") or "")
        at = moment(snippet.get("publishedAt")) or moment(content.get("videoPublishedAt"))
        if video_id and at is not None:
            words = comparable(str(snippet.get("title") or ""), str(snippet.get("description") or ""))
            yield Sighting(
                network_id=video_id, permalink=permalink(video_id), text=words, published_at=at, media_count=1
            )


def moment(text: object) -> datetime | None:
    """Return a time of YouTube's, None for what is none."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _picture(thumbnails: object) -> str:
    found = thumbnails if isinstance(thumbnails, Mapping) else {}
    for size in ("high", "medium", "default"):
        each = found.get(size)
        if isinstance(each, Mapping) and each.get("url"):
            return str(each["url"])
    return ""


def _part(value: object, name: str) -> Json:
    """Return an inner object, an empty one where YouTube left it out."""
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}

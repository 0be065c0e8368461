"""X's JSON to our values and back. Pure. Reads both of X's field dialects; writes the older one."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.contract import Composition, Feature, Form, Media, Presence, Sighting, UsageReport
from integrations.errors import Reach
from integrations.networks.x.subtitles import track_of

_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_CASHTAG = re.compile(r"(?<![\w$])\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?(?![\w$])")
_DOMAIN = re.compile(r"\w\.\w")
_SLASH_AT_END = re.compile(r"/(?=\s|$)")
_POST_ADDRESS = re.compile(
    r"^https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/\w+/status/(\d{1,19})(?:[/?#].*)?$", re.IGNORECASE
)
# X writes the address of a quoted post behind the text, whoever asked for the quote and how.
_QUOTED_AT_END = re.compile(r"\s*(?:www\.|mobile\.)?(?:x|twitter)\.com/\w+/status/\d+\S*\s*$", re.IGNORECASE)
_SENT_AS_THEY_ARE = ("reply_settings", "made_with_ai", "paid_partnership")


def text_of(composition: Composition) -> str:
    """Return the text as X gets it: X has no field for a link, so it stands below the text."""
    return "\n\n".join(part for part in (composition.text, composition.link) if part)


def files_of(composition: Composition) -> tuple[Media, ...]:
    """Return all that is to be uploaded: a film's cover and subtitles too."""
    return (*composition.media, *filter(None, (composition.cover, track_of(composition))))


def post_body(composition: Composition, media_ids: Mapping[str, str]) -> dict[str, Any]:
    """Return the body that creates the post; ``media_ids`` are of the uploads, by the keys of their files.

    X refuses unknown and empty keys.
    """
    options = composition.options
    body: dict[str, Any] = {name: options[name] for name in _SENT_AS_THEY_ARE if options.get(name)}
    if text := text_of(composition):
        body["text"] = text
    if composition.media:
        body["media"] = {"media_ids": [media_ids[each.key] for each in composition.media]}
        if composition.cover:
            body["media"]["preview_media_id"] = media_ids[composition.cover.key]
    if composition.form is Form.POLL:
        choices, minutes = options.get("poll_choices") or [], options.get("poll_minutes") or 0
        body["poll"] = {"options": list(choices), "duration_minutes": int(minutes)}
    if quoted := post_id_in(str(options.get("quote") or "")):
        body["quote_tweet_id"] = quoted
    return body


def post_id_in(address: str) -> str:
    """Return the id of the post that an address on X leads to, empty when it leads elsewhere."""
    found = _POST_ADDRESS.match(address.strip())
    return found[1] if found else ""


def count_cashtags(text: str) -> int:
    """Return how many cashtags (``$ACME``) a text has."""
    return len(_CASHTAG.findall(text))


def may_hold_link(composition: Composition) -> bool:
    """Whether X may see an address in the post, bare domains included: such a post costs more."""
    return bool(composition.link) or _DOMAIN.search(composition.text) is not None


def permalink(handle: str, network_id: str) -> str:
    """Return the post's address; without a handle the form that needs none."""
    return f"https://x.com/{handle or 'i/web'}/status/{network_id}"


def presence(user: Mapping[str, Any]) -> Presence:
    """Return the account that a user object describes."""
    handle = str(user.get("username") or "")
    facts = {"subscription": user.get("subscription_type"), "verified": user.get("verified_type")}
    return Presence(
        network_id=str(user["id"]),
        name=str(user.get("name") or handle),
        handle=handle,
        picture_url=str(user.get("profile_image_url") or ""),
        permalink=f"https://x.com/{handle}" if handle else "",
        able=frozenset({Feature.PUBLISH, Feature.ENGAGE, Feature.MESSAGES, Feature.INSIGHTS}),
        details={name: str(value) for name, value in facts.items() if value},
    )


def sightings(timeline: Mapping[str, Any], *, handle: str) -> Iterator[Sighting]:
    """Yield the account's own posts of one page of its timeline; reposts and broken entries are left out."""
    for post in timeline.get("data") or ():
        if any(each.get("type") in {"retweeted", "reposted"} for each in references(post)):
            continue
        if not post.get("id") or not post.get("created_at"):
            continue
        yield Sighting(
            network_id=str(post["id"]),
            permalink=permalink(handle, str(post["id"])),
            text=as_written(post),
            published_at=datetime.fromisoformat(str(post["created_at"])),
            media_count=len((post.get("attachments") or {}).get("media_keys") or ()),
        )


def comparable(text: str) -> str:
    """Return a text as far as X keeps it.

    It adds ``http://`` to bare domains, drops or adds a closing slash, and writes what is quoted behind the text.
    """
    return _SLASH_AT_END.sub("", _QUOTED_AT_END.sub("", _SCHEME.sub("", text)))


def usage(headers: Mapping[str, str], *, network: str, budget: str, subject: str, app: str) -> Iterator[UsageReport]:
    """Yield what the rate headers of one answer say about the window (per account) and the day (per app and account).

    While it is not known yet whose token it is (``subject`` empty), there is nobody to keep the window for.
    """
    scopes = (
        ("x-rate-limit", budget, Reach.ACCOUNT, subject),
        ("x-app-limit-24hour", f"{budget}.app", Reach.APP, app),
        ("x-user-limit-24hour", f"{budget}.day", Reach.ACCOUNT, subject),
    )
    for prefix, key, reach, whose in scopes:
        limit, remaining = headers.get(f"{prefix}-limit", ""), headers.get(f"{prefix}-remaining", "")
        if whose and limit.isdigit() and remaining.isdigit():
            yield UsageReport(
                network=network,
                budget=key,
                reach=reach,
                subject=whose,
                used=max(int(limit) - int(remaining), 0),
                limit=int(limit),
                reset_at=moment(headers.get(f"{prefix}-reset", "")),
            )


def moment(seconds: str) -> datetime | None:
    """Return the time of a header in unix seconds."""
    return datetime.fromtimestamp(int(seconds), UTC) if seconds.isdigit() else None


def references(post: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return which posts this one answers, reposts or quotes."""
    return post.get("referenced_tweets") or post.get("referenced_posts") or ()


def versions(post: Mapping[str, Any]) -> Sequence[str]:
    """Return the ids of all versions of a post, oldest first. X answers an empty text in a fresh post's history."""
    history = post.get("edit_history_tweet_ids") or post.get("edit_history_post_ids") or ()
    return [str(each) for each in history if each] or [str(post["id"])]


def as_written(post: Mapping[str, Any]) -> str:
    """Return the text as its author typed it: whole, with real addresses, without X's own address of the media."""
    note = post.get("note_tweet") or post.get("note_post") or {}
    text = str(note.get("text") or post.get("text") or "")
    entities = note.get("entities") or post.get("entities") or {}
    for each in entities.get("urls") or ():
        short, long = str(each.get("url") or ""), str(each.get("expanded_url") or "")
        if short and long:
            text = text.replace(short, "" if each.get("media_key") else long)
    return html.unescape(text).strip()

"""LinkedIn's JSON to our values and back. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from integrations.contract import Composition, Credentials, Feature, Form, Kind, Presence, Sighting
from integrations.networks._shared.oauth import expiry
from integrations.networks.linkedin import limits
from integrations.networks.linkedin.text import from_little, to_little

SITE = "https://www.linkedin.com"
ORGANIZATION = "urn:li:organization:"
POSTS = ("urn:li:share:", "urn:li:ugcPost:")
OUT = frozenset({"PUBLISHED", "PUBLISH_REQUESTED", "PROCESSING", ""})  # lifecycleState of what is or will be seen
_POST_URN = re.compile(r"urn:li:(?:share|ugcPost):\d+")


def credentials(
    answer: Mapping[str, Any], *, now: datetime, former: Credentials | None = None, asked: Collection[str] = ()
) -> Credentials:
    """Return what the token endpoint gave. Without a refresh token the consent ends with the access."""
    expires_at = expiry(answer.get("expires_in"), now=now)
    refresh_token = str(answer.get("refresh_token") or "") or (former.refresh_token if former else "")
    ends_at = expiry(answer.get("refresh_token_expires_in"), now=now) or (former.consent_ends_at if former else None)
    scopes = frozenset(filter(None, re.split(r"[,\s]+", str(answer.get("scope") or ""))))
    return Credentials(
        access_token=str(answer["access_token"]),
        refresh_token=refresh_token,
        expires_at=expires_at,
        scopes=scopes or (former.scopes if former else frozenset(asked)),
        consent_ends_at=ends_at if refresh_token else expires_at,
    )


def person(answer: Mapping[str, Any]) -> tuple[str, str]:
    """Return id and name of a member, from either of the two addresses that tell."""
    given = str(answer.get("localizedFirstName") or answer.get("given_name") or "")
    family = str(answer.get("localizedLastName") or answer.get("family_name") or "")
    return str(answer.get("id") or answer.get("sub") or ""), str(answer.get("name") or f"{given} {family}".strip())


def number_of(urn: str) -> str:
    """Return what stands behind the last colon of a URN."""
    return urn.rpartition(":")[2]


def roles_by_organization(acls: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Return a member's roles per organisation, in LinkedIn's order; former versions name it otherwise."""
    found: dict[str, set[str]] = {}
    for each in acls:
        urn = str(each.get("organization") or each.get("organizationalTarget") or "")
        if urn.startswith(ORGANIZATION) and each.get("state", "APPROVED") == "APPROVED":
            found.setdefault(urn, set()).add(str(each.get("role") or ""))
    return found


def presence(
    urn: str, organization: Mapping[str, Any], *, roles: Collection[str], member_id: str, picture_url: str = ""
) -> Presence:
    """Return a page, and what the member's roles there allow."""
    vanity = str(organization.get("vanityName") or "")
    able = {
        Feature.PUBLISH: limits.PUBLISH_ROLES,
        Feature.ENGAGE: limits.ENGAGE_ROLES,
        Feature.INSIGHTS: frozenset({limits.ADMINISTRATOR}),
    }
    return Presence(
        network_id=urn,
        name=str(organization.get("localizedName") or vanity or number_of(urn)),
        handle=vanity,
        picture_url=picture_url,
        permalink=f"{SITE}/company/{vanity or number_of(urn)}",
        able=frozenset(feature for feature, allowed in able.items() if allowed & set(roles)),
        details={"member": member_id, "administrator": "yes" if limits.ADMINISTRATOR in roles else ""},
    )


def logo_of(organization: Mapping[str, Any]) -> str:
    """Return the URN under which the Images API knows a page's logo; empty when it has none."""
    logo = organization.get("logoV2")
    original = str((logo if isinstance(logo, dict) else {}).get("original") or "")
    return original.replace("urn:li:digitalmediaAsset:", "urn:li:image:")


def permalink(urn: str) -> str:
    return f"{SITE}/feed/update/{urn}/"


def text_of(composition: Composition) -> str:
    """Return the text as people see it: a link that cannot be a card stands below it."""
    link = "" if composition.kind is Kind.LINK else composition.link
    return "\n\n".join(part for part in (composition.text, link) if part)


def card_link(composition: Composition) -> str:
    """Return the address that the post shows as a card; empty where it shows none."""
    return composition.link if composition.kind is Kind.LINK else ""


def commentary_of(composition: Composition) -> str:
    """Return the text as LinkedIn takes it."""
    return to_little(text_of(composition))


def post_body(composition: Composition, urns: Mapping[str, str], *, author: str) -> dict[str, Any]:
    """Return the body that creates the post. ``urns`` are those of the uploads, by the keys of their files."""
    options = composition.options
    body: dict[str, Any] = {
        "author": author,
        "commentary": commentary_of(composition),
        "visibility": "PUBLIC",
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": bool(options.get("no_reshares", False)),
    }
    if content := _content(composition, urns):
        body["content"] = content
    if parent := reshared(composition):
        body["reshareContext"] = {"parent": parent}
    return body


def reshared(composition: Composition) -> str:
    """Return the URN of the post that is to be shared again, read from its address; empty when there is none."""
    found = _POST_URN.search(str(composition.options.get("reshare") or "").replace("%3A", ":"))
    return found[0] if found else ""


def _content(composition: Composition, urns: Mapping[str, str]) -> dict[str, Any]:
    if composition.form is Form.POLL:
        return {"poll": _poll(composition)}
    if card_link(composition):
        return {"article": _article(composition, urns)}
    match composition.kind:
        case Kind.IMAGES:
            images = [{"id": urns[each.key], "altText": each.alt_text} for each in composition.media]
            return {"multiImage": {"images": images}}
        case Kind.IMAGE:
            [image] = composition.media
            return {"media": {"id": urns[image.key], **_if("altText", image.alt_text)}}
        case Kind.VIDEO:
            [video] = composition.media
            return {"media": {"id": urns[video.key], **_if("title", composition.options.get("title"))}}
        case Kind.DOCUMENT:
            [document] = composition.media
            return {"media": {"id": urns[document.key], "title": title_of(composition)}}
    return {}


def _article(composition: Composition, urns: Mapping[str, str]) -> dict[str, Any]:
    """LinkedIn fetches nothing from the address: what is not said here is not shown."""
    return {
        "source": card_link(composition),
        "title": title_of(composition),
        **_if("description", composition.options.get("description")),
        **_if("thumbnail", urns.get(composition.cover.key) if composition.cover else ""),
    }


def title_of(composition: Composition) -> str:
    """Return the title of a card or document, which must have one: the author's, else the host or the first words."""
    chosen = str(composition.options.get("title") or "").strip()
    if chosen or (link := card_link(composition)):
        return chosen or urlsplit(link).hostname or link
    first_line = next((line.strip() for line in composition.text.splitlines() if line.strip()), "")
    return first_line[: limits.TITLE_MAX] or "PDF"


def _poll(composition: Composition) -> dict[str, Any]:
    options = composition.options
    return {
        "question": options["question"],
        "options": [{"text": each} for each in options["choices"]],
        "settings": {"duration": options.get("duration") or limits.DURATIONS[1]},
    }


def _if(name: str, value: object) -> dict[str, Any]:
    return {name: value} if value else {}


def sightings(elements: Iterable[Mapping[str, Any]]) -> Iterator[Sighting]:
    """Yield the posts of a list that are out; broken entries are left out."""
    for each in elements:
        urn, created = str(each.get("id") or ""), moment(each.get("createdAt") or each.get("publishedAt"))
        if urn.startswith(POSTS) and created and str(each.get("lifecycleState") or "") in OUT:
            yield Sighting(
                network_id=urn,
                permalink=permalink(urn),
                text=from_little(str(each.get("commentary") or "")),
                published_at=created,
                media_count=media_count(each.get("content")),
            )


def media_count(content: object) -> int:
    """Return how many files a post shows; content may be empty or absent."""
    found = content if isinstance(content, dict) else {}
    several = found.get("multiImage")
    if isinstance(several, dict):
        return len(several.get("images") or ())
    return int(bool(found.get("media")))


def moment(milliseconds: object) -> datetime | None:
    """Return the time of a field in epoch milliseconds."""
    if not isinstance(milliseconds, int | float) or milliseconds <= 0:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)

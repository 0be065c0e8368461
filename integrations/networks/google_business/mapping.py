"""Business Profile's JSON to our values and back. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.contract import Account, Composition, Feature, Form, Presence, Published, Sighting, Verdict
from integrations.errors import PermanentError
from integrations.networks.google_business.errors import KEY
from integrations.networks.google_business.limits import ASK_AGAIN, CALL

TOPICS = {Form.EVENT: "EVENT", Form.OFFER: "OFFER"}
# What a profile's standing is called with us, by what VoiceOfMerchantState says; the sentence of each is
# ``google_business_<standing>``. OUT: a list says only that Google does not show the profile.
GOOD, OUT = "good", "not_live"
STANDINGS = {
    "waitForVoiceOfMerchant": "waiting",
    "verify": "unverified",
    "resolveOwnershipConflict": "contested",
}
GUIDELINES = {"BUSINESS_LOCATION_DISABLED": "disabled", "BUSINESS_LOCATION_SUSPENDED": "suspended"}
PICTURES = ("PROFILE", "LOGO", "COVER")
EVERYTHING = frozenset({Feature.PUBLISH, Feature.ENGAGE, Feature.INSIGHTS})  # for every role on a profile


# -- profiles ----------------------------------------------------------------------------------------------------------


def presence(location: Mapping[str, Any], *, account: str, standing: str = "", picture_url: str = "") -> Presence:
    """Return a profile, which its account (``accounts/1``) and its own name lead to in both dialects."""
    location_id = last_part(str(location["name"]))
    metadata = location.get("metadata") or {}
    return Presence(
        network_id=location_id,
        name=title(location),
        picture_url=picture_url,
        permalink=str(metadata.get("mapsUri") or f"https://business.google.com/n/{location_id}/profile"),
        able=EVERYTHING,
        details={
            "account": account,
            "profile": f"{account}/locations/{location_id}",
            "language": str(location.get("languageCode") or "en"),
            "standing": standing or (GOOD if metadata.get("hasVoiceOfMerchant") else OUT),
        },
    )


def title(location: Mapping[str, Any]) -> str:
    """Return the profile's name with its street and town: shops of a chain have one name, several in a town."""
    name = str(location.get("title") or location["name"])
    address = location.get("storefrontAddress") or {}
    street = next(iter(address.get("addressLines") or ()), "")
    return ", ".join(str(each) for each in (name, street, address.get("locality")) if each)


def standing(state: Mapping[str, Any]) -> str:
    """Return how Google thinks of the profile; what this release does not know is not good."""
    if state.get("hasVoiceOfMerchant") is True:
        return GOOD
    if "complyWithGuidelines" in state:
        reason = (state["complyWithGuidelines"] or {}).get("recommendationReason")
        return GUIDELINES.get(str(reason), "suspended")
    return next((found for name, found in STANDINGS.items() if name in state), OUT)


def picture(listing: Mapping[str, Any]) -> str:
    """Return the address of the profile's picture among its photos; they change, so none is kept for long."""
    found = {
        str((each.get("locationAssociation") or {}).get("category")): str(
            each.get("thumbnailUrl") or each.get("googleUrl") or ""
        )
        for each in reversed(listing.get("mediaItems") or ())
    }
    return next((found[each] for each in PICTURES if found.get(each)), "")


def profile_of(account: Account) -> str:
    """Return a profile's name as v4 wants it."""
    return account.details.get("profile") or f"{account_of(account)}/locations/{account.network_id}"


def account_of(account: Account) -> str:
    """Return the account in which the profile was found; ``accounts/-`` reaches it in any, where none is kept."""
    return account.details.get("account") or "accounts/-"


# -- posts -------------------------------------------------------------------------------------------------------------


def post_document(composition: Composition, *, addresses: Sequence[str], language: str) -> dict[str, Any]:
    """Return what creates the post."""
    document: dict[str, Any] = {
        "languageCode": language,
        "topicType": TOPICS.get(composition.form, "STANDARD"),
        **changing_document(composition),
    }
    if addresses:
        document["media"] = [{"mediaFormat": "PHOTO", "sourceUrl": each} for each in addresses]
    return document


def changing_document(composition: Composition) -> dict[str, Any]:
    """Return what can be changed later: the words and what they lead to."""
    document: dict[str, Any] = {"summary": composition.text} if composition.text else {}
    if composition.form in TOPICS:
        document["event"] = _event(composition.options)
    if composition.form is Form.OFFER:
        offer = {
            "couponCode": composition.options.get("coupon"),
            "redeemOnlineUrl": composition.link,
            "termsConditions": composition.options.get("terms"),
        }
        document["offer"] = {name: value for name, value in offer.items() if value}
    elif action := _call_to_action(composition):
        document["callToAction"] = action
    return document


def changing_fields(form: Form) -> tuple[str, ...]:
    """Return what a change of the post names in its mask."""
    return {
        Form.EVENT: ("summary", "event", "callToAction"),
        Form.OFFER: ("summary", "event", "offer"),
    }.get(form, ("summary", "callToAction"))


def _call_to_action(composition: Composition) -> dict[str, str]:
    action = str(composition.options.get("call_to_action") or "")
    if action == CALL:
        return {"actionType": CALL}
    return {"actionType": action or "LEARN_MORE", "url": composition.link} if composition.link else {}


def _event(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return title and schedule, on the clock that the author wrote: Google takes it for the profile's own."""
    start, end = (datetime.fromisoformat(str(options[name])) for name in ("starts_at", "ends_at"))
    return {
        "title": str(options.get("title") or ""),
        "schedule": {
            "startDate": _day(start),
            "startTime": _time(start),
            "endDate": _day(end),
            "endTime": _time(end),
        },
    }


def _day(at: datetime) -> dict[str, int]:
    return {"year": at.year, "month": at.month, "day": at.day}


def _time(at: datetime) -> dict[str, int]:
    return {"hours": at.hour, "minutes": at.minute}


def published(post: Mapping[str, Any], account: Account) -> Published:
    """Return what was taken. Until it is live it has no address of its own: the profile's stands in."""
    return Published(
        network_id=last_part(str(post["name"])),
        permalink=permalink(post, account),
        published_at=moment(post.get("createTime")),
        judged=post.get("state") == "LIVE",
    )


def verdict(post: Mapping[str, Any], account: Account) -> Verdict:
    state = post.get("state")
    if state in {"LIVE", "RECURRING"}:
        return Verdict(published=published({**post, "state": "LIVE"}, account))
    if state == "REJECTED":
        return Verdict(refused=PermanentError("google_business_rejected", network=KEY))
    return Verdict(ask_after=ASK_AGAIN)  # PROCESSING, SCHEDULED, and what this release does not know


def permalink(post: Mapping[str, Any], account: Account) -> str:
    return str(post.get("searchUrl") or f"https://maps.google.com/maps?cid={account.network_id}")


def sighting(post: Mapping[str, Any], account: Account) -> Sighting | None:
    """Return a post that was found, None for one without a name or a time."""
    at = moment(post.get("createTime"))
    if at is None or not post.get("name"):
        return None
    return Sighting(
        network_id=last_part(str(post["name"])),
        permalink=permalink(post, account),
        text=str(post.get("summary") or ""),
        published_at=at,
        media_count=len(post.get("media") or ()),
    )


# -- everywhere --------------------------------------------------------------------------------------------------------


def last_part(name: str) -> str:
    """Return what stands last in a resource's name."""
    return name.rpartition("/")[2]


def next_page(listing: Mapping[str, Any]) -> str:
    return str(listing.get("nextPageToken") or "")


def moment(value: object) -> datetime | None:
    """Return a time as Google writes it; None for what is none."""
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None

"""Accounts, profiles and their standing.

Source: the discovery documents mybusinessaccountmanagement.v1, mybusinessbusinessinformation.v1 (both of revision
20261026) and mybusinessverifications.v1 (20260527).
"""

from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.networks.google_business import limits
from sandbox.networks.google_business.asking import Asking
from sandbox.networks.google_business.errors import invalid_field
from sandbox.networks.google_business.state import STANDINGS, Account, Location

# What `readMask` may name: the fields of a Location.
FIELDS = frozenset(
    {
        "name", "languageCode", "storeCode", "title", "phoneNumbers", "categories", "storefrontAddress", "websiteUri",
        "regularHours", "specialHours", "serviceArea", "labels", "adWordsLocationExtensions", "latlng", "openInfo",
        "metadata", "profile", "relationshipData", "moreHours", "serviceItems",
    }
)  # fmt: skip


def list_accounts(ask: Asking) -> Response:
    rows, more = ask.page(
        ask.state.accounts_of(ask.caller.person.id), default=limits.ACCOUNTS_PAGE, most=limits.ACCOUNTS_PAGE_MAX
    )
    return JSONResponse({"accounts": [_account(ask, account) for account in rows], **more} if rows else {})


def read_account(ask: Asking, account_id: str) -> Response:
    return JSONResponse(_account(ask, ask.account(account_id)))


def list_locations(ask: Asking, account_id: str) -> Response:
    """`accounts/-` lists every profile that the person reaches."""
    mask = _mask(ask)
    if account_id == "-":
        accounts = ask.state.accounts_of(ask.caller.person.id)
        found = {each.id: each for account in accounts for each in ask.state.locations_of(account.id)}
        reached = list(found.values())
    else:
        reached = ask.state.locations_of(ask.account(account_id).id)
    rows, more = ask.page(reached, default=limits.LOCATIONS_PAGE, most=limits.LOCATIONS_PAGE_MAX)
    return JSONResponse({"locations": [_masked(each, mask) for each in rows], **more} if rows else {})


def read_location(ask: Asking, location_id: str) -> Response:
    return JSONResponse(_masked(ask.location(location_id), _mask(ask)))


def edit_location(ask: Asking, location_id: str) -> Response:
    """Title and address of the site; the rest of a profile is edited on Google."""
    location = ask.location(location_id)
    mask = {part.strip() for part in ask.call.query.get("updateMask", "").split(",") if part.strip()}
    if not mask or not mask <= {"title", "websiteUri"}:
        raise invalid_field("update_mask", "The mask must name title or websiteUri.")
    changed = location
    if "title" in mask:
        changed = replace(changed, title=str(ask.body.get("title") or location.title))
    if "websiteUri" in mask:
        changed = replace(changed, website=str(ask.body.get("websiteUri") or ""))
    if ask.call.query.get("validateOnly") != "true":
        ask.count_edit(location)
        ask.state.locations.put(changed)
    return JSONResponse(_masked(changed, FIELDS))


def standing(ask: Asking, location_id: str) -> Response:
    """GET .../VoiceOfMerchantState. What is false is left out, as in all of Google's JSON."""
    found = STANDINGS[ask.location(location_id).standing]
    return JSONResponse({name: value for name, value in found.items() if value is not False})


def _mask(ask: Asking) -> frozenset[str]:
    """The fields to answer; a mask is required. `metadata.placeId` counts as `metadata`."""
    names = [part.strip() for part in ask.call.query.get("readMask", "").split(",") if part.strip()]
    if not names:
        raise invalid_field("read_mask", "Field mask is required.")
    roots = frozenset(name.partition(".")[0] for name in names)
    if roots == {"*"}:
        return FIELDS
    if unknown := roots - FIELDS:
        raise invalid_field("read_mask", f"Invalid field mask provided: {', '.join(sorted(unknown))}")
    return roots


def _account(ask: Asking, account: Account) -> dict[str, Any]:
    personal = account.type == "PERSONAL"
    return {
        "name": f"accounts/{account.id}",
        "accountName": account.name,
        "type": account.type,
        "role": account.roles[ask.caller.person.id],
        "verificationState": "UNVERIFIED",
        "vettedState": "NOT_VETTED",
        **({} if personal else {"permissionLevel": "OWNER_LEVEL"}),
    }


def _masked(location: Location, mask: frozenset[str]) -> dict[str, Any]:
    full = {
        "name": f"locations/{location.id}",
        "languageCode": location.language,
        "storeCode": location.store_code,
        "title": location.title,
        "phoneNumbers": {"primaryPhone": location.phone},
        "categories": {
            "primaryCategory": {
                "name": f"categories/gcid:{location.category.lower().replace(' ', '_')}",
                "displayName": location.category,
            }
        },
        "storefrontAddress": {
            "regionCode": location.region,
            "languageCode": location.language,
            "postalCode": location.postal_code,
            "locality": location.locality,
            "addressLines": [location.street],
        },
        "websiteUri": location.website,
        "openInfo": {"status": "OPEN", "canReopen": True},
        "profile": {"description": location.about},
        "metadata": _metadata(location),
    }
    return {name: value for name, value in full.items() if name in mask and value}


def _metadata(location: Location) -> dict[str, Any]:
    found: dict[str, Any] = {
        "placeId": location.place_id,
        "mapsUri": f"https://maps.google.com/maps?cid={location.id}",
        "newReviewUri": f"https://search.google.com/local/writereview?placeid={location.place_id}",
        "canDelete": True,
    }
    if STANDINGS[location.standing]["hasVoiceOfMerchant"]:
        found["hasVoiceOfMerchant"] = True
    return found

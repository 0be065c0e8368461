"""Who administers which page, and what the page is called.

Source: learn.microsoft.com/linkedin, Organization access control by role (2026-04-29), Organization lookup, network
sizes.
"""

from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.networks.linkedin.errors import denied, gone, invalid
from sandbox.networks.linkedin.media import LOGO
from sandbox.networks.linkedin.oauth import Caller
from sandbox.networks.linkedin.restli import Query, page_of
from sandbox.networks.linkedin.state import ROLES, LinkedInState, Organization

STATES = ("APPROVED", "REQUESTED", "REJECTED", "REVOKED")


def acls(caller: Caller, query: Query) -> Response:
    """GET /rest/organizationAcls?q=roleAssignee: the member's roles, one element for each."""
    caller.require(
        "rw_organization_admin", "r_organization_admin", what="organizationAcls.FINDER-roleAssignee.NO_VERSION"
    )
    if query.text("q", "") != "roleAssignee":
        raise invalid("PARAM_INVALID", f"Finder {query.text('q', '')} is not supported by organizationAcls")
    role, wanted = query.text("role", ""), query.text("state", "")
    if (role and role not in ROLES) or (wanted and wanted not in STATES):
        raise invalid("PARAM_INVALID", "Invalid param role or state")
    found = [
        {
            "role": one,
            "organization": organization.id,
            "roleAssignee": caller.member.urn,
            "state": "APPROVED",
        }
        for organization in caller.state.organizations_of(caller.member.id)
        for one in organization.roles[caller.member.id]
        if role in {"", one} and wanted in {"", "APPROVED"}
    ]
    return page_of(found, query)


def one(caller: Caller, number: str) -> Response:
    """GET /rest/organizations/{number}: for its administrators."""
    organization = _readable(caller, number)
    return JSONResponse(shown(organization))


def several(caller: Caller, query: Query) -> Response:
    """GET /rest/organizations?ids=List(...) or ?q=vanityName."""
    caller.require("rw_organization_admin", "r_organization_admin", what="organizations")
    if query.text("q", "") == "vanityName":
        found = caller.state.find_organization(query.text("vanityName"))
        return page_of([shown(found)] if found else [], query)
    if caller.app.tier == "development":
        raise denied("organizations.BATCH_GET.NO_VERSION")
    return _batch(caller.state, query, shown, readable=lambda one: bool(caller.roles_at(one)))


def lookup(caller: Caller, query: Query) -> Response:
    """GET /rest/organizationsLookup?ids=List(...): what is public of any page."""
    return _batch(caller.state, query, public, readable=lambda _: True)


def network_size(caller: Caller, query: Query, urn: str) -> Response:
    """GET /rest/networkSizes/{urn}: how many follow a page."""
    if query.text("edgeType") not in {"COMPANY_FOLLOWED_BY_MEMBER", "CompanyFollowedByMember"}:
        raise invalid("PARAM_INVALID", "Invalid param edgeType")
    organization = caller.state.organizations.find(urn)
    if organization is None:
        raise gone(urn)
    return JSONResponse({"firstDegreeSize": organization.followers})


def me(caller: Caller) -> Response:
    """GET /v2/me."""
    caller.require("r_basicprofile", "r_liteprofile", what="me.GET.NO_VERSION")
    member = caller.member
    names = {
        key: {"localized": {"en_US": value}, "preferredLocale": {"country": "US", "language": "en"}}
        for key, value in (("firstName", member.given_name), ("lastName", member.family_name))
    }
    return JSONResponse(
        {
            "id": member.id,
            "localizedFirstName": member.given_name,
            "localizedLastName": member.family_name,
            "localizedHeadline": member.headline,
            **names,
        }
    )


def userinfo(caller: Caller, call: Call) -> Response:
    """GET /v2/userinfo: OpenID Connect."""
    caller.require("openid", what="userinfo.GET.NO_VERSION")
    member = caller.member
    answer: dict[str, Any] = {"sub": member.id, "locale": {"country": "US", "language": member.language}}
    if "profile" in caller.scopes:
        answer |= {"name": member.name, "given_name": member.given_name, "family_name": member.family_name}
        answer["picture"] = f"{call.base}/pictures/linkedin/{member.id}.png"
    if "email" in caller.scopes:
        answer |= {"email": f"{member.id.lower()}@people.example", "email_verified": True}
    return JSONResponse(answer)


def shown(organization: Organization) -> dict[str, Any]:
    return {
        **public(organization),
        "description": {"localized": {"en_US": organization.about}},
        "organizationStatus": "OPERATING",
    }


def public(organization: Organization) -> dict[str, Any]:
    """What anybody may see. The logo is an asset, whose address the Images API tells."""
    return {
        "id": organization.number,
        "$URN": organization.id,
        "localizedName": organization.name,
        "vanityName": organization.vanity,
        "name": {
            "localized": {"en_US": organization.name},
            "preferredLocale": {"country": "US", "language": "en"},
        },
        "logoV2": {"original": f"urn:li:digitalmediaAsset:{LOGO}{organization.number}"},
        "primaryOrganizationType": "NONE",
        "locations": [],
    }


def _readable(caller: Caller, number: str) -> Organization:
    caller.require("rw_organization_admin", "r_organization_admin", what="organizations.GET.NO_VERSION")
    if not number.isdigit():
        raise invalid("INVALID_URN_ID", f"{number} is no id of an organization")
    organization = caller.state.organizations.find(f"urn:li:organization:{number}")
    if organization is None:
        raise gone(number)
    if not caller.roles_at(organization):
        raise denied(f"organizations.GET.NO_VERSION for {number}")
    return organization


def _batch(state: LinkedInState, query: Query, show: Any, *, readable: Any) -> Response:
    results: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    for number in query.texts("ids"):
        organization = state.organizations.find(f"urn:li:organization:{number}")
        if organization is None:
            errors[number] = {"status": 404, "message": "Not Found"}
        elif not readable(organization):
            errors[number] = {"status": 403, "message": "Not enough permissions", "serviceErrorCode": 100}
        else:
            results[number] = show(organization)
    statuses = {**dict.fromkeys(results, 200), **{number: error["status"] for number, error in errors.items()}}
    return JSONResponse({"results": results, "statuses": statuses, "errors": errors})

"""The page on which a member lets an app act for them and their pages."""

from typing import Any

from starlette.responses import RedirectResponse, Response

from sandbox.calls import Call
from sandbox.networks.linkedin import oauth
from sandbox.networks.linkedin.oauth import SCOPES, ConsentError, ScopeRefused
from sandbox.networks.linkedin.state import LinkedInState
from sandbox.pages.rendering import origin_of, render


def consent_page(state: LinkedInState, call: Call) -> Response:
    """GET: who is it, then what is asked. POST: the decision, answered by a redirect to the app."""
    try:
        request = oauth.read_consent(state, call.query)
    except ConsentError as error:
        return render(call, "consent_error.html", status=400, network="linkedin", title="LinkedIn", reason=str(error))
    except ScopeRefused as refused:
        return RedirectResponse(str(refused), status_code=302)
    if call.method == "POST":
        return _decide(state, call, request)
    member = state.members.find(call.query.get("member", ""))
    shared: dict[str, Any] = {"network": "linkedin", "title": "LinkedIn", "app": request.app, "query": call.query}
    if member is None:
        people = [
            {"id": one.id, "name": one.name, "detail": ", ".join(page.name for page in state.organizations_of(one.id))}
            for one in state.members.all()
            if not one.stranger
        ]
        return render(call, "consent_who.html", people=people, parameter="member", **shared)
    return render(
        call,
        "consent_linkedin.html",
        member=member,
        pages=[(page, page.roles[member.id]) for page in state.organizations_of(member.id)],
        scopes=[SCOPES[scope] for scope in request.scopes],
        back=origin_of(request.redirect_uri),
        form_target=origin_of(request.redirect_uri),
        **shared,
    )


def _decide(state: LinkedInState, call: Call, request: oauth.ConsentRequest) -> Response:
    member = state.members.find(call.form.get("member", ""))
    if call.form.get("decision") != "accept" or member is None:
        return RedirectResponse(oauth.decline(request, signed_in=member is not None), status_code=302)
    return RedirectResponse(oauth.approve(state, request, member), status_code=302)

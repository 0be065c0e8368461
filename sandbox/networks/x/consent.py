"""The page on which a person lets an app act for an account of X."""

from typing import Any

from starlette.responses import RedirectResponse, Response

from sandbox.calls import Call
from sandbox.networks.x import oauth
from sandbox.networks.x.oauth import SCOPES, ConsentError
from sandbox.networks.x.state import XState
from sandbox.pages.rendering import origin_of, render


def consent_page(state: XState, call: Call) -> Response:
    """GET: choose an account, then decide. POST: the decision, answered by a redirect to the app."""
    try:
        request = oauth.read_consent(state, call.query)
    except ConsentError as error:
        return render(call, "consent_error.html", status=400, network="x", title="X", reason=str(error))
    if call.method == "POST":
        return _decide(state, call, request)
    user = state.users.find(call.query.get("account", ""))
    shared: dict[str, Any] = {"network": "x", "title": "X", "app": request.app, "query": call.query}
    if user is None:
        people = [{"id": user.id, "name": user.name, "detail": f"@{user.username}"} for user in state.users.all()]
        return render(call, "consent_who.html", people=people, parameter="account", **shared)
    return render(
        call,
        "consent_x.html",
        user=user,
        scopes=[SCOPES[scope] for scope in request.scopes],
        back=origin_of(request.redirect_uri),
        form_target=origin_of(request.redirect_uri),
        **shared,
    )


def _decide(state: XState, call: Call, request: oauth.ConsentRequest) -> Response:
    user = state.users.find(call.form.get("account", ""))
    if call.form.get("decision") != "accept" or user is None:
        return RedirectResponse(oauth.decline(request), status_code=302)
    return RedirectResponse(oauth.approve(state, request, user), status_code=302)

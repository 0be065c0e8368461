"""The dialog in which a person lets an app act for pages of theirs."""

from typing import Any

from starlette.responses import RedirectResponse, Response

from sandbox.calls import Call
from sandbox.networks.facebook import oauth
from sandbox.networks.facebook.oauth import SCOPES, ConsentError
from sandbox.networks.facebook.state import FacebookState, Person
from sandbox.pages.rendering import origin_of, render


def consent_page(state: FacebookState, call: Call) -> Response:
    """GET: who is it, then which pages and permissions. POST: the decision, answered by a redirect to the app."""
    try:
        request = oauth.read_consent(state, call.query)
    except ConsentError as error:
        return render(call, "consent_error.html", status=400, network="facebook", title="Facebook", reason=str(error))
    person = state.persons.find(call.form.get("person", "") or call.query.get("person", ""))
    if call.method == "POST":
        return _decide(state, call, request, person)
    shared: dict[str, Any] = {"network": "facebook", "title": "Facebook", "app": request.app, "query": call.query}
    if person is None:
        people = [
            {"id": one.id, "name": one.name, "detail": ", ".join(page.name for page in state.pages_of(one.id))}
            for one in state.persons.all()
        ]
        return render(call, "consent_who.html", people=people, parameter="person", **shared)
    grant = state.grants.find(f"{request.app.id}:{person.id}")
    declined = set(grant.declined) if grant and not request.rerequest else set()
    return render(
        call,
        "consent_facebook.html",
        person=person,
        pages=[(page, page.roles[person.id]) for page in state.pages_of(person.id)],
        scopes=[(scope, SCOPES[scope], scope not in declined) for scope in request.scopes if scope != "public_profile"],
        back=origin_of(request.redirect_uri),
        form_target=origin_of(request.redirect_uri),
        **shared,
    )


def _decide(state: FacebookState, call: Call, request: oauth.ConsentRequest, person: Person | None) -> Response:
    if call.form.get("decision") != "accept" or person is None:
        return RedirectResponse(oauth.decline(request), status_code=302)
    return RedirectResponse(
        oauth.approve(state, request, person, page_ids=call.repeated("page"), scopes=call.repeated("scope")),
        status_code=302,
    )

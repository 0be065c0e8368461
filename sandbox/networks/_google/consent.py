"""The pages on which a person says who they are, as which channel they act, and what an app may do."""

from typing import Any

from starlette.responses import RedirectResponse, Response

from sandbox.calls import Call
from sandbox.networks._google import oauth
from sandbox.networks._google.oauth import ConsentError, ConsentRequest
from sandbox.networks._google.state import GoogleState, Identity, Person
from sandbox.pages.rendering import origin_of, render


def consent_page(state: GoogleState, call: Call) -> Response:
    """GET: who is it, then what is allowed. POST: the decision, answered by a redirect to the app."""
    try:
        request = oauth.read_consent(state, call.query)
    except ConsentError as error:
        return render(call, "consent_error.html", status=400, network="google", title="Google", reason=str(error))
    person = state.find_person(call.form.get("person", "") or call.query.get("person", ""))
    if call.method == "POST":
        return _decide(state, call, request, person)
    shared: dict[str, Any] = {"network": "google", "title": "Google", "app": request.app, "query": call.query}
    if person is None:
        people = [{"id": one.id, "name": one.name, "detail": one.email} for one in state.persons.all()]
        return render(call, "consent_who.html", people=people, parameter="person", **shared)
    return render(
        call,
        "consent_google.html",
        person=person,
        identities=identities_of(state, request, person),
        scopes=[(scope, state.scopes[scope]) for scope in request.optional],
        testing=state.world.settings.google_testing,
        back=origin_of(request.redirect_uri),
        form_target=origin_of(request.redirect_uri),
        **shared,
    )


def identities_of(state: GoogleState, request: ConsentRequest, person: Person) -> list[Identity]:
    """Among which channels the person chooses; none where the scopes need none."""
    service = state.choosing(request.scopes)
    return list(service.identities(person.id)) if service and service.identities else []


def _decide(state: GoogleState, call: Call, request: ConsentRequest, person: Person | None) -> Response:
    if call.form.get("decision") != "accept" or person is None:
        return RedirectResponse(oauth.decline(request), status_code=302)
    offered = [identity.id for identity in identities_of(state, request, person)]
    chosen = call.form.get("identity", "")
    identity = chosen if chosen in offered else next(iter(offered), "")
    address = oauth.approve(state, request, person, scopes=call.repeated("scope"), identity=identity)
    return RedirectResponse(address, status_code=302)

"""The middleware opens a request's scope, and nothing of a failed request stays."""

from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from accounts.models import Organisation
from accounts.permissions import Permission, Role
from accounts.requests import OrganisationRequest, opens_scope_itself, requires, scope_of
from lib.tenancy.scope import NoScope, scope
from scheduler.models import Post
from tests.answers import comparable
from tests.factories import make_membership, make_organisation, make_post, make_user


def write_then(act: str) -> Any:
    def view(request: OrganisationRequest) -> HttpResponse:
        make_post(f"written, then {act}")
        if act == "raise":
            raise RuntimeError("after writing")
        return HttpResponse(f"{request.organisation.name} {request.membership.role}")

    return view


@requires(Permission.MANAGE_ORGANISATION)
def guarded(request: OrganisationRequest) -> HttpResponse:
    return HttpResponse("allowed")


@opens_scope_itself
def far_away(request: OrganisationRequest) -> HttpResponse:
    assert not connection.in_atomic_block
    with pytest.raises(NoScope):
        Post.objects.count()
    with scope_of(request):
        make_post("written in a scope of its own")
        if "raise" in request.GET:
            raise RuntimeError("after writing")
    return HttpResponse(f"{request.organisation.name} {request.membership.role}")


urlpatterns = [
    path("", include("web.urls")),  # error pages link to it
    path(
        "o/<slug:slug>/",
        include(
            [
                path("answer/", write_then("answer")),
                path("raise/", write_then("raise")),
                path("guarded/", guarded),
                path("far-away/", far_away),
            ]
        ),
    ),
    path("accounts/", include("allauth.account.urls")),
]

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def acme() -> Organisation:
    return make_organisation("Acme", owner=make_user("Alice"))


def client_of(organisation: Organisation, role: Role) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make_membership(organisation, role=role).user)
    return client


def posts(organisation: Organisation) -> list[str]:
    with scope(organisation=organisation.pk):
        return [post.text for post in Post.objects.all()]


def test_a_member_works_in_the_organisations_scope(acme: Organisation) -> None:
    response = client_of(acme, Role.PLANNER).get("/o/acme/answer/")

    assert response.content == b"Acme planner"
    assert posts(acme) == ["written, then answer"]


def test_what_a_failed_request_wrote_is_gone(acme: Organisation) -> None:
    response = client_of(acme, Role.PLANNER).get("/o/acme/raise/")

    assert response.status_code == 500
    assert posts(acme) == []


def test_a_role_that_may_not_gets_403(acme: Organisation) -> None:
    assert client_of(acme, Role.PLANNER).get("/o/acme/guarded/").status_code == 403
    assert client_of(acme, Role.OWNER).get("/o/acme/guarded/").status_code == 200


@pytest.mark.parametrize("page", ["answer/", "guarded/", "no-such-page/"])
def test_a_strangers_organisation_is_like_an_absent_one(acme: Organisation, page: str) -> None:
    make_organisation("Elsewhere", owner=(charlie := make_user("Charlie")))
    client = Client()
    client.force_login(charlie)

    foreign, absent = client.get(f"/o/acme/{page}"), client.get(f"/o/nowhere/{page}")

    assert foreign.status_code == 404
    assert str(comparable(foreign)).replace("acme", "nowhere") == str(comparable(absent))


def test_a_closed_organisation_is_absent(acme: Organisation) -> None:
    from django.utils import timezone

    client = client_of(acme, Role.OWNER)
    with scope(organisation=acme.pk):
        Organisation.objects.update(closed_at=timezone.now())

    assert client.get("/o/acme/answer/").status_code == 404


def test_someone_not_signed_in_is_sent_to_sign_in_whatever_the_organisation(acme: Organisation) -> None:
    for slug in ("acme", "nowhere"):
        assert Client().get(f"/o/{slug}/answer/").headers["Location"] == f"/accounts/login/?next=/o/{slug}/answer/"


def test_the_forwarded_address_is_not_believed(acme: Organisation) -> None:
    from accounts.requests import client_address

    request = HttpRequest()
    request.META = {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}

    assert client_address(request) == "192.0.2.1"


def test_a_view_that_opens_its_scope_itself_has_no_transaction_around_it(acme: Organisation) -> None:
    owner = client_of(acme, Role.OWNER)

    answer = owner.get(f"/o/{acme.slug}/far-away/")
    assert (answer.status_code, answer.content) == (200, b"Acme owner")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert owner.get(f"/o/{acme.slug}/far-away/?raise").status_code == 500

    with scope(organisation=acme.pk):
        assert Post.objects.count() == 1


def test_such_a_view_knows_no_strangers_either(acme: Organisation) -> None:
    elsewhere = make_organisation("Elsewhere")

    assert client_of(elsewhere, Role.OWNER).get(f"/o/{acme.slug}/far-away/").status_code == 404

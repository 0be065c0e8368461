import re

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from accounts.permissions import Role
from config.urls import urlpatterns as real_urlpatterns
from scheduler.models import Post
from tests.factories import make_membership, make_organisation, make_user


def refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def distrust(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


def break_down(request: HttpRequest) -> HttpResponse:
    Post.objects.create(text="Not to be kept")
    raise RuntimeError("on purpose")


organisation_urls = [path("refuse/", refuse), path("break/", break_down)]
urlpatterns = [
    path("distrust/", distrust),
    path("o/<slug:slug>/", include(organisation_urls)),
    *real_urlpatterns,
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def without_tokens(content: bytes) -> str:
    """Return a page without what differs at every request: its CSRF token and nonce."""
    return re.sub(r'(data-csrf|name="csrfmiddlewaretoken" value|nonce)="[^"]*"', "", content.decode())


def test_an_absent_organisation_and_a_strangers_look_the_same(client: Client) -> None:
    make_organisation("Acme")
    client.force_login(make_user("Charlie"))

    foreign = client.get("/o/acme/refuse/")
    absent = client.get("/o/none/refuse/")

    assert foreign.status_code == absent.status_code == 404
    assert "There is no such page" in foreign.content.decode()
    assert without_tokens(foreign.content) == without_tokens(absent.content)


def test_a_member_whose_role_is_not_enough_is_told_so(client: Client) -> None:
    bob = make_user("Bob")
    acme = make_organisation("Acme")
    make_membership(acme, bob, Role.ANALYST)
    client.force_login(bob)

    answer = client.get(f"/o/{acme.slug}/refuse/")

    assert answer.status_code == 403
    assert "Your role does not allow this" in answer.content.decode()


@override_settings(DEBUG=False)
def test_a_failure_is_told_calmly(client: Client) -> None:
    alice = make_user("Alice")
    acme = make_organisation("Acme", owner=alice)
    client.force_login(alice)
    client.raise_request_exception = False

    answer = client.get(f"/o/{acme.slug}/break/")

    assert answer.status_code == 500
    assert "Something failed on our side" in answer.content.decode()


def test_a_malformed_request_is_told_calmly(client: Client) -> None:
    answer = client.get("/distrust/")

    assert answer.status_code == 400
    assert "was not understood" in answer.content.decode()


def test_an_old_form_is_told_what_to_do() -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/preferences/theme/", {"theme": "dark"})

    assert answer.status_code == 403
    assert "too old to be sent" in answer.content.decode()


def test_pages_refuse_scripts_that_are_not_ours(client: Client) -> None:
    policy = client.get("/no-such-page/").headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert re.search(r"script-src 'self' 'nonce-[\w+/=-]+'", policy)


def test_the_import_map_carries_the_nonce_of_the_policy(client: Client) -> None:
    answer = client.get("/no-such-page/")

    nonce = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    assert nonce is not None
    assert f'<script type="importmap" nonce="{nonce[1]}">' in answer.content.decode()

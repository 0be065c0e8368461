from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import URLResolver, include, path
from django.utils import timezone

from accounts.middleware import open_memberships
from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from integrations.models import SocialAccount
from integrations.services.access import set_account_access
from lib.tenancy.scope import scope
from notifications.models import Notice
from scheduler.states import State
from tests.factories import (
    make_membership,
    make_organisation,
    make_post,
    make_publication,
    make_social_account,
    make_user,
)
from web.context import Shell


def nothing(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse()


def routes(app: str, *names: str) -> URLResolver:
    """Stand in for a room's pages."""
    return path(f"o/<slug:slug>/{app}/", include(([path(f"{name}/", nothing, name=name) for name in names], app)))


urlpatterns = [
    path("", include("web.urls")),
    routes("scheduler", "home", "publications", "compose"),
    routes("gallery", "assets"),
    routes("integrations", "accounts"),
    routes("accounts", "people", "events", "settings"),
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

Counted = Callable[[int], AbstractContextManager[None]]


@pytest.fixture
def alice() -> User:
    return make_user("Alice")


@pytest.fixture
def acme(alice: User) -> Organisation:
    return make_organisation("Acme", owner=alice)


@pytest.fixture
def request_of_alice(alice: User, acme: Organisation) -> Iterator[HttpRequest]:
    """A page of Acme as the middleware hands it to a view."""
    request = as_left_by_middleware(alice, acme)
    with scope(organisation=acme.pk, user=alice.pk):
        yield request


def as_left_by_middleware(user: User, organisation: Organisation) -> HttpRequest:
    request = RequestFactory().get(f"/o/{organisation.slug}/")
    request.user = user
    request.session = SessionBase()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    request.csp_nonce = "nonce"  # type: ignore[attr-defined]
    request.memberships = open_memberships(user)  # type: ignore[attr-defined]
    request.organisation = organisation  # type: ignore[attr-defined]
    request.membership = next(  # type: ignore[attr-defined]
        one
        for one in request.memberships  # type: ignore[attr-defined]
        if one.organisation == organisation
    )
    return request


def test_a_page_costs_one_statement_for_its_shell(
    request_of_alice: HttpRequest, django_assert_num_queries: Counted
) -> None:
    with django_assert_num_queries(1):
        page = render_to_string("web/app.html", request=request_of_alice)

    assert "Acme" in page


def test_a_fragment_costs_nothing(request_of_alice: HttpRequest, django_assert_num_queries: Counted) -> None:
    with django_assert_num_queries(0):
        render_to_string("web/elements/notice.html", {"text": "Hello"}, request=request_of_alice)


def test_a_lost_account_shows_in_the_rail(request_of_alice: HttpRequest) -> None:
    make_social_account(state=SocialAccount.State.LOST)
    make_social_account()

    badge = Shell(request_of_alice)._badges["accounts"]

    assert (badge.tone, badge.words) == ("alarm", "one needs attention")


def test_an_unknown_outcome_is_counted_once_a_post(request_of_alice: HttpRequest) -> None:
    post = make_post()
    for _ in range(3):
        make_publication(post=post, social_account=make_social_account(), state=State.OUTCOME_UNKNOWN)

    badge = Shell(request_of_alice)._badges["posts"]

    assert badge.count == 1


def test_an_analyst_is_not_asked_to_decide(acme: Organisation) -> None:
    bob = make_user("Bob")
    make_membership(acme, bob, Role.ANALYST)
    request = as_left_by_middleware(bob, acme)
    with scope(organisation=acme.pk, user=bob.pk):
        make_publication(state=State.OUTCOME_UNKNOWN)

        assert "posts" not in Shell(request)._badges


def test_the_rail_counts_nothing_on_a_closed_account(acme: Organisation) -> None:
    bob = make_user("Bob")
    membership = make_membership(acme, bob, Role.ADMINISTRATOR)
    with scope(organisation=acme.pk, user=bob.pk):
        account = make_social_account(state=SocialAccount.State.LOST)
        publication = make_publication(social_account=account, state=State.OUTCOME_UNKNOWN)
        Notice.objects.create(
            user=bob, kind=Notice.Kind.UNKNOWN, publication=publication, organisation=acme, happened_at=timezone.now()
        )
        set_account_access(membership, [account.pk])
        assert set(Shell(as_left_by_middleware(bob, acme))._badges) == {"accounts", "posts", "notices"}

        set_account_access(membership, [])
        assert Shell(as_left_by_middleware(bob, acme))._badges == {}


def test_the_switcher_names_the_others_and_not_oneself(alice: User, acme: Organisation) -> None:
    make_organisation("Tidewater", owner=alice)
    make_organisation("Charlie's")
    request = as_left_by_middleware(alice, acme)

    assert [one.organisation.name for one in Shell(request).others] == ["Tidewater"]


def test_names_that_people_wrote_are_escaped(alice: User) -> None:
    evil = make_organisation("<script>alert(1)</script>", owner=alice)
    request = as_left_by_middleware(alice, evil)
    with scope(organisation=evil.pk, user=alice.pk):
        page = render_to_string("web/app.html", request=request)

    assert "<script>alert" not in page


@pytest.mark.parametrize("role", Role.values)
def test_every_role_sees_only_what_it_may_open(acme: Organisation, role: str) -> None:
    member = make_user("Member")
    membership: Membership = make_membership(acme, member, Role(role))
    shell = Shell(as_left_by_middleware(member, acme))
    with scope(organisation=acme.pk, user=member.pk):
        shown = [*shell.work, *shell.organisation_pages, *filter(None, [shell.compose])]

    assert all(one.section.permission is None or membership.may(one.section.permission) for one in shown)

"""What views know about a request: its organisation, its member, and the doors in front of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.models import Membership, Organisation, User
from accounts.permissions import Permission
from eventlog.services import Origin
from lib.tenancy.scope import Scope, scope

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

_questions: dict[str, str] = {}


class OrganisationRequest(HttpRequest):
    """A request inside an organisation's scope, as the middleware leaves it for views. Never made by hand."""

    organisation: Organisation
    membership: Membership
    memberships: list[Membership]  # all of the user's, this one among them
    user: User


def requires(permission: Permission) -> Callable[[View], View]:
    """Let only members whose role allows it into a view; the others are members, so they get 403 and not 404.

    The mark `permission` on the view is what the table-driven test of strangers walks by.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: OrganisationRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.membership.may(permission):
                raise PermissionDenied(str(permission.label))
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def opens_scope_itself(view: View) -> View:
    """Mark a view that has far to go before it writes: the middleware opens no scope, and so no transaction, around it.

    Who asks is known all the same. Whatever touches owned rows stands in `with scope_of(request)`; without it the guard
    of owned rows raises.
    """
    view.opens_scope_itself = True  # type: ignore[attr-defined]
    return view


def ask_as_pages_open(name: str, select: str) -> None:
    """Have a value read before the first row of every whole page, and kept on its request under this name.

    It travels with the scope's own opening and costs no round trip; `select` gives one value, without parameters.
    """
    _questions[name] = select


def allowed_while_ending(view: View) -> View:
    """Mark a view that acts although the organisation's end is announced, such as taking that back."""
    view.allowed_while_ending = True  # type: ignore[attr-defined]
    return view


@contextmanager
def scope_of(request: OrganisationRequest) -> Iterator[Scope]:
    """Open the scope of a request; views do it that open it themselves."""
    questions = _questions if _wants_page(request) else {}
    asking = f"SELECT {', '.join(f'({select})' for select in questions.values())}" if questions else ""
    with scope(organisation=request.organisation.pk, user=request.user.pk, asking=asking) as opened:
        for name, answer in zip(questions, opened.answers, strict=False):
            setattr(request, name, answer)
        yield opened


def _wants_page(request: HttpRequest) -> bool:
    return request.method == "GET" and "HX-Request" not in request.headers and request.accepts("text/html")


def client_address(request: HttpRequest) -> str | None:
    """Return the address the connection came from, as the web server reports it.

    X-Forwarded-For is not read here: anybody can send it. The web server replaces the peer's address by it only for
    proxies it was told to trust (uvicorn --forwarded-allow-ips).
    """
    return request.META.get("REMOTE_ADDR") or None


def origin_of(request: HttpRequest, user: Any = None) -> Origin:
    """Return from where this request acts; `user` is given where who acts has only just become known."""
    user = user or request.user
    return Origin(
        actor_id=user.pk,
        actor_name=str(user) if user.is_authenticated else "",
        address=client_address(request),
        agent=request.headers.get("User-Agent", ""),
    )


def signed_in_user(request: HttpRequest) -> User:
    """Return who is signed in; views that ask stand behind `login_required`."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user

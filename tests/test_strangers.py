"""Nobody meets what belongs to others: every address, every socket and every task, by one table.

A new address, id or task fails here until it has its place in the tables below.
"""

import inspect
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from celery import current_app
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from accounts.models import Invitation, Membership
from accounts.permissions import ALLOWED, Permission, Role
from config.sockets import SOCKETS
from integrations.models import ConnectAttempt, ConnectLink
from lib.tenancy.scope import scope
from live.sockets import LiveSocket
from moderation.models import BulkCommand, Contact, ModerationAction, SavedReply
from notifications.models import Notice
from privacy.models import Export, LegalHold
from tests.answers import comparable
from tests.factories import make_asset, make_post, make_publication, make_social_account, make_user
from tests.houses import House, signed_in
from tests.moderation.factories import make_identity, make_item, make_message

ABSENT = 987_654_321


def make_invitation() -> Invitation:
    found: Invitation = Invitation.objects.create(
        email="new@acme.example", role=Role.AGENT, token_hash="0" * 64, expires_at=timezone.now()
    )
    return found


def make_attempt() -> ConnectAttempt:
    found: ConnectAttempt = ConnectAttempt.objects.create(
        network="x", user=make_user(), state_hash="0" * 64, started_at=timezone.now()
    )
    return found


def make_connect_link() -> ConnectLink:
    found: ConnectLink = ConnectLink.objects.create(
        name="Mme Lambert",
        token_hash="0" * 64,
        created_at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=7),
    )
    return found


def make_notice() -> Notice:
    found: Notice = Notice.objects.create(
        user=make_user(), kind=Notice.Kind.FAILED, publication=make_publication(), happened_at=timezone.now()
    )
    return found


def make_hold() -> LegalHold:
    found: LegalHold = LegalHold.objects.create(title="Harbourside", reason="Water damage", scope="everything")
    return found


def make_action() -> ModerationAction:
    message = make_message(make_item())
    found: ModerationAction = ModerationAction.objects.create(
        social_account=message.social_account, item=message.item, message=message, act="like", key=uuid.uuid4()
    )
    return found


def make_bulk() -> BulkCommand:
    found: BulkCommand = BulkCommand.objects.create(
        key=uuid.uuid4(), name="close", item_ids=[], user=make_user(), undo_until=timezone.now()
    )
    return found


def make_saved_reply() -> SavedReply:
    found: SavedReply = SavedReply.objects.create(name="Hours", text="We open at seven.")
    return found


def make_export() -> Export:
    """One that is ready: what may be done with it is more."""
    found: Export = Export.objects.create(
        state=Export.State.READY, language="en", asked_at=timezone.now(), ready_at=timezone.now(), sealed=b"", parts=1
    )
    return found


#: What an address's number names, and how Acme gets one. Called in Acme's scope.
ROWS: dict[str, Callable[[], Any]] = {
    "account_id": make_social_account,
    "action_id": make_action,
    "contact_id": lambda: Contact.objects.create(name="Camille Fontaine"),
    "asset_id": make_asset,
    "attempt_id": make_attempt,
    "bulk_id": make_bulk,
    "invitation_id": make_invitation,
    "export_id": make_export,
    "hold_id": make_hold,
    "identity_id": make_identity,
    "item_id": make_item,
    "link_id": make_connect_link,
    "message_id": lambda: make_message(make_item()),
    "notice_id": make_notice,
    "post_id": make_post,
    "publication_id": make_publication,
    "saved_reply_id": make_saved_reply,
}
#: Of these, what hangs on a social account, which a member may be kept from.
OF_AN_ACCOUNT = {"account_id", "action_id", "item_id", "message_id", "publication_id"}
#: Other arguments of addresses, which name nothing that belongs to anybody.
WORDS = {
    "act": "like",
    "command": "close",
    "network": "facebook",
    "option": "album",
    "slug": "acme",
    "token": "no-such-token",
    "code": "no-such-code",
    "key": "none",
    "uidb36": "1",
}

#: Organisation pages that every member may open, and why no permission stands before them.
FOR_EVERY_MEMBER = {
    "organisation_home": "home shows to each what their role may see",
    "rail_signs": "the rail's figures are those that the role may see",
    "notifications:notices": "each reads their own notices",
    "notifications:read_all": "each reads their own notices",
    "notifications:follow": "each reads their own notices; another's is absent",
    "accounts:people": "colleagues know each other; only what changes them is guarded",
    "accounts:remove_person": "anybody may leave; removing others is asked for inside",
}

#: Addresses outside organisations: what somebody who is not signed in gets.
OUTSIDE = {
    "home": 302,
    "web:theme": 405,
    "web:language": 405,
    "web:shortcuts": 405,
    "web:elements": 200,
    "operations:healthz": 200,
    "operations:ready": None,  # 200 or 503: it says how the product is, and nothing of anybody
    "operations:metrics": None,
    "operations:overview": None,
    "connect_callback": None,
    "connect_link": 404,
    "connect_link_leave": 405,
    "connect_back": 404,
    "mail_preferences": 302,
    "accounts:profile": 302,
    "accounts:close_account": 302,
    "accounts:organisations": 302,
    "accounts:create_organisation": 302,
    "accounts:invitation": 404,
    "account_login": 200,
    "account_logout": 302,
    "account_inactive": 200,
    "account_signup": 200,
    "account_email_verification_sent": 200,
    "account_confirm_email": 200,
    "account_change_password": 302,
    "account_reset_password": 200,
    "account_reset_password_done": 200,
    "account_reset_password_from_key": 200,
    "account_reset_password_from_key_done": 200,
    "media": 404,
    "webhook": 404,  # Facebook's handshake without its questions
    "webhook_farewell": 405,
    "webhook_erasure": 405,
    "privacy_erasure": 404,
    "privacy_certificate": 404,
}


@dataclass(frozen=True)
class Route:
    name: str
    pattern: str
    arguments: tuple[str, ...]
    permission: Permission | None = field(default=None, compare=False)

    @property
    def in_organisation(self) -> bool:
        return self.pattern.startswith("o/<slug:slug>/")

    def path(self, **values: object) -> str:
        path = "/" + self.pattern.replace("^", "").replace("$", "")
        for name in self.arguments:
            written = rf"\(\?P<{name}>(?:[^()]|\\.)*\)|<(?:\w+:)?{name}>"
            path = re.sub(written, str(values[name]), path, count=1)
        return path


def routes(resolver: Any = None, prefix: str = "", names: tuple[str, ...] = ()) -> Iterator[Route]:
    for one in (resolver or get_resolver()).url_patterns:
        pattern = prefix + str(one.pattern)
        if isinstance(one, URLPattern):
            arguments = tuple(one.pattern.converters or one.pattern.regex.groupindex)
            outer = ("slug",) if "<slug:slug>" in prefix else ()
            permission = getattr(one.callback, "permission", None)
            yield Route(":".join([*names, one.name or ""]), pattern, (*outer, *arguments), permission)
        else:
            yield from routes(one, pattern, (*names, one.namespace) if one.namespace else names)


INSIDE = [route for route in routes() if route.in_organisation]
OTHERS = [route for route in routes() if not route.in_organisation]
named = pytest.mark.parametrize("route", INSIDE, ids=lambda route: route.name)
METHODS = ("get", "post")


@pytest.fixture
def ids(house: House) -> dict[str, int]:
    """One of each of Acme's rows."""
    with scope(organisation=house.acme.pk):
        made = {name: make().pk for name, make in ROWS.items()}
    return {**made, "membership_id": house.member(Role.ANALYST).pk}


def answer(client: Client, method: str, path: str, *hidden: object) -> tuple[int, str]:
    """Return the status and all of the answer, without what was asked for."""
    client.raise_request_exception = False
    status, headers, body = comparable(getattr(client, method)(path))
    everything = f"{status} {headers} {body}"
    for word in hidden:
        everything = everything.replace(str(word), "…")
    return status, everything


@named
def test_a_strangers_organisation_is_an_absent_one(route: Route, house: House, ids: dict[str, int]) -> None:
    charlie = signed_in(house.charlie)
    for method in METHODS:
        foreign = answer(charlie, method, route.path(**{**WORDS, **ids, "slug": "acme"}), "acme")
        absent = answer(charlie, method, route.path(**{**WORDS, **ids, "slug": "none"}), "none")

        assert foreign[0] == 404
        assert foreign[1].replace("none", "…") == absent[1].replace("acme", "…")


@named
def test_a_strangers_id_is_an_absent_one(route: Route, house: House, ids: dict[str, int]) -> None:
    numbers = [name for name in route.arguments if name.endswith("_id")]
    if not numbers:
        return
    charlie = signed_in(house.charlie)
    absent_ids = dict.fromkeys(ids, ABSENT)
    statuses = set()
    for method in METHODS:
        path = route.path(**{**WORDS, **ids, "slug": "elsewhere"})
        absent_path = route.path(**{**WORDS, **absent_ids, "slug": "elsewhere"})
        foreign = answer(charlie, method, path, path)
        absent = answer(charlie, method, absent_path, absent_path)

        assert foreign == absent
        statuses.add(foreign[0])
    assert statuses <= {404, 405}
    assert 404 in statuses


@named
def test_who_is_not_signed_in_is_sent_to_sign_in(route: Route, house: House, ids: dict[str, int]) -> None:
    for slug in ("acme", "none"):
        path = route.path(**{**WORDS, **ids, "slug": slug})
        response = Client().get(path)
        assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={path}")
        assert Client().post(path).status_code == 302


@named
def test_a_member_without_the_permission_gets_403(route: Route, house: House, ids: dict[str, int]) -> None:
    if route.permission is None:
        assert route.name in FOR_EVERY_MEMBER, f"{route.name} has no permission; say why in FOR_EVERY_MEMBER"
        return
    path = route.path(**{**WORDS, **ids, "slug": "acme"})
    without = [role for role in Role if route.permission not in ALLOWED[role]]
    for role in without[:2] + without[-1:]:
        browser = house.browser_of(role)
        statuses = {getattr(browser, method)(path).status_code for method in METHODS}
        assert statuses <= {403, 405}, role
        assert 403 in statuses


def test_what_hangs_on_an_account_shut_to_a_member_is_absent_to_them(house: House, ids: dict[str, int]) -> None:
    limited = house.member(Role.OWNER)
    with scope(organisation=house.acme.pk):
        Membership.objects.filter(pk=limited.pk).update(all_accounts=False)
    browser = signed_in(limited.user)

    hanging = [route for route in INSIDE if OF_AN_ACCOUNT.intersection(route.arguments)]
    assert len(hanging) > 30
    for route, method in product(hanging, METHODS):
        path = route.path(**{**WORDS, **ids, "slug": "acme"})
        absent_path = route.path(**{**WORDS, **dict.fromkeys(ids, ABSENT), "slug": "acme"})
        shut, absent = answer(browser, method, path, path), answer(browser, method, absent_path, absent_path)

        assert shut == absent, route.name
        assert shut[0] in {404, 405}, route.name


@pytest.mark.parametrize("route", OTHERS, ids=lambda route: route.name)
def test_addresses_outside_organisations_tell_nobody_anything(route: Route, house: House) -> None:
    assert route.name in OUTSIDE, f"{route.name} is new: give it its place in OUTSIDE"
    expected = OUTSIDE[route.name]
    response = Client().get(route.path(**WORDS), follow=False)

    if expected is not None:
        assert response.status_code == expected
    assert "Acme" not in response.content.decode()


def test_every_number_in_an_address_has_a_row_to_try() -> None:
    known = {*ROWS, *WORDS, "membership_id"}

    assert {name for route in routes() for name in route.arguments} <= known


def test_every_socket_asks_who_is_there() -> None:
    """What LiveSocket answers to strangers is tested in tests/live/test_sockets.py."""
    for socket in SOCKETS:
        consumer = socket.callback.consumer_class
        assert issubclass(consumer, LiveSocket)
        assert consumer.connect is LiveSocket.connect


@pytest.mark.filterwarnings("ignore::celery.exceptions.CDeprecationWarning")
def test_tasks_take_no_ids_so_that_nobody_can_hand_them_a_strangers() -> None:
    current_app.loader.import_default_modules()
    current_app.autodiscover_tasks(force=True)
    ours = {name: task for name, task in current_app.tasks.items() if not name.startswith("celery.")}

    assert len(ours) > 3
    for name, task in ours.items():
        wanted = inspect.signature(task.run).parameters.values()
        assert not [each for each in wanted if each.default is inspect.Parameter.empty], name


def test_searching_a_person_by_address_tells_nothing(house: House, alice: Client) -> None:
    """Users stand behind no policy: inviting somebody answers alike whether or not they have an account elsewhere."""
    answers = [answer_to_invitation(alice, house, email) for email in (house.charlie.email, "nobody@nowhere.example")]

    assert answers[0] == answers[1]


def answer_to_invitation(browser: Client, house: House, email: str) -> tuple[int, str]:
    response = browser.post(house.path("people/invite/"), {"email": email, "role": "planner"})
    return response.status_code, response["Location"]

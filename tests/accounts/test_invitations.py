import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Invitation, Membership, User
from accounts.permissions import Role
from lib.tenancy.scope import scope
from tests.factories import make_user
from tests.houses import House, signed_in

BOB = "bob@new.example"
PASSWORD = "a longer password, please"


@pytest.fixture
def invite(house: House, alice: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> object:
    def send(email: str = BOB, role: str = "planner") -> str:
        with django_capture_on_commit_callbacks(execute=True):
            alice.post(house.path("people/invite/"), {"email": email, "role": role})
        return link()

    return send


def link() -> str:
    found = re.search(r"http://testserver(/invitations/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def invitation(house: House) -> Invitation:
    with scope(organisation=house.acme.pk):
        found: Invitation = Invitation.objects.order_by("-id")[0]
        return found


def test_somebody_new_creates_an_account_and_is_in(house: House, invite: object) -> None:
    path = invite("Bob@New.example")  # type: ignore[operator]
    browser = Client()

    assert mail.outbox[-1].to == [BOB]
    assert "Acme" in mail.outbox[-1].subject
    assert "Create the account and join" in browser.get(path).content.decode()
    assert browser.post(path, {"name": "Bob", "password": "short"}).status_code == 422
    response = browser.post(path, {"name": "Bob Marsh", "password": PASSWORD})

    assert response["Location"] == "/o/acme/"
    assert browser.get(house.path("people/")).status_code == 200
    assert User.objects.get(email=BOB).name == "Bob Marsh"
    again = Client()
    assert again.post("/accounts/login/", {"login": BOB, "password": PASSWORD}).status_code == 302
    assert again.get("/profile/").status_code == 200


def test_the_link_works_once(house: House, invite: object) -> None:
    path = invite()  # type: ignore[operator]
    Client().post(path, {"name": "Bob", "password": PASSWORD})

    response = Client().get(path)

    assert response.status_code == 404
    assert "This link is spent" in response.content.decode()


def test_who_has_an_account_signs_in_and_joins(house: House, invite: object) -> None:
    bob = make_user("Bob", email=BOB)
    path = invite()  # type: ignore[operator]

    assert "Sign in with it first" in Client().get(path).content.decode()
    browser = signed_in(bob)
    assert "invites you, as: Planner" in browser.get(path).content.decode()
    with scope(organisation=house.acme.pk):
        assert not Membership.objects.filter(user=bob).exists()
    browser.post(path)

    with scope(organisation=house.acme.pk):
        assert Membership.objects.get(user=bob).role == "planner"


def test_another_address_is_told_whose_it_is_and_gets_nothing(house: House, invite: object, charlie: Client) -> None:
    path = invite()  # type: ignore[operator]

    for response in (charlie.get(path), charlie.post(path)):
        assert f"This invitation is for {BOB}" in response.content.decode()
    assert charlie.get(house.path("people/")).status_code == 404


def test_it_ends_after_seven_days(house: House, invite: object) -> None:
    path = invite()  # type: ignore[operator]
    with scope(organisation=house.acme.pk):
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert Client().get(path).status_code == 404
    assert invitation(house).expires_at - invitation(house).created_at <= timedelta(days=7)


def test_sending_again_ends_the_first_link_and_taking_back_ends_all(
    house: House, alice: Client, invite: object, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    first = invite()  # type: ignore[operator]
    with django_capture_on_commit_callbacks(execute=True):
        alice.post(house.path(f"people/invitations/{invitation(house).pk}/resend/"))
    second = link()

    assert first != second
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    alice.post(house.path(f"people/invitations/{invitation(house).pk}/revoke/"))
    assert Client().get(second).status_code == 404


def test_only_the_hash_of_a_link_is_kept(house: House, invite: object) -> None:
    token = invite().split("/")[2]  # type: ignore[operator]

    assert token not in str(vars(invitation(house)))
    assert re.fullmatch(r"[0-9a-f]{64}", invitation(house).token_hash)


def test_a_member_is_not_invited_again(house: House, alice: Client) -> None:
    bob = house.member(Role.AGENT).user

    response = alice.post(house.path("people/invite/"), {"email": bob.email.upper(), "role": "planner"})

    assert response.status_code == 422
    assert "a member already" in response.content.decode()


def test_a_strangers_invitation_is_absent(house: House, alice: Client, invite: object, charlie: Client) -> None:
    invite()  # type: ignore[operator]
    number = invitation(house).pk

    for deed in ("resend", "revoke"):
        assert charlie.post(f"/o/elsewhere/people/invitations/{number}/{deed}/").status_code == 404
    assert invitation(house).revoked_at is None

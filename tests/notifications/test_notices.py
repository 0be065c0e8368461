"""Notices: the right people, once each, and mail that neither loops nor stands in anybody's way."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from integrations.events import AccountLost
from integrations.services.access import set_account_access
from lib.tenancy.scope import scope
from notifications.models import Notice
from notifications.services.mailing import MOST_ATTEMPTS, send_due
from notifications.services.reading import choose_mail
from notifications.services.telling import tell_of_lost_accounts
from scheduler import outcomes
from scheduler.models import Publication
from scheduler.states import State
from tests.factories import NOON, make_membership, make_organisation, make_post, make_publication, make_user


@pytest.fixture
def alice(db: None) -> User:
    return make_user("Alice", language="fr")


@pytest.fixture
def acme(alice: User) -> Organisation:
    return make_organisation("Acme", owner=alice)


def failed(organisation: Organisation, author: User | None, state: State = State.FAILED) -> Publication:
    with scope(organisation=organisation.pk):
        publication = make_publication(
            post=make_post("Warm rolls", author=author),
            state=state,
            available_at=None,
            reason="media_refused",
            reason_data={"key": "media_refused", "parameters": {}},
        )
        outcomes.tell([publication], now=NOON)
        return publication


def notices(organisation: Organisation) -> list[Notice]:
    with scope(organisation=organisation.pk):
        return list(Notice.objects.select_related("user").order_by("id"))


def test_the_author_is_told_in_the_product_and_by_mail_in_their_language(alice: User, acme: Organisation) -> None:
    failed(acme, alice)

    assert [(one.user, one.kind) for one in notices(acme)] == [(alice, Notice.Kind.FAILED)]
    assert send_due(now=NOON) == 1
    assert mail.outbox[0].to == [alice.email]
    assert "Warm rolls" in mail.outbox[0].subject
    assert "/o/acme/publications/" in mail.outbox[0].body
    assert send_due(now=NOON + timedelta(hours=1)) == 0


def test_an_author_who_cannot_decide_is_told_together_with_those_who_can(alice: User, acme: Organisation) -> None:
    carol = make_membership(acme, make_user("Carol"), Role.CONTRIBUTOR).user

    failed(acme, carol)

    assert {one.user for one in notices(acme)} == {alice, carol}


def test_nobody_is_told_of_an_account_that_is_not_open_to_them(alice: User, acme: Organisation, client: Client) -> None:
    bob = make_membership(acme, make_user("Bob"), Role.ADMINISTRATOR)
    with scope(organisation=acme.pk):
        set_account_access(bob, [])

    publication = failed(acme, bob.user)
    with scope(organisation=acme.pk):
        account_id = publication.social_account_id
        tell_of_lost_accounts(AccountLost(social_account_ids=(account_id,), reason="access_lost", at=NOON))

    assert [(one.user, one.kind) for one in notices(acme)] == [
        (alice, Notice.Kind.FAILED),
        (alice, Notice.Kind.ACCOUNT_LOST),
    ]
    with scope(organisation=acme.pk):
        set_account_access(bob, [account_id])
        tell_of_lost_accounts(AccountLost(social_account_ids=(account_id,), reason="access_lost", at=NOON))
    assert [one.user for one in notices(acme)] == [alice, alice, bob.user]

    page = f"/o/{acme.slug}/notices/"
    client.force_login(bob.user)
    follow = f"{page}{notices(acme)[-1].pk}/"
    assert follow in client.get(page).content.decode()
    with scope(organisation=acme.pk):
        set_account_access(bob, [])
    assert follow not in client.get(page).content.decode()
    assert client.post(follow).status_code == 404


def test_nobody_is_told_twice_of_the_same_thing(alice: User, acme: Organisation) -> None:
    publication = failed(acme, alice)
    with scope(organisation=acme.pk):
        outcomes.tell([publication], now=NOON)

    assert len(notices(acme)) == 1


def test_an_unknown_outcome_that_is_found_out_sends_no_mail(alice: User, acme: Organisation) -> None:
    publication = failed(acme, alice, State.OUTCOME_UNKNOWN)
    assert send_due(now=NOON) == 0
    with scope(organisation=acme.pk):
        Publication.objects.filter(pk=publication.pk).update(state=State.PUBLISHED, network_id="1")

    assert send_due(now=NOON + timedelta(minutes=6)) == 0
    assert mail.outbox == []
    assert len(notices(acme)) == 1


def test_who_has_left_gets_no_mail(alice: User, acme: Organisation) -> None:
    carol = make_membership(acme, make_user("Carol"), Role.PLANNER)
    failed(acme, carol.user)
    with scope(organisation=acme.pk):
        carol.delete()

    assert send_due(now=NOON) == 0
    assert mail.outbox == []


def test_a_mail_that_waits_does_not_go_out_once_its_account_is_closed_to_its_reader(
    alice: User, acme: Organisation
) -> None:
    carol = make_membership(acme, make_user("Carol"), Role.PLANNER)
    publication = failed(acme, carol.user)
    with scope(organisation=acme.pk):
        set_account_access(carol, [])

    assert send_due(now=NOON) == 0
    assert mail.outbox == []

    with scope(organisation=acme.pk):
        Notice.objects.update(available_at=NOON, lease_until=None)
        set_account_access(carol, [publication.social_account_id])
    assert send_due(now=NOON) == 1


def test_owners_are_told_of_a_lost_account_that_nobody_can_reach(
    alice: User, acme: Organisation, client: Client
) -> None:
    bob = make_membership(acme, make_user("Bob"), Role.ADMINISTRATOR)
    with scope(organisation=acme.pk):
        account = make_publication().social_account
        for one in Membership.objects.all():
            set_account_access(one, [])
        tell_of_lost_accounts(AccountLost(social_account_ids=(account.pk,), reason="access_lost", at=NOON))

    [notice] = notices(acme)
    assert (notice.user, notice.kind) == (alice, Notice.Kind.OUT_OF_REACH)
    assert send_due(now=NOON) == 1
    assert "/o/acme/people/" in mail.outbox[0].body
    client.force_login(alice)
    assert f"/o/acme/notices/{notice.pk}/" in client.get("/o/acme/notices/").content.decode()
    assert client.post(f"/o/acme/notices/{notice.pk}/").headers["Location"] == "/o/acme/people/"

    with scope(organisation=acme.pk):
        set_account_access(bob, [account.pk])
        tell_of_lost_accounts(AccountLost(social_account_ids=(account.pk,), reason="access_lost", at=NOON))
    assert [(one.user, one.kind) for one in notices(acme)[1:]] == [(bob.user, Notice.Kind.ACCOUNT_LOST)]


def test_who_wants_no_mail_gets_none(alice: User, acme: Organisation) -> None:
    choose_mail(alice, on_trouble=False)

    failed(acme, alice)

    assert len(notices(acme)) == 1
    assert send_due(now=NOON) == 0


def test_a_mail_that_fails_is_tried_later_and_not_for_ever(
    alice: User, acme: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def refuse(self: EmailBackend, messages: object) -> int:
        calls.append(messages)
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    failed(acme, alice)

    for minutes in range(600):
        send_due(now=NOON + timedelta(minutes=minutes))

    assert len(calls) == MOST_ATTEMPTS
    assert notices(acme)[0].mailed_at is None


def test_a_worker_that_died_leaves_its_mail_to_another(alice: User, acme: Organisation) -> None:
    failed(acme, alice)
    with scope(organisation=acme.pk):
        Notice.objects.update(lease_until=NOON + timedelta(minutes=1), attempts=1)

    assert send_due(now=NOON) == 0
    assert send_due(now=NOON + timedelta(minutes=2)) == 1


def test_a_listener_that_fails_does_no_harm(acme: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(publications: object, now: object) -> None:
        Notice.objects.get(pk=-1)

    monkeypatch.setattr(outcomes, "_listeners", [fail, *outcomes._listeners])

    publication = failed(acme, None)

    with scope(organisation=acme.pk):
        publication.refresh_from_db()
    assert len(notices(acme)) == 1


def test_a_lost_account_is_told_to_those_who_can_connect_it(alice: User, acme: Organisation) -> None:
    make_membership(acme, make_user("Bob"), Role.PLANNER)
    with scope(organisation=acme.pk):
        account = make_publication().social_account
        tell_of_lost_accounts(AccountLost(social_account_ids=(account.pk,), reason="access_lost", at=NOON))

    assert [(one.user, one.kind) for one in notices(acme)] == [(alice, Notice.Kind.ACCOUNT_LOST)]


def test_the_page_shows_ones_own_and_marks_them_read(alice: User, acme: Organisation) -> None:
    bob = make_membership(acme, make_user("Bob"), Role.PLANNER).user
    failed(acme, alice)
    mine, his = Client(), Client()
    mine.force_login(alice)
    his.force_login(bob)

    assert "Warm rolls" in mine.get("/o/acme/notices/").content.decode()
    assert "Warm rolls" not in his.get("/o/acme/notices/").content.decode()
    notice = notices(acme)[0]
    assert his.post(f"/o/acme/notices/{notice.pk}/").status_code == 404

    answer = mine.post(f"/o/acme/notices/{notice.pk}/")
    assert answer.headers["Location"].startswith("/o/acme/publications/")
    assert notices(acme)[0].read_at is not None


def test_a_person_chooses_what_comes_by_mail(alice: User, acme: Organisation) -> None:
    client = Client()
    client.force_login(alice)

    assert "checked" in client.get("/notifications/preferences/").content.decode()
    client.post("/notifications/preferences/", {})
    assert "checked" not in client.get("/notifications/preferences/").content.decode()

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.models import User
from eventlog.models import Event
from tests.answers import comparable
from tests.factories import PASSWORD, make_user

BOB = "bob@acme.example"
NEW_PASSWORD = "a longer password, please"


@pytest.fixture
def bob(db: None) -> User:
    user = make_user("Bob", email=BOB, language="fr")
    EmailAddress.objects.create(user=user, email=BOB, verified=True, primary=True)
    return user


def sign_in(client: Client, email: str = BOB, password: str = PASSWORD, **extra: str) -> int:
    return client.post("/accounts/login/", {"login": email, "password": password}, headers=extra).status_code


def link_in_mail() -> str:
    found = re.search(r"http://testserver(/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def names_of_events() -> list[str]:
    return list(Event.objects.order_by("id").values_list("name", flat=True))


def test_signing_in_gives_the_session_a_new_key_and_is_recorded(bob: User) -> None:
    client = Client(headers={"User-Agent": "Firefox"})
    client.get("/accounts/login/")
    session = client.session
    session["kept"] = 1
    session.save()
    before = client.cookies.get("sessionid") or session.session_key

    assert sign_in(client, "Bob@Acme.example") == 302

    assert client.session.session_key != before
    event = Event.objects.get(name="accounts.sign_in.succeeded")
    assert (event.organisation_id, event.actor_id, event.address) == (None, bob.pk, "127.0.0.1")
    assert client.cookies["sessionid"]["httponly"]


def test_staying_signed_in_is_a_choice(bob: User) -> None:
    short, long = Client(), Client()
    short.post("/accounts/login/", {"login": BOB, "password": PASSWORD})
    long.post("/accounts/login/", {"login": BOB, "password": PASSWORD, "remember": "on"})

    assert short.cookies["sessionid"]["max-age"] == ""
    assert long.cookies["sessionid"]["max-age"] == 14 * 24 * 3600


def test_a_wrong_password_and_an_unknown_address_answer_alike(bob: User) -> None:
    answers = []
    for email in (BOB, "nobody@acme.example"):
        response = Client().post("/accounts/login/", {"login": email, "password": "wrong"})
        status, _headers, page = comparable(response)
        answers.append((status, page.replace(email, "")))

    assert answers[0] == answers[1]
    assert "do not go together" in answers[0][1]
    failed = Event.objects.filter(name="accounts.sign_in.failed").order_by("pk")
    assert [event.subject_id for event in failed] == [bob.pk, None]


def test_five_failures_make_a_pause_that_no_header_ends(bob: User) -> None:
    for attempt in range(5):
        sign_in(Client(), password="wrong", **{"X-Forwarded-For": f"10.0.0.{attempt}"})

    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP"):
        response = Client().post("/accounts/login/", {"login": BOB, "password": PASSWORD}, headers={header: "10.9.9.9"})
        assert response.status_code == 200
        assert "You can go on in <b>15 minutes</b>" in response.content.decode()


def test_one_machine_trying_many_addresses_is_paused_whatever_it_claims_to_be(db: None) -> None:
    for number in range(20):
        sign_in(Client(), f"user{number}@acme.example", "wrong", **{"X-Forwarded-For": f"10.0.{number}.1"})

    response = Client().post(
        "/accounts/login/", {"login": "last@acme.example", "password": "x"}, headers={"X-Forwarded-For": "10.7.7.7"}
    )

    assert "Too many tries" in response.content.decode()


def test_a_page_asked_for_too_often_says_when_it_goes_on(db: None) -> None:
    french = Client(headers={"Accept-Language": "fr"})
    for _attempt in range(20):
        french.post("/accounts/signup/", {"email": "not an address"})

    response = french.post("/accounts/signup/", {"email": "not an address"})

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 60
    assert f'data-pause="{response["Retry-After"]}"' in response.content.decode()
    assert "Vous pourrez continuer dans" in response.content.decode()


def test_limits_stand_in_the_database_not_in_redis(db: None) -> None:
    cache.set("limit", [1.5], 60)

    assert cache.get("limit") == [1.5]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_cache")
        assert cursor.fetchone() == (1,)


def test_signing_up_asks_for_proof_of_the_address(db: None) -> None:
    client = Client()
    fields = {"name": "Dora Finch", "email": "Dora@Acme.example", "password1": NEW_PASSWORD}

    assert client.post("/accounts/signup/", fields).status_code == 302
    assert sign_in(client, "dora@acme.example", NEW_PASSWORD) == 302
    assert "_auth_user_id" not in client.session
    path = link_in_mail()
    assert client.get(path).status_code == 200
    client.post(path)

    sign_in(client, "dora@acme.example", NEW_PASSWORD)
    assert client.session["_auth_user_id"] == str(User.objects.get(email="dora@acme.example").pk)


def test_signing_up_with_an_address_that_is_taken_answers_alike_and_tells_its_owner(bob: User) -> None:
    taken = Client().post("/accounts/signup/", {"name": "Eve", "email": BOB, "password1": NEW_PASSWORD})
    free = Client().post("/accounts/signup/", {"name": "Eve", "email": "eve@x.example", "password1": NEW_PASSWORD})

    assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
    assert mail.outbox[0].to == [BOB]
    assert "already" in mail.outbox[0].subject
    assert User.objects.get(email=BOB).name == "Bob"


def test_a_forgotten_password_is_set_by_mail_in_the_readers_language(bob: User) -> None:
    elsewhere, client = Client(), Client()
    sign_in(elsewhere)

    known = client.post("/accounts/password/reset/", {"email": BOB})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@acme.example"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    french = mail.outbox[0]
    assert french.to == [BOB]
    assert isinstance(french, mail.EmailMultiAlternatives)
    assert "nouveau mot de passe" in french.subject
    assert [kind for _content, kind in french.alternatives] == ["text/html"]
    found = re.search(r"http://testserver(/\S+)", str(french.body))
    assert found is not None
    page = client.get(found[1], follow=True)
    path = page.redirect_chain[-1][0]
    client.post(path, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    assert sign_in(Client(), password=NEW_PASSWORD) == 302
    assert elsewhere.get("/profile/").status_code == 302  # signed out there
    assert "accounts.password.changed" in names_of_events()


def test_signing_out_ends_the_session(bob: User) -> None:
    client = Client()
    sign_in(client)

    assert client.get("/accounts/logout/").status_code == 200
    client.post("/accounts/logout/")

    assert "_auth_user_id" not in client.session
    assert names_of_events()[-1] == "accounts.sign_in.ended"


def test_a_password_may_not_be_easy(db: None) -> None:
    for password in ("short", "1234567890", "password12", "dora.finch.acme"):
        fields = {"name": "Dora", "email": "dora.finch@acme.example", "password1": password}
        response = Client().post("/accounts/signup/", fields)
        assert response.status_code == 200, password


@pytest.mark.parametrize("path", ["login/", "signup/", "password/reset/", "confirm-email/", "password/reset/done/"])
def test_pages_before_signing_in_speak_both_languages(db: None, path: str) -> None:
    english = Client(headers={"Accept-Language": "en"}).get(f"/accounts/{path}")
    french = Client(headers={"Accept-Language": "fr"}).get(f"/accounts/{path}")

    assert (english.status_code, french.status_code) == (200, 200)
    assert english["Content-Language"] == "en"
    assert french["Content-Language"] == "fr"
    assert english.content != french.content


def test_ones_own_settings(bob: User) -> None:
    client = Client()
    sign_in(client)
    fields = {"name": "Bob Marsh", "language": "en", "theme": "dark"}

    assert client.get("/profile/").status_code == 200
    assert client.post("/profile/", fields).status_code == 302
    assert client.post("/profile/", {**fields, "theme": "pink"}).status_code == 422

    bob.refresh_from_db()
    assert (bob.name, bob.language, bob.theme, bob.shortcuts) == ("Bob Marsh", "en", "dark", False)


def test_ones_own_password(bob: User) -> None:
    client = Client()
    sign_in(client)

    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )

    assert client.get("/profile/").status_code == 200
    assert sign_in(Client(), password=NEW_PASSWORD) == 302

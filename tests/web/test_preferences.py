import pytest
from django.test import Client

from tests.factories import make_user


@pytest.mark.django_db
def test_a_theme_is_kept_with_the_user_and_in_the_browser(client: Client) -> None:
    alice = make_user("Alice")
    client.force_login(alice)

    answer = client.post("/preferences/theme/", {"theme": "dark"}, headers={"X-Requested-With": "fetch"})

    alice.refresh_from_db()
    assert answer.status_code == 204
    assert alice.theme == "dark"
    assert answer.cookies["theme"].value == "dark"


@pytest.mark.django_db
def test_before_sign_in_a_theme_is_a_cookie(client: Client) -> None:
    client.post("/preferences/theme/", {"theme": "dark"})

    page = client.get("/no-such-page/")

    assert 'data-theme="dark"' in page.content.decode()


@pytest.mark.django_db
def test_a_theme_that_does_not_exist_is_refused(client: Client) -> None:
    assert client.post("/preferences/theme/", {"theme": "pink"}).status_code == 400


@pytest.mark.django_db
def test_a_language_is_kept_with_the_user(client: Client) -> None:
    alice = make_user("Alice")
    client.force_login(alice)

    client.post("/preferences/language/", {"language": "fr"})

    alice.refresh_from_db()
    assert alice.language == "fr"


@pytest.mark.django_db
def test_before_sign_in_a_language_is_a_cookie(client: Client) -> None:
    client.post("/preferences/language/", {"language": "fr"})

    assert "Cette page n’existe pas" in client.get("/no-such-page/").content.decode()


@pytest.mark.django_db
def test_keys_of_one_letter_can_be_switched_off(client: Client) -> None:
    alice = make_user("Alice")
    client.force_login(alice)

    client.post("/preferences/shortcuts/", {"shortcuts": "off"})

    alice.refresh_from_db()
    assert alice.shortcuts is False


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        ("/accounts/login/", "/accounts/login/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_the_way_back_stays_on_this_site(client: Client, came_from: str, leads_to: str) -> None:
    answer = client.post("/preferences/theme/", {"theme": "dark", "next": came_from})

    assert answer.headers["Location"] == leads_to

"""Google's OAuth: a person allows, unticks and withdraws; tokens live, refresh and end as they do there."""

import jwt
import pytest
import requests

from tests.sandbox.conftest import REDIRECT, Process
from tests.sandbox.google import (
    BUSINESS,
    EMAIL,
    GOOGLE_APP,
    NADIA,
    OTHER_APP,
    consent,
    exchange,
    pkce,
    refresh,
    revoke,
    token_info,
    tokens,
)

DAY = 24 * 3600


def test_a_code_becomes_tokens_and_says_who_it_is(sandbox: Process) -> None:
    back = consent(sandbox)

    answer = exchange(sandbox, back["code"]).json()

    assert back["state"] == "s3"
    assert set(back["scope"].split()) == {"openid", EMAIL, BUSINESS}
    assert (answer["expires_in"], answer["token_type"]) == (3599, "Bearer")
    assert answer["refresh_token"].startswith("1//")
    keys = requests.get(f"{sandbox.base}/www.googleapis.com/oauth2/v3/certs", timeout=10).json()
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(answer["id_token"])["kid"]]
    claims = jwt.decode(answer["id_token"], key, algorithms=["RS256"], audience=GOOGLE_APP[0])
    assert (claims["sub"], claims["email"]) == (NADIA, "nadia.benali@atelier-semaphore.example")


def test_a_code_works_once_and_for_its_own_app_and_address(sandbox: Process) -> None:
    code = consent(sandbox)["code"]

    assert exchange(sandbox, code, app=OTHER_APP).json()["error"] == "invalid_grant"
    assert exchange(sandbox, code, redirect_uri=f"{REDIRECT}/").json()["error"] == "redirect_uri_mismatch"
    wrong = exchange(sandbox, code, app=(GOOGLE_APP[0], "guessed"))
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert exchange(sandbox, code).ok
    assert exchange(sandbox, code).json()["error"] == "invalid_grant"


def test_a_challenge_needs_its_verifier(sandbox: Process) -> None:
    verifier, challenge = pkce()

    def code() -> str:
        return consent(sandbox, code_challenge=challenge, code_challenge_method="S256")["code"]

    assert exchange(sandbox, code()).json() == {
        "error": "invalid_grant",
        "error_description": "Missing code verifier.",
    }
    assert exchange(sandbox, code(), code_verifier=verifier[::-1]).status_code == 400
    assert exchange(sandbox, code(), code_verifier=verifier).ok


def test_what_is_unticked_is_not_granted(sandbox: Process) -> None:
    found = tokens(sandbox, ticked=[])

    assert set(found["scope"].split()) == {"openid", EMAIL}
    assert "scope" in token_info(sandbox, found["access_token"]).json()


def test_a_refused_consent_comes_back_as_such(sandbox: Process) -> None:
    query = {"client_id": GOOGLE_APP[0], "redirect_uri": REDIRECT, "response_type": "code", "scope": BUSINESS}

    answer = sandbox.session.post(
        f"{sandbox.base}/accounts.google.com/o/oauth2/v2/auth",
        params={**query, "state": "s"},
        data={"person": NADIA, "decision": "decline"},
        allow_redirects=False,
        timeout=10,
    )

    assert answer.headers["location"] == f"{REDIRECT}?state=s&error=access_denied"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"client_id": "nobody"}, "invalid_client"),
        ({"redirect_uri": "https://elsewhere.example/back"}, "redirect_uri_mismatch"),
        ({"scope": "https://www.googleapis.com/auth/unheard.of"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_a_wrong_address_is_told_to_the_person(sandbox: Process, wrong: dict[str, str], words: str) -> None:
    query = {"client_id": GOOGLE_APP[0], "redirect_uri": REDIRECT, "response_type": "code", "scope": BUSINESS}

    page = sandbox.session.get(
        f"{sandbox.base}/accounts.google.com/o/oauth2/v2/auth", params={**query, **wrong}, timeout=10
    )

    assert page.status_code == 400
    assert words in page.text


def test_a_refresh_token_comes_with_the_first_consent_or_when_asked_for(sandbox: Process) -> None:
    assert "refresh_token" not in tokens(sandbox, access_type="online")
    assert "refresh_token" not in tokens(sandbox, prompt="")
    assert "refresh_token" in tokens(sandbox, prompt="consent")


def test_a_refresh_token_stays_and_gives_another_hour(sandbox: Process) -> None:
    found = tokens(sandbox)
    sandbox.control("POST", "clock", move=3600)
    assert token_info(sandbox, found["access_token"]).json()["error"] == "invalid_token"

    again = refresh(sandbox, found["refresh_token"]).json()

    assert "refresh_token" not in again
    assert token_info(sandbox, again["access_token"]).json()["aud"] == GOOGLE_APP[0]
    assert refresh(sandbox, found["refresh_token"]).ok
    assert refresh(sandbox, found["refresh_token"], app=OTHER_APP).json()["error"] == "invalid_grant"


def test_revoking_one_token_ends_the_whole_grant(sandbox: Process) -> None:
    one, two = tokens(sandbox), tokens(sandbox)

    assert revoke(sandbox, one["access_token"]).status_code == 200

    assert refresh(sandbox, two["refresh_token"]).json() == {
        "error": "invalid_grant",
        "error_description": "Token has been expired or revoked.",
    }
    again = revoke(sandbox, two["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")


def test_in_testing_access_ends_after_seven_days(sandbox: Process) -> None:
    sandbox.control("POST", "settings", google_testing=True)
    found = tokens(sandbox)

    assert 7 * DAY - 2 < found["refresh_token_expires_in"] <= 7 * DAY
    sandbox.control("POST", "clock", move=6 * DAY)
    assert refresh(sandbox, found["refresh_token"]).ok
    sandbox.control("POST", "clock", move=2 * DAY)

    assert refresh(sandbox, found["refresh_token"]).json()["error"] == "invalid_grant"


def test_the_hundred_and_first_refresh_token_ends_the_first(sandbox: Process) -> None:
    first, second = tokens(sandbox)["refresh_token"], tokens(sandbox)["refresh_token"]
    for _ in range(98):
        tokens(sandbox)
    assert refresh(sandbox, first).ok

    tokens(sandbox)

    assert refresh(sandbox, first).json()["error"] == "invalid_grant"
    assert refresh(sandbox, second).ok


def test_nobody_uses_it_for_half_a_year_and_it_is_dead(sandbox: Process) -> None:
    found = tokens(sandbox)

    sandbox.control("POST", "clock", move=183 * DAY)

    assert refresh(sandbox, found["refresh_token"]).json()["error"] == "invalid_grant"


def test_what_a_person_withdraws_is_dead_at_once(sandbox: Process) -> None:
    found = tokens(sandbox)

    ended = sandbox.control("POST", "withdraw", network="google_business", person=NADIA)

    assert ended["ended"] == 2
    assert token_info(sandbox, found["access_token"]).status_code == 400


def test_a_lost_answer_leaves_the_refresh_token_alive(sandbox: Process) -> None:
    found = tokens(sandbox)
    sandbox.fault("google.token.refresh", "lost_answer")

    with pytest.raises(requests.ConnectionError):
        refresh(sandbox, found["refresh_token"])

    assert refresh(sandbox, found["refresh_token"]).ok

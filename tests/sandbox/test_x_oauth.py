"""Consent and turning tokens, on X."""

from typing import Any

import pytest
import requests

from tests.sandbox.conftest import (
    HARTLEY_USER,
    REDIRECT,
    X_APP,
    X_SCOPES,
    Process,
    click_through_x,
    exchange_x,
    refresh_x,
    returned,
)


def me(sandbox: Process, access_token: str) -> requests.Response:
    return sandbox.session.get(
        f"{sandbox.x}/2/users/me",
        params={"user.fields": "profile_image_url,public_metrics,verified_type"},
        headers={"Authorization": f"Bearer {access_token}"},
        timeout=10,
    )


def authorise(sandbox: Process, **query: str) -> requests.Response:
    base = {
        "response_type": "code",
        "client_id": X_APP[0],
        "redirect_uri": REDIRECT,
        "scope": X_SCOPES,
        "state": "s",
        "code_challenge": "c",
        "code_challenge_method": "plain",
    }
    return sandbox.session.get(f"{sandbox.base}/x.com/i/oauth2/authorize", params={**base, **query}, timeout=10)


def test_a_code_gives_a_pair_that_works(sandbox: Process, x_tokens: dict[str, Any]) -> None:
    answer = me(sandbox, x_tokens["access_token"])

    assert x_tokens.keys() == {"token_type", "expires_in", "access_token", "scope", "refresh_token"}
    assert (x_tokens["token_type"], x_tokens["expires_in"], x_tokens["scope"]) == ("bearer", 7200, X_SCOPES)
    data = answer.json()["data"]
    assert (data["id"], data["username"], data["verified_type"]) == (HARTLEY_USER, "hartleyandrye", "business")
    assert data["public_metrics"]["followers_count"] == 6702


def test_without_offline_access_there_is_no_refresh_token(sandbox: Process) -> None:
    tokens = exchange_x(sandbox, *click_through_x(sandbox, scopes="tweet.read users.read")).json()

    assert "refresh_token" not in tokens


def test_a_code_lives_thirty_seconds_and_once(sandbox: Process) -> None:
    used, verifier = click_through_x(sandbox)
    late = click_through_x(sandbox)

    assert exchange_x(sandbox, used, verifier).status_code == 200
    assert exchange_x(sandbox, used, verifier).json()["error"] == "invalid_request"
    sandbox.control("POST", "clock", move=31)
    assert exchange_x(sandbox, *late).status_code == 400


@pytest.mark.parametrize("wrong", [{"code_verifier": "x" * 43}, {"redirect_uri": REDIRECT + "/"}, {"code": "x"}])
def test_a_code_with_something_wrong_is_refused(sandbox: Process, wrong: dict[str, str]) -> None:
    answer = exchange_x(sandbox, *click_through_x(sandbox), **wrong) if "code" not in wrong else None
    if answer is None:
        answer = exchange_x(sandbox, "x", "y")

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"


def test_a_plain_challenge_is_compared_as_it_is(sandbox: Process) -> None:
    answer = sandbox.session.post(
        authorise(sandbox, account=HARTLEY_USER).url,
        data={"account": HARTLEY_USER, "decision": "accept"},
        allow_redirects=False,
        timeout=10,
    )

    assert exchange_x(sandbox, returned(answer)["code"], "c").status_code == 200


def test_refusing_comes_back_with_the_state(sandbox: Process) -> None:
    answer = sandbox.session.post(
        authorise(sandbox, account=HARTLEY_USER).url,
        data={"account": HARTLEY_USER, "decision": "decline"},
        allow_redirects=False,
        timeout=10,
    )

    assert returned(answer) == {"error": "access_denied", "state": "s"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "x"},
        {"redirect_uri": "https://elsewhere.example"},
        {"state": "s" * 501},
        {"scope": "tweet.everything"},
        {"code_challenge": ""},
        {"response_type": "token"},
    ],
)
def test_a_wrong_address_is_told_to_the_person(sandbox: Process, wrong: dict[str, str]) -> None:
    assert authorise(sandbox, **wrong).status_code == 400


def test_a_refresh_token_turns_and_the_old_one_is_dead_at_once(sandbox: Process, x_tokens: dict[str, Any]) -> None:
    first = refresh_x(sandbox, x_tokens["refresh_token"])
    again = refresh_x(sandbox, x_tokens["refresh_token"])
    second = refresh_x(sandbox, first.json()["refresh_token"])

    assert first.status_code == second.status_code == 200
    assert first.json()["refresh_token"] != x_tokens["refresh_token"]
    assert again.status_code == 400
    assert again.json() == {
        "error": "invalid_request",
        "error_description": "Value passed for the token was invalid.",
    }


def test_an_access_token_ends_after_two_hours_and_the_refresh_token_does_not(
    sandbox: Process, x_tokens: dict[str, Any]
) -> None:
    sandbox.control("POST", "clock", move=7201)

    answer = me(sandbox, x_tokens["access_token"])

    assert (answer.status_code, answer.json()["title"]) == (401, "Unauthorized")
    assert me(sandbox, refresh_x(sandbox, x_tokens["refresh_token"]).json()["access_token"]).status_code == 200


def test_revoking_ends_the_pair(sandbox: Process, x_tokens: dict[str, Any]) -> None:
    answer = sandbox.session.post(
        f"{sandbox.x}/2/oauth2/revoke", data={"token": x_tokens["refresh_token"]}, auth=X_APP, timeout=10
    )

    assert answer.json() == {"revoked": True}
    assert me(sandbox, x_tokens["access_token"]).status_code == 401
    assert refresh_x(sandbox, x_tokens["refresh_token"]).status_code == 400


def test_a_wrong_secret_is_refused(sandbox: Process) -> None:
    code, verifier = click_through_x(sandbox)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": verifier}

    wrong = requests.post(f"{sandbox.x}/2/oauth2/token", data=form, auth=(X_APP[0], "x"), timeout=10)
    missing = requests.post(f"{sandbox.x}/2/oauth2/token", data={**form, "client_id": X_APP[0]}, timeout=10)

    assert wrong.status_code == missing.status_code == 401


def test_a_missing_scope_forbids(sandbox: Process) -> None:
    tokens = exchange_x(sandbox, *click_through_x(sandbox, scopes="tweet.read users.read")).json()

    answer = sandbox.session.post(
        f"{sandbox.x}/2/tweets",
        json={"text": "x"},
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
        timeout=10,
    )

    assert answer.status_code == 403

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from requests_oauthlib import OAuth2Session

from tests.sandbox.conftest import REDIRECT, Process
from tests.sandbox.linkedin.conftest import (
    APP,
    DEVELOPING,
    NADIA,
    SCOPES,
    Member,
    code_for,
    member,
    token_call,
    tokens_for,
)

DAY = 24 * 3600
YEAR = 365 * DAY


def test_an_answer_has_commas_between_scopes_and_a_year_for_the_refresh_token(sandbox: Process) -> None:
    tokens = tokens_for(sandbox)

    assert tokens["expires_in"] == 60 * DAY
    assert tokens["refresh_token_expires_in"] == YEAR
    assert set(tokens["scope"].split(",")) == set(SCOPES.split())
    assert 300 <= len(tokens["access_token"]) <= 600


def test_a_refresh_keeps_the_token_and_never_extends_its_year(sandbox: Process) -> None:
    first = tokens_for(sandbox)
    sandbox.control("POST", "clock", move=100 * DAY)

    second = token_call(sandbox, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    sandbox.control("POST", "clock", move=266 * DAY)
    late = token_call(sandbox, grant_type="refresh_token", refresh_token=first["refresh_token"])
    sandbox.control("POST", "clock", real=True)

    assert second["refresh_token"] == first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert YEAR - 101 * DAY < second["refresh_token_expires_in"] <= YEAR - 100 * DAY
    assert (late.status_code, late.json()["error"]) == (400, "invalid_request")


def test_an_access_token_never_outlives_the_consent(sandbox: Process) -> None:
    first = tokens_for(sandbox)
    sandbox.control("POST", "clock", move=350 * DAY)

    second = token_call(sandbox, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    sandbox.control("POST", "clock", real=True)

    assert second["expires_in"] <= 15 * DAY


def test_a_code_works_once_and_with_its_own_address(sandbox: Process) -> None:
    code = code_for(sandbox)
    wrong = token_call(sandbox, grant_type="authorization_code", code=code, redirect_uri=f"{REDIRECT}/other")
    right = token_call(sandbox, grant_type="authorization_code", code=code, redirect_uri=REDIRECT)
    again = token_call(sandbox, grant_type="authorization_code", code=code, redirect_uri=REDIRECT)

    assert [answer.status_code for answer in (wrong, right, again)] == [400, 200, 400]


def test_keys_stand_in_the_body_only(sandbox: Process) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    answer = requests.post(
        f"{sandbox.base}/www.linkedin.com/oauth/v2/accessToken",
        data=form,
        auth=(APP["client_id"], APP["client_secret"]),
        timeout=10,
    )

    assert answer.json()["error"] == "invalid_client_id"
    assert token_call(sandbox, app={**APP, "client_secret": "wrong"}, **form).status_code == 401


def test_another_set_of_scopes_ends_earlier_tokens(sandbox: Process) -> None:
    first = member(sandbox)
    same = member(sandbox)
    assert first.call("GET", "v2/me").ok

    tokens_for(sandbox, scopes=f"{SCOPES} w_member_social")

    for earlier in (first, same):
        answer = earlier.call("GET", "v2/me")
        assert (answer.status_code, answer.json()["code"]) == (401, "REVOKED_ACCESS_TOKEN")


@pytest.mark.parametrize(
    ("choice", "error"), [({"member": NADIA}, "user_cancelled_authorize"), ({}, "user_cancelled_login")]
)
def test_a_person_who_turns_away_is_sent_back_with_an_error(
    sandbox: Process, choice: dict[str, str], error: str
) -> None:
    query = {"response_type": "code", "client_id": APP["client_id"], "redirect_uri": REDIRECT, "state": "s"}
    answer = requests.post(
        f"{sandbox.base}/www.linkedin.com/oauth/v2/authorization",
        params={**query, "scope": SCOPES},
        data={"decision": "decline", **choice},
        allow_redirects=False,
        timeout=10,
    )

    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (back["error"], back["state"]) == ([error], ["s"])


def test_a_scope_that_the_app_has_not_got_is_refused_by_redirect(sandbox: Process) -> None:
    query = {"response_type": "code", "client_id": APP["client_id"], "redirect_uri": REDIRECT, "state": "s"}
    answer = requests.get(
        f"{sandbox.base}/www.linkedin.com/oauth/v2/authorization",
        params={**query, "scope": "openid"},
        allow_redirects=False,
        timeout=10,
    )

    assert "error=unauthorized_scope_error" in answer.headers["location"]


def test_introspection_tells_active_from_revoked_and_foreign(sandbox: Process) -> None:
    tokens = tokens_for(sandbox)
    token = tokens["access_token"]

    active = token_call(sandbox, "introspectToken", token=token).json()
    foreign = token_call(sandbox, "introspectToken", app=DEVELOPING, token=token).json()
    token_call(sandbox, "revoke", token=token)
    revoked = token_call(sandbox, "introspectToken", token=token).json()

    assert (active["active"], active["status"], active["auth_type"]) == (True, "active", "3L")
    assert active["expires_at"] - active["created_at"] == 60 * DAY
    assert foreign == {"active": False}
    assert (revoked["active"], revoked["status"]) == (False, "revoked")
    assert token_call(sandbox, "introspectToken", token="nonsense").status_code == 400


def test_dead_tokens_are_told_apart(sandbox: Process, nadia: Member) -> None:
    none = requests.get(f"{sandbox.base}/api.linkedin.com/v2/me", timeout=10)
    malformed = Member(sandbox, "nonsense").call("GET", "v2/me")
    sandbox.control("POST", "withdraw", network="linkedin", person=NADIA, reason="expired")
    expired = nadia.call("GET", "v2/me")

    assert none.json() == {"status": 401, "serviceErrorCode": 401, "message": "Empty oauth2_access_token"}
    assert malformed.json()["code"] == "INVALID_ACCESS_TOKEN"
    assert expired.json()["code"] == "EXPIRED_ACCESS_TOKEN"


def test_an_app_in_development_gets_no_refresh_token_no_batch_and_few_calls(sandbox: Process) -> None:
    tokens = tokens_for(sandbox, app=DEVELOPING)
    developing = Member(sandbox, tokens["access_token"])

    batch = developing.call("GET", "rest/organizations?ids=List(26000101)")
    answers = [developing.call("GET", "v2/me").status_code for _ in range(101)]

    assert "refresh_token" not in tokens
    assert batch.status_code == 403
    assert answers == [200] * 100 + [429]
    assert "THROTTLE" not in developing.call("GET", "v2/me").headers
    assert developing.call("GET", "rest/organizations/26000101").ok  # another resource has its own allowance


def test_requests_oauthlib_comes_through_once_scopes_may_differ(
    sandbox: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")
    with OAuth2Session(APP["client_id"], redirect_uri=REDIRECT, scope=SCOPES.split()) as session:
        address, _ = session.authorization_url(f"{sandbox.base}/www.linkedin.com/oauth/v2/authorization")
        form = {"member": NADIA, "decision": "accept"}
        back = sandbox.session.post(address, data=form, allow_redirects=False, timeout=10).headers["location"]

        session.fetch_token(
            f"{sandbox.base}/www.linkedin.com/oauth/v2/accessToken",
            authorization_response=back,
            client_secret=APP["client_secret"],
            include_client_id=True,
        )

        assert session.get(f"{sandbox.base}/api.linkedin.com/v2/me").json()["id"] == NADIA

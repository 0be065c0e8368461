"""Google's OAuth as both of its networks use it, against Google's own hosts in the sandbox."""

from dataclasses import replace
from datetime import timedelta
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.contract import CONSENT_OVER, AppKeys, Credentials
from integrations.errors import AuthorisationLost, PermanentError, TransientError
from integrations.networks._shared.google import IDENTITY, REASONS, STATUSES, TOKEN_TABLE, GoogleOAuth
from integrations.sentences import SENTENCES
from lib.http import Client
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import now
from tests.integrations.networks.twins import REDIRECT

KEYS = AppKeys(client_id="260000000001-sandbox.apps.googleusercontent.com", client_secret="sandbox-google-secret")
NADIA = "104600000000000000001"
MANAGE = "https://www.googleapis.com/auth/business.manage"
ASKED = IDENTITY | {MANAGE}


def google(sandbox: Sandbox, *, keys: AppKeys = KEYS, testing: bool = False) -> GoogleOAuth:
    return GoogleOAuth(
        network="youtube",
        keys=keys,
        http=Client([sandbox.origin]),
        accounts_url=sandbox.base("accounts.google.com"),
        oauth_url=sandbox.base("oauth2.googleapis.com"),
        testing=testing,
    )


def connected(sandbox: Sandbox, *, testing: bool = False) -> Credentials:
    found, verifier = google(sandbox, testing=testing), token_urlsafe(64)
    address = found.authorisation_url(redirect_uri=REDIRECT, state="s", code_verifier=verifier, scopes=ASKED)
    code = sandbox.consent(address, person=NADIA, scope=[MANAGE])
    access = found.exchange_code(code=code, redirect_uri=REDIRECT, code_verifier=verifier, asked=ASKED, now=now())
    assert (access.person_id, access.person_name) == (NADIA, "nadia.benali@atelier-semaphore.example")
    assert access.missing == frozenset()
    return access.credentials


def test_it_always_asks_for_offline_access_with_a_proof(sandbox: Sandbox) -> None:
    address = google(sandbox).authorisation_url(redirect_uri=REDIRECT, state="s", code_verifier="v" * 64, scopes=ASKED)

    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert (query["access_type"], query["prompt"]) == ("offline", "consent")
    assert query["code_challenge_method"] == "S256"
    assert "v" * 64 not in address
    assert set(query["scope"].split()) == ASKED


def test_a_refresh_keeps_the_token_it_used(sandbox: Sandbox) -> None:
    before = connected(sandbox)

    after = google(sandbox).refresh(before, now=now())

    assert after.refresh_token == before.refresh_token
    assert after.access_token != before.access_token
    assert after.scopes == before.scopes


def test_a_lost_refresh_is_tried_again(sandbox: Sandbox) -> None:
    credentials = connected(sandbox)
    sandbox.control("faults", operation="google.token.refresh", fault="lost_answer")

    with pytest.raises(TransientError):
        google(sandbox).refresh(credentials, now=now())

    assert google(sandbox).refresh(credentials, now=now()).access_token


def test_a_revoked_grant_is_lost_also_while_the_app_is_in_testing(sandbox: Sandbox) -> None:
    credentials = connected(sandbox)
    google(sandbox).revoke(credentials, now=now())
    google(sandbox).revoke(credentials, now=now())

    for testing in (False, True):
        with pytest.raises(AuthorisationLost, match="access_lost"):
            google(sandbox, testing=testing).refresh(credentials, now=now())
    with pytest.raises(AuthorisationLost, match="access_lost"):
        google(sandbox).refresh(replace(credentials, refresh_token=""), now=now())


@pytest.mark.parametrize(("testing", "key"), [(True, "google_testing_over"), (False, "consent_over")])
def test_a_grant_whose_time_is_over_says_so(sandbox: Sandbox, testing: bool, key: str) -> None:
    """A consent screen in testing gives a week; a person may give less time to any app. Google tells it on consent."""
    sandbox.control("settings", google_testing=True)
    credentials = connected(sandbox, testing=testing)
    assert credentials.consent_ends_at is not None
    week = timedelta(days=7)
    assert abs(credentials.consent_ends_at - now() - week) < timedelta(minutes=5)

    during = google(sandbox, testing=testing).refresh(credentials, now=now())
    sandbox.control("clock", move=week.total_seconds() + 60)

    assert during.consent_ends_at == credentials.consent_ends_at
    with pytest.raises(AuthorisationLost, match=key):
        google(sandbox, testing=testing).refresh(during, now=now() + week)


def test_a_test_app_is_given_a_week_also_where_google_tells_no_end(sandbox: Sandbox) -> None:
    credentials = connected(sandbox, testing=True)

    assert credentials.consent_ends_at is not None
    assert connected(sandbox).consent_ends_at is None


def test_wrong_keys_are_the_operators_fault_and_not_the_grants(sandbox: Sandbox) -> None:
    credentials, wrong = connected(sandbox), AppKeys(client_id=KEYS.client_id, client_secret="guessed")

    with pytest.raises(PermanentError, match="app_misconfigured") as raised:
        google(sandbox, keys=wrong).refresh(credentials, now=now())

    assert "guessed" not in repr(raised.value.facts())


def test_a_code_that_was_used_starts_the_connection_anew(sandbox: Sandbox) -> None:
    with pytest.raises(PermanentError, match="connect_failed"):
        google(sandbox).exchange_code(code="4/used", redirect_uri=REDIRECT, code_verifier="v", asked=ASKED, now=now())


def test_a_disturbance_is_no_end(sandbox: Sandbox) -> None:
    credentials = connected(sandbox)
    for status in (500, 502, 503):
        sandbox.control("faults", operation="google.revoke", fault="status", status=status)
        with pytest.raises(TransientError):
            google(sandbox).revoke(credentials, now=now())


def test_every_row_has_its_sentence() -> None:
    rows = [*TOKEN_TABLE.values(), *REASONS.values(), *STATUSES.values()]

    assert {row.key for row in rows} | {"google_testing_over", CONSENT_OVER} <= SENTENCES.keys()

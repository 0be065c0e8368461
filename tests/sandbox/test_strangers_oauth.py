"""requests-oauthlib, the clients' own way through both consents."""

from collections.abc import Iterator

import pytest
from requests_oauthlib import OAuth2Session
from requests_oauthlib.compliance_fixes import facebook_compliance_fix

from tests.sandbox.conftest import FACEBOOK_APP, HARTLEY_PAGE, HARTLEY_USER, PUBLISHING, REDIRECT, X_APP, Process


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library refuses anything but https otherwise."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def x_session(sandbox: Process) -> Iterator[OAuth2Session]:
    scope = ["tweet.read", "users.read", "offline.access"]
    with OAuth2Session(X_APP[0], redirect_uri=REDIRECT, scope=scope, pkce="S256") as session:
        address, _ = session.authorization_url(f"{sandbox.base}/x.com/i/oauth2/authorize")
        form = {"account": HARTLEY_USER, "decision": "accept"}
        back = sandbox.session.post(address, data=form, allow_redirects=False, timeout=10).headers["location"]
        session.fetch_token(
            f"{sandbox.x}/2/oauth2/token", authorization_response=back, auth=X_APP, include_client_id=None
        )
        yield session


def test_it_comes_through_x_with_pkce_and_turns_its_token(sandbox: Process, x_session: OAuth2Session) -> None:
    before = x_session.token["refresh_token"]

    x_session.refresh_token(f"{sandbox.x}/2/oauth2/token", auth=X_APP)

    assert x_session.token["refresh_token"] != before
    assert x_session.get(f"{sandbox.x}/2/users/me").json()["data"]["username"] == "hartleyandrye"


def test_it_comes_through_facebook(sandbox: Process) -> None:
    with facebook_compliance_fix(
        OAuth2Session(FACEBOOK_APP[0], redirect_uri=REDIRECT, scope=PUBLISHING.split(","))
    ) as session:
        address, _ = session.authorization_url(f"{sandbox.base}/www.facebook.com/v26.0/dialog/oauth")
        # The library joins scopes with spaces; Facebook takes them as well.
        form = [("person", "10150000000000001"), ("decision", "accept"), ("page", HARTLEY_PAGE)]
        form += [("scope", scope) for scope in PUBLISHING.split(",")]
        back = sandbox.session.post(address, data=form, allow_redirects=False, timeout=10).headers["location"]

        session.fetch_token(
            f"{sandbox.graph}/oauth/access_token",
            authorization_response=back,
            client_secret=FACEBOOK_APP[1],
            include_client_id=True,
        )

        listed = session.get(f"{sandbox.graph}/me/accounts").json()["data"]
        assert [page["id"] for page in listed] == [HARTLEY_PAGE]

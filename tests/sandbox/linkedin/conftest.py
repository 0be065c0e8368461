"""A stranger's client of LinkedIn: encodes by hand, knows nothing of ours."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests

from tests.sandbox.conftest import REDIRECT, Process

APP = {"client_id": "sandbox-linkedin-client", "client_secret": "sandbox-linkedin-secret"}
DEVELOPING = {"client_id": "other-linkedin-client", "client_secret": "other-linkedin-secret"}
APPLICATION = "212345678"
NADIA, TOM, MAREK = "nB7dQ2xT1a", "tW8mZ4vR2e", "mD5hX8uK3i"
HARTLEY = "urn:li:organization:26000101"
MUSEUM = "urn:li:organization:26000103"
SCOPES = (
    "r_basicprofile rw_organization_admin w_organization_social r_organization_social w_organization_social_feed "
    "r_organization_social_feed"
)
VERSION = "202609"


def enc(urn: str) -> str:
    return quote(urn, safe="")


@dataclass
class Member:
    """One member's calls through one app."""

    sandbox: Process
    token: str
    version: str = VERSION

    def call(self, method: str, path: str, **rest: Any) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Linkedin-Version": self.version,
            "X-Restli-Protocol-Version": "2.0.0",
            **rest.pop("headers", {}),
        }
        address = f"{self.sandbox.base}/api.linkedin.com/{path}"
        return requests.request(method, address, headers=headers, timeout=10, **rest)

    def post(self, commentary: str = "Rye is back", author: str = HARTLEY, **more: Any) -> requests.Response:
        body = {
            "author": author,
            "commentary": commentary,
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
            **more,
        }
        return self.call("POST", "rest/posts", json=body)

    def published(self, commentary: str = "Rye is back", **more: Any) -> str:
        answer = self.post(commentary, **more)
        assert answer.status_code == 201, answer.text
        assert answer.content == b""
        return answer.headers["x-restli-id"]

    def read(self, urn: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"rest/posts/{enc(urn)}?viewContext=AUTHOR").json()
        return found

    def initialize(self, resource: str, **request: Any) -> dict[str, Any]:
        body = {"initializeUploadRequest": {"owner": HARTLEY, **request}}
        answer = self.call("POST", f"rest/{resource}?action=initializeUpload", json=body)
        assert answer.ok, answer.text
        value: dict[str, Any] = answer.json()["value"]
        return value

    def put(self, address: str, data: bytes) -> requests.Response:
        return requests.put(address, data=data, headers={"Authorization": f"Bearer {self.token}"}, timeout=10)

    def uploaded(self, resource: str, data: bytes) -> str:
        value = self.initialize(resource)
        assert self.put(value["uploadUrl"], data).status_code == 201
        return str(value[resource.removesuffix("s")])

    def comment(self, urn: str, text: str, **more: Any) -> requests.Response:
        body = {"actor": HARTLEY, "object": urn, "message": {"text": text}, **more}
        return self.call("POST", f"rest/socialActions/{enc(more.get('parentComment', urn))}/comments", json=body)


def code_for(sandbox: Process, member: str = NADIA, scopes: str = SCOPES, app: dict[str, str] = APP) -> str:
    """Click through the consent page."""
    query = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": REDIRECT,
        "state": "s3",
        "scope": scopes,
    }
    answer = requests.post(
        f"{sandbox.base}/www.linkedin.com/oauth/v2/authorization",
        params=query,
        data={"member": member, "decision": "accept"},
        allow_redirects=False,
        timeout=10,
    )
    assert answer.status_code == 302, answer.text
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["state"] == ["s3"]
    return back["code"][0]


def token_call(
    sandbox: Process, path: str = "accessToken", app: dict[str, str] = APP, **form: str
) -> requests.Response:
    return requests.post(f"{sandbox.base}/www.linkedin.com/oauth/v2/{path}", data={**app, **form}, timeout=10)


def tokens_for(sandbox: Process, **choice: Any) -> dict[str, Any]:
    app = choice.get("app", APP)
    answer = token_call(
        sandbox, app=app, grant_type="authorization_code", code=code_for(sandbox, **choice), redirect_uri=REDIRECT
    )
    assert answer.ok, answer.text
    found: dict[str, Any] = answer.json()
    return found


def member(sandbox: Process, **choice: Any) -> Member:
    return Member(sandbox, tokens_for(sandbox, **choice)["access_token"])


@pytest.fixture
def nadia(sandbox: Process) -> Member:
    return member(sandbox)

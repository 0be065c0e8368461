"""Every fault, on both networks, and what is true on the wall after it."""

import json
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import (
    HARTLEY_PAGE,
    HARTLEY_USER,
    LAMBERT_PAGE,
    PNG,
    Process,
    facebook_user_token,
    page_token,
    publish_on_facebook,
    publish_on_x,
    refresh_x,
)


class Publisher:
    """One way to publish a text, whatever the network."""

    def __init__(self, sandbox: Process, network: str, token: str) -> None:
        self.sandbox, self.network, self.token = sandbox, network, token
        self.operation = {"facebook": "facebook.feed", "x": "x.tweets"}[network]

    def __call__(self, text: str = "Bread") -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        if self.network == "facebook":
            address, body = f"{self.sandbox.graph}/{HARTLEY_PAGE}/feed", {"data": {"message": text}}
        else:
            address, body = f"{self.sandbox.x}/2/tweets", {"json": {"text": text}}
        return requests.post(address, headers=headers, timeout=10, **body)  # type: ignore[arg-type]


@pytest.fixture(params=["facebook", "x"])
def publish(request: pytest.FixtureRequest, sandbox: Process) -> Publisher:
    if request.param == "facebook":
        return Publisher(sandbox, "facebook", page_token(sandbox, facebook_user_token(sandbox)))
    tokens: dict[str, Any] = request.getfixturevalue("x_tokens")
    return Publisher(sandbox, "x", tokens["access_token"])


@pytest.mark.parametrize(("kind", "published"), [("lost_answer", 1), ("lost_request", 0)])
def test_the_connection_is_cut(sandbox: Process, publish: Publisher, kind: str, published: int) -> None:
    sandbox.fault(publish.operation, kind)

    with pytest.raises(requests.ConnectionError):
        publish()

    assert sandbox.published()["count"] == published
    assert publish("Next").ok
    [first, _] = sandbox.session.get(
        f"{sandbox.base}/_control/calls", params={"operation": publish.operation}, timeout=10
    ).json()["calls"]
    assert (first["status"], first["faults"]) == (0, [kind])


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("carried_out", [False, True])
def test_the_server_fails(sandbox: Process, publish: Publisher, status: int, *, carried_out: bool) -> None:
    sandbox.fault(publish.operation, "status", status=status, carried_out=carried_out)

    assert publish().status_code == status
    assert sandbox.published()["count"] == int(carried_out)


def test_an_answer_breaks_off(sandbox: Process, publish: Publisher) -> None:
    sandbox.fault(publish.operation, "malformed_answer")

    answer = publish()

    assert answer.ok
    with pytest.raises(ValueError):
        answer.json()
    assert sandbox.published()["count"] == 1


def test_an_answer_takes_its_time(sandbox: Process, publish: Publisher) -> None:
    sandbox.fault(publish.operation, "delay", seconds=0.3)

    assert publish().elapsed.total_seconds() >= 0.3
    assert publish("Next").elapsed.total_seconds() < 0.3


def test_the_network_refuses_in_its_own_words(sandbox: Process, publish: Publisher) -> None:
    answers = {}
    for kind in ("rate_limited", "duplicate", "forbidden"):
        sandbox.fault(publish.operation, kind, seconds=600)
        answers[kind] = publish()

    assert sandbox.published()["count"] == 0
    if publish.network == "facebook":
        assert [answer.json()["error"]["code"] for answer in answers.values()] == [80001, 506, 200]
    else:
        assert [answer.status_code for answer in answers.values()] == [429, 403, 403]
        reset = int(answers["rate_limited"].headers["x-rate-limit-reset"])
        assert 590 <= reset - sandbox.control("GET", "clock")["now"] <= 600
        assert answers["rate_limited"].headers["x-rate-limit-remaining"] == "0"


def test_a_withdrawn_authorisation_stays_withdrawn(sandbox: Process, publish: Publisher) -> None:
    sandbox.fault(publish.operation, "revoked_token")

    answers = [publish(), publish()]

    if publish.network == "facebook":
        assert [answer.json()["error"]["error_subcode"] for answer in answers] == [458, 458]
    else:
        assert [answer.status_code for answer in answers] == [401, 401]
    assert sandbox.published()["count"] == 0


def test_an_expired_token_of_x_can_still_be_refreshed(sandbox: Process, x_tokens: dict[str, Any]) -> None:
    publish = Publisher(sandbox, "x", x_tokens["access_token"])
    sandbox.fault("x.tweets", "expired_token")

    assert publish().status_code == 401
    assert refresh_x(sandbox, x_tokens["refresh_token"]).status_code == 200


def test_a_withdrawn_refresh_token_is_refused(sandbox: Process, x_tokens: dict[str, Any]) -> None:
    sandbox.fault("x.token.refresh", "revoked_token")

    assert refresh_x(sandbox, x_tokens["refresh_token"]).status_code == 400


def test_a_lost_refresh_has_turned_the_token_all_the_same(sandbox: Process, x_tokens: dict[str, Any]) -> None:
    sandbox.fault("x.token", "lost_answer")

    with pytest.raises(requests.ConnectionError):
        refresh_x(sandbox, x_tokens["refresh_token"])

    assert refresh_x(sandbox, x_tokens["refresh_token"]).status_code == 400


@pytest.mark.parametrize("kind", ["media_failed", "slow_media"])
def test_a_picture_of_facebook_is_slow_or_refused(sandbox: Process, hartley: str, kind: str) -> None:
    sandbox.fault("facebook.photos", kind, seconds=0.3)

    answer = requests.post(
        f"{sandbox.graph}/{HARTLEY_PAGE}/photos",
        data={"access_token": hartley},
        files={"source": ("a.png", PNG, "image/png")},
        timeout=10,
    )

    if kind == "media_failed":
        assert answer.json()["error"]["code"] == 324
    else:
        assert answer.ok
        assert answer.elapsed.total_seconds() >= 0.3


def test_a_fault_strikes_one_account_so_often_and_by_chance(sandbox: Process, hartley: str) -> None:
    lambert = page_token(sandbox, facebook_user_token(sandbox), LAMBERT_PAGE)
    sandbox.fault("facebook", "status", account=HARTLEY_PAGE, count=None, probability=0.5, seed=7)

    def statuses(page: str, token: str) -> list[int]:
        address = f"{sandbox.graph}/{page}"
        return [requests.get(address, params={"access_token": token}, timeout=10).status_code for _ in range(20)]

    first = statuses(HARTLEY_PAGE, hartley)
    sandbox.control("DELETE", "faults")
    sandbox.fault("facebook", "status", account=HARTLEY_PAGE, count=None, probability=0.5, seed=7)

    assert 0 < first.count(503) < 20
    assert statuses(HARTLEY_PAGE, hartley) == first
    assert statuses(LAMBERT_PAGE, lambert) == [200] * 20


@pytest.mark.parametrize(
    "wrong",
    [{"operation": "facebook.dance"}, {"fault": "rain"}, {"status": 404}, {"operation": ""}, {"count": "often"}],
)
def test_a_fault_that_cannot_be_is_refused(sandbox: Process, wrong: dict[str, Any]) -> None:
    body = {"operation": "facebook.feed", "fault": "status", **wrong}

    assert requests.post(f"{sandbox.base}/_control/faults", json=body, timeout=10).status_code == 400


# What listening and moderating add


def moderate_facebook(sandbox: Process, token: str) -> list[tuple[str, str, str, dict[str, str]]]:
    """(operation, method, path, params) of one call each."""
    post = publish_on_facebook(sandbox, token)
    made = sandbox.stranger("comment", network="facebook", on=post)["id"]
    asked = sandbox.stranger("message", network="facebook", account=HARTLEY_PAGE)
    to = {"recipient": json.dumps({"id": asked["author"]}), "message": json.dumps({"text": "Yes"})}
    return [
        ("facebook.comment.list", "GET", f"{post}/comments", {}),
        ("facebook.comment.create", "POST", f"{made}/comments", {"message": "Yes"}),
        ("facebook.comment.read", "GET", made, {}),
        ("facebook.comment.hide", "POST", made, {"is_hidden": "true"}),
        ("facebook.like.add", "POST", f"{made}/likes", {}),
        ("facebook.message.send", "POST", f"{HARTLEY_PAGE}/messages", to),
        ("facebook.conversations", "GET", f"{HARTLEY_PAGE}/conversations", {}),
        ("facebook.ratings", "GET", f"{HARTLEY_PAGE}/ratings", {}),
        ("facebook.comment.delete", "DELETE", made, {}),
    ]


def test_every_call_of_an_inbox_on_facebook_meets_its_faults(sandbox: Process, engaged: str) -> None:
    for operation, method, path, params in moderate_facebook(sandbox, engaged):
        answers = []
        for kind in ("rate_limited", "status", "forbidden"):
            sandbox.fault(operation, kind, status=500)
            answer = requests.request(
                method, f"{sandbox.graph}/{path}", params={**params, "access_token": engaged}, timeout=10
            )
            answers.append(answer.json()["error"]["code"])
        assert (operation, answers) == (operation, [80001, 1, 200])


def test_every_call_of_an_inbox_on_x_meets_its_faults(sandbox: Process, x_engaged: dict[str, str]) -> None:
    post = publish_on_x(sandbox, x_engaged)
    reply = sandbox.stranger("reply", network="x", on=post)["id"]
    calls: list[tuple[str, str, str, Any]] = [
        ("x.mentions", "GET", f"users/{HARTLEY_USER}/mentions", None),
        ("x.search", "GET", f"tweets/search/recent?query=conversation_id:{post}", None),
        ("x.hide", "PUT", f"tweets/{reply}/hidden", {"hidden": True}),
        ("x.like.add", "POST", f"users/{HARTLEY_USER}/likes", {"tweet_id": reply}),
        ("x.subscriptions.list", "GET", "activity/subscriptions", None),
    ]
    for operation, method, path, body in calls:
        answers = []
        for kind in ("rate_limited", "status", "forbidden"):
            sandbox.fault(operation, kind, status=503)
            answer = requests.request(method, f"{sandbox.x}/2/{path}", json=body, headers=x_engaged, timeout=10)
            answers.append(answer.status_code)
        assert (operation, answers) == (operation, [429, 503, 403])


def test_a_reply_whose_answer_is_lost_stands_all_the_same(sandbox: Process, engaged: str) -> None:
    made = sandbox.stranger("comment", network="facebook", on=publish_on_facebook(sandbox, engaged))["id"]
    sandbox.fault("facebook.comment.create", "lost_answer")

    with pytest.raises(requests.ConnectionError):
        requests.post(f"{sandbox.graph}/{made}/comments", data={"message": "Yes", "access_token": engaged}, timeout=10)

    assert [answer["on"] for answer in sandbox.control("GET", "answered")["answers"]] == [made]


@pytest.mark.parametrize(("path", "body", "calls"), [("hidden", {"hidden": True}, 50), ("mentions", None, 300)])
def test_the_windows_of_an_inbox_on_x_are_counted(
    sandbox: Process, x_engaged: dict[str, str], path: str, body: Any, calls: int
) -> None:
    reply = sandbox.stranger("reply", network="x", on=publish_on_x(sandbox, x_engaged))["id"]
    address = f"{sandbox.x}/2/tweets/{reply}/hidden" if body else f"{sandbox.x}/2/users/{HARTLEY_USER}/mentions"

    def call() -> requests.Response:
        return sandbox.session.request("PUT" if body else "GET", address, json=body, headers=x_engaged, timeout=10)

    answers = [call() for _ in range(calls + 1)]

    assert answers[0].headers["x-rate-limit-limit"] == str(calls)
    assert [answer.status_code for answer in answers[-2:]] == [200, 429]

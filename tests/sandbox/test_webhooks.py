"""Deliveries: what is sent again, doubled, shuffled, dropped, batched, and what outlives a kill."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.sandbox.conftest import (
    ENGAGING,
    Process,
    facebook_user_token,
    free_port,
    page_token,
    publish_on_facebook,
    publish_on_x,
    subscribe_facebook,
    subscribe_x,
    x_app_headers,
)
from tests.sandbox.receiver import Receiver


def comments_told(receiver: Receiver) -> list[str]:
    return [value["comment_id"] for value in receiver.changes if value["item"] == "comment"]


def burst(sandbox: Process, post: str, count: int) -> list[str]:
    ids: list[str] = sandbox.stranger("burst", network="facebook", on=post, count=count, authors=5)["ids"]
    return ids


def test_every_copy_arrives_and_none_is_missing(sandbox: Process, engaged: str, listening: Receiver) -> None:
    post = publish_on_facebook(sandbox, engaged)
    listening.wait(1)
    sandbox.control("POST", "webhooks", copies=3, shuffle_seconds=0.5, connections=4, seed=7)

    made = burst(sandbox, post, 40)
    counts = sandbox.control("POST", "webhooks/drain", seconds=10)
    told = comments_told(listening)

    assert (counts["drained"], counts["delivered"]) == (True, 121)
    assert Counter(told) == dict.fromkeys(made, 3)
    assert list(dict.fromkeys(told)) != made
    assert all(one.signed_by_facebook for one in listening.arrived)


def test_connections_are_kept(sandbox: Process, engaged: str, listening: Receiver) -> None:
    burst(sandbox, publish_on_facebook(sandbox, engaged), 60)
    listening.wait(61)

    assert len(listening.connections) <= 2


def test_entries_come_in_batches(sandbox: Process, engaged: str, listening: Receiver) -> None:
    post = publish_on_facebook(sandbox, engaged)
    listening.wait(1)
    sandbox.control("POST", "webhooks", batch=50, paused=True)
    made = burst(sandbox, post, 120)
    assert sandbox.control("GET", "webhooks")["counts"]["waiting"] == 120

    sandbox.control("POST", "webhooks", paused=False)
    arrived = listening.wait(4)

    assert [len(one.json["entry"]) for one in arrived[1:]] == [50, 50, 20]
    assert comments_told(listening) == made
    assert all(one.signed_by_facebook for one in arrived)


def test_an_answer_other_than_2xx_is_tried_again_at_once_and_then_slower(
    sandbox: Process, engaged: str, listening: Receiver
) -> None:
    post = publish_on_facebook(sandbox, engaged)
    listening.wait(1)
    listening.status = 500
    sandbox.control("POST", "clock", frozen=True)
    [made] = burst(sandbox, post, 1)
    listening.wait(3)
    listening.until(lambda: sandbox.control("GET", "webhooks")["counts"]["resting"] == 1)
    sandbox.control("POST", "clock", move=16)
    listening.wait(4)
    listening.status = 200
    listening.until(lambda: sandbox.control("GET", "webhooks")["counts"]["resting"] == 1)
    sandbox.control("POST", "clock", move=61)
    listening.wait(5)

    sandbox.control("POST", "webhooks/drain", seconds=5)
    answer = requests.get(f"{sandbox.base}/_control/webhooks/deliveries", params={"object": made}, timeout=10).json()

    assert [(row["attempt"], row["status"], row["outcome"]) for row in answer["deliveries"]] == [
        (1, 500, "retried"),
        (2, 500, "retried"),
        (3, 500, "retried"),
        (4, 200, "delivered"),
    ]
    assert len({one.body for one in listening.arrived[1:]}) == 1


def test_after_thirty_six_hours_an_event_is_given_up(sandbox: Process, engaged: str, listening: Receiver) -> None:
    post = publish_on_facebook(sandbox, engaged)
    listening.wait(1)
    listening.status = 503
    burst(sandbox, post, 1)
    listening.until(lambda: sandbox.control("GET", "webhooks")["counts"]["resting"] == 1)

    sandbox.control("POST", "clock", move=36 * 3600 + 1)
    listening.until(lambda: sandbox.control("GET", "webhooks")["counts"]["given_up"] == 1)

    assert sandbox.control("GET", "webhooks")["counts"]["resting"] == 0


def test_what_is_dropped_is_recorded_and_still_readable(sandbox: Process, engaged: str, listening: Receiver) -> None:
    post = publish_on_facebook(sandbox, engaged)
    listening.wait(1)
    sandbox.control("POST", "webhooks", drop=0.5, seed=3)

    made = burst(sandbox, post, 40)
    counts = sandbox.control("POST", "webhooks/drain", seconds=10)
    listed = requests.get(
        f"{sandbox.graph}/{post}/comments", params={"access_token": engaged, "limit": "100"}, timeout=10
    ).json()["data"]

    assert 5 < counts["dropped"] < 35
    assert counts["dropped"] + counts["delivered"] == 41
    assert {row["id"] for row in listed} == set(made)


def test_a_delayed_event_comes_later(sandbox: Process, engaged: str, listening: Receiver) -> None:
    post = publish_on_facebook(sandbox, engaged)
    listening.wait(1)
    sandbox.control("POST", "webhooks", delay_seconds=0.6)

    burst(sandbox, post, 1)

    assert sandbox.control("GET", "webhooks")["counts"]["waiting"] == 1
    listening.wait(2)


def test_unknown_switches_are_refused(sandbox: Process) -> None:
    address = f"{sandbox.base}/_control/webhooks"

    answers = [requests.post(address, json=body, timeout=10) for body in ({"colour": 1}, {"copies": 0}, {"drop": 2})]

    assert [answer.status_code for answer in answers] == [400, 400, 400]


def test_a_page_whose_messages_fail_for_an_hour_is_unsubscribed_from_them(
    sandbox: Process, engaged: str, listening: Receiver
) -> None:
    listening.status = 500
    sandbox.stranger("message", network="facebook", account="hartleyandrye", text="Hello?")
    listening.until(lambda: sandbox.control("GET", "webhooks")["counts"]["resting"] == 1)

    sandbox.control("POST", "clock", move=3601)
    listening.until(lambda: len(listening.arrived) >= 3)
    listening.until(lambda: sandbox.control("GET", "webhooks")["counts"]["in_flight"] == 0)
    [page] = sandbox.control("GET", "webhooks")["targets"]["facebook"]["pages"]
    before = len(listening.arrived)
    sandbox.stranger("message", network="facebook", account="hartleyandrye", text="Still there?")
    sandbox.control("POST", "webhooks/drain", seconds=5)

    assert page["fields"] == ["feed", "mention", "ratings"]
    assert len(listening.arrived) == before


@pytest.fixture
def lasting(tmp_path: Path) -> Iterator[Process]:
    process = Process(free_port(), tmp_path / "state")
    process.start()
    yield process
    process.stop()


def test_what_was_not_delivered_is_after_a_kill(lasting: Process, receiver: Receiver) -> None:
    token = page_token(lasting, facebook_user_token(lasting, scopes=ENGAGING))
    subscribe_facebook(lasting, receiver, token)
    post = publish_on_facebook(lasting, token)
    receiver.wait(1)
    lasting.control("POST", "webhooks", paused=True)
    made = burst(lasting, post, 30)

    lasting.stop(kill=True)
    lasting.session = requests.Session()
    lasting.start()
    listed = requests.get(
        f"{lasting.graph}/{post}/comments", params={"access_token": token, "limit": "100"}, timeout=10
    ).json()["data"]
    lasting.control("POST", "webhooks", paused=False)
    receiver.wait(31)

    assert {row["id"] for row in listed} == set(made)
    assert sorted(comments_told(receiver)) == sorted(made)


# X


def test_webhooks_of_x_and_their_events_outlive_a_kill(lasting: Process, receiver: Receiver) -> None:
    [tokens] = lasting.control("POST", "tokens", network="x", accounts=["hartleyandrye"])["tokens"]
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    subscribe_x(lasting, receiver, headers, "post.reply.create")
    post = publish_on_x(lasting, headers)
    lasting.control("POST", "webhooks", paused=True)
    before = lasting.stranger("reply", network="x", on=post)["id"]

    lasting.stop(kill=True)
    lasting.session = requests.Session()
    lasting.start()
    after = lasting.stranger("reply", network="x", on=post)["id"]
    lasting.control("POST", "webhooks", paused=False)
    receiver.wait(2)

    assert {event["payload"]["id"] for event in receiver.events} == {before, after}


def test_x_does_not_try_again_but_replays(sandbox: Process, x_engaged: dict[str, str], receiver: Receiver) -> None:
    webhook = subscribe_x(sandbox, receiver, x_engaged, "post.reply.create")
    post = publish_on_x(sandbox, x_engaged)
    receiver.status = 503
    lost = sandbox.stranger("reply", network="x", on=post)["id"]
    receiver.wait(1)
    counts = sandbox.control("POST", "webhooks/drain", seconds=5)
    receiver.status = 200
    sandbox.control("POST", "clock", move=120)
    now = sandbox.control("GET", "clock")["now"]

    def stamp(at: float) -> str:
        return time.strftime("%Y%m%d%H%M", time.gmtime(at))

    body = {"webhook_id": webhook, "from_date": stamp(now - 600), "to_date": stamp(now + 60)}
    answer = requests.post(f"{sandbox.x}/2/webhooks/replay", json=body, headers=x_app_headers(sandbox), timeout=10)
    receiver.wait(2)
    old = {**body, "from_date": stamp(now - 26 * 3600)}
    refused = requests.post(f"{sandbox.x}/2/webhooks/replay", json=old, headers=x_app_headers(sandbox), timeout=10)

    assert counts["given_up"] == 1
    assert answer.json()["data"]["job_id"]
    assert [event["payload"]["id"] for event in receiver.events] == [lost, lost]
    assert len({event["event_uuid"] for event in receiver.events}) == 1
    assert refused.status_code == 400


def test_with_the_switch_x_tries_again(sandbox: Process, x_engaged: dict[str, str], receiver: Receiver) -> None:
    subscribe_x(sandbox, receiver, x_engaged, "post.reply.create")
    sandbox.control("POST", "webhooks", x_redelivers=True)
    post = publish_on_x(sandbox, x_engaged)
    receiver.status = 503
    sandbox.stranger("reply", network="x", on=post)
    receiver.wait(2)
    receiver.status = 200
    receiver.until(lambda: sandbox.control("GET", "webhooks")["counts"]["resting"] == 1)

    sandbox.control("POST", "webhooks/retry")

    receiver.wait(3)


def test_an_address_that_fails_its_proof_is_refused(sandbox: Process, receiver: Receiver) -> None:
    app = x_app_headers(sandbox)

    def register(url: str) -> str:
        answer = requests.post(f"{sandbox.x}/2/webhooks", json={"url": url}, headers=app, timeout=20)
        return str(answer.json()["errors"][0]["message"]) if answer.status_code == 400 else str(answer.status_code)

    receiver.trusted = False
    assert register(receiver.url).startswith("CrcValidationFailed")
    assert register("http://app.example/hook").startswith("UrlValidationFailed")
    assert register("https://app.example:8443/hook").startswith("UrlValidationFailed")
    receiver.trusted = True
    assert register(receiver.url) == "200"
    assert register(receiver.url).startswith("DuplicateUrlFailed")


def test_a_webhook_is_asked_again_every_hour_and_ends_on_a_wrong_answer(
    sandbox: Process, x_engaged: dict[str, str], receiver: Receiver
) -> None:
    webhook = subscribe_x(sandbox, receiver, x_engaged, "post.reply.create")
    post = publish_on_x(sandbox, x_engaged)

    def valid() -> bool:
        [row] = sandbox.control("GET", "webhooks")["targets"]["x"]["webhooks"]
        return bool(row["valid"])

    sandbox.control("POST", "clock", move=3601)
    receiver.until(lambda: receiver.challenges == 2)
    assert valid()
    receiver.trusted = False
    sandbox.control("POST", "clock", move=3601)
    receiver.until(lambda: not valid())
    sandbox.stranger("reply", network="x", on=post)
    assert sandbox.control("POST", "webhooks/drain", seconds=5)["events"] == 0
    receiver.trusted = True
    answer = requests.put(f"{sandbox.x}/2/webhooks/{webhook}", headers=x_app_headers(sandbox), timeout=10)
    assert answer.json() == {"data": {"valid": True}}
    sandbox.stranger("reply", network="x", on=post)
    receiver.wait(1)


def test_a_webhook_that_does_not_answer_lives_for_twenty_eight_hours(
    sandbox: Process, x_engaged: dict[str, str], receiver: Receiver
) -> None:
    subscribe_x(sandbox, receiver, x_engaged)
    receiver.status = 503

    def valid() -> bool:
        [row] = sandbox.control("GET", "webhooks")["targets"]["x"]["webhooks"]
        return bool(row["valid"])

    sandbox.control("POST", "clock", move=27 * 3600)
    receiver.until(lambda: receiver.challenges == 2)
    assert valid()
    sandbox.control("POST", "clock", move=3601)
    receiver.until(lambda: not valid())


def test_subscriptions_are_made_listed_changed_and_ended(
    sandbox: Process, x_engaged: dict[str, str], receiver: Receiver
) -> None:
    webhook = subscribe_x(sandbox, receiver, x_engaged, "post.reply.create", "post.mention.create")
    app = x_app_headers(sandbox)
    address = f"{sandbox.x}/2/activity/subscriptions"
    wanted = {"event_type": "post.reply.create", "filter": {"user_id": "1420000000000000102"}, "webhook_id": webhook}

    listed = requests.get(address, headers=app, timeout=10).json()["data"]
    first, second = (row["subscription_id"] for row in listed)
    twice = requests.post(address, json={**wanted, "filter": listed[0]["filter"]}, headers=x_engaged, timeout=10)
    foreign = requests.post(address, json=wanted, headers=x_engaged, timeout=10)
    by_app = requests.post(address, json=wanted, headers=app, timeout=10)
    changed = requests.put(f"{address}/{first}", json={"tag": "inbox"}, headers=app, timeout=10).json()
    ended = requests.delete(f"{address}/{first}", headers=app, timeout=10).json()
    many = requests.delete(address, params={"ids": f"{second},1"}, headers=app, timeout=10).json()

    assert {row["event_type"] for row in listed} == {"post.reply.create", "post.mention.create"}
    assert (twice.status_code, foreign.status_code, by_app.status_code) == (400, 403, 403)
    assert changed["data"]["subscription"]["tag"] == "inbox"
    assert ended == {"data": {"deleted": True}}
    assert many["data"] == [{"subscription_id": second, "deleted": True}]
    assert [error["subscription_id"] for error in many["errors"]] == ["1"]
    assert requests.get(address, headers=app, timeout=10).json() == {"meta": {"total_subscriptions": 0}}


def test_a_user_who_withdraws_the_app_is_an_event(
    sandbox: Process, x_engaged: dict[str, str], receiver: Receiver
) -> None:
    webhook = subscribe_x(sandbox, receiver, x_engaged)
    body = {"event_type": "oauth.revoke", "filter": {}, "webhook_id": webhook}
    answer = requests.post(
        f"{sandbox.x}/2/activity/subscriptions", json=body, headers=x_app_headers(sandbox), timeout=10
    )
    assert answer.ok, answer.text

    sandbox.control("POST", "withdraw", network="x", account="hartleyandrye", reason="revoked")
    receiver.wait(1)

    assert receiver.events[0]["payload"]["user_id"] == "1420000000000000101"
    assert receiver.events[0]["payload"]["app_id"] == "sandbox-x-client"


def test_reading_is_paid_by_the_post_and_once_a_day(sandbox: Process, x_engaged: dict[str, str]) -> None:
    post = publish_on_x(sandbox, x_engaged)
    for _ in range(3):
        sandbox.stranger("reply", network="x", on=post)
    before = sandbox.control("GET", "settings")["spent"]
    query = {"query": f"conversation_id:{post} is:reply"}

    for _ in range(2):
        requests.get(f"{sandbox.x}/2/tweets/search/recent", params=query, headers=x_engaged, timeout=10)

    assert round(sandbox.control("GET", "settings")["spent"] - before, 6) == 0.015

"""Consent, tokens and what a person gave, on Facebook."""

import hashlib
import hmac
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import (
    FACEBOOK_APP,
    HARTLEY_PAGE,
    LAMBERT_PAGE,
    REDIRECT,
    Process,
    click_through_facebook,
    facebook_user_token,
    page_token,
    returned,
)
from tests.sandbox.receiver import VERIFY_TOKEN, Receiver

NADIA = "10150000000000001"
RUTH = "10150000000000002"
APP_TOKEN = "|".join(FACEBOOK_APP)


def dialog(sandbox: Process, **query: str) -> requests.Response:
    base = {"client_id": FACEBOOK_APP[0], "redirect_uri": REDIRECT, "scope": "pages_show_list", "state": "s"}
    return sandbox.session.get(
        f"{sandbox.base}/www.facebook.com/v26.0/dialog/oauth", params={**base, **query}, timeout=10
    )


def exchange(sandbox: Process, **params: str) -> requests.Response:
    base = {"client_id": FACEBOOK_APP[0], "client_secret": FACEBOOK_APP[1], "redirect_uri": REDIRECT}
    return sandbox.session.get(f"{sandbox.graph}/oauth/access_token", params={**base, **params}, timeout=10)


def get(sandbox: Process, path: str, token: str, **query: str) -> Any:
    return sandbox.session.get(f"{sandbox.graph}/{path}", params={**query, "access_token": token}, timeout=10).json()


def test_the_dialog_asks_who_then_which_pages(sandbox: Process) -> None:
    who = dialog(sandbox)
    what = dialog(sandbox, person=NADIA)

    assert "Ruth Hartley" in who.text
    assert all(page in what.text for page in ("Hartley &amp; Rye", "Fournil Lambert", "Corrie Cycles"))
    assert "Tidewater" not in what.text
    assert "form-action 'self' http://127.0.0.1:9" in what.headers["content-security-policy"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "1"},
        {"redirect_uri": "https://elsewhere.example/"},
        {"redirect_uri": "http://127.0.0.1.elsewhere.example/"},
        {"scope": "pages_everything"},
        {"response_type": "token"},
    ],
)
def test_a_wrong_address_is_told_to_the_person_and_not_sent_on(sandbox: Process, wrong: dict[str, str]) -> None:
    answer = dialog(sandbox, **wrong)

    assert answer.status_code == 400
    assert answer.url.startswith(sandbox.base)


def test_cancelling_comes_back_as_an_error(sandbox: Process) -> None:
    answer = sandbox.session.post(
        f"{sandbox.base}/www.facebook.com/v26.0/dialog/oauth",
        params={"client_id": FACEBOOK_APP[0], "redirect_uri": REDIRECT, "scope": "pages_show_list", "state": "s"},
        data={"person": NADIA, "decision": "decline"},
        allow_redirects=False,
        timeout=10,
    )

    assert answer.headers["location"].endswith("#_=_")
    back = returned(answer)
    assert (back["error"], back["error_reason"], back["error_code"], back["state"]) == (
        "access_denied",
        "user_denied",
        "200",
        "s",
    )


def test_a_code_is_exchanged_once_for_the_same_address_and_in_time(sandbox: Process) -> None:
    code = click_through_facebook(sandbox)["code"]
    late = click_through_facebook(sandbox)["code"]

    other_address = exchange(sandbox, code=code, redirect_uri=REDIRECT + "/").json()["error"]
    wrong_secret = exchange(sandbox, code=code, client_secret="x").json()["error"]
    good = exchange(sandbox, code=code).json()
    again = exchange(sandbox, code=code).json()["error"]
    sandbox.control("POST", "clock", move=601)
    too_late = exchange(sandbox, code=late).json()["error"]

    assert (other_address["code"], other_address["error_subcode"]) == (100, 36008)
    assert wrong_secret["code"] == 1
    assert (good["token_type"], good["expires_in"]) == ("bearer", 5400)
    assert again["error_subcode"] == 36009
    assert too_late["error_subcode"] == 36007


def test_a_long_lived_token_lives_sixty_days_and_its_page_tokens_for_ever(sandbox: Process) -> None:
    user = facebook_user_token(sandbox)
    page = page_token(sandbox, user)

    sandbox.control("POST", "clock", move=61 * 86400)

    dead = get(sandbox, "me", user)["error"]
    assert (dead["code"], dead["error_subcode"]) == (190, 463)
    assert get(sandbox, "me", page) == {"id": HARTLEY_PAGE, "name": "Hartley & Rye"}


def test_only_ticked_pages_are_listed_with_what_was_asked(sandbox: Process) -> None:
    user = facebook_user_token(sandbox, pages=[LAMBERT_PAGE])

    listed = get(
        sandbox, "me/accounts", user, fields="id,name,tasks,category,picture{url},instagram_business_account{id}"
    )

    [page] = listed["data"]
    assert (page["id"], page["name"], page["category"]) == (LAMBERT_PAGE, "Fournil Lambert", "Bakery")
    assert "CREATE_CONTENT" in page["tasks"]
    assert "access_token" not in page
    assert set(page["picture"]["data"]) == {"url"}
    assert "instagram_business_account" not in page
    assert requests.get(page["picture"]["data"]["url"], timeout=10).headers["content-type"] == "image/png"


def test_the_pages_are_listed_by_cursor(sandbox: Process) -> None:
    user = facebook_user_token(sandbox, pages=[HARTLEY_PAGE, LAMBERT_PAGE])

    first = get(sandbox, "me/accounts", user, limit="1")
    second = requests.get(first["paging"]["next"], timeout=10).json()

    assert [first["data"][0]["id"], second["data"][0]["id"]] == [HARTLEY_PAGE, LAMBERT_PAGE]
    assert "next" not in second["paging"]


def test_declined_permissions_are_told_and_missed(sandbox: Process) -> None:
    asked = "pages_show_list,pages_manage_posts,pages_read_engagement"
    answer = sandbox.session.post(
        f"{sandbox.base}/www.facebook.com/v26.0/dialog/oauth",
        params={"client_id": FACEBOOK_APP[0], "redirect_uri": REDIRECT, "scope": asked},
        data=[("person", NADIA), ("decision", "accept"), ("page", HARTLEY_PAGE), ("scope", "pages_show_list")],
        allow_redirects=False,
        timeout=10,
    )
    user = exchange(sandbox, code=returned(answer)["code"]).json()["access_token"]

    given = {row["permission"]: row["status"] for row in get(sandbox, "me/permissions", user)["data"]}
    refused = requests.post(
        f"{sandbox.graph}/{HARTLEY_PAGE}/feed",
        data={"message": "x", "access_token": page_token(sandbox, user)},
        timeout=10,
    )

    assert given["pages_show_list"] == "granted"
    assert given["pages_manage_posts"] == "declined"
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, 200)


def test_revoking_ends_every_token_of_the_person_and_no_one_else_s(sandbox: Process) -> None:
    nadia = facebook_user_token(sandbox)
    hers = page_token(sandbox, nadia)
    ruths = page_token(sandbox, facebook_user_token(sandbox, person=RUTH, pages=[HARTLEY_PAGE]))

    answer = sandbox.session.delete(f"{sandbox.graph}/{NADIA}/permissions?access_token={nadia}", timeout=10)

    assert answer.json() == {"success": True}
    for token in (nadia, hers):
        assert get(sandbox, "me", token)["error"]["error_subcode"] == 458
    assert get(sandbox, "me", ruths)["id"] == HARTLEY_PAGE


@pytest.mark.parametrize(
    ("reason", "subcode"), [("password", 460), ("checkpoint", 459), ("logged_out", 467), ("role", 492)]
)
def test_tokens_die_by_event(sandbox: Process, hartley: str, reason: str, subcode: int) -> None:
    sandbox.control("POST", "withdraw", network="facebook", person="Nadia Benali", page="hartleyandrye", reason=reason)

    error = get(sandbox, HARTLEY_PAGE, hartley)["error"]

    assert (error["code"], error["error_subcode"]) == (190, subcode)


def test_a_token_can_be_looked_into(sandbox: Process, hartley: str) -> None:
    seen = get(sandbox, "debug_token", APP_TOKEN, input_token=hartley)["data"]
    unknown = get(sandbox, "debug_token", APP_TOKEN, input_token="nonsense")["data"]

    assert (seen["type"], seen["is_valid"], seen["expires_at"]) == ("PAGE", True, 0)
    assert (seen["user_id"], seen["profile_id"], seen["app_id"]) == (NADIA, HARTLEY_PAGE, FACEBOOK_APP[0])
    assert {"scope": "pages_manage_posts", "target_ids": [HARTLEY_PAGE, LAMBERT_PAGE]} in seen["granular_scopes"]
    assert (unknown["is_valid"], unknown["error"]["code"]) == (False, 190)


def test_the_proof_of_the_secret_is_checked(sandbox: Process, hartley: str) -> None:
    proof = hmac.new(FACEBOOK_APP[1].encode(), hartley.encode(), hashlib.sha256).hexdigest()

    assert get(sandbox, "me", hartley, appsecret_proof=proof)["id"] == HARTLEY_PAGE
    assert get(sandbox, "me", hartley, appsecret_proof="0" * 64)["error"]["code"] == 100


def test_a_page_s_webhooks_are_subscribed_replaced_and_ended(sandbox: Process, hartley: str) -> None:
    address = f"{sandbox.graph}/{HARTLEY_PAGE}/subscribed_apps"
    auth = {"access_token": hartley}

    requests.post(address, data={**auth, "subscribed_fields": "feed,mention"}, timeout=10)
    requests.post(address, data={**auth, "subscribed_fields": "feed"}, timeout=10)
    listed = requests.get(address, params=auth, timeout=10).json()["data"]
    wrong = requests.post(address, data={**auth, "subscribed_fields": "everything"}, timeout=10).json()
    ended = requests.delete(address, params=auth, timeout=10).json()

    assert listed == [{"id": FACEBOOK_APP[0], "name": "Portevoix", "subscribed_fields": ["feed"]}]
    assert wrong["error"]["code"] == 100
    assert ended == {"success": True}
    assert requests.get(address, params=auth, timeout=10).json() == {"data": []}


def test_an_app_subscribes_with_its_own_token(sandbox: Process, hartley: str, receiver: Receiver) -> None:
    address = f"{sandbox.graph}/{FACEBOOK_APP[0]}/subscriptions"
    form = {"object": "page", "callback_url": receiver.url, "verify_token": VERIFY_TOKEN, "fields": "feed,mention"}

    refused = requests.post(address, data={**form, "access_token": hartley}, timeout=10).json()
    taken = requests.post(address, data={**form, "access_token": APP_TOKEN}, timeout=10).json()
    [listed] = requests.get(address, params={"access_token": APP_TOKEN}, timeout=10).json()["data"]

    assert refused["error"]["code"] == 15
    assert taken == {"success": True}
    assert receiver.challenges == 1
    assert [field["name"] for field in listed["fields"]] == ["feed", "mention"]


def test_an_address_that_does_not_repeat_the_challenge_is_refused(sandbox: Process, receiver: Receiver) -> None:
    address = f"{sandbox.graph}/{FACEBOOK_APP[0]}/subscriptions"
    form = {"object": "page", "verify_token": "another", "fields": "feed", "access_token": APP_TOKEN}

    wrong = requests.post(address, data={**form, "callback_url": receiver.url}, timeout=10).json()
    absent = requests.post(address, data={**form, "callback_url": "http://127.0.0.1:9/hook"}, timeout=10).json()
    plain = requests.post(address, data={**form, "callback_url": "http://app.example/hook"}, timeout=10).json()

    assert [answer["error"]["code"] for answer in (wrong, absent, plain)] == [2200] * 3
    assert requests.get(address, params={"access_token": APP_TOKEN}, timeout=10).json() == {"data": []}

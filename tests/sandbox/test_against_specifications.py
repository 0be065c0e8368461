"""The twins against what the networks publish: X's OpenAPI, and the descriptions Meta generates its SDKs from."""

import json
import os
import re
import time
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import requests

from sandbox.networks.facebook.fields import NODES
from tests.sandbox.conftest import (
    HARTLEY_PAGE,
    HARTLEY_USER,
    PNG,
    Process,
    publish_on_facebook,
    publish_on_x,
    x_app_headers,
)
from tests.sandbox.receiver import Receiver

SPECS = Path(os.environ.get("SPECIFICATIONS", Path(__file__).resolve().parents[3] / "shared" / "specs"))
X_SPEC = SPECS / "x-openapi.json"
META = SPECS / "meta"

needs_x = pytest.mark.skipif(not X_SPEC.exists(), reason="X's OpenAPI is absent: set SPECIFICATIONS to its folder")
needs_meta = pytest.mark.skipif(
    not META.exists(), reason="Meta's SDK descriptions are absent: set SPECIFICATIONS to their folder"
)

# Live answers speak the legacy dialect where the specification knows only the new one (seen in September 2026).
LEGACY = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
}
# Named by the network's documentation but absent from the descriptions of 2026-04-15: connections, and Page's tasks.
CONNECTIONS = {
    "Page": {"picture", "feed", "posts", "published_posts", "photos", "tasks"},
    "PagePost": {"attachments", "comments", "reactions", "likes", "insights", "to", "sharedposts"},
    "Photo": {"comments", "likes", "reactions", "insights"},
    "User": {"picture", "accounts", "permissions"},
    "Comment": {"comments", "likes", "reactions"},
    "Recommendation": set(),
    "UnifiedThread": {"messages"},
}
# Messages of a thread have no description of their own.
DESCRIBED = sorted(NODES.keys() & CONNECTIONS.keys())


class XSpec:
    """Checks of bodies against one operation of X's OpenAPI."""

    def __init__(self) -> None:
        self.document = json.loads(X_SPEC.read_text())

    def request(self, method: str, path: str, body: Any) -> None:
        content = self.document["paths"][path][method]["requestBody"]["content"]
        self._check(content["application/json"]["schema"], body)

    def answer(self, method: str, path: str, answer: requests.Response) -> None:
        responses = self.document["paths"][path][method]["responses"]
        declared = responses.get(str(answer.status_code))
        if declared:
            self._check(declared["content"]["application/json"]["schema"], self._renamed(answer.json()))
        else:
            self._check({"required": ["title", "detail", "type"]}, answer.json())

    def _check(self, schema: dict[str, Any], value: Any) -> None:
        jsonschema.Draft202012Validator({**schema, "components": self.document["components"]}).validate(value)

    def _renamed(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {LEGACY.get(name, name): self._renamed(inner) for name, inner in value.items()}
        if isinstance(value, str):  # problems live under either host
            return value.replace("https://api.twitter.com/2/problems/", "https://api.x.com/2/problems/")
        return [self._renamed(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="session")
def spec() -> XSpec:
    return XSpec()


@needs_x
def test_x_s_calls_and_answers_are_the_published_ones(spec: XSpec, sandbox: Process, x_headers: dict[str, str]) -> None:
    def call(method: str, path: str, template: str, body: Any = None, **query: str) -> Any:
        if body is not None:
            spec.request(method, template, body)
        answer = requests.request(method, f"{sandbox.x}{path}", json=body, params=query, headers=x_headers, timeout=10)
        spec.answer(method, template, answer)
        return answer.json()

    opened = {"media_type": "image/png", "media_category": "tweet_image", "total_bytes": len(PNG)}
    media_id = call("post", "/2/media/upload/initialize", "/2/media/upload/initialize", opened)["data"]["id"]
    part = requests.post(
        f"{sandbox.x}/2/media/upload/{media_id}/append",
        data={"segment_index": 0},
        files={"media": PNG},
        headers=x_headers,
        timeout=10,
    )
    spec.answer("post", "/2/media/upload/{id}/append", part)
    call("post", f"/2/media/upload/{media_id}/finalize", "/2/media/upload/{id}/finalize")
    call("get", "/2/media/upload", "/2/media/upload", command="STATUS", media_id=media_id)
    words = {"id": media_id, "metadata": {"alt_text": {"text": "A loaf"}}}
    call("post", "/2/media/metadata", "/2/media/metadata", words)
    body = {"text": "Bread https://example.com", "media": {"media_ids": [media_id]}}
    post_id = call("post", "/2/tweets", "/2/tweets", body)["data"]["id"]
    every_field = "author_id,conversation_id,created_at,entities,public_metrics,attachments,reply_settings"
    for dialect in ("tweet.fields", "post.fields"):
        asked = {dialect: every_field, "expansions": "author_id,attachments.media_keys", "media.fields": "alt_text,url"}
        call("get", f"/2/tweets/{post_id}", "/2/tweets/{id}", **asked)
        call("get", f"/2/users/{HARTLEY_USER}/tweets", "/2/users/{id}/tweets", **asked)
        call("get", "/2/tweets", "/2/tweets", ids=f"{post_id},20", **asked)
    user_fields = "created_at,description,profile_image_url,protected,public_metrics,verified,verified_type"
    call("get", "/2/users/me", "/2/users/me", **{"user.fields": user_fields})
    call("delete", f"/2/tweets/{post_id}", "/2/tweets/{id}")


@needs_x
def test_listening_and_moderating_on_x_are_the_published_calls(
    spec: XSpec, sandbox: Process, x_engaged: dict[str, str], receiver: Receiver
) -> None:
    sandbox.control("POST", "settings", enterprise=True)

    def call(method: str, path: str, template: str, headers: dict[str, str], body: Any = None, **query: str) -> Any:
        if body is not None:
            spec.request(method, template, body)
        answer = requests.request(method, f"{sandbox.x}{path}", json=body, params=query, headers=headers, timeout=10)
        assert answer.ok, answer.text
        spec.answer(method, template, answer)
        return answer.json()

    app = x_app_headers(sandbox)
    webhook = call("post", "/2/webhooks", "/2/webhooks", app, {"url": receiver.url})["data"]["id"]
    call("get", "/2/webhooks", "/2/webhooks", app)
    call("put", f"/2/webhooks/{webhook}", "/2/webhooks/{webhook_id}", app)
    wanted = {"event_type": "post.reply.create", "filter": {"user_id": HARTLEY_USER}, "webhook_id": webhook, "tag": "t"}
    path = "/2/activity/subscriptions"
    made = call("post", path, path, x_engaged, wanted)["data"]["subscription"]["subscription_id"]
    call("get", path, path, app)
    call("put", f"{path}/{made}", f"{path}/{{subscription_id}}", app, {"tag": "inbox"})

    post = publish_on_x(sandbox, x_engaged)
    reply = sandbox.stranger("reply", network="x", on=post)["id"]
    receiver.wait(1)
    fields = "author_id,conversation_id,created_at,entities,in_reply_to_user_id,public_metrics,referenced_tweets"
    for dialect in ("tweet.fields", "post.fields"):
        asked = {dialect: fields, "expansions": "author_id"}
        mentions = f"/2/users/{HARTLEY_USER}/mentions"
        call("get", mentions, "/2/users/{id}/mentions", x_engaged, **asked)
        search = "/2/tweets/search/recent"
        call("get", search, search, x_engaged, query=f"conversation_id:{post}", **asked)
    call("put", f"/2/tweets/{reply}/hidden", "/2/tweets/{tweet_id}/hidden", x_engaged, {"hidden": True})
    likes = f"/2/users/{HARTLEY_USER}/likes"
    call("post", likes, "/2/users/{id}/likes", x_engaged, {"tweet_id": reply})
    call("delete", f"{likes}/{reply}", "/2/users/{id}/likes/{tweet_id}", x_engaged)

    now = sandbox.control("GET", "clock")["now"]
    minute = [time.strftime("%Y%m%d%H%M", time.gmtime(now + seconds)) for seconds in (-600, 60)]
    body = {"webhook_id": webhook, "from_date": minute[0], "to_date": minute[1]}
    call("post", "/2/webhooks/replay", "/2/webhooks/replay", app, body)
    receiver.wait(2)
    call("delete", path, path, app, ids=made)
    call("delete", f"/2/webhooks/{webhook}", "/2/webhooks/{webhook_id}", app)


@needs_x
@pytest.mark.parametrize(
    "body", [{"text": "x", "colour": "red"}, {"text": 5}, {"text": "x", "reply_settings": "everyone"}]
)
def test_what_x_s_specification_forbids_is_refused_here(
    spec: XSpec, sandbox: Process, x_headers: dict[str, str], body: dict[str, Any]
) -> None:
    with pytest.raises(jsonschema.ValidationError):
        spec.request("post", "/2/tweets", body)

    assert requests.post(f"{sandbox.x}/2/tweets", json=body, headers=x_headers, timeout=10).status_code == 400


@needs_meta
@pytest.mark.parametrize("node", DESCRIBED)
def test_the_known_fields_are_meta_s(node: str) -> None:
    described = {field["name"] for field in json.loads((META / f"{node}.json").read_text())["fields"]}

    assert NODES[node] - CONNECTIONS[node] <= described


@needs_meta
def test_what_the_twin_shows_has_the_described_types(sandbox: Process, hartley: str) -> None:
    auth = {"access_token": hartley}
    photo = requests.post(
        f"{sandbox.graph}/{HARTLEY_PAGE}/photos", data=auth, files={"source": ("a.png", PNG)}, timeout=10
    ).json()
    for node, object_id in (("Page", HARTLEY_PAGE), ("PagePost", photo["post_id"]), ("Photo", photo["id"])):
        fields = sorted(NODES[node] - CONNECTIONS[node])
        shown = requests.get(
            f"{sandbox.graph}/{object_id}", params={**auth, "fields": ",".join(fields)}, timeout=10
        ).json()
        assert len(shown) > 5
        types = {row["name"]: row["type"] for row in json.loads((META / f"{node}.json").read_text())["fields"]}
        for name, value in shown.items():
            assert _fits(value, types[name]), (node, name, value, types[name])


@needs_meta
def test_what_people_write_has_the_described_types(sandbox: Process, engaged: str) -> None:
    post = publish_on_facebook(sandbox, engaged)
    made = sandbox.stranger("comment", network="facebook", on=post)["id"]
    reply = requests.post(
        f"{sandbox.graph}/{made}/comments", data={"message": "Yes", "access_token": engaged}, timeout=10
    ).json()["id"]
    visit = sandbox.stranger("visit", network="facebook", account=HARTLEY_PAGE)["id"]
    thread = sandbox.stranger("message", network="facebook", account=HARTLEY_PAGE)["thread"]
    sandbox.stranger("review", network="facebook", account=HARTLEY_PAGE)

    def ask(node: str, path: str) -> dict[str, Any]:
        fields = ",".join(sorted(NODES[node] - CONNECTIONS[node]))
        shown = requests.get(
            f"{sandbox.graph}/{path}", params={"fields": fields, "access_token": engaged}, timeout=10
        ).json()
        found: dict[str, Any] = shown["data"][0] if "data" in shown else shown
        return found

    for node, path in (
        ("Comment", made),
        ("Comment", reply),
        ("PagePost", visit),
        ("UnifiedThread", thread),
        ("Recommendation", f"{HARTLEY_PAGE}/ratings"),
    ):
        shown = ask(node, path)
        assert len(shown) > 5
        types = {row["name"]: row["type"] for row in json.loads((META / f"{node}.json").read_text())["fields"]}
        for name, value in shown.items():
            assert _fits(value, types[name]), (node, name, value, types[name])


@needs_meta
def test_what_an_inbox_sends_is_described() -> None:
    def edges(node: str) -> dict[tuple[str, Any], set[str]]:
        described = json.loads((META / f"{node}.json").read_text())["apis"]
        return {
            (edge["method"], edge.get("endpoint")): {param["name"] for param in edge["params"]} for edge in described
        }

    comment, post, page = edges("Comment"), edges("PagePost"), edges("Page")

    assert {"filter", "order", "since"} <= comment["GET", "comments"] & post["GET", "comments"]
    assert {"message"} <= comment["POST", "comments"] & post["POST", "comments"]
    assert {"message", "is_hidden"} <= comment["POST", None]
    assert {("DELETE", None), ("POST", "likes"), ("DELETE", "likes"), ("GET", "likes")} <= comment.keys()
    assert {"recipient", "message", "messaging_type", "tag"} <= page["POST", "messages"]
    assert {"platform", "user_id"} <= page["GET", "conversations"]
    assert {"user", "uid", "asid", "psid"} <= page["POST", "blocked"]
    assert {("GET", "ratings"), ("GET", "tagged"), ("GET", "visitor_posts")} <= page.keys()


@needs_meta
def test_what_publishing_sends_is_described(sandbox: Process) -> None:
    edges = {
        (edge["method"], edge.get("endpoint")): {param["name"] for param in edge["params"]}
        for edge in json.loads((META / "Page.json").read_text())["apis"]
    }

    assert {"message", "link", "attached_media", "published", "scheduled_publish_time"} <= edges["POST", "feed"]
    assert {"url", "caption", "alt_text_custom", "published", "scheduled_publish_time"} <= edges["POST", "photos"]
    assert edges["POST", "subscribed_apps"] == {"subscribed_fields"}


def _fits(value: Any, described: str) -> bool:
    if described.startswith("list"):
        return isinstance(value, list)
    if described == "string":
        return isinstance(value, str)
    if described == "bool":
        return isinstance(value, bool)
    if described in {"int", "unsigned int", "float"}:
        return isinstance(value, int | float)
    if described == "datetime":
        return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", value) is not None
    return isinstance(value, dict)

"""What our client sends, held against Google's own description of its API."""

import json
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from integrations.contract import Kind
from integrations.engagement import Act
from tests.integrations.networks.contract import publish, settled
from tests.integrations.networks.engaging import commented, polled
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import composition, now, picture
from tests.integrations.networks.youtube.stage import PLAYLIST, YouTubeStage

jsonschema = pytest.importorskip("jsonschema")
pytest.importorskip("googleapiclient")
EVERYWHERE = {"uploadType", "upload_id"}  # of uploads, beside what each method names


def document(name: str) -> dict[str, Any]:
    path = files("googleapiclient") / f"discovery_cache/documents/{name}.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def methods(node: dict[str, Any]) -> list[dict[str, Any]]:
    found = list(node.get("methods", {}).values())
    for inner in node.get("resources", {}).values():
        found += methods(inner)
    return found


def as_json_schema(node: dict[str, Any]) -> dict[str, Any]:
    if isinstance(node.get("$ref"), str):
        return {"$ref": f"#/definitions/{node['$ref']}"}
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        node["additionalProperties"] = False
    for name in ("id", "required", "format", "default", "annotations"):
        if not isinstance(node.get(name), dict):
            node.pop(name, None)
    return node


def test_every_request_is_one_that_google_describes(sandbox: Sandbox) -> None:
    stage = YouTubeStage(sandbox)
    do_everything(stage)
    described = [*methods(document("youtube.v3")), *methods(document("youtubeAnalytics.v2"))]
    by_call = {(each["httpMethod"], each["path"]): each for each in described}
    definitions = json.loads(json.dumps(document("youtube.v3")["schemas"]), object_hook=as_json_schema)

    seen = set()
    for method, address, rest in stage.http.sent:
        host, _, path = urlsplit(address).path.lstrip("/").partition("/")
        if host not in {"www.googleapis.com", "youtubeanalytics.googleapis.com"}:
            continue
        path = path.removeprefix("upload/")
        wanted = by_call["POST" if method == "PUT" and "upload_id" in address else method, path]
        given = {**dict(parse_qsl(urlsplit(address).query)), **(rest.get("params") or {})}
        assert set(given) <= {*wanted["parameters"], *EVERYWHERE}, address
        required = {name for name, each in wanted["parameters"].items() if each.get("required")}
        assert required <= set(given), address
        for name, value in given.items():
            allowed = wanted["parameters"].get(name, {}).get("enum")
            assert not allowed or value in allowed, (name, value)
        if rest.get("document") is not None:
            schema = {"$ref": f"#/definitions/{wanted['request']['$ref']}", "definitions": definitions}
            jsonschema.Draft7Validator(schema).validate(rest["document"])
        seen.add(wanted["id"])

    assert seen == {
        "youtube.channels.list", "youtube.videoCategories.list", "youtube.playlists.list", "youtube.videos.insert",
        "youtube.videos.list", "youtube.videos.update", "youtube.videos.delete", "youtube.thumbnails.set",
        "youtube.playlistItems.insert", "youtube.playlistItems.list", "youtube.commentThreads.insert",
        "youtube.commentThreads.list", "youtube.comments.list", "youtube.comments.insert", "youtube.comments.delete",
        "youtube.comments.setModerationStatus", "youtubeAnalytics.reports.query",
    }  # fmt: skip


def do_everything(stage: YouTubeStage) -> None:
    account, provider = stage.account(), stage.provider
    wanted = composition(Kind.VIDEO, provider=provider)
    options = {**wanted.options, "playlist": PLAYLIST, "tags": ["rye"]}
    wanted = type(wanted)(
        text=wanted.text, media=wanted.media, options=options, cover=picture("red"), first_comment="First!"
    )
    for option in ("category", "playlist"):
        provider.choices(account, option, now=now())
    published = settled(stage, account, publish(stage, account, wanted))
    for name in provider.follow_ups(wanted):
        provider.follow_up(account, wanted, name, published, {}, now=now())
        provider.find_follow_up(account, wanted, name, published, {}, since=now(), now=now())
    provider.find_published(account, wanted, {}, since=now(), now=now())
    provider.edit_published(account, wanted, published.network_id, now=now())
    message = commented(stage, account)
    sent = provider.reply(account, message.target, "Yes.", now=now())
    provider.find_reply(account, message.target, "Yes.", since=now(), now=now())
    provider.fetch_messages(account, [message.target], now=now())
    provider.act(account, Act.HIDE, message.target, now=now())
    mine = type(message.target)(
        message_id=sent.network_id,
        kind=message.kind,
        thread_id=message.thread_id,
        author_id=account.network_id,
    )
    provider.act(account, Act.DELETE, mine, now=now())
    polled(stage, account, watched=[published.network_id])
    day = now().date()
    list(provider.measure_account(account, since=day, until=day, now=now()))
    provider.measure_posts(account, [published.network_id], now=now())
    provider.delete_published(account, published.network_id, now=now())

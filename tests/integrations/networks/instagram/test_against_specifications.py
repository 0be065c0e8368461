"""What we send to Instagram, against the descriptions from which Meta makes its SDKs: edges, parameters and fields."""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from integrations.contract import Kind
from integrations.engagement import Act
from tests.hosting import Shelf
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.engaging import commented, polled
from tests.integrations.networks.instagram.stage import InstagramStage
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Shelf as Progresses
from tests.integrations.networks.stage import now

META = Path(os.environ.get("SPECIFICATIONS", Path(__file__).resolve().parents[5] / "shared" / "specs")) / "meta"
needs_meta = pytest.mark.skipif(
    not META.exists(), reason="set SPECIFICATIONS to the folder that has Meta's descriptions"
)

OURS = {"appsecret_proof", "fields", "limit", "after"}  # taken on every edge, and described on none
# Written into Meta's guides and on no description: a mark of June 2026, and bytes instead of an address.
NEWER = {"is_ai_generated", "upload_type"}
# Connections, which can be asked for like fields, and what a mention is read by.
CONNECTIONS = {"replies", "children", "mentioned_media", "mentioned_comment"}


@cache
def described(node: str) -> Any:
    return json.loads((META / f"{node}.json").read_text())


@cache
def edges(node: str) -> dict[tuple[str, str], set[str]]:
    return {
        (each["method"], each.get("endpoint") or ""): {parameter["name"] for parameter in each["params"]}
        for each in described(node)["apis"]
    }


def outermost(fields: str) -> set[str]:
    while "{" in fields:
        fields = re.sub(r"(\.\w+\(\w+\))?\{[^{}]*\}", "", fields)
    return set(fields.split(",")) - {""}


@needs_meta
def test_meta_knows_every_call_we_make(sandbox: Sandbox, ear: Ear, shelf: Shelf) -> None:
    stage = InstagramStage(sandbox, ear, shelf)
    account, today = stage.account(), now().date()
    nodes = {account.network_id: "IGUser"}
    options = {"location": "7", "user_tags": ["ruth"], "ai_generated": True, "comments": False}
    for kind in (Kind.IMAGE, Kind.IMAGES, Kind.REEL, Kind.STORY):
        more = {"options": options, "first_comment": "#rye"} if kind is Kind.IMAGE else {}
        wanted = stage.compose(kind, **more)
        progress = stage.provider.prepare(account, wanted, {}, save=Progresses(), now=now())
        while not (readiness := stage.provider.check(account, wanted, progress, now=now())).ready:
            if readiness.prepare_again:
                progress = stage.provider.prepare(account, wanted, progress, save=Progresses(), now=now())
        published = stage.provider.commit(account, wanted, progress, now=now())
        stage.provider.find_published(account, wanted, progress, since=now(), now=now())
        nodes[published.network_id] = "IGMedia"
        for name in stage.provider.follow_ups(wanted):
            stage.provider.follow_up(account, wanted, name, published, {}, now=now())
    message = commented(stage, account)
    nodes |= {message.network_id: "IGComment", message.thread_id: "IGMedia"}
    stage.provider.reply(account, message.target, "Yes", now=now())
    stage.provider.reply_privately(account, message.target, "At the side door.", now=now())
    stage.provider.act(account, Act.HIDE, message.target, now=now())
    stage.mention(account, "Ask @hartleyandrye")
    polled(stage, account, watched=[message.thread_id])
    list(stage.provider.measure_account(account, since=today, until=today, now=now()))
    stage.provider.measure_posts(account, [message.thread_id], now=now())
    stage.provider.act(account, Act.DELETE, message.target, now=now())
    stage.provider.delete_published(account, message.thread_id, now=now())

    checked = set()
    for method, path, rest in stage.http.sent:
        node, _, edge = path.removeprefix("/v26.0/").partition("/")
        sent = rest.get("form") or rest.get("params") or {}
        if described_as := nodes.get(node):
            checked.add((method, edge))
            assert (method, edge) in edges(described_as), (described_as, method, edge)
            assert sent.keys() - OURS - NEWER <= edges(described_as)[method, edge], (described_as, method, edge)
            if not edge and method == "GET":
                known = {each["name"] for each in described(described_as)["fields"]}
                assert outermost(sent["fields"]) - CONNECTIONS <= known, (described_as, sent["fields"])
        elif edge in {"messages", "conversations"}:
            assert sent.keys() - OURS <= edges("Page")[method, edge], (method, edge)

    assert checked >= {
        ("POST", "media"), ("POST", "media_publish"), ("GET", "media"), ("GET", "content_publishing_limit"),
        ("POST", "comments"), ("GET", "comments"), ("POST", "replies"), ("POST", ""), ("DELETE", ""), ("GET", ""),
        ("GET", "insights"), ("GET", "tags"),
    }  # fmt: skip

"""What we send, against what the networks publish about it: X's OpenAPI, and the descriptions behind Meta's SDKs."""

import json
import os
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from integrations.contract import Account, Composition, Feature, Form, Kind, Progress
from integrations.engagement import Act, MessageKind
from integrations.networks._shared.meta import messenger
from integrations.networks.facebook import client
from integrations.networks.x.dialects import Dialect
from tests.integrations.networks.contract import publish
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.engaging import commented, polled
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import composition, film, moving, now, picture
from tests.integrations.networks.twins import MUSEUM, FacebookStage, XStage

SPECS = Path(os.environ.get("SPECIFICATIONS", Path(__file__).resolve().parents[4] / "shared" / "specs"))
needs_specifications = pytest.mark.skipif(not SPECS.exists(), reason="set SPECIFICATIONS to the folder that has them")

# Connections are no fields in these descriptions, and can be asked for like fields.
CONNECTIONS = {"picture", "attachments", "messages"}


@cache
def described(name: str) -> Any:
    return json.loads((SPECS / name).read_text())


@needs_specifications
@pytest.mark.parametrize("dialect", list(Dialect))
def test_x_takes_every_call_we_make(sandbox: Sandbox, ear: Ear, dialect: Dialect) -> None:
    """Publishing of every kind, editing, the inbox, figures: addresses, parameters and documents."""
    sandbox.control("settings", enterprise=True)
    options = {"dialect": dialect, "daily_figures": True}
    stage = XStage(sandbox, ear, user=MUSEUM, enterprise=True, options=options)
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    published = {}
    for kind in sorted(stage.provider.kinds - {Kind.THREAD}):
        wanted = composition(kind, provider=stage.provider)
        published[kind] = publish(stage, account, replace(wanted, options={**wanted.options, "made_with_ai": True}))
    subtitles = {"subtitles": "1\n00:00:00,000 --> 00:00:02,000\nFresh bread"}
    publish(stage, account, replace(composition(Kind.VIDEO, "Whole"), cover=picture("cover"), options=subtitles))
    publish(stage, account, Composition(text="It moves", media=(moving("wave"),)))
    quote = {"quote": published[Kind.TEXT].permalink, "reply_settings": "following"}
    publish(stage, account, replace(composition(Kind.TEXT), options=quote))
    thread = replace(composition(Kind.THREAD), first_comment="Thank you all")
    root = publish(stage, account, thread)
    done: dict[str, Progress] = {}
    for name in stage.provider.follow_ups(thread):
        done[name] = stage.provider.follow_up(account, thread, name, root, done, now=now())
        stage.provider.find_follow_up(account, thread, name, root, done, since=now(), now=now())
    text = published[Kind.TEXT].network_id
    stage.provider.edit_published(account, composition(Kind.TEXT, "Said better."), text, now=now())
    stage.provider.find_published(account, thread, {}, since=now(), now=now())
    _talk(stage, account, sandbox)
    today = now().date()
    assert list(stage.provider.measure_account(account, since=today, until=today, now=now()))
    assert stage.provider.measure_posts(account, [text], now=now())
    stage.provider.delete_published(account, text, now=now())

    called = {_checked(method, path, rest, dialect) for method, path, rest in stage.http.sent if "/oauth2/" not in path}

    assert {path for _, path in called} >= {
        "/2/tweets", "/2/tweets/{}", "/2/tweets/analytics", "/2/tweets/search/recent", "/2/tweets/{}/hidden",
        "/2/users/me", "/2/users/{}/tweets", "/2/users/{}/mentions", "/2/users/{}/likes",
        "/2/media/upload", "/2/media/upload/initialize", "/2/media/upload/{}/append", "/2/media/upload/{}/finalize",
        "/2/media/metadata", "/2/media/subtitles", "/2/dm_events", "/2/dm_conversations/with/{}/messages",
        "/2/dm_conversations/with/{}/dm_events", "/2/webhooks", "/2/activity/subscriptions",
    }  # fmt: skip


def _talk(stage: XStage, account: Account, sandbox: Sandbox) -> None:
    message = commented(stage, account)
    stage.provider.reply(account, message.target, "Yes", now=now())
    stage.provider.find_reply(account, message.target, "Yes", since=now(), now=now())
    stage.provider.act(account, Act.HIDE, message.target, now=now())
    stage.provider.act(account, Act.LIKE, message.target, now=now())
    stage.provider.fetch_messages(account, [message.target], now=now())
    sandbox.control("strangers/message", network="x", account=account.network_id, text="Open?")
    found = [each.message for each in polled(stage, account)[0] if each.message]
    letter = next(each for each in found if each.kind is MessageKind.PRIVATE)
    stage.provider.reply(account, letter.target, "Yes", now=now())
    stage.provider.find_reply(account, letter.target, "Yes", since=now(), now=now())


def _checked(method: str, path: str, rest: dict[str, Any], dialect: Dialect) -> tuple[str, str]:
    """Compare one call with X's specification; return its method and address without ids."""
    specification = described("x-openapi.json")
    paths = {
        (verb.upper(), re.sub(r"\{\w+\}", "{}", template)): call
        for template, verbs in specification["paths"].items()
        for verb, call in verbs.items()
    }
    address = re.sub(r"\d{6,}", "{}", path)
    call = paths[method, address]
    document = rest.get("document")
    if document and document.get("event_type") != "oauth.revoke":  # named in X's pages, not in its specification
        body = call["requestBody"]["content"]["application/json"]["schema"]
        schema = {**body, "components": specification["components"]}
        jsonschema.Draft202012Validator(schema).validate(document)
    parameters = {
        each["name"]: each["schema"]
        for found in call.get("parameters", ())
        for each in [
            specification["components"]["parameters"][found["$ref"].rpartition("/")[2]] if "$ref" in found else found
        ]
    }
    for name, value in (rest.get("params") or {}).items():
        if dialect is Dialect.LEGACY and name in {"tweet.fields", "dm_event.fields"}:
            continue  # the older dialect, which the specification has dropped and X still takes
        items = parameters[name].get("items", {}).get("enum")
        assert items is None or set(value.split(",")) <= set(items), (address, name, value)
    return method, address


@needs_specifications
def test_meta_knows_every_parameter_we_send(sandbox: Sandbox) -> None:
    stage = FacebookStage(sandbox)
    publish(stage, stage.account(), composition(Kind.IMAGES))
    [form] = [rest["form"] for method, path, rest in stage.http.sent if path.endswith("/feed")]

    assert form.keys() - {"fields", "appsecret_proof"} <= parameters("feed")
    assert {"published", "alt_text_custom"} <= parameters("photos")


@needs_specifications
def test_meta_knows_what_we_send_with_films_links_and_figures(sandbox: Sandbox) -> None:
    stage = FacebookStage(sandbox, portfolios=True)
    access = stage.connect([Feature.PUBLISH, Feature.INSIGHTS])
    presence = next(stage.provider.list_presences(access.credentials, now=now()))
    assert presence.credentials is not None
    account = Account(network_id=presence.network_id, credentials=presence.credentials)
    for kind in (Kind.VIDEO, Kind.REEL, Kind.STORY):
        publish(stage, account, replace(composition(kind), options={} if kind is Kind.STORY else {"title": "Rye"}))
    publish(stage, account, Composition(form=Form.STORY, media=(film("story", width=540, height=960),)))
    link = replace(composition(Kind.LINK), options={"call_to_action": "LEARN_MORE"})
    post = publish(stage, account, link)
    stage.provider.edit_published(account, link, post.network_id, now=now())
    today = now().date()
    list(stage.provider.measure_account(account, since=today, until=today, now=now()))
    stage.provider.measure_posts(account, [post.network_id], now=now())
    nodes = {account.network_id: "Page", post.network_id: "PagePost"}

    sent = [
        (method, *path.removeprefix("/v26.0/").partition("/")[::2], {**(rest.get("form") or rest.get("params") or {})})
        for method, path, rest in stage.http.sent
    ]

    ours = {"fields", "appsecret_proof", "limit", "after"}
    checked = set()
    for method, node, edge, names in sent:
        described_as = nodes.get(node, "AdVideo" if node.isdigit() and (method, edge) == ("POST", "") else "")
        if described_as and (edge or method == "POST"):
            checked.add(edge)
            assert names.keys() - ours <= parameters_of(described_as, method, edge), (method, node, edge)
    assert {"feed", "videos", "video_reels", "video_stories", "photo_stories", "insights", ""} <= checked


@needs_specifications
@pytest.mark.parametrize(
    ("node", "fields"),
    [
        ("AdVideo", client.VIDEO_FIELDS),
        ("Page", client.PAGE_FIELDS),
        ("PagePost", client.POST_FIELDS),
        ("PagePost", client.VISIT_FIELDS),
        ("Comment", client.COMMENT_FIELDS),
        ("Recommendation", client.RATING_FIELDS),
        ("UnifiedThread", messenger.CONVERSATION_FIELDS),
    ],
)
def test_meta_knows_every_field_we_ask_for(node: str, fields: str) -> None:
    while "{" in fields:  # what is inside belongs to other nodes
        fields = re.sub(r"(\.\w+\(\w+\))?\{[^{}]*\}", "", fields)

    known = {each["name"] for each in described(f"meta/{node}.json")["fields"]}

    assert set(fields.split(",")) - CONNECTIONS <= known


@needs_specifications
def test_meta_knows_what_we_send_in_the_inbox(sandbox: Sandbox, ear: Ear) -> None:
    stage = FacebookStage(sandbox, ear)
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    message = commented(stage, account)
    stage.provider.reply(account, message.target, "Yes", now=now())
    sandbox.control("strangers/message", network="facebook", account=account.network_id, text="Open?")
    found = [each.message for each in polled(stage, account)[0] if each.message]
    private = next(each for each in found if each.kind is MessageKind.PRIVATE)
    stage.provider.reply(account, private.target, "Yes", now=now())
    stage.provider.reply_privately(account, message.target, "At the side door.", now=now())
    stage.provider.act(account, Act.BLOCK, message.target, now=now())

    sent = {path.rpartition("/")[2]: rest["form"] for method, path, rest in stage.http.sent if method == "POST"}

    ours = {"fields", "appsecret_proof"}
    assert sent["messages"].keys() - ours <= parameters("messages")
    assert sent["subscribed_apps"].keys() - ours <= parameters("subscribed_apps")
    assert sent["blocked"].keys() - ours <= parameters("blocked")
    known = {
        parameter["name"]
        for each in described("meta/Comment.json")["apis"]
        if (each["method"], each.get("endpoint")) == ("POST", "comments")
        for parameter in each["params"]
    }
    assert sent["comments"].keys() - ours <= known


def parameters_of(node: str, method: str, endpoint: str) -> set[str]:
    return {
        parameter["name"]
        for each in described(f"meta/{node}.json")["apis"]
        if (each["method"], each.get("endpoint") or "") == (method, endpoint)
        for parameter in each["params"]
    }


def parameters(endpoint: str) -> set[str]:
    return {
        parameter["name"]
        for each in described("meta/Page.json")["apis"]
        if (each["method"], each.get("endpoint")) == ("POST", endpoint)
        for parameter in each["params"]
    }

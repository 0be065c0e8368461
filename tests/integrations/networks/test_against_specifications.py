"""What we send, against what the networks publish about it: X's OpenAPI, and the descriptions behind Meta's SDKs."""

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from integrations.contract import Composition, Kind
from integrations.engagement import Act, MessageKind
from integrations.networks._shared.meta import messenger
from integrations.networks.facebook import client
from tests.integrations.networks.contract import publish
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.engaging import commented, polled
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import composition, now
from tests.integrations.networks.twins import FacebookStage, XStage

SPECS = Path(os.environ.get("SPECIFICATIONS", Path(__file__).resolve().parents[4] / "shared" / "specs"))
needs_specifications = pytest.mark.skipif(not SPECS.exists(), reason="set SPECIFICATIONS to the folder that has them")

# Connections are no fields in these descriptions, and can be asked for like fields.
CONNECTIONS = {"picture", "attachments", "messages"}


def described(name: str) -> Any:
    return json.loads((SPECS / name).read_text())


@needs_specifications
def test_x_takes_every_document_we_send(sandbox: Sandbox) -> None:
    stage = XStage(sandbox)
    account = stage.account()
    publish(stage, account, composition(Kind.IMAGES))
    publish(stage, account, Composition(text="Only followers may answer", options={"reply_settings": "following"}))
    specification = described("x-openapi.json")

    documents = [(method, path, rest["document"]) for method, path, rest in stage.http.sent if rest.get("document")]

    assert {path for _, path, _ in documents} == {"/2/media/upload/initialize", "/2/media/metadata", "/2/tweets"}
    for method, path, document in documents:
        body = specification["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]["schema"]
        schema = {**body, "components": specification["components"]}
        jsonschema.Draft202012Validator(schema).validate(document)


@needs_specifications
def test_x_has_every_address_we_call(sandbox: Sandbox) -> None:
    stage = XStage(sandbox)
    account = stage.account()
    published = publish(stage, account, composition(Kind.IMAGES))
    stage.provider.delete_published(account, published.network_id, now=now())
    templates = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path))
        for path, methods in described("x-openapi.json")["paths"].items()
        for method in methods
    }

    called = {(method, re.sub(r"\d{6,}", "{}", path)) for method, path, _ in stage.http.sent if "/oauth2/" not in path}

    assert called <= templates


@needs_specifications
def test_meta_knows_every_parameter_we_send(sandbox: Sandbox) -> None:
    stage = FacebookStage(sandbox)
    publish(stage, stage.account(), composition(Kind.IMAGES))
    [form] = [rest["form"] for method, path, rest in stage.http.sent if path.endswith("/feed")]

    assert form.keys() - {"fields", "appsecret_proof"} <= parameters("feed")
    assert {"published", "alt_text_custom"} <= parameters("photos")


@needs_specifications
@pytest.mark.parametrize(
    ("node", "fields"),
    [
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

    sent = {path.rpartition("/")[2]: rest["form"] for method, path, rest in stage.http.sent if method == "POST"}

    ours = {"fields", "appsecret_proof"}
    assert sent["messages"].keys() - ours <= parameters("messages")
    assert sent["subscribed_apps"].keys() - ours <= parameters("subscribed_apps")
    known = {
        parameter["name"]
        for each in described("meta/Comment.json")["apis"]
        if (each["method"], each.get("endpoint")) == ("POST", "comments")
        for parameter in each["params"]
    }
    assert sent["comments"].keys() - ours <= known


@needs_specifications
def test_x_takes_what_we_send_in_the_inbox(sandbox: Sandbox, ear: Ear) -> None:
    stage = XStage(sandbox, ear)
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    message = commented(stage, account)
    stage.provider.reply(account, message.target, "Yes", now=now())
    stage.provider.act(account, Act.HIDE, message.target, now=now())
    stage.provider.fetch_messages(account, [message.target], now=now())
    specification = described("x-openapi.json")
    paths = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path)): described_call
        for path, methods in specification["paths"].items()
        for method, described_call in methods.items()
    }

    for method, path, rest in stage.http.sent:
        if "/oauth2/" in path:
            continue
        call = paths[method, re.sub(r"\d{6,}", "{}", path)]
        document = rest.get("document")
        if document and document.get("event_type") != "oauth.revoke":  # named in X's pages, not in its specification
            body = call["requestBody"]["content"]["application/json"]["schema"]
            schema = {**body, "components": specification["components"]}
            jsonschema.Draft202012Validator(schema).validate(document)
        legacy = {"tweet.fields"}  # the older dialect, which the specification has dropped and X still takes
        known = {each.get("name") or each["$ref"].rpartition("/")[2] for each in call.get("parameters", ())}
        known |= {specification["components"]["parameters"][each]["name"] for each in known if each[0].isupper()}
        assert set(rest.get("params") or ()) - legacy <= known


def parameters(endpoint: str) -> set[str]:
    return {
        parameter["name"]
        for each in described("meta/Page.json")["apis"]
        if (each["method"], each.get("endpoint")) == ("POST", endpoint)
        for parameter in each["params"]
    }

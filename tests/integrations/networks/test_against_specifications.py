"""What we send, against what the networks publish about it: X's OpenAPI, and the descriptions behind Meta's SDKs."""

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from integrations.contract import Composition, Kind
from integrations.networks.facebook import client
from tests.integrations.networks.contract import publish
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import composition, now
from tests.integrations.networks.twins import FacebookStage, XStage

SPECS = Path(os.environ.get("SPECIFICATIONS", Path(__file__).resolve().parents[4] / "shared" / "specs"))
needs_specifications = pytest.mark.skipif(not SPECS.exists(), reason="set SPECIFICATIONS to the folder that has them")

# Connections are no fields in these descriptions, and can be asked for like fields.
CONNECTIONS = {"picture", "attachments"}


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
@pytest.mark.parametrize(("node", "fields"), [("Page", client.PAGE_FIELDS), ("PagePost", client.POST_FIELDS)])
def test_meta_knows_every_field_we_ask_for(node: str, fields: str) -> None:
    while "{" in fields:  # what is inside belongs to other nodes
        fields = re.sub(r"\{[^{}]*\}", "", fields)

    known = {each["name"] for each in described(f"meta/{node}.json")["fields"]}

    assert set(fields.split(",")) - CONNECTIONS <= known


def parameters(endpoint: str) -> set[str]:
    return {
        parameter["name"]
        for each in described("meta/Page.json")["apis"]
        if (each["method"], each.get("endpoint")) == ("POST", endpoint)
        for parameter in each["params"]
    }

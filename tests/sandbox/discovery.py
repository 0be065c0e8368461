"""Google's discovery documents, as the wheel of its own client has them: for checking bodies, and for that client."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import parse_qs

import jsonschema  # type: ignore[import-untyped]
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document  # type: ignore[import-untyped]

from tests.sandbox.conftest import Process

DOCUMENTS = (
    "mybusinessaccountmanagement.v1",
    "mybusinessbusinessinformation.v1",
    "mybusinessverifications.v1",
    "mybusinessnotifications.v1",
    "businessprofileperformance.v1",
)


@cache
def document(name: str) -> dict[str, Any]:
    """Return a document by its file's name: ``youtube.v3``."""
    path = resources.files("googleapiclient") / "discovery_cache" / "documents" / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@cache
def _schemas(name: str) -> dict[str, Any]:
    found: dict[str, Any] = _as_json_schema(document(name)["schemas"])
    return found


def check(name: str, schema: str, value: object) -> None:
    """Refuse what the document does not know: fields, kinds, enumerated words."""
    whole = {"$ref": f"#/definitions/{schema}", "definitions": _schemas(name)}
    jsonschema.Draft7Validator(whole).validate(value)


def client(sandbox: Process, name: str, access_token: str) -> Any:
    """Return Google's own client of an API, unchanged but for its base address; close it, or use it with ``with``."""
    described = document(name)
    host = described["rootUrl"].removeprefix("https://").rstrip("/")
    endpoint = f"{sandbox.base}/{host}/{described['servicePath']}"
    credentials = Credentials(token=access_token)  # type: ignore[no-untyped-call]
    return build_from_document(described, credentials=credentials, client_options={"api_endpoint": endpoint})


def _as_json_schema(value: Any) -> Any:
    """The dialect of the documents, in JSON Schema: names instead of addresses, and no field that is not described."""
    if isinstance(value, list):
        return [_as_json_schema(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {
        key: f"#/definitions/{each}" if key == "$ref" else _as_json_schema(each)
        for key, each in value.items()
        if key not in {"id", "format", "enumDescriptions", "enumDeprecated", "default"}
        and not (key == "required" and isinstance(each, bool))
    }
    if found.get("type") == "object" and "properties" in found and "additionalProperties" not in found:
        found["additionalProperties"] = False
    return found


def knows(method: str, address: str, *, params: Mapping[str, str]) -> bool:
    """Whether the document of this host has such a method, with every parameter that is sent."""
    path, _, query = address.partition("?")
    host, _, path = path.partition("/")
    sent = {*params, *parse_qs(query)}
    name = next(name for name in DOCUMENTS if document(name)["rootUrl"] == f"https://{host}/")
    return any(
        found["httpMethod"] == method
        and re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/:]+", re.escape(found.get("flatPath", found["path"]))), path)
        and sent <= {*found.get("parameters", {}), *document(name)["parameters"]}
        for found in _methods(document(name))
    )


def _methods(resource: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from resource.get("methods", {}).values()
    for inner in resource.get("resources", {}).values():
        yield from _methods(inner)

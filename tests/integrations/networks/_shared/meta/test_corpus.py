"""What Meta answers to the calls that its networks share, in every documented shape."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.contract import AppKeys
from integrations.networks._shared.meta.answers import granted
from integrations.networks.facebook.client import FacebookClient
from lib.http import Client
from tests.integrations.networks.cases import outcomes

FIXTURES = Path(__file__).parent / "fixtures"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
UNKNOWN, SILENT = "OutcomeUnknown no_answer", "TransientError unavailable"


def client(http: Client, **more: Any) -> FacebookClient:
    keys = AppKeys(client_id="1", client_secret="s")
    return FacebookClient(http=http, graph_url="https://recorded.example", version="v26.0", keys=keys, **more)


def told(http: Client) -> list[tuple[str, str, int, bool]]:
    reports: list[Any] = []
    client(http, usage=reports.append).me("t", now=NOON)
    return [(each.budget, each.subject, each.used, each.reset_at is not None) for each in reports]


def is_told(http: Client) -> bool:
    return client(http).is_app_told(address="https://us.example", fields=["feed"], now=NOON)


TABLE: dict[str, tuple[Callable[[Client], Any], dict[str, Any]]] = {
    "token": (
        lambda http: client(http).extend_token("t", now=NOON).get("expires_in"),
        {
            "long-lived": 5183944,
            "without an end": None,
            "null end": None,
            "new fields": 3600,
            "no token": SILENT,
            "text of old": SILENT,
            "dead": "AuthorisationLost access_lost",
        },
    ),
    "permissions": (
        lambda http: granted(client(http).permissions("t", now=NOON)),
        {
            "every status": {"pages_show_list"},
            "new status and fields": {"pages_show_list"},
            "status missing": set(),
            "none": set(),
            "no data": set(),
            "null data": set(),
        },
    ),
    "subscribed_apps": (
        lambda http: client(http).subscribed_fields("t", "102", now=NOON),
        {
            "ours among others": {"feed", "mention"},
            "null fields": set(),
            "no fields": set(),
            "others only": set(),
            "none": set(),
            "null data": set(),
        },
    ),
    "subscriptions": (
        is_told,
        {
            "fields as objects": True,
            "fields as names": True,
            "switched off": False,
            "elsewhere": False,
            "null fields": False,
            "none": False,
            "no data": False,
        },
    ),
    "message_sent": (
        lambda http: client(http).send_message("t", "102", form={}, now=NOON),
        {
            "sent": "m_1",
            "new fields": "m_1",
            "no message id": UNKNOWN,
            "null message id": UNKNOWN,
            "answered once": "PermanentError answered_privately",
            "too old": "PermanentError private_answer_too_late",
            "window closed": "PermanentError reply_window_closed",
            "not JSON": UNKNOWN,
        },
    ),
    "usage": (
        told,
        {
            "of the app": [("facebook.app", "1", 28, False)],
            "of an account": [("facebook.page", "102", 97, True)],
            "several kinds": [("facebook.page", "102", 1, False), ("facebook.page", "102", 2, False)],
            "the old page's header": [],
            "another shape": [],
            "none": [],
        },
    ),
    "errors": (
        lambda http: client(http).me("t", now=NOON),
        {
            "whole": "AuthorisationLost access_lost",
            "no subcode": "PermanentError refused",
            "null subcode": "PermanentError refused",
            "data inside": "PermanentError post_gone",
            "transient": SILENT,
            "code as text": "PermanentError unrecognised",
            "error as text": "PermanentError unrecognised",
            "a list": "PermanentError unrecognised",
            "not JSON": SILENT,
            "a list of success": SILENT,
        },
    ),
}


def test_every_recorded_answer_has_its_row() -> None:
    assert {each.stem for each in FIXTURES.glob("*.json")} == TABLE.keys()


@pytest.mark.parametrize("name", TABLE)
def test_recorded_answers_are_read(name: str) -> None:
    ask, expected = TABLE[name]

    assert outcomes(FIXTURES / f"{name}.json", ask) == expected

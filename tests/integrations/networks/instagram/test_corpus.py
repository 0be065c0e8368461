"""What Instagram answers and tells, in every documented shape: missing, null, additional, of a later year."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.contract import Account, AppKeys, Composition, Credentials, Feature, Form
from integrations.engagement import Incoming, IncomingMessage
from integrations.insights import PostMeasures
from integrations.networks._shared.meta.polls import news_of
from integrations.networks.instagram import containers, mapping, measuring, messages, webhooks
from integrations.networks.instagram.provider import InstagramProvider
from lib.http import Client
from tests.integrations.networks.cases import cases, outcomes
from tests.integrations.networks.stage import film

FIXTURES = Path(__file__).parent / "fixtures"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OURS = Account(network_id="17841", credentials=Credentials(access_token="t"), handle="Ours", details={"page_id": "1"})
FILM = replace(film("oven"), address=None)
REEL = Composition(media=(FILM,), form=Form.REEL)
MADE = {"items": {"0.key-oven": {"id": "179", "made_at": NOON.timestamp()}}}
EVERYTHING = frozenset({"instagram_manage_comments"})
UNKNOWN = "OutcomeUnknown no_answer"


def provider(http: Client, **more: Any) -> InstagramProvider:
    keys = AppKeys(client_id="1", client_secret="s")
    address = "https://recorded.example"
    return InstagramProvider(keys=keys, graph_url=address, dialog_url=address, version="v26.0", http=http, **more)


def client(http: Client) -> Any:
    return provider(http)._client


def presences(http: Client) -> list[Any]:
    credentials = Credentials(access_token="t", scopes=EVERYTHING)
    return [
        (each.network_id, each.name, sorted(each.able), each.details.get("comments"))
        for each in provider(http).list_presences(credentials, now=NOON)
    ]


def state(http: Client) -> str:
    found = containers.check(client(http), OURS, REEL, MADE, now=NOON)
    if found.failed:
        return found.failed.key
    return "ready" if found.ready else "wait" if found.check_after else "again"


def room(http: Client) -> list[tuple[int, int]]:
    reports: list[Any] = []
    provider(http, usage=reports.append)._require_room(OURS, now=NOON)
    return [(each.used, each.limit) for each in reports]


def media(http: Client) -> list[tuple[str, str, int]]:
    listing = client(http).media("t", "17841", stories=False, after="", now=NOON)
    return [(each.network_id, each.text, each.media_count) for each in mapping.sightings(listing)]


def said(found: Iterable[IncomingMessage]) -> list[tuple[Any, ...]]:
    return [(each.network_id, each.author.network_id if each.author else None, each.by_account, each.text)
            for each in found]  # fmt: skip


def comments(http: Client) -> list[tuple[Any, ...]]:
    rows = client(http).comments("t", "180", after="", now=NOON)["data"]
    return said(each for row in rows for each in messages.comments(row, medium_id="180", account=OURS))


def mention(http: Client) -> Any:
    node = client(http).mentioned_medium("t", "17841", "180", now=NOON)
    if not node:
        return None
    found = messages.mention(node, account=OURS)
    return (found.text, found.author.handle if found.author else None, found.acts is None)


def mentioned_comment(http: Client) -> Any:
    node = client(http).mentioned_comment("t", "17841", "178", now=NOON)
    return said([messages.mention_in_comment(node, medium_id="180", account=OURS)]) if node else None


def conversations(http: Client) -> list[tuple[Any, ...]]:
    rows = client(http).conversations("t", "1", now=NOON)["data"]
    return [
        (each.network_id, each.thread_id, each.by_account, [one.kind for one in each.attachments])
        for row in rows
        for each in news_of(row, account_id="17841", start=datetime.min.replace(tzinfo=UTC), fetch=lambda _: {})
    ]


def figures(http: Client) -> dict[str, float]:
    return measuring._values(client(http).insights("t", "17841", query={}, now=NOON))


def of_medium(http: Client) -> PostMeasures | None:
    return provider(http).measure_posts(OURS, ["180"], now=NOON).get("180")


def upload(http: Client) -> None:
    client(http).upload("t", "https://recorded.example/up", FILM, offset=0)


TABLE: dict[str, tuple[Callable[[Client], Any], dict[str, Any]]] = {
    "accounts": (
        presences,
        {
            "whole": [("17841", "Bakery", ["engage", "insights", "publish"], "allowed")],
            "pages without an account": [],
            "bare": [("17841", "17841", [], "refused")],
            "null parts": [("17841", "17841", [], "refused")],
            "new tasks and fields": [("17841", "bakery", sorted(Feature), "allowed")],
            "none": [],
            "null data": [],
        },
    ),
    "containers": (
        lambda http: client(http).create_container("t", "17841", form={}, now=NOON).get("uri", ""),
        {
            "made": "",
            "with an address for its bytes": "https://rupload.facebook.com/ig-api-upload/v26.0/179",
            "number as id": "",
            "no id": "TransientError unavailable",
            "picture refused": "PermanentError instagram_picture_refused",
            "not fetched": "PermanentError instagram_not_fetched",
            "fetched too slowly": "TransientError instagram_not_fetched",
        },
    ),
    "container_states": (
        state,
        {
            "in work": "wait",
            "ready": "ready",
            "published": "ready",
            "over": "again",
            "film refused": "film_refused",
            "failed in passing": "again",
            "failed without a reason": "unrecognised",
            "a new state": "wait",
            "no state": "wait",
            "gone": "again",
        },
    ),
    "published": (
        lambda http: client(http).publish("t", "17841", "179", now=NOON),
        {
            "published": "180",
            "new fields": "180",
            "no id": UNKNOWN,
            "not ready": "RateLimited instagram_not_ready",
            "published before, or over": "PermanentError media_expired",
            "day used up": "RateLimited rate_limited",
            "lost": UNKNOWN,
        },
    ),
    "publishing_limit": (
        room,
        {
            "some used": [(2, 100)],
            "the reference's total": "RateLimited rate_limited",
            "more than all": "RateLimited rate_limited",
            "no total": [],
            "null config": [],
            "none": [],
            "no data": [],
        },
    ),
    "media": (
        media,
        {
            "every kind": [("1", "A picture", 1), ("2", "Several", 2), ("3", "", 1), ("4", "", 1)],
            "parts missing": [],
            "null parts": [("1", "", 1)],
            "new fields": [("1", "c", 1)],
            "none": [],
            "null data": [],
        },
    ),
    "comments": (
        comments,
        {
            "with replies": [("1", "6", False, "Top"), ("2", "17841", True, "Ours")],
            "who wrote is kept back": [("1", "@ana", False, "Top"), ("2", None, False, "Top")],
            "null parts": [("1", None, False, "")],
            "hidden": [("1", "6", False, "Rude")],
            "new fields": [("1", "6", False, "Top")],
            "none": [],
        },
    ),
    "mentions": (
        mention,
        {
            "caption": ("With @Ours", "ana", True),
            "tag in the picture": ("No name here", "ana", False),
            "null caption": ("", None, False),
            "new fields": ("@ours", "ana", True),
            "kept back": None,
        },
    ),
    "mentioned_comments": (
        mentioned_comment,
        {
            "comment": [("178", "@ana", False, "Ask @ours")],
            "null parts": [("178", None, False, "")],
            "kept back": None,
            "gone": "PermanentError post_gone",
        },
    ),
    "conversations": (
        conversations,
        {
            "every attachment": [("m1", "6", False, ["image", "video", "audio", "file"]), ("m0", "6", True, [])],
            "null parts": [("m1", "6", False, [])],
            "no participants": [],
            "none": [],
        },
    ),
    "insights_account": (
        figures,
        {
            "totals": {"reach": 14, "saves": 0},
            "series": {"follower_count": 3},
            "nothing counted": {},
            "null parts": {},
            "an object for a figure": {},
            "new fields": {"reach": 2},
        },
    ),
    "insights_media": (
        of_medium,
        {
            "figures": PostMeasures(values={"reach": 7, "saves": 1, "watch_seconds": 4.5}),
            "nothing counted": None,
            "a metric of another kind": "PermanentError refused",
            "gone": "PermanentError post_gone",
        },
    ),
    "uploads": (
        upload,
        {
            "taken": None,
            "not taken": "PermanentError film_refused",
            "again": "TransientError unavailable",
            "never": "PermanentError film_refused",
            "not JSON": "TransientError unavailable",
        },
    ),
}

# what is told -> (what happened to which message, by us, its words) or the figures of which post
TOLD: dict[str, Any] = {
    "comment": ("written", "178", False, "hi"),
    "reply under an ad": ("written", "179", False, "hi"),
    "who wrote is kept back": ("written", "178", False, ""),
    "mention in a caption": ("written", "180", False, ""),
    "mention in a comment": ("written", "178", False, ""),
    "a story's end": {"180": {"reach": 9, "taps_forward": 1, "taps_back": 0, "exits": 2, "replies": 0}},
    "a story's end in other words": {"180": {"exits": 2}},
    "live comment": None,
    "message": ("written", "m1", False, "hi"),
    "message with a post": ("written", "m1", False, ""),
    "echo": ("written", "m1", True, "ours"),
    "taken back": ("deleted", "m1", None, None),
    "cannot be shown": ("written", "m1", False, ""),
    "edited": ("edited", "m1", False, "hello"),
    "seen": None,
}


def test_every_recorded_answer_has_its_row() -> None:
    assert {each.stem for each in FIXTURES.glob("*.json")} == {*TABLE, "webhooks"}


@pytest.mark.parametrize("name", TABLE)
def test_recorded_answers_are_read(name: str) -> None:
    ask, expected = TABLE[name]

    assert outcomes(FIXTURES / f"{name}.json", ask) == expected


def test_recorded_events_are_read() -> None:
    assert {case["what"]: told(case["answer"]) for case in cases(FIXTURES / "webhooks.json")} == TOLD


def told(event: dict[str, Any]) -> Any:
    """Return what an event says, cut out of a body as Meta sends it."""
    where = "changes" if "field" in event else "messaging"
    entry = json.loads(json.dumps({"id": "17841", "time": 1700000000, where: [event]}))
    payloads = [each.payload for each in webhooks._events(entry)]
    found = [each for payload in payloads for each in webhooks.read_event(payload, account_id="17841")]
    measured = {key: dict(each.values) for payload in payloads for key, each in webhooks.read_figures(payload).items()}
    return measured or next(map(_facts, found), None)


def _facts(incoming: Incoming) -> tuple[Any, ...]:
    message = incoming.message
    by_account, text = (message.by_account, message.text) if message else (None, None)
    return (incoming.change.value, incoming.message_id, by_account, text)

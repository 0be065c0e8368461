"""What Facebook answers and tells, in every documented shape: missing, null, additional, of a later year.

What it answers to calls that Instagram shares stands in `../_shared/meta`.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.contract import Account, AppKeys, Composition, Credentials, Feature, Form
from integrations.engagement import Act, MessageKind, Target
from integrations.networks.facebook import films
from integrations.networks.facebook.provider import FacebookProvider
from lib.http import Client, Multipart
from tests.integrations.networks.cases import outcomes
from tests.integrations.networks.stage import picture

FIXTURES = Path(__file__).parent / "fixtures"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAGE = Account(network_id="102", credentials=Credentials(access_token="t"))
COMMENT = Target(message_id="5_6", kind=MessageKind.COMMENT, thread_id="102_5", author_id="6")
STORY = Composition(media=(picture("red"),), form=Form.STORY)
UNKNOWN, SILENT = "OutcomeUnknown no_answer", "TransientError unavailable"
#: Read by `test_mapping`, `test_messages` and `test_webhooks`, each by what it says.
LISTS = {"comments__every_shape", "conversation__attachments", "published_posts__every_shape", "ratings__every_shape"}
EVENTS = {"webhook__comment_added", "webhook__every_change"}


def provider(http: Client) -> FacebookProvider:
    keys = AppKeys(client_id="1", client_secret="s")
    address = "https://recorded.example"
    return FacebookProvider(keys=keys, graph_url=address, dialog_url=address, version="v26.0", http=http)


def client(http: Client) -> Any:
    return provider(http)._client


def presences(http: Client) -> list[Any]:
    credentials = Credentials(access_token="t", scopes=frozenset({"pages_manage_engagement"}))
    return [
        (each.name, each.picture_url, sorted(each.able), each.details.get("comments"))
        for each in provider(http).list_presences(credentials, now=NOON)
    ]


def post(http: Client) -> tuple[str, str]:
    found = provider(http).commit(PAGE, Composition(text="Bread"), {}, now=NOON)
    return (found.network_id, found.permalink)


def photo(http: Client) -> str:
    media = picture("red")
    with media.open() as source:
        body = Multipart(
            fields={},
            name="source",
            filename="photo",
            content_type=media.content_type,
            source=source,
            size_bytes=media.size_bytes,
        )
        found: str = client(http).create_unpublished_photo("t", "102", photo=body, now=NOON)
    return found


def film(http: Client) -> tuple[str, str]:
    """Where a film stands before it is told to be published, and after."""
    video = client(http).video("t", "77", now=NOON)
    before, after = films.readiness(video, in_phases=False), films.verdict(video, page_id="102")
    standing = "failed" if before.failed else "ready" if before.ready else "wait" if before.check_after else "again"
    if after.refused:
        return (standing, after.refused.key)
    return (standing, after.published.network_id if after.published else "")


def story(http: Client) -> str:
    progress = {"media": {"key-red": "901"}}
    found = provider(http).find_published(PAGE, STORY, progress, since=NOON, now=NOON)
    return found.published.network_id if found.published else ""


def of_page(http: Client) -> list[tuple[str, date, float]]:
    days = provider(http).measure_account(PAGE, since=date(2026, 11, 20), until=date(2026, 11, 21), now=NOON)
    return [(each.metric, each.day, each.value) for each in days]


def of_post(http: Client) -> Any:
    found = provider(http).measure_posts(PAGE, ["102_5"], now=NOON)["102_5"]
    return dict(found.values)


def reply(http: Client) -> tuple[str, str, bool]:
    sent = provider(http).reply(PAGE, COMMENT, "Yes", now=NOON)
    return (sent.network_id, sent.permalink, sent.sent_at is not None)


TABLE: dict[str, tuple[Callable[[Client], Any], dict[str, Any]]] = {
    "accounts": (
        presences,
        {
            "whole": [("Bakery", "https://cdn.example/p", [Feature.ENGAGE, Feature.PUBLISH], "allowed")],
            "bare": [("102", "", [], "refused")],
            "null parts": [("102", "", [], "refused")],
            "picture in another place": [("Bakery", "https://cdn.example/p", [Feature.MESSAGES], "refused")],
            "new tasks and fields": [("Bakery", "", [Feature.INSIGHTS], "refused")],
            "twice": [("Bakery", "", [], "refused")],
            "none": [],
            "null data": [],
        },
    ),
    "posts_made": (
        post,
        {
            "with its address": ("102_5", "https://www.facebook.com/102/posts/5"),
            "without": ("102_5", "https://www.facebook.com/102_5"),
            "address without host": ("102_5", "https://www.facebook.com/102/posts/5"),
            "no id": UNKNOWN,
            "the same again": "PermanentError facebook_duplicate",
            "link refused": "PermanentError facebook_link_refused",
            "too fast": "RateLimited rate_limited",
            "lost": UNKNOWN,
        },
    ),
    "photos_made": (
        photo,
        {
            "unpublished": "901",
            "with a post": "901",
            "no id": SILENT,
            "too big": "PermanentError media_refused",
            "no picture": "PermanentError media_refused",
        },
    ),
    "uploads": (
        lambda http: client(http).upload("t", "upload:1", body=[b"bytes"], offset=0, now=NOON),
        {
            "handle": "4:aGFuZGxl",
            "new fields": "4:aGFuZGxl",
            "null handle": SILENT,
            "the host's refusal, again": SILENT,
            "the host's refusal, never": "PermanentError film_refused",
            "the graph's refusal": "AuthorisationLost access_lost",
            "a list": SILENT,
            "not JSON": SILENT,
        },
    ),
    "upload_offsets": (
        lambda http: client(http).upload_offset("t", "upload:1", now=NOON),
        {"some": 4096, "none": 0, "null": 0, "missing": 0},
    ),
    "reels_begun": (
        lambda http: client(http).begin_film("t", "102", edge="video_reels", now=NOON)[0],
        {"begun": "77", "new fields": "77", "no address": SILENT, "null id": SILENT},
    ),
    "videos": (
        film,
        {
            "on its way": ("wait", ""),
            "ready": ("ready", ""),
            "out": ("ready", "102_5"),
            "out, post not known": ("wait", ""),
            "broken": ("failed", "film_refused"),
            "over": ("again", ""),
            "null status": ("wait", ""),
            "a new status": ("wait", ""),
            "bare": ("wait", ""),
        },
    ),
    "stories": (
        story,
        {
            "both kinds": "102_8",
            "without a post": "",
            "null parts": "",
            "whole id, new fields": "102_8",
            "none": "",
        },
    ),
    "insights_page": (
        of_page,
        {
            "a series": [("engagements", date(2026, 11, 20), 5), ("engagements", date(2026, 11, 21), 0)],
            "an object for a figure": [("views", date(2026, 11, 20), 3)],
            "null parts": [],
            "a metric nobody asked for": [],
            "nothing counted": [],
            "dead metrics": [],
        },
    ),
    "insights_post": (
        of_post,
        {
            "figures": {"views": 9, "comments": 2, "shares": 1, "likes": 4},
            "no activity": {},
            "null parts": {},
            "nothing counted": {},
            "gone": "PermanentError post_gone",
        },
    ),
    "comments_made": (
        reply,
        {
            "whole": ("5_9", "https://www.facebook.com/102/posts/5?comment_id=9", True),
            "bare id": ("5_9", "", False),
            "null parts": ("5_9", "", False),
            "no id": UNKNOWN,
            "gone": "PermanentError post_gone",
        },
    ),
    "blocked": (
        lambda http: provider(http).act(PAGE, Act.BLOCK, COMMENT, now=NOON),
        {
            "blocked": None,
            "not found": "PermanentError author_not_found",
            "let in": None,
            "new fields": None,
            "not allowed": "AuthorisationLost permission_missing",
        },
    ),
}


def test_every_recorded_answer_has_its_row() -> None:
    assert {each.stem for each in FIXTURES.glob("*.json")} == TABLE.keys() | LISTS | EVENTS


@pytest.mark.parametrize("name", TABLE)
def test_recorded_answers_are_read(name: str) -> None:
    ask, expected = TABLE[name]

    assert outcomes(FIXTURES / f"{name}.json", ask) == expected

"""Every recorded answer of X is read, in both dialects, with what is missing, null or unknown."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.contract import (
    Account,
    AppKeys,
    Composition,
    Credentials,
    Feature,
    Findings,
    GrantedAccess,
    Presence,
    Progress,
    Readiness,
    UsageReport,
)
from integrations.engagement import Act, Incoming, IncomingMessage, MessageKind, Target
from integrations.networks.x import mapping, messages, webhooks
from integrations.networks.x.provider import XProvider
from tests.integrations.networks.answered import ORIGIN, Case, Recorded, cases_in
from tests.integrations.networks.stage import Shelf, film, picture
from tests.integrations.networks.x.test_webhooks import SECRET, signed

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SINCE = datetime(2026, 11, 28, 9, tzinfo=UTC)
US = "https://us.example/webhooks/x"
SHOP = Account(network_id="7", handle="shop", credentials=Credentials(access_token="token", refresh_token="old"))
BREAD = Composition(text="Fresh bread")


def provider(http: Recorded, *, messages: bool = False, usage: Callable[[UsageReport], object] = id) -> XProvider:
    return XProvider(
        keys=AppKeys(client_id="app", client_secret="secret"),
        api_url=ORIGIN,
        authorise_url=ORIGIN,
        http=http,
        usage=usage,
        consumer=AppKeys(client_id="consumer", client_secret=SECRET),
        webhook_address=US,
        enterprise=True,
        messages=messages,
        daily_figures=True,
    )


def connect(http: Recorded) -> Any:
    found: GrantedAccess = provider(http).exchange_code(
        code="c", redirect_uri=ORIGIN, code_verifier="v", features=[Feature.PUBLISH], now=NOW
    )
    return [found.person_id, found.person_name, credentials(found.credentials), sorted(found.missing)]


def refresh(http: Recorded) -> Any:
    return credentials(provider(http).refresh(SHOP.credentials, now=NOW))


def credentials(found: Credentials) -> Any:
    ends_at = found.expires_at.isoformat() if found.expires_at else None
    return [found.access_token, found.refresh_token, ends_at, sorted(found.scopes)]


def describe(http: Recorded) -> Any:
    found: Presence = provider(http).describe(SHOP, now=NOW)
    return [found.network_id, found.name, found.handle, found.permalink, dict(found.details)]


def budgets(http: Recorded) -> Any:
    reports: list[UsageReport] = []
    provider(http, usage=reports.append).describe(SHOP, now=NOW)
    return [
        [
            each.budget,
            each.reach.value,
            each.subject,
            each.used,
            each.limit,
            each.reset_at and each.reset_at.isoformat(),
        ]
        for each in reports
    ]


def commit(http: Recorded) -> Any:
    found = provider(http).commit(SHOP, BREAD, {}, now=NOW)
    return [found.network_id, found.permalink]


def edit(http: Recorded) -> Any:
    found = provider(http).edit_published(SHOP, BREAD, "11", now=NOW)
    return [found.network_id, found.permalink]


def find(http: Recorded) -> Any:
    found: Findings = provider(http).find_published(SHOP, BREAD, {}, since=SINCE, now=NOW)
    return [
        found.published.network_id if found.published else None,
        [[each.network_id, each.text, each.media_count] for each in found.candidates],
        found.covered,
    ]


def upload(http: Recorded) -> Any:
    wanted = Composition(media=(picture("red"),))
    found: Progress = provider(http).prepare(SHOP, wanted, {}, save=Shelf(), now=NOW)
    [state] = found["media"].values()
    return {name: state.get(name) for name in ("id", "expires_at", "sent", "processing", "described")}


def subtitle(http: Recorded) -> Any:
    """What is left to do once film and subtitles are there."""
    wanted = Composition(media=(film("oven"),), options={"subtitles": "WEBVTT\n"})
    done = {"expires_at": 1_800_000_000, "finalized": True}
    files = {each.key: {"id": str(number), **done} for number, each in enumerate(mapping.files_of(wanted), start=31)}
    found: Progress = provider(http).prepare(SHOP, wanted, {"media": files}, save=Shelf(), now=NOW)
    return found["media"][wanted.media[0].key]["subtitled"]


def check(http: Recorded) -> Any:
    image = picture("red")
    state = {
        "id": "31",
        "expires_at": 1_800_000_000,
        "finalized": True,
        "processing": True,
        "described": image.alt_text,
    }
    progress = {"media": {image.key: state}}
    found: Readiness = provider(http).check(SHOP, Composition(media=(image,)), progress, now=NOW)
    after = found.check_after.total_seconds() if found.check_after else None
    return [found.ready, after, found.failed.key if found.failed else None]


def poll(http: Recorded, *, watched: Iterable[str] = (), messages: bool = False) -> Any:
    pages = provider(http, messages=messages).poll(SHOP, cursor={}, since=SINCE, watched=list(watched), now=NOW)
    return [summary(each) for page in pages for each in page.incoming]


def fetch(http: Recorded) -> Any:
    targets = [Target(message_id=each, kind=MessageKind.COMMENT, thread_id="11") for each in ("21", "22")]
    found = provider(http).fetch_messages(SHOP, targets, now=NOW)
    return {key: message and message.text for key, message in found.items()}


def reply_private(http: Recorded) -> Any:
    target = Target(message_id="51", kind=MessageKind.PRIVATE, thread_id="9")
    return provider(http, messages=True).reply(SHOP, target, "Yes", now=NOW).network_id


def act(http: Recorded, what: Act) -> Any:
    target = Target(message_id="21", kind=MessageKind.COMMENT, thread_id="11", author_id="9")
    provider(http).act(SHOP, what, target, now=NOW)
    return "done"


def delete(http: Recorded) -> Any:
    provider(http).delete_published(SHOP, "11", now=NOW)
    return "done"


def measure_posts(http: Recorded) -> Any:
    found = provider(http).measure_posts(SHOP, ["11", "12"], now=NOW)
    return {key: "gone" if each.gone else dict(each.values) for key, each in found.items()}


def measure_account(http: Recorded) -> Any:
    found = provider(http).measure_account(SHOP, since=NOW.date(), until=NOW.date(), now=NOW)
    return [[each.metric, each.day.isoformat(), each.value] for each in found]


def is_subscribed(http: Recorded) -> Any:
    return provider(http).is_subscribed(SHOP, now=NOW)


def summary(each: Incoming) -> Any:
    found: IncomingMessage | None = each.message
    if found is None:
        return [each.change.value, each.message_id]
    return [
        each.change.value,
        each.message_id,
        found.kind.value,
        found.thread_id,
        found.answers_id,
        found.text,
        found.author.handle if found.author else None,
        [[one.kind, one.url] for one in found.attachments],
    ]


ACTS: Mapping[str, Callable[[Recorded], Any]] = {
    "connect": connect,
    "refresh": refresh,
    "describe": describe,
    "budgets": budgets,
    "commit": commit,
    "edit": edit,
    "find": find,
    "upload": upload,
    "subtitle": subtitle,
    "check": check,
    "poll": poll,
    "poll_conversation": lambda http: poll(http, watched=["11"]),
    "poll_private": lambda http: poll(http, messages=True),
    "fetch": fetch,
    "reply_private": reply_private,
    "hide": lambda http: act(http, Act.HIDE),
    "like": lambda http: act(http, Act.LIKE),
    "delete": delete,
    "measure_posts": measure_posts,
    "measure_account": measure_account,
    "is_subscribed": is_subscribed,
}


def told(document: Any) -> list[Any]:
    delivered = webhooks.read(signed(document), secret=SECRET)
    return [(each, webhooks.read_event(each.payload, account_id="7")) for each in delivered]


def listed(document: Any) -> list[Any]:
    around = messages.around(document.get("includes"))
    return [messages.message(each, around=around, account_id="7") for each in document["data"]]


# What has no cases is one body, looked at closely by a test of its own; here all that matters is that it is read.
BODIES: Mapping[str, Callable[[Any], list[Any]]] = {
    "webhook": told,
    "timeline": lambda document: list(mapping.sightings(document, handle="shop")),
    "search": listed,
}
CASES = cases_in(FIXTURES)
PLAIN = sorted({path.stem for path in FIXTURES.iterdir()} - {each.file for each in CASES})


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.name}")
def test_it_means_what_it_says(case: Case) -> None:
    assert case.outcome(ACTS[case.act]) == case.reads


@pytest.mark.parametrize("name", PLAIN)
def test_a_single_body_is_read(name: str) -> None:
    document = json.loads((FIXTURES / f"{name}.json").read_text())

    assert BODIES[name.partition("__")[0]](document)

"""Every recorded answer of LinkedIn is read, with what is missing, null, differently spelt or unknown."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.contract import Account, AppKeys, Composition, Credentials, Feature, MediaKind
from integrations.engagement import Act, Incoming, MessageKind, Target
from integrations.networks.linkedin import mapping, messages, webhooks
from integrations.networks.linkedin.provider import LinkedInProvider
from tests.integrations.networks.answered import ORIGIN, Case, Recorded, cases_in
from tests.integrations.networks.linkedin.test_webhooks import SECRET, signed
from tests.integrations.networks.stage import Shelf, document, film, picture

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SINCE = datetime(2026, 11, 28, 9, tzinfo=UTC)
US = "https://us.example/webhooks/linkedin"
ACME, POST = "urn:li:organization:5", "urn:li:share:9"
PAGE = Account(
    network_id=ACME,
    credentials=Credentials(access_token="token", refresh_token="kept", consent_ends_at=NOW + timedelta(days=300)),
    person_id="m",
    details={"administrator": "yes"},
)
BREAD = Composition(text="Fresh bread")
COMMENT = "urn:li:comment:(urn:li:activity:10,11)"
FILES = {MediaKind.IMAGE: picture("red"), MediaKind.DOCUMENT: document("Menu"), MediaKind.VIDEO: film("oven")}


def provider(http: Recorded, *, openid: bool = False) -> LinkedInProvider:
    return LinkedInProvider(
        keys=AppKeys(client_id="app", client_secret=SECRET),
        api_url=ORIGIN,
        oauth_url=ORIGIN,
        version="202609",
        http=http,
        application_id="1",
        webhook_address=US,
        openid=openid,
    )


def connect(http: Recorded, *, openid: bool = False) -> Any:
    found = provider(http, openid=openid).exchange_code(
        code="c", redirect_uri=ORIGIN, code_verifier="", features=[Feature.PUBLISH], now=NOW
    )
    return [found.person_id, found.person_name, credentials(found.credentials), sorted(found.missing)]


def refresh(http: Recorded) -> Any:
    return credentials(provider(http).refresh(PAGE.credentials, now=NOW))


def credentials(found: Credentials) -> Any:
    """Token, refresh token, days left of the access and of the consent."""
    ends = [(each - NOW).days if each else None for each in (found.expires_at, found.consent_ends_at)]
    return [found.access_token, found.refresh_token, *ends]


def pages(http: Recorded) -> Any:
    found = provider(http).list_presences(PAGE.credentials, now=NOW)
    return [[each.network_id, each.name, each.handle, sorted(each.able)] for each in found]


def describe(http: Recorded) -> Any:
    found = provider(http).describe(PAGE, now=NOW)
    return [found.name, found.picture_url, found.permalink, dict(found.details)]


def commit(http: Recorded) -> Any:
    found = provider(http).commit(PAGE, BREAD, {}, now=NOW)
    return [found.network_id, found.permalink]


def find(http: Recorded) -> Any:
    found = provider(http).find_published(PAGE, BREAD, {}, since=SINCE, now=NOW)
    return [found.published and found.published.network_id, [each.text for each in found.candidates], found.covered]


def find_named(http: Recorded) -> Any:
    found = provider(http).find_named(PAGE, BREAD, POST, since=SINCE, now=NOW)
    return [found.published and found.published.network_id, found.covered]


def verdict(http: Recorded) -> Any:
    found = provider(http).verdict(PAGE, POST, now=NOW)
    return [bool(found.published), found.refused and found.refused.key, bool(found.ask_after)]


def upload(http: Recorded, kind: MediaKind) -> Any:
    wanted = Composition(media=(FILES[kind],))
    [state] = provider(http).prepare(PAGE, wanted, {}, save=Shelf(), now=NOW)["media"].values()
    return {name: state.get(name) for name in ("urn", "tags", "expires_at", "finished")}


def check(http: Recorded) -> Any:
    media = FILES[MediaKind.VIDEO]
    progress = {"media": {media.key: {"urn": "urn:li:video:a", "finished": True}}}
    found = provider(http).check(PAGE, Composition(media=(media,)), progress, now=NOW)
    return [found.ready, bool(found.check_after), found.prepare_again, found.failed and found.failed.key]


def poll(http: Recorded, *watched: str) -> Any:
    found = provider(http).poll(PAGE, cursor={}, since=SINCE, watched=watched, now=NOW)
    return [summary(each) for page in found for each in page.incoming]


def fetch(http: Recorded) -> Any:
    targets = [
        Target(message_id=COMMENT, kind=MessageKind.COMMENT, thread_id=POST),
        Target(message_id="urn:li:share:19", kind=MessageKind.MENTION, thread_id="urn:li:share:19"),
    ]
    found = provider(http).fetch_messages(PAGE, targets, now=NOW)
    return {key: each and [each.text, each.edited_at is not None] for key, each in found.items()}


def reply(http: Recorded) -> Any:
    target = Target(message_id="urn:li:share:19", kind=MessageKind.MENTION, thread_id="urn:li:share:19")
    found = provider(http).reply(PAGE, target, "Thanks", now=NOW)
    return [found.network_id, found.sent_at and found.sent_at.isoformat()]


def act(http: Recorded, what: Act, *, by_account: bool = False) -> Any:
    author = ACME if by_account else "urn:li:person:x"
    target = Target(message_id=COMMENT, kind=MessageKind.COMMENT, thread_id=POST, author_id=author)
    provider(http).act(PAGE, what, target, now=NOW)
    return "done"


def measure_posts(http: Recorded) -> Any:
    found = provider(http).measure_posts(PAGE, [POST, "urn:li:ugcPost:8"], now=NOW)
    return {key: dict(each.values) for key, each in found.items()}


def measure_account(http: Recorded) -> Any:
    day = NOW.date()
    found = provider(http).measure_account(PAGE, since=day - timedelta(days=2), until=day, now=NOW)
    return [[each.metric, each.day.isoformat(), each.value] for each in found]


def is_subscribed(http: Recorded) -> Any:
    return provider(http).is_subscribed(PAGE, now=NOW)


def revoke(http: Recorded) -> Any:
    provider(http).revoke(PAGE.credentials, person_id="m", now=NOW)
    return "done"


def summary(each: Incoming) -> Any:
    if each.message is None:
        return [each.change.value, each.message_id]
    found = each.message
    author = found.author.network_id if found.author else None
    kept = [found.kind.value, found.thread_id, found.answers_id, found.text, author]
    return [each.change.value, each.message_id, *kept, each.needs_fetch]


ACTS: Mapping[str, Callable[[Recorded], Any]] = {
    "connect": connect,
    "connect_by_openid": lambda http: connect(http, openid=True),
    "refresh": refresh,
    "revoke": revoke,
    "pages": pages,
    "describe": describe,
    "commit": commit,
    "find": find,
    "find_named": find_named,
    "verdict": verdict,
    "upload_image": lambda http: upload(http, MediaKind.IMAGE),
    "upload_document": lambda http: upload(http, MediaKind.DOCUMENT),
    "upload_video": lambda http: upload(http, MediaKind.VIDEO),
    "check": check,
    "poll": poll,
    "poll_post": lambda http: poll(http, POST),
    "fetch": fetch,
    "reply": reply,
    "like": lambda http: act(http, Act.LIKE),
    "unlike": lambda http: act(http, Act.UNLIKE),
    "delete": lambda http: act(http, Act.DELETE, by_account=True),
    "measure_posts": measure_posts,
    "measure_account": measure_account,
    "is_subscribed": is_subscribed,
}

# What has no cases is one body, looked at closely by a test of its own; here all that matters is that it is read.
BODIES: Mapping[str, Callable[[Any], list[Any]]] = {
    "webhook": lambda told: [
        webhooks.read_event(each.payload, account_id=ACME)
        for each in webhooks.read(signed(json.dumps(told).encode()), secret=SECRET)
    ],
    "posts": lambda listed: list(mapping.sightings(listed["elements"])),
    "comments": lambda listed: [messages.comment(each, thread_id=POST, account_id=ACME) for each in listed["elements"]],
}
CASES = cases_in(FIXTURES)
PLAIN = sorted({path.stem for path in FIXTURES.iterdir()} - {each.file for each in CASES})


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.name}")
def test_it_means_what_it_says(case: Case) -> None:
    assert case.outcome(ACTS[case.act]) == case.reads


@pytest.mark.parametrize("name", PLAIN)
def test_a_single_body_is_read(name: str) -> None:
    assert BODIES[name.partition("__")[0]](json.loads((FIXTURES / f"{name}.json").read_text()))

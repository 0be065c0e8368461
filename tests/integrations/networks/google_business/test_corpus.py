"""Every documented shape of Google's answers, whole, bare, with nulls and with what is not known yet: all are read."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from integrations.contract import Account, AppKeys, Credentials
from integrations.engagement import Arrived, MessageKind, Target
from integrations.networks.google_business import errors, mapping, webhooks
from integrations.networks.google_business.client import Hosts
from integrations.networks.google_business.provider import GoogleBusinessProvider
from integrations.sentences import SENTENCES
from tests.integrations.networks.recorded import Recorded, Shelf, answer

SHELF = Shelf(__file__)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GOOGLE, TOPIC = "https://google.example", "projects/p/topics/reviews"
ACCOUNT = Account(network_id="2", credentials=Credentials(access_token="t", refresh_token="kept"))


def provider(answers: dict[str, Any]) -> GoogleBusinessProvider:
    """A provider whose calls are answered by the end of their path."""
    apis = ("accounts", "information", "verifications", "notifications", "performance", "v4")
    return GoogleBusinessProvider(
        keys=AppKeys(client_id="app", client_secret="word"),
        hosts=Hosts(**dict.fromkeys(apis, GOOGLE)),
        accounts_url=GOOGLE,
        oauth_url=GOOGLE,
        certificates_url=f"{GOOGLE}/certs",
        http=Recorded(answers),
        topic=TOPIC,
        push_account="push@google.example",
    )


def accounts(body: Any) -> Any:
    location = {"locations": [{"name": "locations/2", "title": "Bath"}]}
    google = provider({"/v1/accounts": body, "/locations": location})
    found = list(google.list_presences(ACCOUNT.credentials, now=NOW))
    asked = [each for each in google._client._http.asked if each.endswith("/locations")]  # type: ignore[attr-defined]
    return [each.details["account"] for each in found], [each.split("/")[3] for each in asked]


def locations(body: Any) -> Any:
    google = provider({"/v1/accounts": {"accounts": [{"name": "accounts/1"}]}, "/locations": body})
    found = google.list_presences(ACCOUNT.credentials, now=NOW)
    return [(each.network_id, each.name, each.details["standing"], each.details["language"]) for each in found]


def standings(body: Any) -> Any:
    return [mapping.standing(each["body"]) for each in body] == [each["is"] for each in body]


def posts(body: Any) -> Any:
    found = {}
    for each in (one for one in body["localPosts"] if one.get("name")):
        post_id = mapping.last_part(each["name"])
        verdict = provider({f"/localPosts/{post_id}": each}).verdict(ACCOUNT, post_id, now=NOW)
        word = verdict.refused.key if verdict.refused else verdict.published and verdict.published.permalink
        found[post_id] = word or verdict.ask_after
    seen = [mapping.sighting(each, ACCOUNT) for each in body["localPosts"]]
    return found, [(each.network_id, each.media_count) for each in seen if each]


def media(body: Any) -> Any:
    return mapping.picture(body), mapping.picture({"mediaItems": body["mediaItems"][:2]}), mapping.picture({})


def reviews(body: Any) -> Any:
    since = datetime(2020, 1, 1, tzinfo=UTC)
    pages = provider({"/reviews": body}).poll(ACCOUNT, cursor={}, since=since, watched=(), now=NOW)
    found = [each.message for page in pages for each in page.incoming if each.message]
    return [
        (
            each.network_id.partition("~")[0],
            each.by_account,
            each.author and each.author.name,
            each.rating,
            each.text,
            each.edited_at is not None,
            each.is_hidden,
            [one.kind for one in each.attachments],
        )
        for each in found
    ]


def replies(body: Any) -> Any:
    target = Target(message_id="Ab1", kind=MessageKind.REVIEW, thread_id="Ab1")
    found = [provider({"/reply": each}).reply(ACCOUNT, target, "Thanks", now=NOW) for each in body]
    return [each.network_id.partition("~")[2] for each in found]


def pushes(body: Any) -> Any:
    for number, each in enumerate(body):
        data = base64.b64encode(json.dumps(each["data"]).encode()).decode()
        for message in (
            {"data": data, "messageId": "136969346945", "publishTime": "2026-11-22T10:00:00.123Z", "attributes": {}},
            {"data": data, "message_id": "136969346945", "publish_time": None, "attributes": None, "orderingKey": "x"},
        ):
            told = webhooks.read(Arrived(headers={}, body=json.dumps({"message": message}).encode()))
            found = [
                (one.account_id, incoming.message_id, incoming.change.value)
                for one in told
                for incoming in webhooks.read_event(one.payload)
            ]
            assert (number, found) == (number, [tuple(each["is"])] if each["is"] else [])
    for bare in ({}, {"message": None}, {"message": {"data": "no base64 ", "messageId": "1"}}, [1]):
        assert webhooks.read(Arrived(headers={}, body=json.dumps(bare).encode())) == ()
    return len(body)


def settings(body: Any) -> Any:
    found = [
        provider({"/notificationSetting": each["body"]}).is_subscribed(ACCOUNT, now=NOW) == each["is"] for each in body
    ]
    return all(found) and len(found)


def performance(body: Any) -> Any:
    google, day = provider({":fetchMultiDailyMetricsTimeSeries": body}), date(2026, 11, 1)
    found = google.measure_account(ACCOUNT, since=day, until=day, now=NOW)
    return sorted((each.metric, each.day.day, each.value) for each in found)


def tokens(body: Any) -> Any:
    for number, each in enumerate(body):
        found = provider({"/token": each["body"]}).refresh(ACCOUNT.credentials, now=NOW)
        lives = [at and (at - NOW).total_seconds() for at in (found.expires_at, found.consent_ends_at)]
        assert (number, [found.access_token, found.refresh_token, *lives]) == (number, each["is"])
    return len(body)


def refusals(body: Any) -> Any:
    for number, each in enumerate(body):
        found = errors.refusal(answer(each["status"], each["body"]), once=False, edits=False, now=NOW)
        assert (number, found.key) == (number, each["is"])
        assert found.key in SENTENCES
    return len(body) > 15


MAPS, AGAIN = "https://maps.google.com/maps?cid=2", timedelta(seconds=30)
TABLE: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "accounts__every_shape": (accounts, (["accounts/111"], ["111", "112", "113", "114"])),
    "locations__every_shape": (
        locations,
        [
            ("2", "Hartley & Rye, 3 Cheap Street, Bath", "good", "fr"),
            ("3", "Bath Buns, Bath", "not_live", "en"),
            ("4", "Baker on wheels", "not_live", "en"),
            ("5", "locations/5", "not_live", "en"),
        ],
    ),
    "locations__none": (locations, []),
    "standings__every_shape": (standings, True),
    "posts__every_shape": (
        posts,
        (
            {
                "11": "https://local.google.com/place?id=2&use=posts&lpsid=11",
                "12": AGAIN,
                "13": "google_business_rejected",
                "14": MAPS,
                "15": AGAIN,
                "16": AGAIN,
                "17": AGAIN,
                "18": AGAIN,
                "19": AGAIN,
            },
            [("11", 1), ("12", 0), ("13", 0), ("14", 0), ("15", 0), ("16", 0), ("17", 0)],
        ),
    ),
    "media__every_shape": (media, ("https://lh3.example/new", "https://lh3.example/l", "")),
    "reviews__every_shape": (
        reviews,
        [
            ("AbFvOq1", False, "Ana", 4, "Good", False, None, []),
            ("AbFvOq1", True, None, None, "Thanks", False, False, []),
            ("AbFvOq2", False, "", 1, "", True, None, []),
            (
                "AbFvOq3",
                False,
                "",
                None,
                "(Translated by Google) Well\n\n(Original)\nBien",
                False,
                None,
                ["image", "video"],
            ),
            ("AbFvOq3", True, None, None, "Call us", False, True, []),
        ],
    ),
    "reply__every_shape": (replies, ["1795341600123", "1795341600000", "1795341600123"]),
    "pushes__every_shape": (pushes, 12),
    "notification_settings__every_shape": (settings, 6),
    "performance__every_shape": (
        performance,
        [("calls", 1, 3), ("calls", 2, 0), ("views", 1, 42)],
    ),
    "performance__none": (performance, []),
    "tokens__every_shape": (tokens, 4),
    "errors__every_shape": (refusals, True),
}


def test_no_file_is_forgotten() -> None:
    assert SHELF.names == TABLE.keys()


@pytest.mark.parametrize("name", TABLE)
def test_every_recorded_answer_is_read(name: str) -> None:
    read, expected = TABLE[name]

    assert read(SHELF.json(name)) == expected

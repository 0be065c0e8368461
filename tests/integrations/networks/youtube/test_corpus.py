"""Every documented shape of YouTube's answers, whole, bare, with nulls and with what is not known yet: all are read."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from integrations.contract import Account, AppKeys, Composition, Credentials, Feature
from integrations.engagement import Arrived, IncomingMessage, MessageKind, Target
from integrations.networks.youtube import errors, mapping, webhooks
from integrations.networks.youtube.client import Stand
from integrations.networks.youtube.provider import YouTubeProvider
from integrations.sentences import SENTENCES
from tests.integrations.networks.recorded import Recorded, Shelf, answer
from tests.integrations.networks.stage import film, picture

SHELF = Shelf(__file__)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GOOGLE, SECRET = "https://google.example", "our word"
ACCOUNT = Account(
    network_id="UC1", credentials=Credentials(access_token="t"), features=frozenset({Feature.ENGAGE, Feature.INSIGHTS})
)


def provider(**answers: Any) -> YouTubeProvider:
    """A provider whose calls are answered by the end of their path."""
    return YouTubeProvider(
        keys=AppKeys(client_id="app", client_secret="word"),
        accounts_url=GOOGLE,
        oauth_url=GOOGLE,
        api_url=GOOGLE,
        upload_url=GOOGLE,
        analytics_url=GOOGLE,
        http=Recorded(answers),
    )


def channels(body: Any) -> Any:
    found = [mapping.presence(each) for each in body["items"]]
    return [(each.name, each.handle, each.picture_url, dict(each.details)) for each in found]


def no_channel(body: Any) -> Any:
    return list(provider(channels=body).list_presences(ACCOUNT.credentials, now=NOW))


def verdicts(body: Any) -> Any:
    found = {}
    for each in body["items"]:
        verdict = provider(videos={"items": [each]}).verdict(ACCOUNT, each["id"], now=NOW)
        word = verdict.refused.key if verdict.refused else verdict.published and "published"
        found[each["id"]] = word or verdict.ask_after
    return found


def statistics(body: Any) -> Any:
    youtube = provider(videos=body)
    found = youtube.measure_posts(
        replace(ACCOUNT, features=frozenset()), ["whole", "hidden", "nulls", "odd", "gone"], now=NOW
    )
    return {each: "gone" if one.gone else dict(one.values) for each, one in found.items()}


def inserted_film(body: Any) -> Any:
    found = mapping.published(body)
    return found.network_id, found.permalink, found.published_at, found.judged


def threads(body: Any) -> Any:
    pages = provider(commentThreads=body, videos={"items": [{"id": "VID", "snippet": {"title": "Rye"}}]}).poll(
        ACCOUNT, cursor={"held_at": NOW.isoformat()}, since=datetime(2026, 1, 1, tzinfo=UTC), watched=(), now=NOW
    )
    return [said(each.message) for page in pages for each in page.incoming]


def said(message: IncomingMessage | None) -> Any:
    assert message is not None
    author = message.author.handle or message.author.name if message.author else None
    return (
        message.network_id,
        message.thread_id,
        message.answers_id,
        author,
        message.text,
        message.by_account,
        message.edited_at is not None,
        len(message.attachments),
        message.subject.text if message.subject else None,
    )


def comments(body: Any) -> Any:
    targets = [
        Target(message_id=each, kind=MessageKind.COMMENT, thread_id="VID") for each in ("Ug1", "Ug1.8abc", "Ug2", "Ug3")
    ]
    found = provider(comments=body).fetch_messages(ACCOUNT, targets, now=NOW)
    return {each: message and said(message)[2:7] for each, message in found.items()}


def inserted_comment(body: Any) -> Any:
    target = Target(message_id="Ug1", kind=MessageKind.COMMENT, thread_id="VID")
    sent = provider(comments=body).reply(ACCOUNT, target, "Thanks", now=NOW)
    return sent.network_id, sent.permalink, sent.sent_at


def choices(option: str) -> Callable[[Any], Any]:
    def read(body: Any) -> Any:
        youtube = provider(videoCategories=body, playlists=body)
        return [(each.value, each.name) for each in youtube.choices(ACCOUNT, option, now=NOW)]

    return read


def uploads(body: Any) -> Any:
    wanted = Composition(text="From the oven.", media=(film("oven"),), options={"title": "Rye is back"})
    found = provider(playlistItems=body).find_published(ACCOUNT, wanted, {}, since=NOW - timedelta(hours=3), now=NOW)
    seen = [(each.network_id, each.text) for each in mapping.sightings(body)]
    return found.published and found.published.network_id, seen


def thumbnail(body: Any) -> Any:
    youtube, wanted = provider(set=body), Composition(media=(film("oven"),), cover=picture("red"))
    return youtube.follow_up(ACCOUNT, wanted, "cover", mapping.published({"id": "VID"}), {}, now=NOW)


def reports(body: Any) -> Any:
    day = date(2026, 11, 1)
    return [
        [
            (each.metric, each.day.day, each.value)
            for each in provider(reports=table).measure_account(ACCOUNT, since=day, until=day, now=NOW)
        ]
        for table in body
    ]


def feed(body: str) -> Any:
    address = webhooks._callback("https://app.example/w", "UC1", SECRET)
    signature = hmac.new(webhooks._seal(SECRET, "sign", "UC1").encode(), body.encode(), hashlib.sha1).hexdigest()
    query = dict(parse_qsl(urlsplit(address).query))
    arrived = Arrived(headers={"x-hub-signature": f"sha1={signature}"}, query=query, body=body.encode())
    told = webhooks.read(arrived, secret=SECRET)
    assert all(webhooks.read_event(each.payload) == () for each in told)
    return [(each.payload["change"], each.payload["video_id"], each.payload.get("title")) for each in told]


def stands(body: Any) -> Any:
    found = []
    for each in body:
        youtube = provider(
            session=answer(each["status"], each["body"], {key.lower(): value for key, value in each["headers"].items()})
        )
        stand = youtube._client.upload_stand("t", f"{GOOGLE}/session", film("oven"), now=NOW)
        assert isinstance(stand, Stand)
        found.append("gone" if stand.gone else "complete" if stand.video else stand.received)
    return found


def refusals(body: Any) -> Any:
    for number, each in enumerate(body):
        found = errors.refusal(answer(each["status"], each["body"]), once=False, now=NOW)
        assert (number, found.key) == (number, each["is"])
        assert found.key in SENTENCES
    return len(body) > 15


LOOK, LOOK_MAX = timedelta(minutes=1), timedelta(minutes=10)
TABLE: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "channels__every_shape": (
        channels,
        [
            (
                "Hartley & Rye",
                "hartleyandrye",
                "https://yt3.example/h",
                {"uploads": "UUother", "country": "GB", "long_uploads": "allowed"},
            ),
            ("@nulls", "nulls", "", {"long_uploads": "eligible"}),
            ("UCbare", "", "", {}),
            ("New", "", "https://yt3.example/small", {"long_uploads": "disallowed"}),
        ],
    ),
    "channels__none": (no_channel, []),
    "videos__every_state": (
        verdicts,
        {
            "processing": timedelta(minutes=3),
            "processing_long": LOOK_MAX,
            "processing_bare": LOOK,
            "processed": "published",
            "scheduled": "published",
            "failed": "youtube_processing_failed",
            "failed_bare": "youtube_processing_failed",
            "duplicate": "youtube_rejected_duplicate",
            "copyright": "youtube_rejected_rights",
            "rejected_new": "youtube_rejected_rules",
            "deleted": "post_gone",
            "nulls": LOOK,
            "state_new": LOOK,
        },
    ),
    "videos__statistics": (
        statistics,
        {
            "whole": {"views": 120, "likes": 7, "comments": 3},
            "hidden": {"views": 9},
            "nulls": {},
            "odd": {},
            "gone": "gone",
        },
    ),
    "video__inserted": (
        inserted_film,
        ("dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ", datetime(2026, 11, 22, 10, tzinfo=UTC), False),
    ),
    "comment_threads__every_shape": (
        threads,
        [
            ("Ugwhole", "VID", "", "ana", "Nice <3", False, True, 1, "Rye"),
            ("Ugwhole.8own", "VID", "Ugwhole", "hartleyandrye", "Thanks", True, False, 0, "Rye"),
            ("Ugwhole.8bob", "VID", "Ugwhole", "Bob", "+1", False, False, 0, "Rye"),
            ("Ugheld", "VID", "", "spam", "Buy here", False, False, 0, "Rye"),
            ("Uganonymous", "VID", "", None, "Author gone", False, False, 0, "Rye"),
            ("Ugchannel", "UC1", "", None, "About the channel", False, False, 0, None),
            ("Ugnew", "VID", "", "new", "New", False, False, 0, "Rye"),
        ],
    ),
    "comments__every_shape": (
        comments,
        {
            "Ug1": ("", "ana", "Top", False, False),
            "Ug1.8abc": ("Ug1", "bob", "Under it", False, True),
            "Ug2": ("", None, "", False, False),
            "Ug3": None,
        },
    ),
    "comment__inserted": (
        inserted_comment,
        ("Ug1.8mine", "https://www.youtube.com/watch?v=VID&lc=Ug1.8mine", datetime(2026, 11, 20, 12, tzinfo=UTC)),
    ),
    "playlists__every_shape": (choices("playlist"), [("PL1", "From the oven"), ("PL2", "PL2"), ("PL3", "New")]),
    "categories__every_shape": (
        choices("category"),
        [("22", "People & Blogs"), ("19", "19"), ("99", "Something new")],
    ),
    "playlist_items__every_shape": (
        uploads,
        (
            "whole",
            [
                ("whole", "Rye is back\nFrom the oven."),
                ("private", "Private video\nThis video is private."),
                ("later", "Only its own hour\n"),
            ],
        ),
    ),
    "thumbnail__set": (thumbnail, {"set": True}),
    "reports__every_shape": (
        reports,
        [
            [("views", 1, 10), ("watch_seconds", 1, 180), ("averageViewDuration", 1, 18.5), ("watch_seconds", 2, 0)],
            [],
            [],
            [],
            [("views", 3, 4)],
        ],
    ),
    "feed__every_shape": (feed, [("shown", "whole", "Rye & co"), ("shown", "bare", "")]),
    "feed__gone": (feed, [("gone", "gone", None)]),
    "uploads__every_answer": (stands, [0, 524_288, 0, "complete", "complete", "gone", "gone"]),
    "errors__every_shape": (refusals, True),
}


def test_no_file_is_forgotten() -> None:
    assert SHELF.names == TABLE.keys()


@pytest.mark.parametrize("name", TABLE)
def test_every_recorded_answer_is_read(name: str) -> None:
    read, expected = TABLE[name]

    assert read(SHELF.text(name) if name.startswith("feed") else SHELF.json(name)) == expected

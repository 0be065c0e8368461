"""What YouTube's hub asks and tells: agreed to and believed only when it is about what we asked for."""

import hashlib
import hmac
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from integrations.engagement import Arrived, WebhookRefused
from integrations.networks.youtube import webhooks

SECRET, CHANNEL = "our word", "UChartleyandrye000000001"
TOPIC = f"https://www.youtube.com/xml/feeds/videos.xml?channel_id={CHANNEL}"
NEW = f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">
<link rel="self" href="{TOPIC}"/><title>YouTube video feed</title><updated>2026-11-22T10:00:00+00:00</updated>
<entry><id>yt:video:VID</id><yt:videoId>VID</yt:videoId><yt:channelId>{CHANNEL}</yt:channelId>
<title>Rye &amp; co</title>
<published>2026-11-22T09:59:00+00:00</published><updated>2026-11-22T10:00:00.1+00:00</updated></entry></feed>"""
GONE = f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom">
<at:deleted-entry ref="yt:video:VID" when="2026-11-22T11:00:00+00:00"><link href="https://www.youtube.com/watch?v=VID"/>
<at:by><name>H</name><uri>https://www.youtube.com/channel/{CHANNEL}</uri></at:by></at:deleted-entry></feed>"""


def callback(channel: str = CHANNEL) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(webhooks._callback("https://app.example/w", channel, SECRET)).query))


def delivery(body: str, *, channel: str = CHANNEL, signed_for: str = CHANNEL) -> Arrived:
    key = webhooks._seal(SECRET, "sign", signed_for).encode()
    signature = hmac.new(key, body.encode(), hashlib.sha1).hexdigest()
    return Arrived(headers={"x-hub-signature": f"sha1={signature}"}, query=callback(channel), body=body.encode())


def challenge(**changed: str) -> Arrived:
    query = {**callback(), "hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "c0ffee", **changed}
    return Arrived(headers={}, query=query)


def test_it_agrees_to_what_it_asked_for() -> None:
    assert webhooks.answer_challenge(challenge(), secret=SECRET) == ("text/plain", "c0ffee")
    assert webhooks.answer_challenge(challenge(**{"hub.mode": "unsubscribe"}), secret=SECRET) is not None


@pytest.mark.parametrize(
    "changed", [{"seal": "0" * 64}, {"channel": "UCother"}, {"hub.topic": "https://www.youtube.com/other"}]
)
def test_it_agrees_to_nothing_else(changed: dict[str, str]) -> None:
    with pytest.raises(WebhookRefused):
        webhooks.answer_challenge(challenge(**changed), secret=SECRET)


def test_a_call_without_a_challenge_is_no_handshake() -> None:
    assert webhooks.answer_challenge(Arrived(headers={}), secret=SECRET) is None


def test_a_new_film_and_a_vanished_one_are_told() -> None:
    [new], [gone] = webhooks.read(delivery(NEW), secret=SECRET), webhooks.read(delivery(GONE), secret=SECRET)

    assert (new.account_id, new.payload["change"], new.payload["title"]) == (CHANNEL, "shown", "Rye & co")
    assert (gone.account_id, gone.payload["change"], gone.payload["video_id"]) == (CHANNEL, "gone", "VID")
    assert new.key != gone.key
    assert webhooks.read(delivery(NEW), secret=SECRET)[0].key == new.key
    assert webhooks.read_event(new.payload) == ()


def test_what_is_signed_otherwise_is_answered_and_not_believed() -> None:
    for forged in (
        delivery(NEW, signed_for="UCother"),
        delivery(NEW, channel="UCother"),
        Arrived(headers={}, query=callback(), body=NEW.encode()),
    ):
        assert webhooks.read(forged, secret=SECRET) == ()


def test_a_callback_that_is_not_ours_is_refused() -> None:
    genuine = delivery(NEW)

    for query in ({}, {**genuine.query, "seal": "0" * 64}, {**genuine.query, "channel": "UCother"}):
        with pytest.raises(WebhookRefused):
            webhooks.read(replace(genuine, query=query), secret=SECRET)


def test_another_channels_film_in_our_feed_is_left_out() -> None:
    assert webhooks.read(delivery(NEW.replace(f">{CHANNEL}<", ">UCother<")), secret=SECRET) == ()


@pytest.mark.parametrize("body", ["no feed", "<feed>", '<!DOCTYPE x [<!ENTITY a "b">]><feed>&a;</feed>'])
def test_what_is_no_feed_is_refused(body: str) -> None:
    with pytest.raises(WebhookRefused):
        webhooks.read(delivery(body), secret=SECRET)


def test_without_a_secret_nothing_is_believed() -> None:
    with pytest.raises(WebhookRefused):
        webhooks.read(delivery(NEW), secret="")

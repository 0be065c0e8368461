"""The twin against the descriptions from which Meta makes its SDKs, and against the SDK itself."""

# Their client has no types.
# mypy: disable-error-code="no-untyped-call"

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from facebook_business.adobjects.igcomment import IGComment
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.iguser import IGUser
from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession

from sandbox.networks.instagram import insights, webhooks
from sandbox.networks.instagram.fields import NODES
from tests.sandbox.conftest import FACEBOOK_APP
from tests.sandbox.instagram.conftest import HARTLEY, Instagram

META = Path(os.environ.get("SPECIFICATIONS", Path(__file__).resolve().parents[4] / "shared" / "specs")) / "meta"
needs_meta = pytest.mark.skipif(
    not META.exists(), reason="Meta's SDK descriptions are absent: set SPECIFICATIONS to their folder"
)
# Connections, which can be asked for like fields.
CONNECTIONS = {
    "IGUser": {"media", "stories", "tags"},
    "IGMedia": {"children", "comments", "insights"},
    "IGComment": {"replies"},
}
# Written into the guide since April 2026.
NEWER = {"is_ai_generated"}


def described(node: str) -> Any:
    return json.loads((META / f"{node}.json").read_text())


def values_of(enumeration: str) -> set[str]:
    found = json.loads((META / "enum_types.json").read_text())
    return {str(value) for each in found if each["name"] == enumeration for value in each["values"]}


@needs_meta
@pytest.mark.parametrize("node", sorted(CONNECTIONS))
def test_the_known_fields_are_meta_s(node: str) -> None:
    assert NODES[node] - CONNECTIONS[node] <= {field["name"] for field in described(node)["fields"]}


@needs_meta
def test_the_known_metrics_and_webhooks_are_meta_s() -> None:
    of_media = {name for names in insights.OF_MEDIA.values() for name in names} - {"link_clicks"}
    of_accounts = {*insights.TOTALS, *insights.SERIES, *insights.LIFETIME}

    assert of_media <= values_of("shadowigmediainsights_metric_enum_param")
    assert of_accounts <= values_of("shadowiguserinsights_metric_enum_param")
    known = values_of("iggraphusersubscribed_apps_subscribed_fields_enum_param")
    assert webhooks.WEBHOOK_FIELDS - {"response_feedback"} <= known


@needs_meta
def test_what_is_asked_of_the_twin_is_described() -> None:
    def edges(node: str) -> dict[tuple[str, str], set[str]]:
        return {
            (edge["method"], edge.get("endpoint", "")): {param["name"] for param in edge["params"]}
            for edge in described(node)["apis"]
        }

    account, medium, comment = edges("IGUser"), edges("IGMedia"), edges("IGComment")

    sent = {
        "image_url", "video_url", "caption", "alt_text", "media_type", "children", "is_carousel_item", "upload_type",
        "location_id", "user_tags", "collaborators", "share_to_feed", "cover_url", "thumb_offset", "audio_name",
        "trial_params", "is_ai_generated",
    }  # fmt: skip
    assert sent - NEWER <= account["POST", "media"]
    assert account["POST", "media_publish"] == {"creation_id"}
    assert {"media_id", "comment_id", "message"} <= account["POST", "mentions"]
    assert {"metric", "metric_type", "period", "since", "until"} <= account["GET", "insights"]
    assert {("GET", "content_publishing_limit"), ("GET", "stories"), ("GET", "tags")} <= account.keys()
    assert "message" in medium["POST", "comments"]
    assert medium["POST", ""] == {"comment_enabled"}
    assert ("DELETE", "") in medium
    assert "message" in comment["POST", "replies"]
    assert "hide" in comment["POST", ""]


@pytest.fixture
def sdk(instagram: Instagram, monkeypatch: pytest.MonkeyPatch) -> Iterator[FacebookAdsApi]:
    monkeypatch.setattr(FacebookSession, "GRAPH", f"{instagram.sandbox.base}/graph.facebook.com")
    api = FacebookAdsApi(FacebookSession(*FACEBOOK_APP, instagram.token))
    yield api
    api._session.requests.close()


def test_meta_s_own_client_publishes_and_answers(instagram: Instagram, sdk: FacebookAdsApi) -> None:
    account = IGUser(HARTLEY, api=sdk)

    container = account.create_media(params={"image_url": instagram.image(), "caption": "From their own client"})
    published = account.create_media_publish(params={"creation_id": container["id"]})
    medium = IGMedia(published["id"], api=sdk)
    theirs = instagram.sandbox.stranger("comment", network="instagram", on=published["id"])
    ours = IGComment(theirs["id"], api=sdk).create_reply(params={"message": "Thank you"})
    IGComment(theirs["id"], api=sdk).api_update(params={"hide": True})

    assert medium.api_get(fields=["caption", "media_type"])["caption"] == "From their own client"
    assert [each["id"] for each in account.get_media()] == [published["id"]]
    assert [each["hidden"] for each in medium.get_comments(fields=["hidden"])] == [True]
    assert ours["id"]
    [row] = medium.get_insights(params={"metric": ["comments"]})
    assert row["values"][0]["value"] == 2
    assert account.get_content_publishing_limit(fields=["quota_usage"])[0]["quota_usage"] == 1

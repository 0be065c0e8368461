"""Meta's own client, pointed here by its base address alone."""

# Their client has no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Iterator
from pathlib import Path

import pytest
from facebook_business.adobjects.comment import Comment
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from tests.sandbox.conftest import (
    ENGAGING,
    FACEBOOK_APP,
    HARTLEY_PAGE,
    LAMBERT_PAGE,
    PNG,
    Process,
    facebook_user_token,
    page_token,
)


@pytest.fixture
def sdk(sandbox: Process, monkeypatch: pytest.MonkeyPatch) -> Iterator[FacebookAdsApi]:
    monkeypatch.setattr(FacebookSession, "GRAPH", f"{sandbox.base}/graph.facebook.com")
    api = client(facebook_user_token(sandbox))
    yield api
    api._session.requests.close()


def client(token: str) -> FacebookAdsApi:
    return FacebookAdsApi(FacebookSession(*FACEBOOK_APP, token))


def upload(api: FacebookAdsApi, picture: Path, **params: object) -> dict[str, str]:
    """The client's general call: its create_photo sends no files."""
    with picture.open("rb") as file:
        answer: dict[str, str] = api.call(
            "POST", (HARTLEY_PAGE, "photos"), params=params, files={"source0": file}
        ).json()
    return answer


def test_it_lists_pages_over_several_pages_of_the_list(sdk: FacebookAdsApi) -> None:
    pages = User("me", api=sdk).get_accounts(fields=["id", "name", "access_token"], params={"limit": 1})

    assert [(page["id"], page["name"]) for page in pages] == [
        (HARTLEY_PAGE, "Hartley & Rye"),
        (LAMBERT_PAGE, "Fournil Lambert"),
    ]


def test_it_publishes_texts_and_pictures_and_reads_them(sdk: FacebookAdsApi, tmp_path: Path) -> None:
    picture = tmp_path / "loaf.png"
    picture.write_bytes(PNG)
    [hartley, _] = User("me", api=sdk).get_accounts(fields=["id", "access_token"])
    api = client(hartley["access_token"])
    page = Page(HARTLEY_PAGE, api=api)

    text = page.create_feed(params={"message": "From their own client"})
    photo = upload(api, picture, caption="A loaf")
    hidden = upload(api, picture, published=False)
    several = page.create_feed(params={"message": "Album", "attached_media": [{"media_fbid": hidden["id"]}]})
    shown = PagePost(text["id"], api=api).api_get(fields=["message", "permalink_url", "created_time"])
    listed = page.get_published_posts(fields=["message"])

    assert shown["message"] == "From their own client"
    assert [post["message"] for post in listed] == ["Album", "A loaf", "From their own client"]
    assert photo["post_id"].startswith(HARTLEY_PAGE)
    assert several["id"].startswith(HARTLEY_PAGE)
    PagePost(text["id"], api=api).api_delete()
    assert len(page.get_published_posts()) == 2
    api._session.requests.close()


def test_it_understands_the_errors(sdk: FacebookAdsApi) -> None:
    [hartley, _] = User("me", api=sdk).get_accounts(fields=["id", "access_token"])
    api = client(hartley["access_token"])
    page = Page(HARTLEY_PAGE, api=api)
    page.create_feed(params={"message": "Twice"})

    with pytest.raises(FacebookRequestError) as refused:
        page.create_feed(params={"message": "Twice"})

    assert (refused.value.api_error_code(), refused.value.http_status()) == (506, 400)
    api._session.requests.close()


@pytest.fixture
def page(sandbox: Process, sdk: FacebookAdsApi) -> Iterator[Page]:
    """Hartley & Rye, with all that an inbox needs."""
    api = client(page_token(sandbox, facebook_user_token(sandbox, scopes=ENGAGING)))
    yield Page(HARTLEY_PAGE, api=api)
    api._session.requests.close()


def test_it_reads_answers_and_moderates_comments(sandbox: Process, page: Page) -> None:
    post = page.create_feed(params={"message": "Rye is back"})
    for number in range(5):
        sandbox.stranger("comment", network="facebook", on=post["id"], text=f"Number {number}")
    params = {"filter": "stream", "order": "chronological", "limit": 2}

    found = list(
        PagePost(post["id"], api=page._api).get_comments(fields=["message", "from", "can_hide"], params=params)
    )
    comment = Comment(found[0]["id"], api=page._api)
    reply = comment.create_comment(params={"message": "Thank you"})
    comment.create_like()
    comment.api_update(params={"is_hidden": True})
    shown = comment.api_get(fields=["is_hidden", "like_count", "comment_count", "user_likes"])
    parent = Comment(reply["id"], api=page._api).api_get(fields=["parent"])["parent"]
    Comment(found[1]["id"], api=page._api).api_delete()

    assert [one["message"] for one in found] == [f"Number {number}" for number in range(5)]
    assert (shown["is_hidden"], shown["like_count"], shown["comment_count"], shown["user_likes"]) == (True, 1, 1, True)
    assert parent["id"] == found[0]["id"]
    assert len(PagePost(post["id"], api=page._api).get_comments()) == 4


def test_it_reads_reviews_and_visits_and_writes_privately(sandbox: Process, page: Page) -> None:
    review = sandbox.stranger("review", network="facebook", account=HARTLEY_PAGE, recommends=False)
    visit = sandbox.stranger("visit", network="facebook", account=HARTLEY_PAGE)
    mention = sandbox.stranger("mention", network="facebook", account=HARTLEY_PAGE)
    asked = sandbox.stranger("message", network="facebook", account=HARTLEY_PAGE, text="Open?")

    [rating] = page.get_ratings(fields=["recommendation_type", "open_graph_story"])
    [posted] = page.get_visitor_posts(fields=["message"])
    [tagged] = page.get_tagged(fields=["message"])
    page.create_message(
        params={"recipient": {"id": asked["author"]}, "messaging_type": "RESPONSE", "message": {"text": "Until six."}}
    )
    [thread] = page.get_conversations(fields=["id", "message_count"])
    messages = thread.get_messages(params={"fields": "message"})  # a field its description lacks

    assert (rating["recommendation_type"], rating["open_graph_story"]["id"]) == ("negative", review["id"])
    assert (posted["id"], tagged["id"]) == (visit["id"], mention["id"])
    assert [one["message"] for one in messages] == ["Until six.", "Open?"]


def test_it_subscribes_and_blocks(sandbox: Process, page: Page) -> None:
    visit = sandbox.stranger("visit", network="facebook", account=HARTLEY_PAGE)

    page.create_subscribed_app(params={"subscribed_fields": ["feed", "mention"]})
    [app] = page.get_subscribed_apps()
    page.create_blocked(params={"user": [visit["author"]]})
    [blocked] = page.get_blocked()
    page.delete_subscribed_apps()

    assert (app["id"], app["subscribed_fields"]) == (FACEBOOK_APP[0], ["feed", "mention"])
    assert blocked["id"] == visit["author"]
    assert list(page.get_subscribed_apps()) == []

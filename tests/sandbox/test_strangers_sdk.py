"""Meta's own client, pointed here by its base address alone."""

# Their client has no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Iterator
from pathlib import Path

import pytest
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from tests.sandbox.conftest import FACEBOOK_APP, HARTLEY_PAGE, LAMBERT_PAGE, PNG, Process, facebook_user_token


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

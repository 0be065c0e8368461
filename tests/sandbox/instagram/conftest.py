"""Hartley & Rye on Instagram: a token of its page, files to be fetched, and short ways to publish."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
import requests
from PIL import Image

from tests import films
from tests.hosting import Shelf, hosting
from tests.sandbox.conftest import FACEBOOK_APP, HARTLEY_PAGE, Process, facebook_user_token, page_token
from tests.sandbox.receiver import VERIFY_TOKEN, Receiver

HARTLEY = "17841400000000101"
LAMBERT = "17841400000000102"
SCOPES = ",".join(
    (
        "pages_show_list", "pages_read_engagement", "pages_manage_metadata", "instagram_basic",
        "instagram_content_publish", "instagram_manage_comments", "instagram_manage_messages",
        "instagram_manage_insights",
    )
)  # fmt: skip
WEBHOOKS = "comments,mentions,messages,story_insights"


def jpeg(width: int = 640, height: int = 640) -> bytes:
    stream = BytesIO()
    Image.new("RGB", (width, height), (120, 60, 20)).save(stream, "JPEG")
    return stream.getvalue()


@dataclass
class Instagram:
    """Calls with one token, as an app makes them."""

    sandbox: Process
    token: str
    shelf: Shelf

    def call(self, method: str, path: str, **params: Any) -> requests.Response:
        sent = {"access_token": self.token, **params}
        address = f"{self.sandbox.graph}/{path}"
        if method == "POST":
            return requests.post(address, data=sent, timeout=10)
        return requests.request(method, address, params=sent, timeout=10)

    def get(self, path: str, **params: Any) -> Any:
        return self.call("GET", path, **params).json()

    def post(self, path: str, **params: Any) -> Any:
        return self.call("POST", path, **params).json()

    def error(self, method: str, path: str, **params: Any) -> tuple[int, int | None]:
        """Code and subcode of a refusal."""
        error = self.call(method, path, **params).json()["error"]
        return error["code"], error.get("error_subcode")

    def image(self, name: str = "loaf.jpg", content: bytes | None = None) -> str:
        return self.shelf.put(name, jpeg() if content is None else content, "image/jpeg")

    def film(self, name: str = "oven.mp4", content: bytes | None = None) -> str:
        return self.shelf.put(name, films.film() if content is None else content, "video/mp4")

    def container(self, **params: Any) -> str:
        made = self.post(f"{HARTLEY}/media", **params)
        assert "id" in made, made
        container_id: str = made["id"]
        return container_id

    def status(self, container_id: str) -> str:
        code: str = self.get(container_id, fields="status_code")["status_code"]
        return code

    def finished(self, container_id: str) -> str:
        """Wait until the container is done, well or badly."""
        for _ in range(100):
            if (status := self.status(container_id)) != "IN_PROGRESS":
                return status
            time.sleep(0.05)
        raise TimeoutError(container_id)

    def publish(self, **params: Any) -> str:
        """A picture, or what the parameters describe."""
        container_id = self.container(**({"image_url": self.image()} | params))
        assert self.finished(container_id) == "FINISHED"
        medium_id: str = self.post(f"{HARTLEY}/media_publish", creation_id=container_id)["id"]
        return medium_id


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with hosting() as shelf:
        yield shelf


@pytest.fixture
def instagram(sandbox: Process, shelf: Shelf) -> Instagram:
    sandbox.control("POST", "settings", instagram_film_seconds=0)
    return Instagram(sandbox, page_token(sandbox, facebook_user_token(sandbox, scopes=SCOPES)), shelf)


def subscribe(instagram: Instagram, receiver: Receiver) -> None:
    """Both halves: the app's address for the object instagram, and the page by a field of its own."""
    app = {"access_token": "|".join(FACEBOOK_APP), "object": "instagram", "fields": WEBHOOKS}
    app |= {"callback_url": receiver.url, "verify_token": VERIFY_TOKEN}
    answer = requests.post(f"{instagram.sandbox.graph}/{FACEBOOK_APP[0]}/subscriptions", data=app, timeout=10)
    assert answer.json() == {"success": True}, answer.text
    assert instagram.post(f"{HARTLEY_PAGE}/subscribed_apps", subscribed_fields="name") == {"success": True}


@pytest.fixture
def told(instagram: Instagram, receiver: Receiver) -> Receiver:
    """Where the webhooks of Hartley & Rye arrive."""
    instagram.sandbox.control("POST", "webhooks", connections=1)  # several do not keep the order
    subscribe(instagram, receiver)
    return receiver

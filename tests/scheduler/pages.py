"""Acme with people who sign in, and a composer page as a browser sends it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from integrations.models import SocialAccount
from lib.tenancy.scope import scope
from scheduler.models import Post, Publication
from scheduler.states import State
from tests.factories import make_membership, make_organisation, make_social_account, make_user


@dataclass
class House:
    """Alice owns Acme; it has one Facebook page and one X user."""

    alice: User
    organisation: Organisation
    page: SocialAccount
    x: SocialAccount

    def url(self, path: str = "") -> str:
        return f"/o/{self.organisation.slug}/{path}"

    def join(self, name: str, role: Role) -> Membership:
        return make_membership(self.organisation, make_user(name), role)

    def browser(self, user: User | None = None) -> Client:
        client = Client()
        client.force_login(user or self.alice)
        return client

    def scope(self) -> Any:
        return scope(organisation=self.organisation.pk, user=self.alice.pk)

    def sent(self, **fields: Any) -> dict[str, Any]:
        """What a composer page sends."""
        return {
            "key": str(uuid.uuid4()),
            "version": "0",
            "text": "The stollen is back.",
            "day": "",
            "hour": "",
            **fields,
        }

    def compose(self, **fields: Any) -> Post:
        """A post saved through the page."""
        page = self.sent(**{"account": [self.page.pk], **fields})
        answer = self.browser().post(self.url("compose/"), page, headers={"X-Autosave": "1"})
        assert answer.status_code == 200, answer.content
        with self.scope():
            post: Post = Post.objects.get(key=page["key"])
            return post

    def publications(self, post: Post) -> list[Publication]:
        with self.scope():
            return list(post.publications.order_by("id"))

    def fill(self, count: int, *, publish_at: datetime, state: State = State.PUBLISHED) -> None:
        """Many publications, each of a post of its own."""
        with self.scope():
            owner = {"organisation_id": self.organisation.pk}
            posts = Post.objects.bulk_create(
                Post(text=f"Post {number}", author=self.alice, **owner) for number in range(count)
            )
            Publication.objects.bulk_create(
                Publication(
                    post=post,
                    social_account=self.page if number % 2 else self.x,
                    state=state,
                    publish_at=publish_at,
                    network_id=f"{state}-{number}",
                    **owner,
                )
                for number, post in enumerate(posts)
            )


def build_house(*, owner: User | None = None, name: str = "Acme") -> House:
    alice = owner or make_user("Alice")
    organisation = make_organisation(name, owner=alice)
    with scope(organisation=organisation.pk, user=alice.pk):
        page = make_social_account("facebook", name="Acme Bakery")
        x = make_social_account("x", name="Acme", handle="acme")
    return House(alice=alice, organisation=organisation, page=page, x=x)


@contextmanager
def at_most(count: int) -> Iterator[None]:
    """Allow so many statements, not counting the savepoints that stand for transactions inside a test."""
    with CaptureQueriesContext(connection) as context:
        yield
    asked = [one["sql"] for one in context.captured_queries if "SAVEPOINT" not in one["sql"]]
    assert len(asked) <= count, asked

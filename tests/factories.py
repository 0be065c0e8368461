"""Makers of rows for tests: they fill in everything but what the test is about.

Those that make owned rows need the organisation's scope open; `make_organisation` and `make_user` do not.
"""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from accounts.services.organisations import create_organisation
from gallery.models import Asset
from integrations.models import Grant, Network, SocialAccount
from integrations.services.lanes import ensure_lanes, lower_lanes
from lib.tenancy.scope import scope
from scheduler.models import Post, Publication, Queue
from scheduler.states import State

NOON = datetime(2026, 12, 9, 12, 0, tzinfo=UTC)
PASSWORD = "a-password-for-tests"

_number = count(1)


def make_user(name: str = "", *, email: str = "", **fields: Any) -> User:
    """A user who can sign in with PASSWORD."""
    name = name or f"User {next(_number)}"
    email = email or f"{name.lower().replace(' ', '.')}.{next(_number)}@example.org"
    return User.objects.create_user(email, PASSWORD, name=name, **fields)


def make_organisation(name: str = "", *, owner: User | None = None, time_zone: str = "Europe/London") -> Organisation:
    """An organisation with an owner."""
    name = name or f"Organisation {next(_number)}"
    return create_organisation(name, owner=owner or make_user(), time_zone=time_zone, language="en")


def make_membership(organisation: Organisation, user: User | None = None, role: Role = Role.PLANNER) -> Membership:
    with scope(organisation=organisation.pk):
        membership: Membership = Membership.objects.create(user=user or make_user(), role=role)
        return membership


def make_grant(network: str = Network.FACEBOOK, **fields: Any) -> Grant:
    fields = {"outside_id": f"person-{next(_number)}", "name": "Ruth Hartley", **fields}
    grant: Grant = Grant.objects.create(network=network, **fields)
    return grant


def make_social_account(network: str = Network.FACEBOOK, **fields: Any) -> SocialAccount:
    fields = {"network_id": f"page-{next(_number)}", "name": "Hartley & Rye", **fields}
    fields.setdefault("kind", "page" if network == Network.FACEBOOK else "user")
    if "grant" not in fields:
        fields["grant"] = make_grant(network)
    account: SocialAccount = SocialAccount.objects.create(network=network, **fields)
    return account


def make_post(text: str = "The stollen is back on Friday.", **fields: Any) -> Post:
    post: Post = Post.objects.create(text=text, **fields)
    return post


def make_publication(
    *, post: Post | None = None, social_account: SocialAccount | None = None, publish_at: datetime = NOON, **fields: Any
) -> Publication:
    """A scheduled publication in its lane, due at `publish_at`."""
    social_account = social_account or make_social_account()
    queue = fields.pop("queue", Queue.PUBLISH)
    lane = ensure_lanes(social_account, Queue)[queue]
    fields = {"state": State.SCHEDULED, "available_at": publish_at, "is_prepared": True, **fields}
    if fields["available_at"] is not None:
        lower_lanes({lane.pk: fields["available_at"]})
    publication: Publication = Publication.objects.create(
        post=post or make_post(), social_account=social_account, publish_at=publish_at, queue=queue, lane=lane, **fields
    )
    return publication


def make_asset(**fields: Any) -> Asset:
    number = next(_number)
    defaults = {
        "storage_key": f"tests/{number}.jpg",
        "name": f"picture-{number}.jpg",
        "content_type": "image/jpeg",
        "size_bytes": 1000,
        "width": 1200,
        "height": 900,
        "sha256": f"{number:064x}",
    }
    asset: Asset = Asset.objects.create(**{**defaults, **fields})
    return asset


def in_minutes(minutes: float, *, after: datetime = NOON) -> datetime:
    return after + timedelta(minutes=minutes)

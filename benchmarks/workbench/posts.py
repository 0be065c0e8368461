"""Posts as people schedule them, pictures included, by the services that people's pages call.

Import after `harness.product` has set Django up.
"""

import io
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from PIL import Image

from benchmarks.workbench.engine import Presence

if TYPE_CHECKING:
    from gallery.models import Asset

_numbers = itertools.count(1)

#: How many pictures posts have, in turn: half of them none.
_PICTURES = (0, 1, 0, 3, 0, 2)
#: One account of X in so many has a picture that goes there in two segments, of 4 MB at most.
_LARGE_EACH = 8


@dataclass(frozen=True, kw_only=True)
class Planted:
    """What must be out in the end: how many pictures each text has."""

    pictures_by_text: dict[str, int] = field(default_factory=dict)


def write_mixed(presence: Presence, count: int, planted: Planted) -> None:
    """Write so many posts for an account, some with pictures, as drafts, and note what they are."""
    from lib.tenancy.scope import scope
    from scheduler.models import Post, Publication

    assets = list(_hang(presence))
    with scope(organisation=presence.organisation_id):
        for _ in range(count):
            number = next(_numbers)
            # No two texts resemble each other: what is alike goes to a person, who is not here.
            text = f"{random.Random(number).randbytes(12).hex()} is number {number}."  # no secret
            pictures = _PICTURES[number % len(_PICTURES)]
            post = Post.objects.create(text=text)
            for position, asset in enumerate(assets[:pictures]):
                post.post_assets.create(asset=asset, position=position, alt_text=f"Noise {position}")
            Publication.objects.create(post=post, social_account_id=presence.social_account_id)
            planted.pictures_by_text[text] = pictures


def schedule_all(presence: Presence, *, publish_at: datetime) -> None:
    """Schedule the posts of an account."""
    from django.utils import timezone

    from accounts.models import User
    from lib.tenancy.scope import scope
    from scheduler.models import Post
    from scheduler.services.scheduling import schedule_post

    with scope(organisation=presence.organisation_id):
        actor = User.objects.get(memberships__organisation_id=presence.organisation_id)
        for post in Post.objects.order_by("pk"):
            schedule_post(post, publish_at=publish_at, actor=actor, now=timezone.now())


def _hang(presence: Presence) -> Iterator["Asset"]:
    """Add the pictures of an account's posts to its organisation's gallery."""
    from gallery.services import Upload, add_file, stored_file
    from lib.tenancy.scope import scope

    is_large = presence.network == "x" and presence.social_account_id % _LARGE_EACH == 0
    for position in range(max(_PICTURES)):
        content = _noise(2200 if is_large and position == 0 else 160 + position)
        upload = Upload(name=f"noise-{position}.jpg", size_bytes=len(content), stream=io.BytesIO(content))
        with (
            stored_file(upload, organisation_id=presence.organisation_id) as stored,
            scope(organisation=presence.organisation_id),
        ):
            yield add_file(stored, actor=None)


@cache
def _noise(side: int) -> bytes:
    """Return a JPEG that hardly compresses."""
    pixels = random.Random(side).randbytes(side * side * 3)  # no secret
    stream = io.BytesIO()
    Image.frombytes("RGB", (side, side), pixels).save(stream, "JPEG", quality=90)
    return stream.getvalue()

"""Workers that are killed with kill -9 at every step of an upload leave one post, and send no file twice."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hosting import Shelf, hosting
from tests.integrations.networks.instagram.stage import InstagramStage
from tests.integrations.networks.mortal import addressed
from tests.integrations.networks.sandbox import Sandbox

# network, kind, the operation that begins to take a file, how many files (of a carousel: containers)
TABLE = [
    ("x", "image", "x.media.initialize", 1),
    ("x", "images", "x.media.initialize", 3),
    ("x", "gif", "x.media.initialize", 1),
    ("x", "video", "x.media.initialize", 1),
    ("linkedin", "image", "linkedin.images.initialize", 1),
    ("linkedin", "images", "linkedin.images.initialize", 3),
    ("linkedin", "long_video", "linkedin.videos.initialize", 1),
    ("linkedin", "document", "linkedin.documents.initialize", 1),
    ("facebook", "image", "facebook.photos", 1),
    ("facebook", "images", "facebook.photos", 3),
    ("facebook", "video", "facebook.uploads.open", 1),
    ("facebook", "cover", "facebook.uploads.open", 1),
    ("facebook", "reel", "facebook.reels.start", 1),
    ("facebook", "photo_story", "facebook.photos", 1),
    ("facebook", "film_story", "facebook.stories.start", 1),
    ("youtube", "video", "youtube.upload.begin", 1),
    ("youtube", "reel", "youtube.upload.begin", 1),
    ("instagram", "image", "instagram.container", 1),
    ("instagram", "images", "instagram.container", 4),
    ("instagram", "reel", "instagram.container", 1),
    ("instagram", "reel_as_bytes", "instagram.container", 1),
    ("instagram", "film_story", "instagram.container", 1),
]
#: Kinds that are published by the same call as another of the table: their death around it is that one's.
AS_ANOTHER = {("facebook", "images"), ("facebook", "cover"), *(row[:2] for row in TABLE[-4:])}
# Google fetches by itself: nothing is uploaded, so there is only a commit to die around.
COMMITS = [
    *(row for row in TABLE if row[:2] not in AS_ANOTHER),
    ("google_business", "offer", "google_business.posts.create", 1),
]
ROOT = Path(__file__).resolve().parents[3]
AT_MOST = 40  # deaths of one publication


class Nursery:
    """The process whose children work and die."""

    def __init__(self) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "tests.integrations.networks.mortal"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def work(self, words: Sequence[str]) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(words) + "\n")
        ended = int(self.process.stdout.readline())
        assert ended in {0, -signal.SIGKILL}, "see its traceback above"
        return ended


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    found = Nursery()
    yield found
    found.process.communicate()


@dataclass(frozen=True, kw_only=True)
class Place:
    """The network, where it fetches files, and what survives a worker."""

    sandbox: Sandbox
    files: Shelf
    shelf: Path
    nursery: Nursery


@pytest.fixture
def place(sandbox: Sandbox, nursery: Nursery, tmp_path: Path) -> Iterator[Place]:
    with hosting() as files:
        yield Place(sandbox=sandbox, files=files, shelf=tmp_path / "shelf.json", nursery=nursery)


def lay_down(place: Place, network: str, kind: str) -> None:
    """Lay the files where they are fetched from: the workers die, and that place does not."""
    if network == "instagram":
        addressed(InstagramStage(place.sandbox, shelf=place.files), kind, f"Killed {kind}")


def work(place: Place, network: str, kind: str, die_at: str) -> int:
    """Let a worker live until it is done or killed; return how it ended."""
    words = [network, kind, f"Killed {kind}", place.sandbox.origin, place.files.origin, str(place.shelf), die_at]
    return place.nursery.work(words)


@pytest.mark.parametrize(("network", "kind", "operation", "files"), TABLE)
def test_one_post_is_left(place: Place, network: str, kind: str, operation: str, files: int) -> None:
    lay_down(place, network, kind)

    deaths = 0
    while work(place, network, kind, "save") != 0:
        deaths += 1
        assert deaths < AT_MOST
    posts = place.sandbox.ask("published", network=network)["posts"]

    assert deaths >= files
    assert len(posts) == 1
    assert len(place.sandbox.calls(operation)) == files


@pytest.mark.parametrize("die_at", ["before-commit", "after-commit"])
@pytest.mark.parametrize(("network", "kind", "operation", "files"), COMMITS)
def test_one_post_is_left_by_a_death_around_the_commit(  # noqa: PLR0917
    place: Place, network: str, kind: str, operation: str, files: int, die_at: str
) -> None:
    lay_down(place, network, kind)

    ends = [work(place, network, kind, each) for each in (die_at, "")]

    assert ends == [-signal.SIGKILL, 0]
    assert len(place.sandbox.ask("published", network=network)["posts"]) == 1
    assert len(place.sandbox.calls(operation)) == files


@pytest.mark.parametrize("die_at", ["before-cover", "after-cover"])
def test_a_thumbnail_is_set_once(place: Place, die_at: str) -> None:
    lay_down(place, "youtube", "cover")

    ends = [work(place, "youtube", "cover", each) for each in (die_at, "")]

    assert ends == [-signal.SIGKILL, 0]
    assert len(place.sandbox.ask("published", network="youtube")["posts"]) == 1
    assert len(place.sandbox.calls("youtube.thumbnails")) == 1

"""Workers that are killed with kill -9 at every step of an upload leave one post, and send no file twice."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integrations.networks.sandbox import Sandbox

# network, kind, the operation that begins to take a file, how many files
TABLE = [
    ("x", "image", "x.media.initialize", 1),
    ("x", "images", "x.media.initialize", 3),
    ("x", "video", "x.media.initialize", 1),
    ("facebook", "image", "facebook.photos", 1),
    ("facebook", "images", "facebook.photos", 3),
    ("facebook", "video", "facebook.uploads.open", 1),
    ("facebook", "cover", "facebook.uploads.open", 1),
    ("facebook", "reel", "facebook.reels.start", 1),
    ("facebook", "photo_story", "facebook.photos", 1),
    ("facebook", "film_story", "facebook.stories.start", 1),
    ("youtube", "video", "youtube.upload.begin", 1),
    ("youtube", "reel", "youtube.upload.begin", 1),
]
# Google fetches by itself: nothing is uploaded, so there is only a commit to die around.
COMMITS = [*TABLE, ("google_business", "offer", "google_business.posts.create", 1)]
ROOT = Path(__file__).resolve().parents[3]
AT_MOST = 40  # deaths of one publication


def work(sandbox: Sandbox, shelf: Path, row: tuple[str, str], die_at: str) -> int:
    """Let a worker live until it is done or killed; return how it ended."""
    words = [*row, f"Killed {row[1]}", sandbox.origin, str(shelf), die_at]
    command = [sys.executable, "-W", "ignore", "-m", "tests.integrations.networks.mortal", *words]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode


@pytest.mark.parametrize(("network", "kind", "operation", "files"), TABLE)
def test_one_post_is_left(  # noqa: PLR0917
    sandbox: Sandbox, tmp_path: Path, network: str, kind: str, operation: str, files: int
) -> None:
    shelf, row = tmp_path / "shelf.json", (network, kind)

    deaths = 0
    while work(sandbox, shelf, row, "save") != 0:
        deaths += 1
        assert deaths < AT_MOST
    posts = sandbox.ask("published", network=network)["posts"]

    assert deaths >= files
    assert len(posts) == 1
    assert len(sandbox.calls(operation)) == files


@pytest.mark.parametrize("die_at", ["before-commit", "after-commit"])
@pytest.mark.parametrize(("network", "kind", "operation", "files"), COMMITS)
def test_one_post_is_left_by_a_death_around_the_commit(  # noqa: PLR0917
    sandbox: Sandbox, tmp_path: Path, network: str, kind: str, operation: str, files: int, die_at: str
) -> None:
    shelf, row = tmp_path / "shelf.json", (network, kind)

    ends = [work(sandbox, shelf, row, each) for each in (die_at, "")]

    assert ends == [-signal.SIGKILL, 0]
    assert len(sandbox.ask("published", network=network)["posts"]) == 1
    assert len(sandbox.calls(operation)) == files

"""A worker that is killed in the middle of its work, as a process of its own: what it knows stands on a shelf.

Started once, it takes orders from its standard input, a list of words in JSON per line, and gives each a child that
does the work: what dies is a real process, and no death costs another start of Python. It answers how the child ended.

It goes on where the shelf says, as the engine does: prepare, check, then a delivery noted before the commit, and after
an unknown outcome a look instead of another try; then what follows, the same way. `die_at` says where kill -9 strikes
it: `save` is the first time it stores progress, `before-commit`, `after-commit`, `before-cover` and so on for whatever
follows; empty lets it live. `files` is where files lie that a network fetches.
"""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from integrations.contract import Account, Composition, Form, Media, MediaKind, Progress, Published
from tests import films, hosting
from tests.integrations.networks.google_business.stage import BusinessStage
from tests.integrations.networks.instagram.stage import InstagramStage
from tests.integrations.networks.linkedin.stage import LinkedInStage
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Stage, document, moving, now, picture, with_required
from tests.integrations.networks.twins import FacebookStage, XStage
from tests.integrations.networks.youtube.stage import YouTubeStage

STAGES: Mapping[str, Callable[[Sandbox], Stage]] = {
    "x": XStage,
    "facebook": FacebookStage,
    "youtube": YouTubeStage,
    "google_business": BusinessStage,
    "linkedin": LinkedInStage,
}
GREAT = 20_000_000  # long enough for several segments and a sign of life
LONG = 9_000_000  # long enough for three of LinkedIn's parts


def film(payload_bytes: int, *, upright: bool) -> Media:
    """Return a film that is the same in every process."""
    width, height = (540, 960) if upright else (960, 540)
    content = films.film(seconds=12, width=width, height=height, payload=b"\0" * payload_bytes)

    def open_at(offset: int = 0) -> BinaryIO:
        opened = BytesIO(content)
        opened.seek(offset)
        return opened

    return Media(
        key="film",
        kind=MediaKind.VIDEO,
        content_type="video/mp4",
        size_bytes=len(content),
        width=width,
        height=height,
        open=open_at,
        duration=timedelta(seconds=12),
    )


def composition(kind: str, text: str) -> Composition:
    pictures = tuple(picture(name) for name in ("red", "green", "blue"))
    return {
        "image": Composition(text=text, media=pictures[:1]),
        "images": Composition(text=text, media=pictures),
        "gif": Composition(text=text, media=(moving("wave"),)),
        "document": Composition(text=text, media=(document("Menu"),)),
        "long_video": Composition(text=text, media=(film(LONG, upright=False),)),
        "video": Composition(text=text, media=(film(GREAT, upright=False),)),
        "cover": Composition(text=text, media=(film(1000, upright=False),), cover=picture("cover")),
        "reel": Composition(text=text, media=(film(GREAT, upright=True),), form=Form.REEL),
        "reel_as_bytes": Composition(text=text, media=(film(GREAT, upright=True),), form=Form.REEL),
        "photo_story": Composition(media=pictures[:1], form=Form.STORY),
        "film_story": Composition(media=(film(GREAT, upright=True),), form=Form.STORY),
        "offer": Composition(text=text, form=Form.OFFER),
    }[kind]


class Worker:
    def __init__(self, shelf: Path, *, die_at: str) -> None:
        self.shelf = shelf
        self.die_at = die_at
        self.known: dict[str, Any] = json.loads(shelf.read_text()) if shelf.exists() else {"progress": {}}

    def work(self, stage: Stage, account: Account, wanted: Composition) -> None:
        published = self.publish(stage, account, wanted)
        for name in stage.provider.follow_ups(wanted):
            self.follow_up(stage, account, wanted, name, published)

    def publish(self, stage: Stage, account: Account, wanted: Composition) -> Published:
        provider = stage.provider
        if since := self.known.get("delivery"):
            findings = provider.find_published(
                account,
                wanted,
                self.known["progress"],
                since=datetime.fromisoformat(since),
                now=now() + timedelta(hours=1),
            )
            if findings.published is not None:
                return findings.published
            assert findings.covered, findings
        progress = provider.prepare(account, wanted, self.known["progress"], save=self.save, now=now())
        while not (readiness := provider.check(account, wanted, progress, now=now())).ready:
            assert readiness.failed is None, readiness
            time.sleep(0.1)
            if readiness.prepare_again:
                progress = provider.prepare(account, wanted, progress, save=self.save, now=now())
        self.keep(progress=progress, delivery=now().isoformat())
        self.die("before-commit")
        published = provider.commit(account, wanted, progress, now=now())
        self.die("after-commit")
        return published

    def follow_up(self, stage: Stage, account: Account, wanted: Composition, name: str, published: Published) -> None:
        """Do what follows once: what may have been done before a death is looked for."""
        begun, provider = self.known.get(name), stage.provider
        if begun is not None:
            since = datetime.fromisoformat(begun)
            found = provider.find_follow_up(account, wanted, name, published, {}, since=since, now=now())
            if found is not None:
                return
        self.keep(**{name: now().isoformat()})
        self.die(f"before-{name}")
        provider.follow_up(account, wanted, name, published, {}, now=now())
        self.die(f"after-{name}")

    def save(self, progress: Progress) -> None:
        self.keep(progress=progress)
        self.die("save")

    def keep(self, **facts: Any) -> None:
        self.known |= facts
        self.shelf.with_suffix(".new").write_text(json.dumps(self.known))
        self.shelf.with_suffix(".new").replace(self.shelf)

    def die(self, at: str) -> None:
        if at == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)


def addressed(stage: InstagramStage, kind: str, text: str) -> Composition:
    """Return a composition whose files lie where Instagram fetches them; bytes that are sent need no address."""
    wanted = composition(kind, text)
    if kind == "reel_as_bytes":
        return wanted
    return replace(wanted, media=tuple(stage.addressed(each) for each in wanted.media))


def main(network: str, kind: str, text: str, origin: str, files: str, shelf: str, die_at: str) -> None:  # noqa: PLR0917
    sandbox = Sandbox(origin)
    stage: Stage
    if network == "instagram":
        stage = instagram = InstagramStage(sandbox, shelf=hosting.Shelf(origin=files))
        wanted = addressed(instagram, kind, text)
    else:
        stage = STAGES[network](sandbox)
        wanted = with_required(composition(kind, text), stage.provider)
    Worker(Path(shelf), die_at=die_at).work(stage, stage.account(), wanted)


def serve() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            live(json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def live(words: list[str]) -> NoReturn:
    code = 1
    try:
        main(*words)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    serve()

"""From a signed webhook to the row on an agent's screen: twenty agents' sockets, twenty events a second.

Strangers' comments go as Meta's signed webhooks to the real web process and are read by a real worker. One agent looks
at the inbox in a real browser, where an observer notes when each comment's words stand in the list; the others' sockets
hear the same changes. Timed from the moment at which the request is begun to the moment at which the browser has the
row. `missed` counts comments that never came to the screen, `deaf` sockets that did not hear of every changed item.
"""

import asyncio
import json
import os
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from websockets.asyncio.client import connect

from benchmarks.harness import Figures, Run, at_most, exactly, main, percentile
from benchmarks.workbench.agents import Agent, hire
from benchmarks.workbench.engine import Presence, bench
from benchmarks.workbench.strangers import Page, Web, body_of, comment, connect_pages, web

AGENTS = 20
EVENTS_A_SECOND = 20
_SEEN_WITHIN_SECONDS = 120
#: The first ones open connections and fill caches: they are told and not counted.
_WARM = 20

_OBSERVER = """() => {
    window.seen = {};
    const look = () => {
        for (const words of document.querySelectorAll("#rows .words")) {
            const number = words.textContent.match(/number (\\d+):/)?.[1];
            if (number && !(number in window.seen)) window.seen[number] = Date.now();
        }
    };
    new MutationObserver(look).observe(document.querySelector("#inbox"), {
        childList: true, subtree: true, characterData: true,
    });
}"""


def measure(run: Run) -> Figures:
    seconds = run.choose(small=5, full=60)
    with bench() as ours, web(ours) as site, ours.running("inbox", "beat"):
        ours.wait_for_workers()
        (page,) = connect_pages(1)
        agents = hire(Presence(page.organisation_id, page.social_account_id, ""), site, AGENTS)
        with _looking(agents[0]) as browser, Ears(agents[1:]) as ears:
            run.say(f"{AGENTS} sockets are open")
            sent = _write(run, site, page, seconds * EVENTS_A_SECOND + _WARM)
            seen = _wait_until_seen(browser, sent)
            deaf = ears.deaf_to(_items(page))
    times = [seen[str(number)] - at * 1000 for number, at in sent.items() if number >= _WARM and str(number) in seen]
    return {
        "p50_ms": percentile(times, 50),
        "p95_ms": percentile(times, 95),
        "events": len(times),
        "missed": len(sent) - len(seen),
        "deaf": deaf,
    }


def _write(run: Run, site: Web, page: Page, number: int) -> dict[int, float]:
    """Let strangers write at the pace; return when each comment's webhook was begun."""
    sent: dict[int, float] = {}
    session = requests.Session()
    began = time.monotonic()
    for each in run.progress(range(number), "comments"):
        time.sleep(max(0.0, began + each / EVENTS_A_SECOND - time.monotonic()))
        body = body_of([comment(page, each)])
        sent[each] = time.time()
        site.deliver(session, body)
    took = time.monotonic() - began
    run.say(f"{number / took:.1f} a second")
    return sent


def _wait_until_seen(browser: Any, sent: dict[int, float]) -> dict[str, float]:
    deadline = time.monotonic() + _SEEN_WITHIN_SECONDS
    while True:
        seen: dict[str, float] = browser.evaluate("window.seen")
        if len(seen) == len(sent) or time.monotonic() > deadline:
            return seen
        time.sleep(0.2)


def _items(page: Page) -> set[int]:
    from lib.tenancy.scope import scope
    from moderation.models import Item

    with scope(organisation=page.organisation_id):
        return set(Item.objects.values_list("pk", flat=True))


@contextmanager
def _looking(agent: Agent) -> Iterator[Any]:
    """A Chromium with the agent's list of everything, live."""
    from playwright.sync_api import sync_playwright

    # Playwright's synchronous face runs a loop in our thread, where Django would refuse to speak to its database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    options = ["--disable-background-networking", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=options)
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        everywhere = "{0.scheme}://{0.netloc}/".format(urlsplit(agent.site))
        cookies = [{"name": one.name, "value": one.value, "url": everywhere} for one in agent.session.cookies]
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(_SEEN_WITHIN_SECONDS * 1000)
        page.goto(f"{agent.site}inbox/?view=all")
        page.locator("#inbox[data-ready]").wait_for()
        page.locator("#live[data-state=live]").wait_for(state="attached")
        page.evaluate(_OBSERVER)
        yield page
        chromium.close()


@dataclass
class Ears:
    """The other agents' sockets, on a loop of their own."""

    agents: Sequence[Agent]
    heard: list[set[int]] = field(default_factory=list)
    _joined: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def __enter__(self) -> Self:
        self.heard = [set() for _ in self.agents]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 60
        while self._joined < len(self.agents):
            if time.monotonic() > deadline:
                raise TimeoutError("the sockets did not open")
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def deaf_to(self, items: set[int]) -> int:
        """Return how many sockets have not heard of all of these; the last news may take a moment."""
        deadline = time.monotonic() + 10
        while any(not items <= heard for heard in self.heard) and time.monotonic() < deadline:
            time.sleep(0.1)
        return sum(not items <= heard for heard in self.heard)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._tasks = [
            self._loop.create_task(self._listen(*pair)) for pair in zip(self.agents, self.heard, strict=True)
        ]
        self._loop.run_forever()

    async def _close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self, agent: Agent, heard: set[int]) -> None:
        parts = urlsplit(agent.site)
        cookies = "; ".join(f"{one.name}={one.value}" for one in agent.session.cookies)
        async with connect(
            f"ws://{parts.netloc}/ws{parts.path}",
            additional_headers={"Cookie": cookies},
            origin=f"http://{parts.netloc}",  # type: ignore[arg-type]
        ) as socket:
            await socket.send(json.dumps({"kind": "hello", "cursor": 0}))
            greeted = False
            async for text in socket:
                message = json.loads(text)
                if not greeted:
                    greeted = True
                    self._joined += 1
                heard.update(change[1] for change in message.get("changes", ()) if change[0] == "item")


if __name__ == "__main__":
    main("live", measure, goals={"p95_ms": at_most(300), "missed": exactly(0), "deaf": exactly(0)})

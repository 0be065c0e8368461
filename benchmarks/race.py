"""Two agents who answer the same person in the same moment: how often both answers go out.

Strangers comment at the twin, the comments are polled in, and for each of them two signed-in agents send an answer at
once through the real web process; then real workers carry what was taken to the twin, which is asked what it has.
`double` counts people whom the twin saw answered more than once, `unanswered` those whom it saw answered never;
`unwarned` counts losers that were not refused with 409 and the very answer that came first.
"""

import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests

from benchmarks.harness import Figures, Run, exactly, main, median
from benchmarks.workbench.agents import Agent, hire
from benchmarks.workbench.engine import Bench, Presence, bench, plant, soon
from benchmarks.workbench.strangers import web

_AUTHORS_A_POST = 250
_SENT_WITHIN_SECONDS = 600
_MISSED = re.compile(r'data-missed="([^"]*)"')


@dataclass(frozen=True, kw_only=True)
class Raced:
    """What became of the two answers to one item."""

    item_id: int
    statuses: Sequence[int]
    missed: str  # what the loser was shown: ids of the page's elements
    apart_ms: float  # between the two answers' beginnings


def measure(run: Run) -> Figures:
    people = run.choose(small=100, full=1_000)
    with bench() as ours:
        (page,) = ours.connect(1, network="facebook")
        items = _let_strangers_write(run, ours, page, people)
        with web(ours) as site:
            first, second = hire(page, site, 2)
            with ThreadPoolExecutor(2) as pool:
                raced = [_race(pool, (first, second), item) for item in run.progress(items, "races")]
        came_first = _answers(page)
        with ours.running("inbox", "beat"):
            _wait_until_sent(page)
        answered = ours.sandbox.ask("answered", network="facebook", account=_network_id(page))
    answers_of = Counter(answer["on"] for answer in answered["answers"])
    outcomes = Counter(tuple(sorted(each.statuses)) for each in raced)
    run.say(f"outcomes: {dict(outcomes)}")
    return {
        "races": len(raced),
        "double": sum(count > 1 for count in answers_of.values()),
        "unanswered": len(raced) - len(answers_of),
        "unwarned": sum(not _is_fair(each, came_first) for each in raced),
        "apart_ms": median([each.apart_ms for each in raced]),
    }


def _let_strangers_write(run: Run, ours: Bench, page: Presence, people: int) -> list[int]:
    """Publish posts, let people comment, poll all of it in, and return the items."""
    from django.utils import timezone

    from integrations.models import SocialAccount
    from lib.tenancy.scope import scope
    from moderation.models import Item
    from moderation.services.polling import fill_back, poll_due
    from scheduler.models import Publication
    from scheduler.services.publishing import publish_due

    posts = -(-people // _AUTHORS_A_POST)
    plant(page, [soon(-1)] * posts)
    publish_due(timezone.now)
    with scope(organisation=page.organisation_id):
        published = list(Publication.objects.exclude(network_id="").values_list("network_id", flat=True))
    assert len(published) == posts, published
    left = people
    for post in published:
        authors = min(left, _AUTHORS_A_POST)
        ours.sandbox.tell(
            "strangers/burst", network="facebook", kind="comment", on=post, count=authors, authors=authors
        )
        left -= authors
    with scope(organisation=page.organisation_id):
        account = SocialAccount.objects.get(pk=page.social_account_id)
        account.capabilities = ["publish", "engage"]
        account.save(update_fields=["capabilities"])
        fill_back(account, since=soon(-3600), now=soon())
    while True:
        poll_due(timezone.now)
        with scope(organisation=page.organisation_id):
            items = list(Item.objects.order_by("pk").values_list("pk", flat=True))
        run.say(f"{len(items)} of {people} came in")
        if len(items) >= people:
            return items


def _race(pool: ThreadPoolExecutor, agents: Sequence[Agent], item_id: int) -> Raced:
    """Let both send in the same moment, each having seen the stranger's words and nothing else."""
    start = threading.Barrier(len(agents))
    began: list[float] = []

    def send(agent: Agent) -> requests.Response:
        start.wait()
        began.append(time.perf_counter())
        words = f"Agent {agent.user_id} answers number {item_id}."
        return agent.answer(item_id, words, seen={"seen_message": 2**62, "seen_own": 0, "seen_note": 0})

    answers = list(pool.map(send, agents))
    missed = [_MISSED.search(answer.text) for answer in answers if answer.status_code == requests.codes.conflict]
    return Raced(
        item_id=item_id,
        statuses=[answer.status_code for answer in answers],
        missed=missed[0].group(1) if missed and missed[0] else "",
        apart_ms=(began[1] - began[0]) * 1000,
    )


def _answers(page: Presence) -> dict[int, str]:
    """Return the answer of each item as the loser should have been shown it."""
    from lib.tenancy.scope import scope
    from moderation.models import Message

    with scope(organisation=page.organisation_id):
        rows = Message.objects.filter(origin=Message.Origin.AGENT).order_by("-pk").values_list("item_id", "pk")
        return {item_id: f"message-{pk}" for item_id, pk in rows}


def _is_fair(raced: Raced, came_first: dict[int, str]) -> bool:
    return sorted(raced.statuses) == [200, 409] and raced.missed == came_first[raced.item_id]


def _wait_until_sent(page: Presence) -> None:
    from lib.tenancy.scope import scope
    from moderation.models import ModerationAction
    from moderation.states import WayOut

    deadline = time.monotonic() + _SENT_WITHIN_SECONDS
    while time.monotonic() < deadline:
        with scope(organisation=page.organisation_id):
            if not ModerationAction.objects.exclude(state=WayOut.SENT).exists():
                return
        time.sleep(0.2)
    raise TimeoutError("answers are left unsent")


def _network_id(page: Presence) -> str:
    from integrations.models import SocialAccount
    from lib.tenancy.scope import scope

    with scope(organisation=page.organisation_id):
        found: str = SocialAccount.objects.get(pk=page.social_account_id).network_id
    return found


if __name__ == "__main__":
    main("race", measure, goals={"double": exactly(0), "unanswered": exactly(0), "unwarned": exactly(0)})

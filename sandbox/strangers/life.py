"""Strangers who write by themselves, under what is published and in its public's language."""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.networks.base import Twin, Wall
from sandbox.store import Table
from sandbox.strangers.deeds import Deed, Impossible, Kind, Request
from sandbox.strangers.words import change

# How often each thing happens. Whatever a network lacks is left out there.
HABITS: dict[str, int] = {
    "comment": 52,
    "reply": 10,  # to an answer of the account
    "message": 14,
    "mention": 7,
    "visit": 3,
    "review": 4,
    "like": 4,
    "edit": 3,
    "delete": 3,
}
# What people there do only when they are asked to: few installations read it.
SELDOM = {("x", "message")}
RECENT_POSTS = 12  # people write under what is new
REMEMBERED = 200
CROWD_SECONDS = 0.02  # never more than fifty in a second
UNHAPPY_REVIEWS = 0.35


@dataclass(frozen=True, kw_only=True)
class LifeSettings:
    """`per_minute` is real time; an empty list of accounts (ids, handles) is all with something published."""

    id: str = "life"
    on: bool = False
    per_minute: float = 6.0
    seed: int = 0
    networks: list[str] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)


class Life:
    """One thing after another, at random but repeatable moments."""

    def __init__(self, twins: Sequence[Twin], stored: Table[LifeSettings]) -> None:
        self._twins = twins
        self._stored = stored
        self.settings = LifeSettings()
        self.done: Counter[str] = Counter()
        self._chance = random.Random(0)  # noqa: S311 repeatable on purpose
        self._written: deque[Deed] = deque(maxlen=REMEMBERED)
        self._changed = asyncio.Event()

    def restore(self) -> None:
        self.settings = self._stored.find("life") or LifeSettings()
        self._seed()

    def clear(self) -> None:
        self.settings = LifeSettings()
        self.done.clear()
        self._written.clear()
        self._seed()
        self._changed.set()

    def change(self, settings: LifeSettings) -> None:
        seeded = settings.seed != self.settings.seed
        self.settings = self._stored.put(settings)
        if seeded:
            self._seed()
        self._changed.set()

    def _seed(self) -> None:
        self._chance = random.Random(self.settings.seed)  # noqa: S311
        for twin in self._twins:
            twin.strangers.chance.seed(self.settings.seed)

    async def run(self) -> None:
        """Go on until cancelled; a change of the rate is felt at once."""
        while True:
            self._changed.clear()
            wait = None
            if self.settings.on:
                wait = max(CROWD_SECONDS, self._chance.expovariate(self.settings.per_minute / 60))
            try:
                await asyncio.wait_for(self._changed.wait(), wait)
            except TimeoutError:
                self.step()

    def step(self) -> Deed | None:
        """Let one thing happen; None when nobody found anything to do."""
        walls = self._peopled()
        if not walls:
            return None
        twin, wall = self._chance.choice(walls)
        known = {*twin.strangers.kinds, "edit", "delete"}
        habits = {kind: n for kind, n in HABITS.items() if kind in known and (twin.key, kind) not in SELDOM}
        kind = self._chance.choices(list(habits), list(habits.values()))[0]
        try:
            deed = self._act(twin, wall, kind)
        except Impossible:
            return None  # its post or comment has gone meanwhile
        self.done[deed.kind] += 1
        if deed.kind in {"comment", "reply", "mention", "visit", "review", "message"}:
            self._written.append(deed)
        return deed

    def _peopled(self) -> list[tuple[Twin, Wall]]:
        """Accounts that have published something, and are meant."""
        return [
            (twin, wall)
            for twin in self._twins
            if not self.settings.networks or twin.key in self.settings.networks
            for wall in twin.walls()
            if wall.live and (not self.settings.accounts or self._is_meant(wall))
        ]

    def _is_meant(self, wall: Wall) -> bool:
        return wall.id in self.settings.accounts or wall.handle.lstrip("@") in self.settings.accounts

    def _act(self, twin: Twin, wall: Wall, kind: str) -> Deed:
        match kind:
            case "edit":
                before = self._remembered(twin, wall)
                language = twin.strangers.language_of(wall.id)
                return twin.strangers.edit(before.id, change(before.text, language, self._chance))
            case "delete":
                before = self._remembered(twin, wall)
                self._written.remove(before)
                return twin.strangers.delete(before.id)
            case "comment":
                return twin.strangers.do(Request(kind="comment", on=self._post(twin, wall)))
            case "like":
                return twin.strangers.do(Request(kind="like", on=self._post(twin, wall)))
            case "reply":
                return twin.strangers.do(Request(kind="reply", on=self._answer(twin, wall)))
            case _:
                recommends = self._chance.random() >= UNHAPPY_REVIEWS
                return twin.strangers.do(Request(kind=_kind(kind), account=wall.id, recommends=recommends))

    def _post(self, twin: Twin, wall: Wall) -> str:
        """One of the newest posts, the newest most often."""
        posts = twin.posts(wall.id, RECENT_POSTS)
        if not posts:
            raise Impossible("Nothing is published.")
        return self._chance.choices(posts, [1 / (place + 1) for place in range(len(posts))])[0].id

    def _answer(self, twin: Twin, wall: Wall) -> str:
        answers = [answer for answer in twin.answered(wall.id) if not answer.deleted and answer.public][-20:]
        if not answers:
            raise Impossible("Nothing is answered.")
        return self._chance.choice(answers).id

    def _remembered(self, twin: Twin, wall: Wall) -> Deed:
        found = [deed for deed in self._written if (deed.network, deed.account) == (twin.key, wall.id)]
        if not found:
            raise Impossible("Nothing was written.")
        return self._chance.choice(found)


def _kind(text: str) -> Kind:
    kinds: dict[str, Kind] = {"mention": "mention", "visit": "visit", "review": "review", "message": "message"}
    return kinds[text]

"""How the inbox's list and its search bear history: what a page asks of the database, and its time at two sizes.

One organisation's history is laid by COPY; the database is copied, and one of the two grown tenfold. Each address is
asked for through the whole stack of middleware, in process, by an agent who is signed in, in the smaller and in the
larger database by turns: what else the machine does falls on both. `growth` is the list's p95 in the larger against the
smaller; all other figures are the larger's. `database_p95_ms` is the part of the list that the database took,
`list_cpu_p95_ms` the processor time of our own process. `counters_drift` is how far the kept counters are from a
recount, after commands and after folding.
"""

import argparse
import contextlib
import random
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from benchmarks.harness import Figures, Run, at_most, exactly, main, median, percentile, product
from benchmarks.workbench.archive import Archive
from launch.servers import throwaway

#: Addresses of the list, as agents ask for them.
LISTS = {
    "to_do": "",
    "everything": "?view=all",
    "closed": "?view=closed",
    "mine": "?view=mine",
    "account": "?view=all&account={account}",
    "kind": "?view=closed&kind=comment",
    "deep": "?view=all&before={deep}",
}
#: A word in one message, one in many, two at once, and the beginning of one.
SEARCHES = {
    "rare": "?view=all&q=order{rare}",
    "common": "?view=all&q=bread",
    "several": "?view=all&q=gateau+merci",
    "beginning": "?view=all&q=allerg",
}
OWN = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, help="how often each address is asked for (default: 15 small, 60 full)")


def measure(run: Run) -> Figures:
    small, large = run.choose(small=(10_000, 100_000), full=(100_000, 1_000_000))
    rounds = run.options.rounds or run.choose(small=15, full=60)
    with throwaway() as servers:
        product(servers.addresses)
        from config.process import settle_in

        archive, client = _house(servers.addresses.database_owner_url)
        archive.grow(small)
        run.say(f"{archive.messages:,} messages")
        before = Looks(client, _paths(archive), database=_copied(servers))
        archive.grow(large - small)
        run.say(f"{archive.messages:,} messages")
        after = Looks(client, _paths(archive))
        settle_in()  # as web processes do once all is loaded
        for number in run.progress(range(-3, rounds), "rounds"):
            for name in random.Random(number).sample([*LISTS, *SEARCHES], len(LISTS) + len(SEARCHES)):
                for looks in (before, after) if number % 2 else (after, before):
                    looks.ask(name, counts=number >= 0)  # the first ones pay for caches
        return {
            "list_queries": max(after.queries(name) for name in LISTS),
            "search_queries": max(after.queries(name) for name in SEARCHES),
            "list_p95_ms": percentile(after.times(LISTS), 95),
            "list_cpu_p95_ms": percentile(after.times(LISTS, of="own"), 95),
            "database_p95_ms": percentile(after.times(LISTS, of="database"), 95),
            "growth": percentile(after.times(LISTS), 95) / percentile(before.times(LISTS), 95),
            "median_growth": median(after.times(LISTS)) / median(before.times(LISTS)),
            "search_p95_ms": percentile(after.times(SEARCHES), 95),
            "search_growth": median(after.times(SEARCHES)) / median(before.times(SEARCHES)),
            **{f"{name}_p95_ms": percentile(after.times([name]), 95) for name in (*LISTS, *SEARCHES)},
            **{
                f"{name}_growth": median(after.times([name])) / median(before.times([name]))
                for name in (*LISTS, *SEARCHES)
            },
            "counters_drift": _drift(archive),
        }


@dataclass
class Looks:
    """One database's answers: how long each took in all, in the database, and of our own processor time, in ms."""

    client: Any
    paths: Mapping[str, str]
    database: str = ""  # another one than the product's own
    taken: list[tuple[str, str, float]] = field(default_factory=list)

    def ask(self, name: str, *, counts: bool = True) -> None:
        spent: list[float] = []

        def timed(execute: Any, *words: Any) -> Any:
            began = time.perf_counter()
            try:
                return execute(*words)
            finally:
                spent.append(time.perf_counter() - began)

        with self._connected() as connection, connection.execute_wrapper(timed):
            began, own = time.perf_counter(), time.process_time()
            self._get(name)
            all_ms, own_ms = (time.perf_counter() - began) * 1000, (time.process_time() - own) * 1000
        if counts:
            self.taken += [(name, "all", all_ms), (name, "own", own_ms), (name, "database", sum(spent) * 1000)]

    def times(self, names: Collection[str], *, of: str = "all") -> list[float]:
        return [ms for name, what, ms in self.taken if name in names and what == of]

    def queries(self, name: str) -> int:
        from django.test.utils import CaptureQueriesContext

        with self._connected() as connection, CaptureQueriesContext(connection) as context:
            self._get(name)
        return sum(not query["sql"].startswith(OWN) for query in context.captured_queries)

    def _get(self, name: str) -> None:
        answer = self.client.get(self.paths[name])
        assert answer.status_code == 200, (self.paths[name], answer.status_code)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Any]:
        """Let the product use this database, over a connection that is kept."""
        from django.db import DEFAULT_DB_ALIAS, connections

        before = connections[DEFAULT_DB_ALIAS]
        if self.database:
            connections[DEFAULT_DB_ALIAS] = self._connection
        try:
            yield connections[DEFAULT_DB_ALIAS]
        finally:
            connections[DEFAULT_DB_ALIAS] = before

    @cached_property
    def _connection(self) -> Any:
        from django.db import DEFAULT_DB_ALIAS, connections

        made = connections.create_connection(DEFAULT_DB_ALIAS)
        made.settings_dict = {**made.settings_dict, "NAME": self.database}
        return made


def _copied(servers: Any) -> str:
    """Copy the database as it is now, and return the copy's name."""
    import psycopg
    from django.db import connections

    from launch.database import APP, NAME, OWNER

    connections.close_all()
    name = f"{NAME}_smaller"
    with psycopg.connect(servers.admin_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {NAME} OWNER {OWNER}")
        admin.execute(f"GRANT CONNECT ON DATABASE {name} TO {APP}")
    return name


def _house(owner_url: str) -> tuple[Archive, Any]:
    from django.test import Client
    from django.utils import timezone

    from accounts.models import Membership, User
    from accounts.permissions import Role
    from accounts.services.organisations import create_organisation
    from integrations.models import SocialAccount
    from lib.tenancy.scope import scope

    owner = User.objects.create_user("owner@bench.example", name="Owner")
    agents = [User.objects.create_user(f"agent-{number}@bench.example", name=f"Agent {number}") for number in range(5)]
    organisation = create_organisation("Bench", owner=owner, time_zone="Europe/London", language="en")
    with scope(organisation=organisation.pk):
        for agent in agents:
            Membership.objects.create(user=agent, role=Role.AGENT)
        accounts = [
            SocialAccount.objects.create(network="facebook", network_id=f"page-{number}", name="Bench", kind="page")
            for number in range(4)
        ]
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(agents[0])
    archive = Archive(
        owner_url=owner_url,
        organisation_id=organisation.pk,
        slug=organisation.slug,
        account_ids=[account.pk for account in accounts],
        agent_ids=[agent.pk for agent in agents],
        now=timezone.now(),
    )
    return archive, client


def _paths(archive: Archive) -> dict[str, str]:
    facts = {"account": archive.account_ids[0], "rare": archive.messages // 2, "deep": _deep(archive)}
    base = f"/o/{archive.slug}/inbox/"
    return {name: base + address.format(**facts) for name, address in {**LISTS, **SEARCHES}.items()}


def _deep(archive: Archive) -> str:
    """Return the cursor of a page in the middle of all history."""
    from lib.pagination import page_of
    from lib.tenancy.scope import scope
    from moderation.inbox import ORDER
    from moderation.models import Item

    with scope(organisation=archive.organisation_id):
        half = Item.objects.filter(last_activity_at__lt=archive.now - timedelta(days=500))
        return page_of(half, by=ORDER, size=1).older


def _drift(archive: Archive) -> int:
    """Close, ignore and assign some, fold, and return by how much the counters are wrong."""
    from django.utils import timezone

    from accounts.models import Membership
    from lib.tenancy.scope import scope
    from moderation.models import Item
    from moderation.services import commands
    from moderation.services.counting import find_drift, fold_counts

    with scope(organisation=archive.organisation_id):
        actor = Membership.objects.select_related("user").get(user=archive.agent_ids[0])
        for number, item in enumerate(Item.objects.waiting().order_by("pk")[:60]):
            given: dict[str, Any] = {
                "version": item.version,
                "key": uuid.uuid4(),
                "actor": actor,
                "now": timezone.now(),
            }
            if number % 3 == 0:
                commands.close(item, reviewed=True, **given)
            elif number % 3 == 1:
                commands.ignore(item, **given)
            else:
                commands.assign(item, to=actor.user, **given)
        before = find_drift()
        fold_counts(archive.account_ids)
        after = find_drift()
    return sum(map(abs, (*before.values(), *after.values())))


if __name__ == "__main__":
    main(
        "inbox",
        measure,
        goals={
            "list_queries": at_most(8),
            "list_p95_ms": at_most(40),
            "growth": at_most(1.2),
            "search_p95_ms": at_most(300),
            "counters_drift": exactly(0),
        },
        add_arguments=add_arguments,
    )

"""How long the pages take and what they ask of the database, with 1,000 posts and with 10,000.

Each page is asked for through the whole stack of middleware, in process, by somebody who is signed in. `queries` counts
every statement but the transaction's own; the same number with ten times the rows is what keeps a page flat.
"""

import time
from datetime import timedelta
from typing import Any

from benchmarks.harness import Figures, Run, at_most, main, percentile, product
from launch.servers import throwaway

PAGES = {"publications": "posts/", "composer": "posts/{post}/edit/", "accounts": "accounts/", "home": ""}
POSTS = 1000
BUSY = timedelta(days=30)  # posts lie half in the past, half ahead, so that a day holds a page of them


def measure(run: Run) -> Figures:
    figures: dict[str, float | int | None] = {}
    with throwaway() as servers:
        product(servers.addresses)
        from config.process import settle_in

        client, post_id, fill = _house()
        fill(POSTS)
        settle_in()  # as web processes do once all is loaded
        paths = {name: path.format(post=post_id) for name, path in PAGES.items()}
        for name, path in paths.items():
            run.say(f"{name}, {POSTS} posts")
            figures[f"{name}_queries"] = _queries(client, path)
            times = [_milliseconds(client, path) for _time in range(run.choose(small=20, full=200))]
            figures[f"{name}_p95_ms"] = percentile(times, 95)
        fill(9 * POSTS)
        for name, path in paths.items():
            figures[f"{name}_queries_more_with_10x"] = _queries(client, path) - int(figures[f"{name}_queries"] or 0)
    return figures


def _house() -> tuple[Any, int, Any]:
    """Return a browser, a post and what fills the organisation; Django may be imported from here on."""
    from django.test import Client
    from django.utils import timezone

    from accounts.models import User
    from accounts.services.organisations import create_organisation
    from integrations.models import Network, SocialAccount
    from lib.tenancy.scope import scope
    from scheduler.models import Post, Publication
    from scheduler.states import State

    user = User.objects.create_user("bench@example.org", "a-password-for-benchmarks", name="Alice Bench")
    organisation = create_organisation("Bench", owner=user, time_zone="Europe/London", language="en")
    create_organisation("Other", owner=user, time_zone="Europe/London", language="en")
    with scope(organisation=organisation.pk, user=user.pk):
        accounts = [
            SocialAccount.objects.create(network=network, network_id=f"{network}-{number}", name=f"Account {number}")
            for number in range(5)
            for network in (Network.FACEBOOK, Network.X)
        ]
        post = Post.objects.create(text="Words " * 40, author=user)
        Publication.objects.bulk_create(
            Publication(organisation=organisation, post=post, social_account=account) for account in accounts
        )

    def fill(count: int) -> None:
        now = timezone.now()
        states = [State.PUBLISHED] * 16 + [State.FAILED, State.IN_REVIEW, State.OUTCOME_UNKNOWN, State.CANCELLED]
        with scope(organisation=organisation.pk, user=user.pk):
            posts = Post.objects.bulk_create(
                Post(organisation=organisation, text=f"Post {number} of many", author=user) for number in range(count)
            )
            Publication.objects.bulk_create(
                Publication(
                    organisation=organisation,
                    post=one,
                    social_account=accounts[number % len(accounts)],
                    state=states[number % len(states)],
                    publish_at=now + BUSY * (number / count - 0.5),
                    network_id=f"{one.pk}",
                )
                for number, one in enumerate(posts)
            )

    # Not Django's test environment: it copies every template's context, which costs more than the page.
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    client.base = f"/o/{organisation.slug}/"  # type: ignore[attr-defined]
    return client, post.pk, fill


def _queries(client: Any, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as context:
        _ask(client, path)
    own = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(own) for query in context.captured_queries)


def _milliseconds(client: Any, path: str) -> float:
    begins = time.perf_counter()
    _ask(client, path)
    return (time.perf_counter() - begins) * 1000


def _ask(client: Any, path: str) -> None:
    answer = client.get(client.base + path)
    assert answer.status_code == 200, (path, answer.status_code)


if __name__ == "__main__":
    main(
        "pages",
        measure,
        goals={
            **{f"{name}_queries": at_most(8) for name in PAGES},
            **{f"{name}_p95_ms": at_most(40) for name in PAGES},
            **{f"{name}_queries_more_with_10x": at_most(0) for name in PAGES},
        },
    )

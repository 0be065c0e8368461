"""What our loops make of each kind of error, in the calls that are made once a post is out."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from integrations import registry
from integrations.errors import (
    AuthorisationLost,
    OutcomeUnknown,
    PermanentError,
    ProviderError,
    RateLimited,
    Reach,
    TransientError,
)
from integrations.testing import InMemoryProvider
from tests.factories import NOON
from tests.faults.loop_acts import IN_MEMORY, LOOP_ACTS, World
from tests.faults.loops import LOOPS

ERRORS: dict[str, ProviderError] = {
    "transient": TransientError("unavailable", network="memory", status=503),
    "rate_limited": RateLimited(
        "rate_limited", network="memory", status=429, reach=Reach.ACCOUNT, reset_at=NOON + timedelta(minutes=15)
    ),
    "authorisation_lost": AuthorisationLost("access_lost", network="memory", status=401, reach=Reach.ACCOUNT),
    **dict.fromkeys(
        ("authorisation_lost, refresh first", "authorisation_lost, refresh refused"),
        AuthorisationLost("access_expired", network="memory", status=401, reach=Reach.GRANT, refresh_may_help=True),
    ),
    "outcome_unknown": OutcomeUnknown("no_answer", network="memory"),
    "permanent": PermanentError("refused", network="memory", status=403),
    "permanent, look first": PermanentError("refused", network="memory", status=409, look_first=True),
}


@pytest.fixture
def network() -> Iterator[InMemoryProvider]:
    provider = InMemoryProvider()
    with registry.replaced({"memory": provider}):
        yield provider


@pytest.mark.parametrize(("call", "kind"), [(call, kind) for call, ends in LOOPS.items() for kind in ends])
def test_each_kind_of_error_ends_as_the_table_says(
    call: str, kind: str, network: InMemoryProvider, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(network, monkeypatch)

    def strike() -> None:
        if kind != "done":
            network.fail_next(IN_MEMORY.get(call, call), ERRORS[kind])
        if kind == "authorisation_lost, refresh refused":
            network.fail_next("refresh", ERRORS["authorisation_lost"])

    seen = LOOP_ACTS[call](world, strike)

    assert (seen.at_once, seen.end) == LOOPS[call][kind]

"""Every fault of the twins, in every call of our providers: the right state, the right sentence, exactly one post."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation

from gallery.storage import storage
from integrations import networks, registry
from integrations.contract import Provider
from integrations.sentences import SENTENCES
from sandbox.faults import KINDS
from scheduler.telling import OWN_SENTENCES, reason_sentence
from tests.hosting import hosting
from tests.integrations.networks.conftest import sandbox  # noqa: F401  # fixtures
from tests.integrations.networks.google_business.stage import BusinessStage
from tests.integrations.networks.instagram.stage import InstagramStage
from tests.integrations.networks.linkedin.stage import LinkedInStage
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.twins import FacebookStage, XStage
from tests.scheduler.acts import ACTS, OPERATIONS, Stage
from tests.scheduler.fault_table import TABLE, TROUBLES, Row, Rows
from tests.scheduler.linkedin_faults import LINKEDIN

STAGES: dict[str, Callable[[Sandbox], Stage]] = {
    "facebook": FacebookStage,
    "google_business": BusinessStage,
    "instagram": InstagramStage,
    "linkedin": LinkedInStage,
    "x": XStage,
}

#: Networks with a table of their own.
TABLES: dict[str, Mapping[str, Rows]] = {"linkedin": LINKEDIN}

#: Calls made once a post is out, or by a page. What they do when they fail is played at each step of their loop by
#: test_following_up.py, and at each network by the contract's tests; no table of outcomes like the one here holds them.
PLAYED_ELSEWHERE = {
    "choices",
    "delete_published",
    "edit_published",
    "find_follow_up",
    "find_named",
    "follow_up",
    "verdict",
}
#: Networks that take films only, which the scene has none of: their faults are played by the contract's matrix.
FILMS_ONLY = {"youtube"}

CASES = [
    (network, call, operation, trouble)
    for network, calls in OPERATIONS.items()
    for call, operations in calls.items()
    for operation in operations
    for trouble in TROUBLES
    # A cable that is pulled knows no operations: it strikes the first.
    if trouble != "unreachable" or operation == operations[0]
]


@pytest.fixture
def hosted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let networks that fetch by address find our files: the address that signs them is served by no process here."""
    with hosting() as shelf:

        def address_of(*asset: Any, storage_key: str = "", **_: Any) -> str:
            key = storage_key or asset[0].storage_key
            with storage().open(key, 0) as file:
                return shelf.put(key, file.read(), "image/jpeg")

        monkeypatch.setattr("gallery.media.address_of", address_of)
        yield


def test_every_fault_of_the_sandbox_is_played_in_every_call() -> None:
    assert set(KINDS) <= TROUBLES.keys()
    for table in (TABLE, *TABLES.values()):
        assert {call: set(rows) for call, rows in table.items()} == {call: set(TROUBLES) for call in ACTS}


def test_every_call_of_every_network_is_made() -> None:
    speaking = {
        name
        for name, method in inspect.getmembers(Provider, inspect.isfunction)
        if "now" in inspect.signature(method).parameters
    }

    assert speaking == set(ACTS) | PLAYED_ELSEWHERE
    assert {network: set(calls) for network, calls in OPERATIONS.items()} == {network: set(ACTS) for network in STAGES}
    assert {each.name for each in pkgutil.iter_modules(networks.__path__) if each.name[0] != "_"} == (
        set(STAGES) | FILMS_ONLY
    )


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_a_fault_comes_to_what_the_table_says(
    case: tuple[str, str, str, str],
    sandbox: Sandbox,  # noqa: F811
    hosted: None,
    transactional_db: None,
) -> None:
    network, call, operation, trouble = case
    if (network, trouble) == ("linkedin", "rate_limited") and datetime.now(UTC).hour >= 22:
        pytest.skip("LinkedIn's day ends within the hour that is let pass.")
    stage = STAGES[network](sandbox)

    try:
        with registry.replaced({network: stage.provider}):
            seen = ACTS[call](stage, lambda: _strike(stage, operation, trouble))
            found = Row(seen.at_once, seen.reason, seen.end())
    finally:
        sandbox.control("clock", real=True)

    assert found == _row(call, trouble, network, operation)
    if found.reason:
        assert found.reason in SENTENCES or found.reason in OWN_SENTENCES
        said = set()
        for language in ("en", "fr"):
            with translation.override(language):
                said.add(reason_sentence(found.reason, {}, network=network))
        assert len(said) == 2


def _strike(stage: Stage, operation: str, trouble: str) -> None:
    fault = TROUBLES[trouble]
    if fault is None:
        stage.http.unplugged = True
    else:
        stage.sandbox.control("faults", operation=operation, **fault)


def _row(call: str, trouble: str, network: str, operation: str) -> Row:
    row = TABLES.get(network, TABLE)[call][trouble]
    return row if isinstance(row, Row) else row[operation] if operation in row else row[network]

"""The fault matrix leaves out no network, no call, no operation and no fault; and one command prints it."""

import inspect
import pkgutil
import subprocess
import sys

import pytest

from integrations import networks
from integrations.contract import PlainPosts, Provider
from integrations.engagement import EngagingProvider, PrivatelyAnswering
from integrations.insights import MeasuringProvider
from integrations.sentences import SENTENCES
from launch.place import ROOT
from sandbox.faults import KINDS
from tests.faults.acts import ACTS
from tests.faults.answers import ANSWERS
from tests.faults.calls import CALLS
from tests.faults.loop_acts import LOOP_ACTS
from tests.faults.loops import LOOPS
from tests.faults.matrix import TABLES, all_cells, answer_of, end_of, kind_of
from tests.faults.operations import BESIDE, NOT_STRUCK, PUBLISHING
from tests.faults.publishing import TABLE
from tests.faults.test_publishing import STAGES
from tests.faults.troubles import TROUBLES
from tests.integrations.networks.conftest import sandbox  # noqa: F401  # fixtures
from tests.integrations.networks.sandbox import Sandbox

#: The same methods once more, where films, stories and documents have operations of their own.
FILMS = {"prepare_film", "check_film", "commit_film", "find_film"}
NETWORKS = {each.name for each in pkgutil.iter_modules(networks.__path__) if each.name[0] != "_"}


def speaking(protocol: type) -> set[str]:
    """The methods that are told the time: those that speak to a network."""
    methods = inspect.getmembers(protocol, inspect.isfunction)
    return {name for name, method in methods if "now" in inspect.signature(method).parameters}


def test_every_fault_of_the_sandbox_is_played_in_every_call() -> None:
    assert set(KINDS) <= TROUBLES.keys()
    for table in (TABLE, *TABLES.values()):
        assert {call: set(rows) for call, rows in table.items()} == {call: set(TROUBLES) for call in ACTS}
    assert {call: set(answers) for call, answers in ANSWERS.items()} == {call: set(TROUBLES) for call in CALLS}


def test_every_call_of_every_network_is_made(sandbox: Sandbox) -> None:  # noqa: F811
    assert set(ACTS) | set(CALLS) - FILMS == set().union(
        *map(speaking, (Provider, EngagingProvider, PrivatelyAnswering, MeasuringProvider))
    )
    assert set(STAGES) == set(PUBLISHING) == set(BESIDE) == NETWORKS
    for network, make in STAGES.items():
        provider = type(make(sandbox).provider)
        plain = {
            call for call in set(CALLS) - FILMS if getattr(provider, call, None) is getattr(PlainPosts, call, None)
        }
        assert set(PUBLISHING[network]) == set(ACTS)
        assert set(BESIDE[network]) - FILMS == set(CALLS) - FILMS - plain, network


def test_every_operation_of_the_sandbox_is_struck_or_said_not_to_be(sandbox: Sandbox) -> None:  # noqa: F811
    known = set(sandbox.ask("faults")["operations"])
    single = {each for each in known if not any(other.startswith(f"{each}.") for other in known)}

    assert {cell.operation for cell in all_cells()} | set(NOT_STRUCK) == single
    assert not {cell.operation for cell in all_cells()} & set(NOT_STRUCK)


def test_every_kind_of_error_in_the_table_is_played_to_the_loop_that_meets_it() -> None:
    assert set(LOOPS) == set(LOOP_ACTS) == set(CALLS)
    told = {(cell.call, kind_of(cell)) for cell in all_cells() if cell.call in CALLS}

    assert told <= {(call, kind) for call, ends in LOOPS.items() for kind in ends}


def test_every_reason_has_a_sentence() -> None:
    keys = {answer_of(cell).partition(": ")[2] for cell in all_cells() if cell.call in CALLS} - {""}

    assert keys <= set(SENTENCES)


@pytest.mark.parametrize("options", [[], ["--markdown"]])
def test_one_command_prints_every_cell(options: list[str]) -> None:
    command = [sys.executable, "-m", "tests.faults", *options]

    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    cells = list(all_cells())
    assert printed.endswith(f"{len(cells)} cells, each of which a test plays.\n")
    for cell in cells:
        assert cell.operation in printed
        assert end_of(cell).end in printed


def test_words_narrow_the_table_down() -> None:
    command = [sys.executable, "-m", "tests.faults", "x", "commit", "--language", "fr"]

    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "x.tweets" in printed
    assert "facebook" not in printed
    assert "Portevoix réessaie" in printed

import json
import subprocess
import sys

import pytest

from benchmarks.harness import Run, at_least, at_most, exactly, percentile, report, within


def test_the_line_says_each_goal_and_whether_it_is_met() -> None:
    goals = {"p95_ms": at_most(20), "ratio": at_least(0.5), "lost": exactly(0), "absent": at_most(1)}
    goals["even"] = within(0.95, 1.05)

    line = report(
        "claims", "small", {"p95_ms": 6.66666, "ratio": 0.41, "lost": 0, "per_second": 1234.56, "even": 1.06}, goals
    )

    assert line == {
        "benchmark": "claims",
        "scale": "small",
        "figures": {"p95_ms": 6.667, "ratio": 0.41, "lost": 0, "per_second": 1234.6, "even": 1.06},
        "goals": {
            "p95_ms": {"at_most": 20, "met": True},
            "ratio": {"at_least": 0.5, "met": False},
            "lost": {"exactly": 0, "met": True},
            "absent": {"at_most": 1, "met": False},
            "even": {"at_least": 0.95, "at_most": 1.05, "met": False},
        },
    }


@pytest.mark.parametrize(
    ("values", "percent", "expected"), [([5.0], 95, 5.0), ([float(n) for n in range(101)], 95, 95.0)]
)
def test_a_percentile_is_the_value_below_which_so_many_lie(values: list[float], percent: int, expected: float) -> None:
    assert percentile(values, percent) == expected


def test_progress_goes_to_stderr_and_one_json_line_to_stdout() -> None:
    program = """
from benchmarks.harness import main
main("mine", lambda run: {"n": sum(run.progress(range(run.choose(small=3, full=9)), "numbers"))}, goals={})
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout)["figures"] == {"n": 3}
    assert "numbers: 3 of 3" in done.stderr


def test_a_run_knows_its_scale() -> None:
    assert (Run("small").choose(small=1, full=2), Run("full").choose(small=1, full=2)) == (1, 2)

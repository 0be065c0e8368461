import ast
import re
from pathlib import Path

from django.conf import settings

from checks import product_files
from eventlog.models import Event
from eventlog.sentences import sentence_of, sentences
from tests.factories import NOON

#: Functions that record an event, and what they put before the name they are given.
PREFIXES = {"record": "", "_record": "scheduler.publication."}
SQL_NAME = re.compile(r"'((?:accounts|gallery|integrations|scheduler)\.[a-z_]+\.[a-z_]+)'")


def recorded_names() -> dict[str, str]:
    """Every event name that our code records, and where."""
    found: dict[str, str] = {}
    for path in product_files("*.py", "*.sql"):
        if path.name == "event_sentences.py":
            continue
        source = path.read_text()
        for match in SQL_NAME.finditer(source) if path.suffix == ".sql" else ():
            found[match[1]] = str(path)
        for node in ast.walk(ast.parse(source)) if path.suffix == ".py" else ():
            if isinstance(node, ast.Call) and node.args:
                function = getattr(node.func, "id", getattr(node.func, "attr", ""))
                for name in names_in(node.args[0]) if function in PREFIXES else ():
                    found[PREFIXES[function] + name] = f"{path}:{node.lineno}"
    return found


def names_in(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*names_in(node.body), *names_in(node.orelse)]
    return []


def test_every_event_has_a_sentence() -> None:
    missing = {name: place for name, place in recorded_names().items() if name not in sentences()}

    assert missing == {}


def test_names_are_area_thing_past_verb() -> None:
    for name in sentences():
        assert len(name.split(".")) == 3
        assert name.split(".")[0] in {Path(config).name for config in settings.INSTALLED_APPS}


def test_an_event_reads_as_a_sentence_even_when_its_own_is_gone() -> None:
    event = Event(name="accounts.membership.removed", actor_name="Alice", subject_name="Bob (Planner)", at=NOON)
    old = Event(name="accounts.thing.forgotten", actor_name="Alice", at=NOON)

    assert sentence_of(event) == "Alice removed Bob (Planner)"
    assert sentence_of(old) == "accounts.thing.forgotten"
    assert sentence_of(Event(name="gallery.asset.added", subject_name="100 %s", at=NOON)).startswith("Portevoix added")

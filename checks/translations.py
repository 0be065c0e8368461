"""Every word people read has its French.

Finds translatable text in our Python and templates, without xgettext, and compares it with the catalogues. Text that
is looked up by a variable must be marked where it is written, with gettext_noop. Run by `make check`; by hand:

    python -m checks.translations             what is missing, unused, unsure or has other placeholders
    python -m checks.translations --update    adds what is missing (empty) and takes out what is unused
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

from checks import ROOT, product_files

LANGUAGE = "fr"
#: A text stays on one line: two people who add texts at the same time then seldom meet in one place.
_WIDTH = 10_000

#: Position of context, text and plural in each function's arguments.
_FUNCTIONS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
_LITERAL = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_CALL = re.compile(rf"\b(n?p?gettext|_)\(\s*({_LITERAL}(?:\s*,\s*{_LITERAL})*)", re.DOTALL)
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@dataclass(frozen=True, order=True)
class Text:
    """One text to translate, as gettext knows it: its context, itself, its plural."""

    text: str
    plural: str = ""
    context: str = ""


@dataclass(frozen=True, order=True)
class Place:
    path: Path
    line: int

    @property
    def catalogue(self) -> Path:
        """Where its French belongs: with its app. The lowest and highest floors are no apps; web speaks for them."""
        app = self.path.relative_to(ROOT).parts[0]
        return ROOT / ("web" if app in {"lib", "config"} else app) / "locale" / LANGUAGE / "LC_MESSAGES/django.po"


def in_python(source: str) -> Iterator[tuple[int, Text]]:
    """Yield (line, text) for each call of a gettext function with literal text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = str(getattr(node.func, "id", getattr(node.func, "attr", "")))
            literals = [_literal(argument) for argument in node.args]
            text = _text(name.removesuffix("_lazy").removesuffix("_noop"), literals)
            if text is not None:
                yield node.lineno, text


def in_template(source: str) -> Iterator[tuple[int, Text]]:
    """Yield (line, text). Django rewrites templates for xgettext into calls among blanked text; we read those calls."""
    from django.utils.translation.template import templatize

    rewritten = templatize(source)
    for match in _CALL.finditer(rewritten):
        literals = ast.literal_eval(f"[{match[2]}]")
        text = _text(match[1], literals)
        if text is not None:
            yield rewritten.count("\n", 0, match.start()) + 1, text


def _text(function: str, literals: list[str | None]) -> Text | None:
    positions = _FUNCTIONS.get(function)
    if positions is None:
        return None
    context, text, plural = (literals[at] if at is not None and at < len(literals) else "" for at in positions)
    # The empty text is the catalogue's own head.
    return Text(text, plural or "", context or "") if text else None


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def find_texts() -> dict[Text, Place]:
    """Return every text of the product with the first place that has it."""
    found: dict[Text, Place] = {}
    readers = [
        (product_files("*.py"), in_python),
        (product_files("templates/**/*.html", "templates/**/*.txt"), in_template),
    ]
    for paths, read in readers:
        for path in paths:
            for line, text in read(path.read_text()):
                found.setdefault(text, Place(path, line))
    return found


def faults_of(entry: polib.POEntry) -> Iterator[str]:
    """Yield what is wrong with one translation."""
    forms: Iterable[str] = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
    forms = list(forms)
    if entry.fuzzy:
        yield "is marked fuzzy: read it again and take the mark away"
    if not forms or not all(forms):
        yield "has no French"
        return
    wanted = set(_PLACEHOLDER.findall(entry.msgid)) | set(_PLACEHOLDER.findall(entry.msgid_plural))
    for form in forms:
        given = set(_PLACEHOLDER.findall(form))
        # One form of a plural may say its number in words ("one post").
        if given - wanted or (wanted - given and not entry.msgid_plural):
            yield f"has other placeholders: {sorted(given)} for {sorted(wanted)}"
    if wanted and entry.msgid_plural and not any(wanted <= set(_PLACEHOLDER.findall(form)) for form in forms):
        yield f"misses placeholders: {sorted(wanted)}"


def _key(entry: polib.POEntry) -> Text:
    return Text(entry.msgid, entry.msgid_plural, entry.msgctxt or "")


def _catalogues() -> dict[Path, polib.POFile]:
    return {
        path: polib.pofile(str(path), wrapwidth=_WIDTH)
        for path in product_files(f"locale/{LANGUAGE}/LC_MESSAGES/django.po")
    }


def check() -> list[str]:
    """Return every fault as a line for people."""
    texts = find_texts()
    known: set[Text] = set()
    faults = []
    for path, catalogue in _catalogues().items():
        for entry in catalogue:
            where = f"{path.relative_to(ROOT)}:{entry.linenum}: {entry.msgid!r}"
            if entry.obsolete or _key(entry) not in texts:
                faults.append(f"{where} is used nowhere")
            else:
                faults += [f"{where} {fault}" for fault in faults_of(entry)]
            known.add(_key(entry))
    for text, place in sorted(texts.items(), key=lambda item: item[1]):
        if text not in known:
            faults.append(
                f"{place.path.relative_to(ROOT)}:{place.line}: {text.text!r} is not in {_short(place.catalogue)}"
            )
    return faults


def update() -> None:
    """Bring the catalogues in line with the sources; the French itself is for a person to write."""
    texts = find_texts()
    catalogues = _catalogues()
    known: set[Text] = set()
    for catalogue in catalogues.values():
        for entry in list(catalogue):
            if entry.obsolete or _key(entry) not in texts:
                catalogue.remove(entry)
            known.add(_key(entry))
    for text, place in texts.items():
        if text not in known:
            catalogues.setdefault(place.catalogue, _new_catalogue()).append(_entry(text))
    for path, catalogue in catalogues.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(path))


def _new_catalogue() -> polib.POFile:
    catalogue = polib.POFile(wrapwidth=_WIDTH)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": LANGUAGE,
        "Plural-Forms": "nplurals=2; plural=(n > 1);",
    }
    return catalogue


def _entry(text: Text) -> polib.POEntry:
    plural = {0: "", 1: ""} if text.plural else {}
    entry = polib.POEntry(msgid=text.text, msgid_plural=text.plural, msgstr_plural=plural, msgctxt=text.context or None)
    if "%(" in text.text:
        entry.flags.append("python-format")
    return entry


def _short(path: Path) -> Path:
    return path.relative_to(ROOT)


def main(arguments: list[str]) -> int:
    # templatize() asks for the encoding of files and nothing else of the settings.
    from django.conf import settings

    if not settings.configured:
        settings.configure()
    if "--update" in arguments:
        update()
    faults = check()
    for fault in faults:
        print(fault)
    if faults:
        print(
            f"{len(faults)} faults; `python -m checks.translations --update` adds what is missing, for you to fill in."
        )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

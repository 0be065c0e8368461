"""Every template compiles, holds no script or style of its own, and trusts no text.

The content security policy would stop an inline script in the browser; this stops it here, where somebody looks.
Run by `make check`; by hand: `python -m checks.templates`.
"""

import ast
import os
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from checks import ROOT, product_files

#: Python files that may call a composed text safe, and why it is.
MAY_MARK_SAFE = {"web/templatetags/face.py": "the import map names files of our own"}

_TAG = re.compile(r"{%.*?%}|{#.*?#}", re.DOTALL)
_COMMENT = re.compile(r"{%\s*comment.*?endcomment\s*%}", re.DOTALL)
_VARIABLE = re.compile(r"{{.*?}}", re.DOTALL)
_TRUST = re.compile(r"\|\s*(safe|safeseq)\b|{%\s*autoescape\s+off")

#: What a script element may hold in the page: no program, but data, and the map that names the modules.
_DATA_TYPES = {"importmap", "application/json"}


class _InlineCode(HTMLParser):
    """Collects what a browser would run or apply from the page itself."""

    def __init__(self, *, mail: bool) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._mail = mail

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "script" and "src" not in attributes and attributes.get("type") not in _DATA_TYPES:
            self._report("an inline script; put it into static/js as a module")
        # Mail readers apply no style sheet of ours, so mails carry theirs.
        if not self._mail and (tag == "style" or "style" in attributes):
            self._report("an inline style; give it a class")
        for name, value in attrs:
            if name.startswith(("on", "hx-on")):
                self._report(f"{name}; listen for the event in a module")
            if (value or "").strip().lower().startswith(("javascript:", "js:")):
                self._report(f"a program in {name}; put it into a module")

    handle_startendtag = handle_starttag

    def _report(self, what: str) -> None:
        self.found.append((self.getpos()[0], what))


def inline_code(source: str, *, mail: bool = False) -> list[tuple[int, str]]:
    """Return (line, what is wrong). Template tags are blanked first, in place, so that the lines stay right."""
    blanked = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source)
    blanked = _TAG.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), blanked)
    blanked = _VARIABLE.sub(lambda match: re.sub(r"[^\n]", "x", match[0]), blanked)
    parser = _InlineCode(mail=mail)
    parser.feed(blanked)
    parser.close()
    return parser.found


def trusted_text(source: str) -> list[tuple[int, str]]:
    """Return (line, what) for each place where a template stops escaping."""
    return [
        (
            source.count("\n", 0, match.start()) + 1,
            f"{match[0]}: text is escaped, always; build markup with format_html",
        )
        for match in _TRUST.finditer(source)
    ]


def trusted_in_python(source: str) -> list[tuple[int, str]]:
    """Return (line, what) for each call that declares a text safe, unless the text stands there in full."""
    names = {"mark_safe", "SafeString", "SafeText"}
    return [
        (node.lineno, f"{name}: build markup with format_html, or give the reason in checks/templates.py")
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and not all(isinstance(argument, ast.Constant) for argument in node.args)
        for name in [getattr(node.func, "id", getattr(node.func, "attr", None))]
        if name in names
    ]


def _faults() -> Iterator[tuple[Path, int, str]]:
    for path in product_files("templates/**/*.html", "templates/**/*.txt"):
        source = path.read_text()
        yield from ((path, line, what) for line, what in _compile(path, source))
        if path.suffix == ".html":
            found = inline_code(source, mail="emails" in path.parts) + trusted_text(source)
            yield from ((path, line, what) for line, what in found)
    for path in product_files("*.py"):
        if str(path.relative_to(ROOT)) not in MAY_MARK_SAFE:
            yield from ((path, line, what) for line, what in trusted_in_python(path.read_text()))


def _compile(path: Path, source: str) -> list[tuple[int, str]]:
    from django.template import TemplateSyntaxError, engines

    try:
        engines["django"].from_string(source)
    except TemplateSyntaxError as error:
        token = getattr(error, "token", None)
        return [(getattr(token, "lineno", None) or 1, str(error))]
    return []


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    faults = list(_faults())
    for path, line, what in faults:
        print(f"{path.relative_to(ROOT)}:{line}: {what}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

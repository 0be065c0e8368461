import gettext
from pathlib import Path

from launch.translations import compile_changed

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "People"
msgstr "Équipe"
"""


def test_it_compiles_what_changed_and_only_that(tmp_path: Path) -> None:
    source = tmp_path / "accounts/locale/fr/LC_MESSAGES/django.po"
    source.parent.mkdir(parents=True)
    source.write_text(PO)

    first, second = compile_changed(tmp_path), compile_changed(tmp_path)

    assert (first, second) == ([source.with_suffix(".mo")], [])
    with first[0].open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("People") == "Équipe"

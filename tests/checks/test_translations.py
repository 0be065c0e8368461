import polib
import pytest

from checks.translations import Text, faults_of, in_python, in_template


def test_it_reads_every_way_of_marking_text_in_python() -> None:
    source = """
_("one")
gettext_lazy("a long "
             "text")
ngettext("%(n)d post", "%(n)d posts", n)
pgettext_lazy("month", "May")
npgettext("c", "a", "b", n)
translation.gettext_noop("attribute")
gettext(variable)
_("")
"""
    assert [text for _, text in in_python(source)] == [
        Text("one"),
        Text("a long text"),
        Text("%(n)d post", "%(n)d posts"),
        Text("May", context="month"),
        Text("a", "b", "c"),
        Text("attribute"),
    ]


def test_it_reads_every_way_of_marking_text_in_templates() -> None:
    source = """{% load i18n %}<p title="{% translate "Save it" %}">
{% blocktranslate trimmed count n=posts|length with who=name %}
  One post by {{ who }}
{% plural %}
  {{ n }} "posts" by {{ who }}
{% endblocktranslate %}
{% include "x" with label=_("It's here") %}{% translate "May" context "month" %}{{ x|default:_('none') }}
"""
    assert list(in_template(source)) == [
        (1, Text("Save it")),
        (2, Text("One post by %(who)s", '%(n)s "posts" by %(who)s')),
        (7, Text("It's here")),
        (7, Text("May", context="month")),
        (7, Text("none")),
    ]


@pytest.mark.parametrize(
    ("entry", "faults"),
    [
        (polib.POEntry(msgid="People", msgstr="Équipe"), []),
        (polib.POEntry(msgid="People", msgstr=""), ["has no French"]),
        (polib.POEntry(msgid="People", msgstr="Gens", flags=["fuzzy"]), ["is marked fuzzy"]),
        (polib.POEntry(msgid="%(n)s left", msgstr="%(m)s restants"), ["has other placeholders"]),
        (polib.POEntry(msgid="{name} left", msgstr="parti"), ["has other placeholders"]),
        (
            polib.POEntry(
                msgid="%(n)d post", msgid_plural="%(n)d posts", msgstr_plural={0: "un envoi", 1: "%(n)d envois"}
            ),
            [],
        ),
        (
            polib.POEntry(
                msgid="%(n)d post", msgid_plural="%(n)d posts", msgstr_plural={0: "un envoi", 1: "des envois"}
            ),
            ["misses placeholders"],
        ),
        (polib.POEntry(msgid="a", msgid_plural="b", msgstr_plural={0: "x", 1: ""}), ["has no French"]),
    ],
)
def test_it_refuses_french_that_is_absent_unsure_or_has_other_placeholders(
    entry: polib.POEntry, faults: list[str]
) -> None:
    found = list(faults_of(entry))

    assert len(found) == len(faults)
    assert all(text.startswith(start) for text, start in zip(found, faults, strict=True))

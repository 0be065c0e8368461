import pytest

from checks.templates import inline_code, trusted_in_python, trusted_text


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("<script>alert(1)</script>", "an inline script"),
        ('<script nonce="{{ csp_nonce }}">start()</script>', "an inline script"),
        ("<style>p {}</style>", "an inline style"),
        ('<p {% if wide %}style="width: 1px"{% endif %}>', "an inline style"),
        ('<button onclick="go()">', "onclick"),
        ('<button hx-on:click="go()">', "hx-on:click"),
        ('<a href=" JavaScript:go()">', "a program in href"),
        ("<div hx-vals='js:{a: b()}'>", "a program in hx-vals"),
    ],
)
def test_it_finds_programs_and_styles_in_the_page(source: str, what: str) -> None:
    found = inline_code(f"{{% comment %}}\n{{% endcomment %}}\n{source}")

    assert [(line, text.startswith(what)) for line, text in found] == [(3, True)]


@pytest.mark.parametrize(
    "source",
    [
        '<script type="module" src="{% static "web/app.js" %}"></script>',
        '<script type="importmap" nonce="{{ request.csp_nonce }}">{"imports": {}}</script>',
        '<p class="{% if a > b %}wide{% endif %}" data-on="x">one &lt; two</p>',
        "{# <script>never sent</script> #}",
    ],
)
def test_it_leaves_alone_what_the_policy_allows(source: str) -> None:
    assert inline_code(source) == []


def test_mails_may_carry_their_style() -> None:
    assert inline_code('<style>p {}</style><p style="margin: 0">', mail=True) == []


@pytest.mark.parametrize(
    "source", ["{{ text|safe }}", "{{ texts | safeseq }}", "{% autoescape off %}{% endautoescape %}"]
)
def test_it_finds_text_that_is_not_escaped(source: str) -> None:
    assert [line for line, _ in trusted_text(f"\n{source}")] == [2]


def test_it_finds_text_called_safe_in_python() -> None:
    source = (
        "a = mark_safe('<b>')\nb = mark_safe(f'<b>{name}')\nc = safestring.SafeString(name)\nd = format_html('{}', a)\n"
    )

    assert [line for line, _ in trusted_in_python(source)] == [2, 3]

"""The composer's fields for what a post is on one network beside its text, made from what its provider offers.

A page names the fields that it showed (`shown-<network>`): what was not shown is kept as it stood, so that nobody loses
what they typed by trying another form, and what does not fit the form at hand does not go out (`fitted`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict

from integrations.contract import Composition, Form, Limits, Option, OptionType, Provider
from lib.numbers import number_in
from scheduler.labels import choice_label, form_name, option_help, option_label
from scheduler.services.composing import Shape

LONGEST_VALUE = 20_000
MOST_PARTS = 40
#: What a provider's limits of a first comment and of parts are shown as, beside the options of its own.
FORM, COMMENT, COVER, PARTS = "form", "first_comment", "cover", "parts"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field: how it is filled in, what stands in it, and what is wrong with that."""

    name: str  # as it is sent; its id too
    shown: str  # what the page says it showed
    type: str
    label: str
    value: Any
    help: str = ""
    choices: Sequence[tuple[str, str]] = ()
    asks: str = ""  # the option whose choices the account itself has
    required: bool = False
    errors: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class ShapeFields:
    """What the composer shows for one network."""

    network: str
    form: Field | None
    options: Sequence[Field]
    parts: Sequence[Field]
    most_parts: int
    first_comment: Field | None
    cover: Field | None

    @property
    def is_empty(self) -> bool:
        return not (self.form or self.options or self.first_comment or self.cover)

    @property
    def shown(self) -> list[str]:
        single = [each.shown for each in (self.form, *self.options, self.first_comment, self.cover) if each]
        return [*single, *([PARTS] if self.parts else [])]


def fields_of(
    speaks: Provider,
    shape: Shape,
    composition: Composition,
    limits: Limits,
    *,
    covers: Sequence[tuple[str, str]],
    errors: Mapping[str, Sequence[str]],
    zone: ZoneInfo,
) -> ShapeFields:
    """Return the fields for what this composition may carry. `errors` are sentences by the fields of problems."""
    network = speaks.key

    def field(shown: str, type_: str, label: str, value: Any, **more: Any) -> Field:
        key = shown if shown in {FORM, COMMENT, COVER} else f"options.{shown}"
        name = _name(network, shown)
        return Field(name=name, shown=shown, type=type_, label=label, value=value, errors=errors.get(key, ()), **more)

    forms = [each for each in Form if each in speaks.forms]
    choices = [(each.value, form_name(each, network)) for each in forms]
    options = [
        field(
            each.name,
            each.type.value,
            option_label(network, each.name),
            _shown_value(each, shape.options.get(each.name, each.default), zone),
            help=option_help(network, each.name),
            choices=_choices(each, network, shape.options.get(each.name, each.default)),
            asks=each.name if each.asks else "",
            required=each.required,
        )
        for each in speaks.options
        if each.is_for(composition)
    ]
    return ShapeFields(
        network=network,
        form=field(FORM, "choice", "", composition.form.value, choices=choices) if len(forms) > 1 else None,
        options=options,
        parts=_parts(network, shape, limits, errors) if composition.form is Form.THREAD else (),
        most_parts=min(limits.parts_max, MOST_PARTS),
        first_comment=field(COMMENT, "long_text", "", shape.first_comment) if limits.first_comment_max else None,
        cover=_cover(field, shape, covers) if speaks.takes_cover(composition) else None,
    )


def _cover(field: Any, shape: Shape, covers: Sequence[tuple[str, str]]) -> Field:
    found: Field = field(COVER, "choice", "", str(shape.cover_id or ""), choices=covers)
    return found


def _parts(network: str, shape: Shape, limits: Limits, errors: Mapping[str, Sequence[str]]) -> list[Field]:
    """Return a field for each part, and an empty one where another may follow."""
    most = min(limits.parts_max, MOST_PARTS)
    texts = [*shape.parts, *([""] if len(shape.parts) < most else [])]
    return [
        Field(
            name=f"part-{network}",
            shown=str(number),
            type="long_text",
            label="",
            value=text,
            errors=errors.get(f"parts.{number}", ()),
        )
        for number, text in enumerate(texts)
    ]


def read_shape(sent: QueryDict, speaks: Provider, *, known: Shape, zone: ZoneInfo) -> Shape:
    """Return what a page sent for a network, over what is known of it."""
    network, shown = speaks.key, set(sent.getlist(f"shown-{speaks.key}"))
    options = dict(known.options)
    for option in speaks.options:
        if option.name in shown:
            value = _read_value(option, sent, _name(network, option.name), zone)
            if value in (None, "", []) or value == option.default or (value is False and option.default is None):
                options.pop(option.name, None)
            else:
                options[option.name] = value
    found = replace(known, options=options)
    if FORM in shown:
        found = replace(found, form=_read_form(sent.get(_name(network, FORM), ""), speaks))
    if COMMENT in shown:
        found = replace(found, first_comment=_lines(sent.get(_name(network, COMMENT), "")).strip())
    if COVER in shown:
        found = replace(found, cover_id=number_in(sent.get(_name(network, COVER), "")))
    if PARTS in shown:
        parts = [_lines(text).strip() for text in sent.getlist(f"part-{network}")[:MOST_PARTS]]
        found = replace(found, parts=tuple(filter(None, parts)))
    return found


def _name(network: str, shown: str) -> str:
    return f"{shown}-{network}" if shown in {FORM, COMMENT, COVER} else f"option-{network}-{shown}"


def target_of(network: str, field: str) -> str:
    """Return the id of the field that a problem speaks of; none where this page has no field of its own for it."""
    base, _dot, rest = field.partition(".")
    match base:
        case "options":
            return _name(network, rest)
        case "parts":
            return f"part-{network}-{rest}"
        case "form" | "first_comment" | "cover":
            return _name(network, base)
    return ""


def _read_form(value: str, speaks: Provider) -> Form:
    try:
        form = Form(value)
    except ValueError:
        return Form.POST
    return form if form in speaks.forms else Form.POST


def _read_value(option: Option, sent: QueryDict, name: str, zone: ZoneInfo) -> Any:
    text = _lines(sent.get(name, "")).strip()
    match option.type:
        case OptionType.FLAG:
            return name in sent
        case OptionType.WORDS:
            return [line.strip() for line in text.splitlines() if line.strip()]
        case OptionType.MOMENT:
            return _moment(text, zone)
    return text


def _moment(text: str, zone: ZoneInfo) -> str:
    """Return an instant as it is kept, from the wall-clock time of the organisation's zone; none from anything else."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat()
    except ValueError:
        return ""


def _shown_value(option: Option, value: Any, zone: ZoneInfo) -> Any:
    match option.type:
        case OptionType.FLAG:
            return bool(value)
        case OptionType.WORDS:
            return "\n".join(map(str, value or ()))
        case OptionType.MOMENT:
            return _wall_clock(str(value or ""), zone)
    return value or ""


def _wall_clock(value: str, zone: ZoneInfo) -> str:
    try:
        return f"{datetime.fromisoformat(value).astimezone(zone):%Y-%m-%dT%H:%M}"
    except ValueError:
        return ""


def _choices(option: Option, network: str, value: Any) -> list[tuple[str, str]]:
    if option.asks:
        return [(str(value), str(value))] if value else []
    return [(each, choice_label(network, option.name, each)) for each in option.choices]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\0", "")[:LONGEST_VALUE]

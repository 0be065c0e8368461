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

from gallery.models import Asset
from integrations.contract import Choice, Composition, Form, Limits, Option, OptionType, Provider
from lib.numbers import number_in
from scheduler.labels import choice_label, form_name, option_help, option_label
from scheduler.services.composing import Shape

LONGEST_VALUE = 20_000
MOST_PARTS = 40
#: What a provider's limits of a first comment and of parts are shown as, beside the options of its own.
FORM, COMMENT, COVER, PARTS = "form", "first_comment", "cover", "parts"
#: How a flag is shown that has to be answered: two buttons, and neither pressed until somebody does.
YES_OR_NO = "yes_or_no"
#: Between a value of the account's own and its name, which only the account knows and nobody wants to ask for again.
GAP = "\t"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field: how it is filled in, what stands in it, and what is wrong with that."""

    name: str  # as it is sent; its id too
    shown: str  # what the page says it showed
    type: str
    label: str
    value: Any
    help: str = ""
    choices: Sequence[tuple[str, str, bool]] = ()  # what is sent, what people read, whether it is chosen
    asks: str = ""  # the option whose choices the account itself has
    pictures: Sequence[Asset] = ()  # to choose from, beside choosing none
    required: bool = False
    may_be_empty: bool = True  # a choice without one that stands there by itself
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
    covers: Sequence[Asset],
    offered: Mapping[str, Sequence[Choice]],
    errors: Mapping[str, Sequence[str]],
    zone: ZoneInfo,
) -> ShapeFields:
    """Return the fields for what this composition may carry.

    `offered` is what an account has just said that it has to choose from, by option; `errors` are sentences by the
    fields of problems.
    """
    network = speaks.key

    def field(shown: str, type_: str, label: str, value: Any, **more: Any) -> Field:
        key = shown if shown in {FORM, COMMENT, COVER} else f"options.{shown}"
        name = name_of(network, shown)
        return Field(name=name, shown=shown, type=type_, label=label, value=value, errors=errors.get(key, ()), **more)

    forms = [each for each in Form if each in speaks.forms]
    choices = [(each.value, form_name(each, network), each is composition.form) for each in forms]
    options = [
        field(
            each.name,
            YES_OR_NO if each.must_be_answered else each.type.value,
            option_label(network, each.name),
            _shown_value(each, shape.options.get(each.name, each.default), zone),
            help=option_help(network, each.name),
            choices=_choices(each, network, shape, offered.get(each.name, ())),
            asks=each.name if each.asks else "",
            required=each.required,
            may_be_empty=each.default is None,
        )
        for each in speaks.options
        if each.is_for(composition)
    ]
    return ShapeFields(
        network=network,
        form=field(FORM, "choice", "", composition.form.value, choices=choices, may_be_empty=False)
        if len(forms) > 1
        else None,
        options=options,
        parts=_parts(network, shape, limits, errors) if composition.form is Form.THREAD else (),
        most_parts=min(limits.parts_max, MOST_PARTS),
        first_comment=field(COMMENT, "long_text", "", shape.first_comment) if limits.first_comment_max else None,
        cover=_cover(field, shape, covers) if speaks.takes_cover(composition) else None,
    )


def _cover(field: Any, shape: Shape, covers: Sequence[Asset]) -> Field:
    found: Field = field(COVER, "picture", "", shape.cover_id, pictures=covers)
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
    options, names = dict(known.options), dict(known.option_names)
    for option in speaks.options:
        if option.name in shown:
            value, name = _read_option(option, sent, name_of(network, option.name), zone)
            options.pop(option.name, None)
            names.pop(option.name, None)
            if not _says_nothing(option, value):
                options[option.name] = value
                names |= {option.name: name} if name else {}
    found = replace(known, options=options, option_names=names)
    if FORM in shown:
        found = replace(found, form=_read_form(sent.get(name_of(network, FORM), ""), speaks))
    if COMMENT in shown:
        found = replace(found, first_comment=_lines(sent.get(name_of(network, COMMENT), "")).strip())
    if COVER in shown:
        found = replace(found, cover_id=number_in(sent.get(name_of(network, COVER), "")))
    if PARTS in shown:
        parts = [_lines(text).strip() for text in sent.getlist(f"part-{network}")[:MOST_PARTS]]
        found = replace(found, parts=tuple(filter(None, parts)))
    return found


def name_of(network: str, shown: str) -> str:
    """Return the name of a field as it is sent, its id too."""
    return f"{shown}-{network}" if shown in {FORM, COMMENT, COVER} else f"option-{network}-{shown}"


def target_of(network: str, field: str, *, has_own: bool) -> str:
    """Return the id of the field that a problem speaks of; of files the text, beside which they stand."""
    base, _dot, rest = field.partition(".")
    match base:
        case "options":
            return name_of(network, rest)
        case "parts":
            return f"part-{network}-{rest}"
        case "form" | "first_comment" | "cover":
            return name_of(network, base)
        case "link":
            return f"own-link-{network}" if has_own else "link"
    return f"own-{network}" if has_own else "shared"


def _read_form(value: str, speaks: Provider) -> Form:
    try:
        form = Form(value)
    except ValueError:
        return Form.POST
    return form if form in speaks.forms else Form.POST


def _says_nothing(option: Option, value: Any) -> bool:
    """Whether a value is what stands there without one; of what must be answered, no is an answer."""
    if value in (None, "", []):
        return True
    if option.must_be_answered:
        return False
    return value == option.default or (value is False and option.default is None)


def _read_option(option: Option, sent: QueryDict, name: str, zone: ZoneInfo) -> tuple[Any, str]:
    """Return a value, and what the account calls it where it is one of its own."""
    if option.asks:
        value, _gap, called = _lines(sent.get(name, "")).strip().partition(GAP)
        return value, called
    return _read_value(option, sent, name, zone), ""


def _read_value(option: Option, sent: QueryDict, name: str, zone: ZoneInfo) -> Any:
    text = _lines(sent.get(name, "")).strip()
    match option.type:
        case OptionType.FLAG if option.must_be_answered:
            return {"yes": True, "no": False}.get(text)
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
        case OptionType.FLAG if option.must_be_answered:
            return {True: "yes", False: "no"}.get(value, "")
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


def _choices(option: Option, network: str, shape: Shape, offered: Sequence[Choice]) -> list[tuple[str, str, bool]]:
    """Return what is sent, what people read, and whether it is chosen."""
    value = shape.options.get(option.name, option.default)
    if option.asks:
        chosen = str(value or "")
        return offered_choices(offered, chosen, shape.option_names.get(option.name, ""))
    return [(each, choice_label(network, option.name, each), each == value) for each in option.choices]


def offered_choices(offered: Sequence[Choice], chosen: str, name: str) -> list[tuple[str, str, bool]]:
    """Return what an account offers as `_choices` does, and what was chosen earlier though it is not among it."""
    found = {each.value: each.name for each in offered}
    if chosen:
        found.setdefault(chosen, name or chosen)
    return [(f"{value}{GAP}{called}", called, value == chosen) for value, called in found.items()]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\0", "")[:LONGEST_VALUE]

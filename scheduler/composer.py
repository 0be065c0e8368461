"""What the composer shows: words against each network's limits, how they will look, and what stands in the way.

Built from words, not from rows, so that the page renders alike from a saved post and from what was just typed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from gallery.models import Asset
from integrations.contract import Choice as Offer
from integrations.contract import Composition, Form, Level, Limits, Problem, Provider
from integrations.models import SocialAccount
from integrations.registry import provider
from integrations.sentences import NETWORK_NAMES, sentence
from scheduler.compositions import composition_from, facts_of, judge
from scheduler.hours import Oddity
from scheduler.labels import form_name, option_label
from scheduler.previews import Preview, Shown, preview_of
from scheduler.services.composing import Shape, Words
from scheduler.shapes import ShapeFields, fields_of, target_of


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An account in the list "Where"."""

    account: SocialAccount
    picked: bool
    note: str
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class OnNetwork:
    """What goes out on one network, counted as that network counts."""

    key: str
    name: str
    picked: bool
    has_own: bool
    own_text: str
    own_link: str
    text: str
    used: int
    allowed: int
    note: str
    accounts: Sequence[SocialAccount]
    problems: tuple[Problem, ...]
    composition: Composition
    fields: ShapeFields
    preview: Preview
    link_errors: Sequence[str]

    @property
    def form(self) -> str:
        """The form in words, where it is not just a post."""
        return "" if self.composition.form is Form.POST else form_name(self.composition.form, self.key)

    @property
    def frame(self) -> str:
        """The template that draws it as this network would."""
        return f"scheduler/partials/frames/{self.key}.html"

    @property
    def is_over(self) -> bool:
        return self.used > self.allowed

    @property
    def used_words(self) -> str:
        return _figure(self.used)

    @property
    def allowed_words(self) -> str:
        return _figure(self.allowed)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of "Before it goes"."""

    tone: str
    icon: str
    text: str
    target: str = ""  # the id of the field it speaks of
    blocks: bool = False


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The composer's page. `accounts` are those open to the member, `assets` those the words name."""

    words: Words
    accounts: Sequence[SocialAccount]
    assets: Mapping[int, Asset]
    zone: ZoneInfo
    oddity: Oddity = Oddity.NONE
    gallery: Sequence[Asset] = ()  # pictures that may be chosen as covers
    offered: Mapping[tuple[str, str], Sequence[Offer]] = field(default_factory=dict)  # by network and option

    @cached_property
    def picked(self) -> list[SocialAccount]:
        return [one for one in self.accounts if one.pk in self.words.account_ids]

    @cached_property
    def choices(self) -> list[Choice]:
        return [self._choice(one) for one in self.accounts]

    @cached_property
    def pictures(self) -> list[Shown]:
        present = [one for one in self.words.pictures if one.asset_id in self.assets]
        return [
            Shown(asset=self.assets[one.asset_id], alt_text=one.alt_text, number=number)
            for number, one in enumerate(present, start=1)
        ]

    @cached_property
    def networks(self) -> list[OnNetwork]:
        keys = dict.fromkeys(one.network for one in self.accounts)
        return [self._on_network(key) for key in keys]

    @cached_property
    def picked_networks(self) -> list[OnNetwork]:
        return [one for one in self.networks if one.picked]

    @property
    def previewed(self) -> OnNetwork | None:
        return next(iter(self.picked_networks), None)

    @cached_property
    def followers_of_shared(self) -> str:
        """How many of the picked networks take the shared text."""
        total = len(self.picked_networks)
        following = sum(not one.has_own for one in self.picked_networks)
        words = ngettext(
            "%(following)s of %(total)s network follows it", "%(following)s of %(total)s networks follow it", total
        )
        return words % {"following": following, "total": total} if total else ""

    @cached_property
    def checks(self) -> list[Check]:
        found = [*self._on_accounts(), *self._on_words(), *self._on_hour()]
        if not found:
            fits = gettext("All texts and pictures fit.")
            return [Check(tone="good", icon="check", text=fits)]
        return sorted(found, key=lambda check: not check.blocks)

    @property
    def is_blocked(self) -> bool:
        return any(check.blocks for check in self.checks)

    @property
    def open_points(self) -> int:
        return sum(check.tone != "good" for check in self.checks)

    def _choice(self, account: SocialAccount) -> Choice:
        picked = account.pk in self.words.account_ids
        if account.is_held:
            return Choice(account=account, picked=picked, note=gettext("held until reconnected"), tone="alarm")
        if account.followers is not None:
            words = ngettext("%(count)s follower", "%(count)s followers", account.followers)
            note = words % {"count": _figure(account.followers)}
            return Choice(account=account, picked=picked, note=note)
        return Choice(account=account, picked=picked, note="")

    def _on_network(self, key: str) -> OnNetwork:
        speaks = provider(key)
        accounts = [one for one in self.picked if one.network == key]
        own_text = self.words.own_texts.get(key, "")
        has_own = key in self.words.own_texts
        text = own_text if has_own else self.words.text
        own_link = self.words.own_links.get(key, "")
        link = own_link if has_own else self.words.link
        shape = self.words.shapes.get(key, Shape())
        composition = self._composition(speaks, text, link, shape)
        limits = _narrowest(speaks.limits(details_of(one)) for one in accounts) or speaks.limits()
        # Accounts of one network mostly share what their limits depend on: judged once, not once an account.
        kinds = {tuple(sorted(details_of(one).items())): details_of(one) for one in accounts}
        problems = dict.fromkeys(
            problem for details in kinds.values() for problem in _hashable(judge(speaks, composition, details=details))
        )
        found = tuple(one.problem for one in problems)
        errors = _errors_by_field(found, key) if accounts else {}
        return OnNetwork(
            key=key,
            name=NETWORK_NAMES.get(key, key),
            picked=bool(accounts),
            has_own=has_own,
            own_text=own_text,
            own_link=own_link,
            text=text,
            used=speaks.count_text(composition),
            allowed=limits.text_max,
            note=self._note(key, has_own=has_own, allowed=limits.text_max),
            accounts=accounts,
            problems=found,
            composition=composition,
            fields=fields_of(
                speaks,
                shape,
                composition,
                limits,
                covers=self._covers(shape.cover_id),
                offered={option: found for (network, option), found in self.offered.items() if network == key},
                errors=errors,
                zone=self.zone,
            ),
            preview=preview_of(
                speaks,
                composition,
                self.pictures,
                cover=self.assets.get(shape.cover_id) if composition.cover and shape.cover_id else None,
                option_names=shape.option_names,
            ),
            link_errors=errors.get("link", ()) if has_own else (),
        )

    def _note(self, key: str, *, has_own: bool, allowed: int) -> str:
        """Say under an own text what the shared one would have been here."""
        if not has_own:
            return ""
        used = provider(key).count_text(self._composition(provider(key), self.words.text, self.words.link, Shape()))
        if used <= allowed:
            return gettext("The shared text would fit here too.")
        return gettext("The shared text has %(used)s characters here, %(excess)s too many.") % {
            "used": used,
            "excess": used - allowed,
        }

    def _composition(self, speaks: Provider, text: str, link: str, shape: Shape) -> Composition:
        cover = self.assets.get(shape.cover_id) if shape.cover_id else None
        return composition_from(
            speaks,
            text=text,
            link=link,
            media=[facts_of(one.asset, alt_text=one.alt_text) for one in self.pictures],
            shape={
                "form": shape.form,
                "options": shape.options,
                "first_comment": shape.first_comment,
                "parts": shape.parts,
                "cover": facts_of(cover) if cover else None,
            },
            organisation_id=cover.organisation_id if cover else self._organisation_id,
        )

    @property
    def _organisation_id(self) -> int:
        """The organisation of the files; without any, no address is made of it."""
        return next((one.organisation_id for one in self.assets.values()), 0)

    def _covers(self, chosen: int | None) -> list[Asset]:
        """Return the pictures of the gallery that may stand for a film, the chosen one among them."""
        found = {one.pk: one for one in self.gallery}
        if chosen is not None and chosen in self.assets:
            found.setdefault(chosen, self.assets[chosen])
        return list(found.values())

    @property
    def link_errors(self) -> list[str]:
        """What is wrong with the shared link, once for all networks that take it."""
        return list(
            dict.fromkeys(
                _problem_sentence(problem, network.key)
                for network in self.picked_networks
                if not network.has_own
                for problem in network.problems
                if problem.field == "link" and problem.level is Level.ERROR
            )
        )

    def _on_accounts(self) -> Iterator[Check]:
        if not self.picked:
            yield Check(
                tone="wait",
                icon="triangle-alert",
                text=gettext("No account is chosen yet. Pick at least one under “Where”."),
                blocks=True,
            )
        for one in self.picked:
            if one.is_held:
                words = gettext("%(account)s on %(network)s is held until someone reconnects it. It goes out then.")
                text = words % {"account": one, "network": NETWORK_NAMES.get(one.network, one.network)}
                yield Check(tone="alarm", icon="plug", text=text)

    def _on_words(self) -> Iterator[Check]:
        said: set[str] = set()
        for network in self.picked_networks:
            for problem in network.problems:
                check = _check(problem, network)
                if check.text not in said:
                    said.add(check.text)
                    yield check

    def _on_hour(self) -> Iterator[Check]:
        if self.words.planned_at is None or self.oddity is Oddity.NONE:
            return
        local = self.words.planned_at.astimezone(self.zone)
        hour = f"{local:%H:%M} ({local.tzname()})"
        if self.oddity is Oddity.SKIPPED:
            text = gettext("Clocks go forward that night and skip this hour. It goes out at %(hour)s.")
            yield Check(tone="wait", icon="clock", text=text % {"hour": hour}, target="hour")
        else:
            text = gettext("Clocks go back that night, so this hour comes twice. It goes out the first time, %(hour)s.")
            yield Check(tone="wait", icon="clock", text=text % {"hour": hour}, target="hour")


def _figure(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)


@dataclass(frozen=True)
class _Once:
    """A problem that can be told from its like: accounts of one network mostly share theirs."""

    problem: Problem = field(compare=False)
    mark: tuple[str, ...]


def _hashable(problems: Iterable[Problem]) -> Iterator[_Once]:
    for one in problems:
        parameters = (f"{key}={value}" for key, value in sorted(one.parameters.items()))
        yield _Once(one, (one.level, one.field, one.key, *parameters))


def _narrowest(limits: Iterable[Limits]) -> Limits | None:
    return min(limits, key=lambda one: one.text_max, default=None)


def details_of(account: SocialAccount) -> Mapping[str, str]:
    """Return the network's own facts about an account, which its limits may depend on."""
    details: Mapping[str, str] = account.details
    return details


def _check(problem: Problem, network: OnNetwork) -> Check:
    blocks = problem.level is Level.ERROR
    text = _problem_sentence(problem, network.key)
    target = target_of(network.key, problem.field, has_own=network.has_own)
    if problem.field.startswith("media."):
        number = int(problem.field.partition(".")[2]) + 1
        target = f"alt-{number}"
        text = gettext("File %(number)s: %(problem)s") % {"number": number, "problem": text}
    elif problem.field == "media":
        target = ""
    return Check(
        tone="alarm" if blocks else "wait",
        icon="circle-x" if blocks else "triangle-alert",
        text=text,
        target=target,
        blocks=blocks,
    )


def _problem_sentence(problem: Problem, network: str) -> str:
    """Say what is wrong; an option goes by its label."""
    parameters = dict(problem.parameters)
    base, _dot, name = problem.field.partition(".")
    if base == "options" and parameters.get("found") == name:
        parameters["found"] = option_label(network, name)
    return sentence(problem.key, parameters, network=network)


def _errors_by_field(problems: Iterable[Problem], network: str) -> dict[str, list[str]]:
    """Return what is wrong with each field beside text and files."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        if not problem.field.startswith(("text", "media")):
            found.setdefault(problem.field, []).append(_problem_sentence(problem, network))
    return found

"""The inbox as a page lists it: which items stand in a view, in which order, and how many there are."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership
from lib.numbers import number_in
from lib.pagination import Page, page_of
from moderation.models import Item
from moderation.models.talk import KINDS
from moderation.searching import with_words
from moderation.services.counting import AccountCounts, Counts, count_by_account
from moderation.states import WAITING, ItemState

PAGE_SIZE = 50
ORDER = ("last_activity_at", "id")
#: How far back a filter looks that no index serves, unless it is told to take all of history.
WINDOW = timedelta(days=90)
LONGEST_SEARCH = 200


@dataclass(frozen=True, kw_only=True)
class View:
    """One way to look at the inbox. `key` stands in addresses; the first view has none."""

    key: str
    words: str | Promise
    states: frozenset[ItemState] = frozenset(ItemState)
    is_mine: bool = False
    is_tab: bool = False  # beside the first view; the others stand in the menu alone

    @property
    def is_bounded(self) -> bool:
        """Whether it holds what is being worked on, rather than history."""
        return bool(self.states <= {*WAITING, ItemState.DEFERRED})

    def condition(self, membership: Membership) -> Q:
        if self.is_mine:
            return Q(state=ItemState.ASSIGNED, assignee=membership.user_id)
        if self.states == frozenset(ItemState):
            return Q()
        if len(self.states) == 1:
            return Q(state=next(iter(self.states)))
        return Q(state__in=sorted(self.states))

    def count(self, counts: Counts) -> int:
        return counts.mine if self.is_mine else counts.of(*self.states)


TO_DO = View(key="", words=pgettext_lazy("items of the inbox", "To do"), states=WAITING, is_tab=True)
NEW = View(key="new", words=pgettext_lazy("items of the inbox", "New"), states=frozenset({ItemState.NEW}), is_tab=True)
MINE = View(
    key="mine",
    words=pgettext_lazy("items of the inbox", "Mine"),
    states=frozenset({ItemState.ASSIGNED}),
    is_mine=True,
    is_tab=True,
)
IN_HAND = View(
    key="assigned",
    words=pgettext_lazy("items of the inbox", "In somebody’s hands"),
    states=frozenset({ItemState.ASSIGNED}),
)
DEFERRED = View(
    key="deferred",
    words=pgettext_lazy("items of the inbox", "Deferred"),
    states=frozenset({ItemState.DEFERRED}),
    is_tab=True,
)
ANSWERED = View(
    key="answered", words=pgettext_lazy("items of the inbox", "Answered"), states=frozenset({ItemState.REPLIED})
)
CLOSED = View(key="closed", words=pgettext_lazy("items of the inbox", "Closed"), states=frozenset({ItemState.CLOSED}))
IGNORED = View(
    key="ignored", words=pgettext_lazy("items of the inbox", "Ignored"), states=frozenset({ItemState.IGNORED})
)
ALL = View(key="all", words=pgettext_lazy("items of the inbox", "Everything"))
VIEWS = (TO_DO, NEW, MINE, IN_HAND, DEFERRED, ANSWERED, CLOSED, IGNORED, ALL)


@dataclass(frozen=True, kw_only=True)
class Flag:
    """What may be true of an item beside its state. `key` stands in addresses."""

    key: str
    words: str | Promise
    condition: Q
    is_indexed: bool = False  # over all of history


FLAGS = (
    Flag(key="not-sent", words=_("A reply was not sent"), condition=Q(send_failed=True), is_indexed=True),
    Flag(key="hidden", words=_("Hidden on the network"), condition=Q(is_hidden=True)),
    Flag(key="deleted", words=_("Deleted on the network"), condition=Q(is_deleted=True)),
    Flag(key="muted", words=_("Muted"), condition=Q(is_muted=True)),
)


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the address of the inbox asks for. Whatever nobody could have been given is left out."""

    view: View = TO_DO
    account_id: int | None = None
    kind: str = ""
    flag: Flag | None = None
    words: str = ""  # that a message begins with; accents and case are equal
    whole_history: bool = False

    @property
    def is_windowed(self) -> bool:
        """Whether only the last days are looked at: no index serves this filter over all of history."""
        is_slow = self.kind or (self.flag and not self.flag.is_indexed)
        return bool(is_slow and not self.words and not self.view.is_bounded and not self.whole_history)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.account_id or self.is_uncounted)

    @property
    def is_uncounted(self) -> bool:
        """Whether they ask for what the kept counts do not know."""
        return bool(self.kind or self.flag or self.words)

    def query(self) -> str:
        """Return them as they stand in addresses, without the question mark."""
        parts = {
            "view": self.view.key,
            "account": self.account_id or "",
            "kind": self.kind,
            "flag": self.flag.key if self.flag else "",
            "q": self.words,
            "history": "all" if self.whole_history else "",
        }
        return urlencode({key: value for key, value in parts.items() if value})

    @property
    def without_account(self) -> str:
        return replace(self, account_id=None).query()

    @property
    def without_kind(self) -> str:
        return replace(self, kind="").query()

    @property
    def without_flag(self) -> str:
        return replace(self, flag=None).query()

    @property
    def without_any(self) -> str:
        return Filters(view=self.view).query()

    def at(self, view: View) -> "Filters":
        return replace(self, view=view)


def read_filters(asked: Any) -> Filters:
    """Read an address's query."""
    return Filters(
        view=next((one for one in VIEWS if one.key == asked.get("view", "")), TO_DO),
        account_id=number_in(asked.get("account", "")),
        kind=next((kind for kind, _words in KINDS if kind == asked.get("kind")), ""),
        flag=next((flag for flag in FLAGS if flag.key == asked.get("flag")), None),
        words=" ".join(asked.get("q", "").split())[:LONGEST_SEARCH],
        whole_history=asked.get("history") == "all",
    )


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A view as the page offers it. `count` is None where the filter at hand is not counted."""

    view: View
    query: str
    count: int | None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One more filter as the page offers it."""

    words: str | Promise
    query: str
    is_chosen: bool
    account: AccountCounts | None = None


@dataclass(frozen=True, kw_only=True)
class Queue:
    """The items of a view, and the figures around them."""

    filters: Filters
    page: Page[Item]
    tabs: list[Tab]
    accounts: list[AccountCounts]
    counts: Counts  # of the account chosen, or of all

    @property
    def tab(self) -> Tab:
        return next(one for one in self.tabs if one.view == self.filters.view)

    @property
    def account_choices(self) -> list[Choice]:
        return [
            Choice(
                words=one.title,
                query=replace(self.filters, account_id=one.pk).query(),
                is_chosen=one.pk == self.filters.account_id,
                account=one,
            )
            for one in self.accounts
        ]

    @property
    def kind_choices(self) -> list[Choice]:
        chosen = self.filters.kind
        return [
            Choice(words=words, query=replace(self.filters, kind=kind).query(), is_chosen=kind == chosen)
            for kind, words in KINDS
        ]

    @property
    def flag_choices(self) -> list[Choice]:
        chosen = self.filters.flag
        return [
            Choice(words=one.words, query=replace(self.filters, flag=one).query(), is_chosen=one == chosen)
            for one in FLAGS
        ]

    @property
    def account(self) -> AccountCounts | None:
        return next((one for one in self.accounts if one.pk == self.filters.account_id), None)


def items_in(filters: Filters, membership: Membership, *, now: datetime) -> Any:
    """Return the items that these filters show to a member, as rows of a list."""
    found = listed(membership).filter(filters.view.condition(membership))
    if filters.account_id is not None:
        found = found.filter(social_account=filters.account_id)
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.flag:
        found = found.filter(filters.flag.condition)
    if filters.is_windowed:
        found = found.filter(last_activity_at__gte=now - WINDOW)
    if filters.words:
        return with_words(found, filters.words, membership=membership, account_id=filters.account_id)
    return found


def listed(membership: Membership) -> Any:
    """Return the items open to a member, with what a row says of each."""
    return Item.objects.open_to(membership).select_related("social_account", "assignee").defer("social_account__sealed")


#: What a row says, and no more: fifty of them are read at once, and their tables are wide.
_SAID = (
    *("organisation", "version", "state", "kind", "author_name", "excerpt", "rating", "last_activity_at"),
    *("waiting_since", "deferred_until", "is_hidden", "is_deleted", "send_failed"),
    *("social_account__network", "assignee__name", "assignee__email"),
)


def read_queue(filters: Filters, membership: Membership, *, now: datetime, before: str = "", after: str = "") -> Queue:
    """Return one page of the list with its counters, in two statements."""
    accounts = count_by_account(membership)
    return Queue(
        filters=filters,
        page=page_of(
            items_in(filters, membership, now=now).only(*_SAID), by=ORDER, before=before, after=after, size=PAGE_SIZE
        ),
        tabs=tabs_of(filters, accounts),
        accounts=accounts,
        counts=_counts_of(filters, accounts),
    )


def tabs_of(filters: Filters, accounts: list[AccountCounts]) -> list[Tab]:
    """Return every view with its count."""
    counts = _counts_of(filters, accounts)
    return [
        Tab(view=one, query=filters.at(one).query(), count=None if filters.is_uncounted else one.count(counts))
        for one in VIEWS
    ]


def _counts_of(filters: Filters, accounts: list[AccountCounts]) -> Counts:
    chosen = [one.counts for one in accounts if filters.account_id in (None, one.pk)]
    return sum(chosen, Counts())

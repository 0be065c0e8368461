"""The methods of a provider."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Protocol

from integrations.contract.access import Account, Credentials, Feature, GrantedAccess, Presence
from integrations.contract.budgets import Budget, Operation
from integrations.contract.posts import (
    Choice,
    Composition,
    Findings,
    Form,
    Kind,
    Limits,
    Option,
    Problem,
    Progress,
    Published,
    Readiness,
    Verdict,
)
from integrations.contract.versions import ApiVersion

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Provider(Protocol):
    """One network. What each method promises beyond the module's rules stands in its docstring."""

    @property
    def key(self) -> str:
        """A short stable name, used in rows and addresses: ``facebook``."""
        ...

    @property
    def name(self) -> str:
        """The network's own name, not translated: ``Facebook``."""
        ...

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of composition it publishes."""
        ...

    @property
    def forms(self) -> frozenset[Form]:
        """What an author may choose between; POST always."""
        ...

    @property
    def options(self) -> tuple[Option, ...]:
        """Its own choices beside text and media, in the order in which people meet them."""
        ...

    @property
    def fetches_media(self) -> bool:
        """True where the network fetches files by address: publishing them needs ``Media.address``."""
        ...

    @property
    def edits_posts(self) -> bool:
        """Whether `edit_published` is offered: the text of a post that is out can be changed."""
        ...

    @property
    def deletes_posts(self) -> bool:
        """Whether `delete_published` is offered: some networks let people alone take a post down."""
        ...

    @property
    def scopes(self) -> Mapping[Feature, frozenset[str]]:
        """The narrowest scopes per feature; listing presences is part of each."""
        ...

    @property
    def api_version(self) -> ApiVersion | None:
        """The version of the network's API that it speaks; None where the network has no versions that end."""
        ...

    @property
    def visibility_delay(self) -> timedelta:
        """How long a published post may stay invisible to ``find_published``."""
        ...

    @property
    def rotates_refresh_tokens(self) -> bool:
        """True where a refresh ends the token it used: then its lost answer is OutcomeUnknown for the grant."""
        ...

    @property
    def consent_over(self) -> str:
        """The sentence for an access whose consent has ended by its time (``Credentials.consent_ends_at``)."""
        ...

    @property
    def budgets(self) -> tuple[Budget, ...]:
        """The allowances that its calls use up; ``cost`` and ``UsageReport`` name them by key."""
        ...

    # connecting

    def authorisation_url(
        self, *, redirect_uri: str, state: str, code_verifier: str, features: Collection[Feature]
    ) -> str:
        """Return where to send the person. A network without PKCE ignores ``code_verifier``."""
        ...

    def exchange_code(
        self, *, code: str, redirect_uri: str, code_verifier: str, features: Collection[Feature], now: datetime
    ) -> GrantedAccess:
        """Turn the code of the redirect into access that lasts as long as the network allows, and say whose it is.

        A code works once: after any error the person starts anew.
        """
        ...

    def refresh(self, credentials: Credentials, *, now: datetime) -> Credentials:
        """Return credentials that live longer; never with an empty token where there was one.

        AuthorisationLost: the grant is dead. The caller holds a lease around it (see rotates_refresh_tokens).
        """
        ...

    def revoke(self, credentials: Credentials, *, person_id: str, now: datetime) -> None:
        """End the person's whole grant to this app at the network; a grant already dead is no error."""
        ...

    def list_presences(self, credentials: Credentials, *, now: datetime) -> Iterator[Presence]:
        """Yield all that the grant reaches, fetching page by page as the caller goes on."""
        ...

    def describe(self, account: Account, *, now: datetime) -> Presence:
        """Return the account as it is now: the health check, and the source of fresh names and pictures."""
        ...

    # composing: pure, no network

    def limits(self, details: Mapping[str, str] = NOTHING) -> Limits:
        """Return what an account with these ``details`` may publish."""
        ...

    def takes_cover(self, composition: Composition) -> bool:
        """Whether a picture may be chosen that stands for this: for a film, for a link that is shown as a card."""
        ...

    def count_text(self, composition: Composition) -> int:
        """Return the length of the text in the unit of ``limits().text_max``, a link that becomes text included."""
        ...

    def validate(self, composition: Composition, *, details: Mapping[str, str] = NOTHING) -> tuple[Problem, ...]:
        """Return what the network would refuse or spoil; the same judge for composer, API and dispatcher."""
        ...

    def fingerprint(self, composition: Composition) -> str:
        """Return what ``find_published`` compares: a hash of the normalised text and the number of media."""
        ...

    def cost(
        self, operation: Operation, composition: Composition | None = None, *, count: int = 1
    ) -> Mapping[str, int]:
        """Return units per budget key that one operation uses at most.

        ``count`` is of what it handles several at once: the watched posts of a POLL, the messages of a FETCH. A REPLY
        is a composition of text alone.
        """
        ...

    def choices(self, account: Account, option: str, *, now: datetime) -> tuple[Choice, ...]:
        """Return the account's own values of an option that ``asks``. Speaks to the network."""
        ...

    # publishing

    def needs_preparation(self, composition: Composition) -> bool:
        """Return False when ``commit`` can be called at once with empty progress (a text)."""
        ...

    def prepare(
        self,
        account: Account,
        composition: Composition,
        progress: Progress,
        *,
        save: Callable[[Progress], None],
        now: datetime,
    ) -> Progress:
        """Upload what is missing in ``progress`` and return the new progress.

        ``save`` is called after every step that would be a pity to repeat; it may raise to stop the work (lease
        lost). Called again with saved progress it goes on from there; with complete progress it does nothing.
        """
        ...

    def check(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Readiness:
        """Say whether ``commit`` may be called; asks the network only where it processes media by itself."""
        ...

    def commit(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Published:
        """Publish, with one call. OutcomeUnknown: sent, no answer. Every other error: surely not published."""
        ...

    def find_published(
        self,
        account: Account,
        composition: Composition,
        progress: Progress,
        *,
        since: datetime,
        known: Collection[str] = (),
        now: datetime,
    ) -> Findings:
        """Look for a post of ours that was sent at or after ``since`` and whose answer was lost. Only reads.

        ``known`` are network ids that belong to other publications already.
        """
        ...

    def find_named(
        self,
        account: Account,
        composition: Composition,
        network_id: str,
        *,
        since: datetime,
        known: Collection[str] = (),
        now: datetime,
    ) -> Findings:
        """Look whether the post that a refusal names (``PermanentError.same_as``) is ours, as ``find_published`` does.

        Never ``covered``: what is not ours says nothing about other posts. Only reads.
        """
        ...

    def delete_published(self, account: Account, network_id: str, *, now: datetime) -> None:
        """Take a post down at the network; one that is gone already is no error."""
        ...

    # after publishing

    def verdict(self, account: Account, network_id: str, *, now: datetime) -> Verdict:
        """Say what the network decided about a post that it had taken and not judged. Only reads."""
        ...

    def follow_ups(self, composition: Composition) -> tuple[str, ...]:
        """Name, in order, what is still to be done once the post is out: a first comment, a cover, a thread's parts.

        Pure. None of it undoes the post when it fails.
        """
        ...

    def follow_up(
        self,
        account: Account,
        composition: Composition,
        name: str,
        published: Published,
        done: Progress,
        *,
        now: datetime,
    ) -> Progress:
        """Do one of these, with one call that cannot be taken back, and return what to keep of it under its name.

        ``done`` holds what the earlier ones returned, by name. OutcomeUnknown: sent, no answer.
        """
        ...

    def find_follow_up(
        self,
        account: Account,
        composition: Composition,
        name: str,
        published: Published,
        done: Progress,
        *,
        since: datetime,
        now: datetime,
    ) -> Progress | None:
        """Look whether a follow-up whose answer was lost was done; None when not. Only reads."""
        ...

    def edit_published(
        self, account: Account, composition: Composition, network_id: str, *, now: datetime
    ) -> Published:
        """Change the text of a post that is out. Repeating changes nothing. PermanentError where it cannot be done."""
        ...

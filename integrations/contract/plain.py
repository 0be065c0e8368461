"""What a provider says that publishes plain posts only: the base of all, and each overrides what it has more of."""

from collections.abc import Collection
from datetime import datetime

from integrations.contract.access import CONSENT_OVER, Account
from integrations.contract.posts import (
    Choice,
    Composition,
    Findings,
    Form,
    Kind,
    Option,
    Progress,
    Published,
    Verdict,
)
from integrations.contract.versions import ApiVersion


class PlainPosts:
    """Posts that are judged when they are taken, are complete when they are out, and are not edited."""

    forms: frozenset[Form] = frozenset({Form.POST})
    options: tuple[Option, ...] = ()
    fetches_media: bool = False
    api_version: ApiVersion | None = None
    consent_over: str = CONSENT_OVER
    edits_posts: bool = False
    deletes_posts: bool = True

    def takes_cover(self, composition: Composition) -> bool:
        return composition.kind in {Kind.VIDEO, Kind.REEL}

    def choices(self, account: Account, option: str, *, now: datetime) -> tuple[Choice, ...]:
        raise NotImplementedError(option)

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
        raise NotImplementedError(network_id)

    def verdict(self, account: Account, network_id: str, *, now: datetime) -> Verdict:
        raise NotImplementedError(network_id)

    def follow_ups(self, composition: Composition) -> tuple[str, ...]:
        return ()

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
        raise NotImplementedError(name)

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
        raise NotImplementedError(name)

    def edit_published(
        self, account: Account, composition: Composition, network_id: str, *, now: datetime
    ) -> Published:
        raise NotImplementedError(network_id)

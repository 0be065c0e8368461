"""What the network in memory does with a post that is out: it judges late, takes follow-ups, edits and deletes."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from integrations.contract import (
    Account,
    Composition,
    Form,
    Kind,
    Progress,
    Published,
    Sighting,
    Verdict,
)
from integrations.errors import PermanentError
from integrations.testing.network import MemoryNetwork

ASK_AFTER = timedelta(seconds=20)


@dataclass(kw_only=True)
class MemoryAfterwards(MemoryNetwork):
    """``judges_later``: how many times ``verdict`` says "ask again" before it says its last word (0: judged at once).

    ``refuses`` is that word where it is no. ``under`` is what stands under each post: comments, a thread's parts, a
    cover, each with its mark. ``edits_posts`` and ``deletes_posts`` may be taken away.
    """

    judges_later: int = 0
    refuses: PermanentError | None = None
    edits_posts: bool = True
    deletes_posts: bool = True
    posts: dict[str, list[Sighting]] = field(default_factory=dict)
    under: dict[str, list[str]] = field(default_factory=dict)

    def verdict(self, account: Account, network_id: str, *, now: datetime) -> Verdict:
        def ask() -> Verdict:
            self._require(account.credentials)
            if self.calls["verdict"] < self.judges_later:
                return Verdict(ask_after=ASK_AFTER)
            if self.refuses is not None:
                self._take_down(account, network_id)
                return Verdict(refused=self.refuses)
            return Verdict(published=self._published(account, network_id))

        return self._call("verdict", ask)

    def follow_ups(self, composition: Composition) -> tuple[str, ...]:
        return tuple(_names(composition))

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
        def do() -> Progress:
            self._require(account.credentials)
            self._published(account, published.network_id)
            under = self.under.setdefault(published.network_id, [])
            under.append(_said(composition, name))
            return {"place": len(under), "after": [*done]}

        return self._call("follow_up", do)

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
        def find() -> Progress | None:
            self._require(account.credentials)
            under, wanted = self.under.get(published.network_id, []), _said(composition, name)
            return {"place": under.index(wanted) + 1, "after": [*done]} if wanted in under else None

        return self._call("find_follow_up", find)

    def edit_published(
        self, account: Account, composition: Composition, network_id: str, *, now: datetime
    ) -> Published:
        def edit() -> Published:
            self._require(account.credentials)
            posts = self.posts.get(account.network_id, [])
            published = self._published(account, network_id)
            posts[:] = [
                replace(each, text=composition.text) if each.network_id == network_id else each for each in posts
            ]
            return published

        return self._call("edit_published", edit)

    def delete_published(self, account: Account, network_id: str, *, now: datetime) -> None:
        def delete() -> None:
            self._require(account.credentials)
            self._take_down(account, network_id)

        self._call("delete_published", delete)

    def _published(self, account: Account, network_id: str) -> Published:
        for each in self.posts.get(account.network_id, []):
            if each.network_id == network_id:
                return Published(network_id=network_id, permalink=each.permalink, published_at=each.published_at)
        raise PermanentError("post_gone", network=self.key, status=404)

    def _take_down(self, account: Account, network_id: str) -> None:
        posts = self.posts.get(account.network_id, [])
        posts[:] = [each for each in posts if each.network_id != network_id]


def _names(composition: Composition) -> Iterator[str]:
    if composition.cover is not None and composition.kind is Kind.VIDEO:
        yield "cover"
    if composition.form is Form.THREAD:
        for number in range(len(composition.parts)):
            yield f"part.{number}"
    if composition.first_comment:
        yield "first_comment"


def _said(composition: Composition, name: str) -> str:
    kind, _, number = name.partition(".")
    match kind:
        case "cover":
            return f"cover: {composition.cover.key if composition.cover else ''}"
        case "part":
            return f"part: {composition.parts[int(number)]}"
    return f"comment: {composition.first_comment}"

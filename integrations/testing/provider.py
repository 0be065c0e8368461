"""The network in memory as publishers meet it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from integrations.contract import (
    Account,
    Budget,
    Composition,
    Credentials,
    Feature,
    Findings,
    GrantedAccess,
    Operation,
    PlainPosts,
    Presence,
    Progress,
    Published,
    Readiness,
    Sighting,
    UsageReport,
)
from integrations.errors import AuthorisationLost, PermanentError, RateLimited, Reach
from integrations.fingerprints import fingerprint, judge
from integrations.testing.afterwards import MemoryAfterwards
from integrations.testing.compositions import MemoryCompositions
from integrations.testing.figures import MemoryFigures
from integrations.testing.strangers import MemoryStrangers

_COUNTED = frozenset({Operation.COMMIT, Operation.FOLLOW_UP, Operation.EDIT})


@dataclass(kw_only=True)
class InMemoryProvider(MemoryCompositions, MemoryAfterwards, MemoryStrangers, MemoryFigures, PlainPosts):
    """A network called Memory with two presences, ``Bakery`` and ``Cafe``, and texts of 300 characters.

    ``posts`` is what is out there, per presence. Each file that ``prepare`` sends counts, and can fail, as ``upload``.
    """

    name: str = "Memory"
    visibility_delay: timedelta = timedelta(seconds=30)
    rotates_refresh_tokens: bool = True
    processing_checks: int = 0  # how many times check says "wait" for media
    rate_limit: int | None = None  # commits before RateLimited

    _used_codes: set[str] = field(default_factory=set)

    # the contract

    @property
    def scopes(self) -> Mapping[Feature, frozenset[str]]:
        return {
            Feature.PUBLISH: frozenset({"read", "write"}),
            Feature.ENGAGE: frozenset({"read", "answer"}),
            Feature.INSIGHTS: frozenset({"read"}),
        }

    @property
    def budgets(self) -> tuple[Budget, ...]:
        return (Budget(key="memory.posts", reach=Reach.ACCOUNT, unit="posts", limit=100, window=timedelta(minutes=15)),)

    def authorisation_url(
        self, *, redirect_uri: str, state: str, code_verifier: str, features: Collection[Feature]
    ) -> str:
        return "https://memory.example/authorise?" + urlencode({"redirect_uri": redirect_uri, "state": state})

    def exchange_code(
        self, *, code: str, redirect_uri: str, code_verifier: str, features: Collection[Feature], now: datetime
    ) -> GrantedAccess:
        def exchange() -> GrantedAccess:
            if code in self._used_codes:
                raise PermanentError("connect_failed", network=self.key, status=400, reach=Reach.GRANT)
            self._used_codes.add(code)
            return GrantedAccess(person_id="person-1", person_name="Alice", credentials=self.access(now=now))

        return self._call("exchange_code", exchange)

    def refresh(self, credentials: Credentials, *, now: datetime) -> Credentials:
        def refresh() -> Credentials:
            if credentials.refresh_token not in self._live_refresh:
                raise AuthorisationLost("access_lost", network=self.key, status=400, reach=Reach.GRANT)
            self._live_refresh.discard(credentials.refresh_token)
            self._live_access.discard(credentials.access_token)
            return replace(self.access(now=now), scopes=credentials.scopes)

        return self._call("refresh", refresh)

    def revoke(self, credentials: Credentials, *, person_id: str, now: datetime) -> None:
        self._call("revoke", self.withdraw_access)

    def list_presences(self, credentials: Credentials, *, now: datetime) -> Iterator[Presence]:
        def names() -> list[str]:
            self._require(credentials)
            return ["Bakery", "Cafe"]

        for each in self._call("list_presences", names):
            yield self._presence(each)

    def describe(self, account: Account, *, now: datetime) -> Presence:
        def describe() -> Presence:
            self._require(account.credentials)
            return self._presence(account.network_id.capitalize())

        return self._call("describe", describe)

    def fingerprint(self, composition: Composition) -> str:
        return fingerprint(composition.text, media_count=len(composition.media))

    def cost(
        self, operation: Operation, composition: Composition | None = None, *, count: int = 1
    ) -> Mapping[str, int]:
        return {"memory.posts": 1} if operation in _COUNTED else {}

    def needs_preparation(self, composition: Composition) -> bool:
        return bool(composition.media)

    def prepare(
        self,
        account: Account,
        composition: Composition,
        progress: Progress,
        *,
        save: Callable[[Progress], None],
        now: datetime,
    ) -> Progress:
        uploaded: dict[str, str] = dict(progress.get("media", {}))
        for each in composition.media:
            self._fetch(each)
            if each.key in uploaded:
                continue

            def upload() -> str:
                self._require(account.credentials)
                return f"media-{next(self._numbers)}"

            uploaded[each.key] = self._call("upload", upload)
            save({"media": dict(uploaded)})
        return {"media": uploaded}

    def check(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Readiness:
        def check() -> Readiness:
            if any(each.key not in progress.get("media", {}) for each in composition.media):
                return Readiness(prepare_again=True)
            if self.calls["check"] <= self.processing_checks:
                return Readiness(check_after=timedelta(seconds=5))
            return Readiness(ready=True)

        return self._call("check", check) if composition.media else Readiness(ready=True)

    def commit(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Published:
        def commit() -> Published:
            self._require(account.credentials)
            if any(each.key not in progress.get("media", {}) for each in composition.media):
                raise PermanentError("media_expired", network=self.key)
            return self._publish(account, composition, now=now)

        return self._call("commit", commit)

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
        def find() -> Findings:
            self._require(account.credentials)
            visible = [
                each
                for each in self.posts.get(account.network_id, [])
                if each.published_at + self.visibility_delay <= now
            ]
            wanted = self.fingerprint(composition)

            def is_ours(sighting: Sighting) -> bool:
                return fingerprint(sighting.text, media_count=sighting.media_count) == wanted

            return judge(visible, text=composition.text, is_ours=is_ours, since=since, known=known, covered=True)

        return self._call("find_published", find)

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
        """A post that is named is seen at once, before any list shows it."""

        def find() -> Findings:
            self._require(account.credentials)
            named = [each for each in self.posts.get(account.network_id, []) if each.network_id == network_id]
            found = judge(
                named,
                text=composition.text,
                is_ours=lambda each: each.text == composition.text,
                since=since,
                known=known,
                covered=False,
            )
            return Findings(published=found.published, covered=False)

        return self._call("find_named", find)

    # inside

    def _publish(self, account: Account, composition: Composition, *, now: datetime) -> Published:
        posts = self.posts.setdefault(account.network_id, [])
        if self.rate_limit is not None and len(posts) >= self.rate_limit:
            raise RateLimited(
                "rate_limited", network=self.key, status=429, reach=Reach.ACCOUNT, reset_at=now + timedelta(minutes=15)
            )
        number = str(next(self._numbers))
        permalink = f"https://memory.example/{account.network_id}/{number}"
        posts.append(
            Sighting(
                network_id=number,
                permalink=permalink,
                text=composition.text,
                published_at=now,
                media_count=len(composition.media),
            )
        )
        self.usage(
            UsageReport(
                network=self.key,
                budget="memory.posts",
                reach=Reach.ACCOUNT,
                subject=account.network_id,
                used=len(posts),
                limit=self.rate_limit or 100,
            )
        )
        return Published(network_id=number, permalink=permalink, published_at=now, judged=not self.judges_later)

    def _presence(self, name: str) -> Presence:
        return Presence(
            network_id=name.lower(),
            name=name,
            handle=name.lower(),
            permalink=f"https://memory.example/{name.lower()}",
            able=frozenset({Feature.PUBLISH, Feature.ENGAGE}),
        )

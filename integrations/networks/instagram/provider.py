"""Instagram professional accounts, through Facebook Login (Graph API)."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from integrations.contract import (
    NOTHING,
    Account,
    AppKeys,
    Budget,
    Composition,
    Credentials,
    Feature,
    Findings,
    Form,
    Kind,
    Limits,
    Operation,
    PlainPosts,
    Presence,
    Problem,
    Progress,
    Published,
    Readiness,
    Sighting,
    UsageReport,
    UsageSink,
    ignore_usage,
)
from integrations.errors import PermanentError, ProviderError, RateLimited, Reach
from integrations.fingerprints import CLOCK_SKEW, fingerprint, judge
from integrations.insights import Measure, PostMeasures
from integrations.networks._shared.meta import commenting
from integrations.networks._shared.meta.answers import next_cursor
from integrations.networks._shared.meta.login import MetaLogin
from integrations.networks._shared.meta.versions import graph_version
from integrations.networks.instagram import containers, following, judging, limits, mapping, measuring
from integrations.networks.instagram.client import InstagramClient
from integrations.networks.instagram.engaging import InstagramEngagement, ToldBy
from integrations.networks.instagram.errors import KEY
from lib.http import Client

_BASE = frozenset({"instagram_basic", "pages_show_list", "pages_read_engagement"})
SCOPES: Mapping[Feature, frozenset[str]] = MappingProxyType(
    {
        Feature.PUBLISH: _BASE | {"instagram_content_publish"},
        Feature.ENGAGE: _BASE | {"instagram_manage_comments", "pages_manage_metadata"},
        Feature.MESSAGES: _BASE | {"instagram_manage_messages", "pages_manage_metadata"},
        Feature.INSIGHTS: _BASE | {"instagram_manage_insights"},
    }
)
# Where people's roles come from a business portfolio, Meta asks for these as well.
_PORTFOLIO = frozenset({"ads_read", "business_management"})


class InstagramProvider(InstagramEngagement, MetaLogin, PlainPosts):
    """Speaks to Instagram for the Meta app with ``keys``. See README.md beside this file for its quirks.

    ``webhook_address`` is where Meta shall tell us of the object ``instagram``, ``verify_token`` the word it must bring
    there first. ``human_agent``: Meta has approved the app for late answers. ``films_as_bytes``: films are sent to the
    upload host, which Meta says is for apps with Facebook Login for Business, instead of being fetched by address.
    """

    key = KEY
    name = "Instagram"
    kinds = frozenset({Kind.IMAGE, Kind.IMAGES, Kind.MIXED, Kind.VIDEO, Kind.REEL, Kind.STORY})
    forms = frozenset({Form.POST, Form.REEL, Form.STORY})
    options = limits.OPTIONS
    fetches_media = True
    visibility_delay = limits.VISIBILITY_DELAY
    budgets: tuple[Budget, ...] = limits.BUDGETS

    account_metrics = measuring.ACCOUNT_METRICS
    post_metrics = measuring.POST_METRICS
    measures_lag = limits.FIGURES_LAG
    measures_kept = None

    _client: InstagramClient

    def __init__(
        self,
        *,
        keys: AppKeys,
        graph_url: str,
        dialog_url: str,
        version: str,
        http: Client,
        usage: UsageSink = ignore_usage,
        webhook_address: str = "",
        verify_token: str = "",
        human_agent: bool = False,
        told_by: ToldBy = ToldBy.PAGE,
        films_as_bytes: bool = False,
        portfolio_roles: bool = False,
    ) -> None:
        self._keys = keys
        self._usage = usage
        self._webhook_address = webhook_address
        self._verify_token = verify_token
        self._human_agent = human_agent
        self._told_by = told_by
        self._films_as_bytes = films_as_bytes
        self.scopes = _with_portfolio(SCOPES) if portfolio_roles else SCOPES
        self._dialog = f"{dialog_url.rstrip('/')}/{version}/dialog/oauth"
        self.api_version = graph_version(version)
        self._client = InstagramClient(http=http, graph_url=graph_url, version=version, keys=keys, usage=usage)

    # connecting: the rest is Facebook Login's

    def list_presences(self, credentials: Credentials, *, now: datetime) -> Iterator[Presence]:
        after = ""
        while True:
            listing = self._client.pages(credentials.access_token, after=after, now=now)
            rows = (mapping.presence(each, granted=credentials.scopes) for each in listing.get("data") or ())
            yield from (each for each in rows if each is not None)
            after = next_cursor(listing)
            if not after:
                return

    def describe(self, account: Account, *, now: datetime) -> Presence:
        node = self._client.account(account.credentials.access_token, account.network_id, now=now)
        return mapping.described(node, details=commenting.kept(account))

    # composing

    def limits(self, details: Mapping[str, str] = NOTHING) -> Limits:
        return limits.LIMITS

    def count_text(self, composition: Composition) -> int:
        return len(mapping.caption_of(composition))

    def validate(self, composition: Composition, *, details: Mapping[str, str] = NOTHING) -> tuple[Problem, ...]:
        return tuple(judging.problems(composition, self.limits(details), self.forms, details=details))

    def fingerprint(self, composition: Composition) -> str:
        return fingerprint(mapping.caption_of(composition), media_count=len(composition.media))

    def cost(
        self, operation: Operation, composition: Composition | None = None, *, count: int = 1
    ) -> Mapping[str, int]:
        """Return posts and containers of the day; a call's share of Meta's percentages is known only afterwards."""
        if operation is Operation.COMMIT:
            return {"instagram.posts": 1}
        if operation is Operation.PREPARE and composition is not None and composition.media:
            files = len(composition.media)
            return {"instagram.containers": files + 1 if files > 1 else files}
        return NOTHING

    # publishing

    def needs_preparation(self, composition: Composition) -> bool:
        return True

    def prepare(
        self,
        account: Account,
        composition: Composition,
        progress: Progress,
        *,
        save: Callable[[Progress], None],
        now: datetime,
    ) -> Progress:
        return containers.prepare(
            self._client, account, composition, progress, as_bytes=self._films_as_bytes, save=save, now=now
        )

    def check(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Readiness:
        """Say how far the containers are; once they are ready, ask how many posts are left of the day."""
        readiness = containers.check(self._client, account, composition, progress, now=now)
        if readiness.ready:
            self._require_room(account, now=now)
        return readiness

    def commit(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Published:
        container_id = containers.container_of(composition, progress)
        if not container_id:
            raise PermanentError("media_expired", network=KEY)
        token = account.credentials.access_token
        medium_id = self._client.publish(token, account.network_id, container_id, now=now)
        return self._published(token, account, medium_id, now=now)

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
        """Ask the container first: one that is not published was surely not. What became of it stands in the list.

        One that is published and not to be seen there proves nothing: it must never be published anew.
        """
        container_id = containers.container_of(composition, progress)
        is_out = False
        if container_id:
            token = account.credentials.access_token
            state = containers.state_of(self._client, token, container_id, now=now).get("status_code")
            is_out = state == containers.PUBLISHED
            if state in {containers.FINISHED, containers.WAITING, containers.FAILED}:
                return Findings()
        seen, covered = self._media_since(account, composition, since=since - CLOCK_SKEW, now=now)
        caption, wanted = mapping.caption_of(composition), self.fingerprint(composition)
        unknown = [each for each in seen if each.network_id not in known]

        def is_ours(sighting: Sighting) -> bool:
            alone = is_out and len(unknown) == 1  # whatever Instagram made of its caption
            return alone or fingerprint(sighting.text, media_count=sighting.media_count) == wanted

        return judge(seen, text=caption, is_ours=is_ours, since=since, known=known, covered=covered and not is_out)

    def delete_published(self, account: Account, network_id: str, *, now: datetime) -> None:
        try:
            self._client.delete_medium(account.credentials.access_token, network_id, now=now)
        except PermanentError as error:
            if error.key != "post_gone":
                raise

    # after publishing

    def follow_ups(self, composition: Composition) -> tuple[str, ...]:
        return following.names(composition)

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
        return following.follow_up(self._client, account, composition, name, published, now=now)

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
        return following.find_follow_up(self._client, account, composition, name, published, since=since, now=now)

    # figures

    def measure_account(self, account: Account, *, since: date, until: date, now: datetime) -> Iterator[Measure]:
        return measuring.measure_account(self._client, account, since=since, until=until, now=now)

    def measure_posts(
        self, account: Account, network_ids: Collection[str], *, now: datetime
    ) -> Mapping[str, PostMeasures]:
        return measuring.measure_posts(self._client, account, network_ids, now=now)

    # inside

    def _require_room(self, account: Account, *, now: datetime) -> None:
        """Report how much of the day's posts is used. Raises RateLimited when nothing is left."""
        row = self._client.publishing_limit(account.credentials.access_token, account.network_id, now=now)
        used, total = row.get("quota_usage"), (row.get("config") or {}).get("quota_total")
        if not isinstance(used, int) or not isinstance(total, int) or total <= 0:
            return
        self._usage(
            UsageReport(
                network=KEY,
                budget="instagram.posts",
                reach=Reach.ACCOUNT,
                subject=account.network_id,
                used=min(used, total),
                limit=total,
            )
        )
        if used >= total:
            raise RateLimited("rate_limited", network=KEY, reach=Reach.ACCOUNT, reset_at=now + limits.QUOTA_LOOK_AGAIN)

    def _published(self, token: str, account: Account, medium_id: str, *, now: datetime) -> Published:
        """Return what was published; its address is asked for once, and its absence spoils nothing."""
        medium: Mapping[str, Any] = {}
        with suppress(ProviderError):
            medium = self._client.medium(token, medium_id, fields="id,permalink,timestamp", now=now)
        permalink = str(medium.get("permalink") or mapping.permalink_of(account.handle or account.network_id))
        return Published(network_id=medium_id, permalink=permalink, published_at=mapping.published_at(medium))

    def _media_since(
        self, account: Account, composition: Composition, *, since: datetime, now: datetime
    ) -> tuple[list[Sighting], bool]:
        """Return what the account published since then, newest first, and whether the look reached so far back."""
        found: list[Sighting] = []
        after = ""
        for _ in range(limits.LOOK_BACK_PAGES):
            listing = self._client.media(
                account.credentials.access_token,
                account.network_id,
                stories=composition.form is Form.STORY,
                after=after,
                now=now,
            )
            page = list(mapping.sightings(listing))
            found += [each for each in page if each.published_at >= since]
            after = next_cursor(listing)
            if not after or any(each.published_at < since for each in page):
                return found, True
        return found, False


def _with_portfolio(scopes: Mapping[Feature, frozenset[str]]) -> Mapping[Feature, frozenset[str]]:
    return MappingProxyType({feature: each | _PORTFOLIO for feature, each in scopes.items()})

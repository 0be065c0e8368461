"""Facebook Pages (Graph API)."""

from collections.abc import Callable, Collection, Iterator, Mapping
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
    UsageSink,
    Verdict,
    ignore_usage,
)
from integrations.errors import PermanentError, ProviderError
from integrations.fingerprints import fingerprint
from integrations.insights import Measure, PostMeasures
from integrations.networks._shared.meta import commenting
from integrations.networks._shared.meta.login import MetaLogin
from integrations.networks._shared.meta.versions import graph_version
from integrations.networks.facebook import films, finding, following, judging, limits, listing, mapping
from integrations.networks.facebook.client import POST_FIELDS, FacebookClient
from integrations.networks.facebook.engaging import FacebookEngagement
from integrations.networks.facebook.errors import KEY
from integrations.networks.facebook.measuring import ACTIVITIES, PAGE_METRICS, measure_account, measure_posts
from integrations.networks.facebook.uploads import EDGES, Uploads, is_sent, video_of
from lib.http import Client

GONE = "post_gone"
PORTFOLIOS = "business_management"
_LISTING = frozenset({"pages_show_list", "pages_read_engagement"})
SCOPES: Mapping[Feature, frozenset[str]] = MappingProxyType(
    {
        Feature.PUBLISH: _LISTING | {"pages_manage_posts"},
        Feature.ENGAGE: _LISTING | {"pages_read_user_content", "pages_manage_engagement", "pages_manage_metadata"},
        Feature.MESSAGES: _LISTING | {"pages_messaging", "pages_manage_metadata"},
        Feature.INSIGHTS: _LISTING | {"read_insights"},
    }
)


class FacebookProvider(FacebookEngagement, MetaLogin, PlainPosts):
    """Speaks to Facebook Pages for the app with ``keys``. See README.md beside this file for its quirks.

    ``webhook_address`` is where Meta shall tell us, ``verify_token`` the word it must bring there first; without one
    the operator enters both in Meta's own pages. ``human_agent``: Meta has approved the app for late answers.
    ``portfolios``: pages that people reach by a business portfolio only are listed too.
    """

    key = KEY
    name = "Facebook"
    kinds = frozenset({Kind.TEXT, Kind.LINK, Kind.IMAGE, Kind.IMAGES, Kind.VIDEO, Kind.REEL, Kind.STORY})
    forms = frozenset({Form.POST, Form.REEL, Form.STORY})
    edits_posts = True
    options = limits.OPTIONS
    visibility_delay = limits.VISIBILITY_DELAY
    budgets: tuple[Budget, ...] = limits.BUDGETS
    account_metrics = frozenset(PAGE_METRICS.values())
    post_metrics = frozenset({"views", "reach", "clicks", "likes", *ACTIVITIES.values()})
    measures_lag = limits.MEASURES_LAG
    measures_kept = None

    _client: FacebookClient

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
        portfolios: bool = False,
    ) -> None:
        self.scopes = _with_portfolios(SCOPES) if portfolios else SCOPES
        self._keys = keys
        self._webhook_address = webhook_address
        self._verify_token = verify_token
        self._human_agent = human_agent
        self.api_version = graph_version(version)
        self._dialog = f"{dialog_url.rstrip('/')}/{version}/dialog/oauth"
        self._client = FacebookClient(http=http, graph_url=graph_url, version=version, keys=keys, usage=usage)

    # connecting: the rest is Facebook Login's

    def list_presences(self, credentials: Credentials, *, now: datetime) -> Iterator[Presence]:
        """Yield the ticked pages, then those of the person's portfolios where that was allowed; each once."""
        return listing.presences(self._client, credentials, with_portfolios=PORTFOLIOS in credentials.scopes, now=now)

    def describe(self, account: Account, *, now: datetime) -> Presence:
        page = self._client.page(account.credentials.access_token, account.network_id, now=now)
        return mapping.presence(page, details=commenting.kept(account))

    # composing

    def limits(self, details: Mapping[str, str] = NOTHING) -> Limits:
        return limits.LIMITS

    def count_text(self, composition: Composition) -> int:
        return len(mapping.text_of(composition))

    def validate(self, composition: Composition, *, details: Mapping[str, str] = NOTHING) -> tuple[Problem, ...]:
        return tuple(judging.problems(composition, self.limits(details), self.forms, details=details))

    def fingerprint(self, composition: Composition) -> str:
        return fingerprint(mapping.text_of(composition), media_count=len(composition.media))

    def cost(
        self, operation: Operation, composition: Composition | None = None, *, count: int = 1
    ) -> Mapping[str, int]:
        """Return what is counted: a call's share of Meta's percentages is known only afterwards, from its answer."""
        is_reel = composition is not None and composition.form is Form.REEL
        return {"facebook.reels": 1} if is_reel and operation is Operation.COMMIT else NOTHING

    # publishing

    def takes_cover(self, composition: Composition) -> bool:
        """Of a reel Facebook takes none."""
        return composition.kind is Kind.VIDEO

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
        return Uploads(self._client, account, composition, progress, save=save, now=now).complete()

    def check(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Readiness:
        if not is_sent(composition, progress):
            return Readiness(prepare_again=True)
        video_id = video_of(composition, progress)
        if not video_id:
            return Readiness(ready=True)
        video = self._client.video(account.credentials.access_token, video_id, now=now)
        return films.readiness(video, in_phases=composition.form in EDGES)

    def commit(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Published:
        if not is_sent(composition, progress):
            raise PermanentError("media_expired", network=KEY)
        if video_id := video_of(composition, progress):
            return self._publish_film(account, composition, video_id, now=now)
        photos = [progress["media"][media.key] for media in composition.media]
        token, page_id = account.credentials.access_token, account.network_id
        if composition.form is Form.STORY:
            answer = self._client.create_photo_story(token, page_id, photo_id=photos[0], now=now)
            return finding.story(answer, page_id=page_id)
        post = self._client.create_post(token, page_id, form=mapping.post_form(composition, photos), now=now)
        return self._published(account, post, now=now)

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
        return finding.find(
            self._client,
            account,
            composition,
            progress,
            wanted=self.fingerprint(composition),
            since=since,
            known=known,
            now=now,
        )

    def delete_published(self, account: Account, network_id: str, *, now: datetime) -> None:
        try:
            self._client.delete_post(account.credentials.access_token, network_id, now=now)
        except PermanentError as error:
            if error.key != GONE:
                raise

    # after publishing

    def verdict(self, account: Account, network_id: str, *, now: datetime) -> Verdict:
        """Say whether Meta is done with a film. A post that it does not show yet is asked for again."""
        token, page_id = account.credentials.access_token, account.network_id
        video_id = network_id
        if "_" in network_id:
            try:
                post = self._client.node(token, network_id, fields=POST_FIELDS, now=now)
            except PermanentError as error:
                if error.key != GONE:
                    raise
                return Verdict(ask_after=limits.CHECK_AGAIN)
            video_id = mapping.film_in(post)
            if not video_id:
                return Verdict(
                    published=Published(network_id=network_id, permalink=mapping.permalink(post, network_id))
                )
        return films.verdict(self._client.video(token, video_id, now=now), page_id=page_id)

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
        return following.follow_up(self._client, account, composition, published, now=now)

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
        return following.find_follow_up(self._client, account, composition, published, since=since, now=now)

    def edit_published(
        self, account: Account, composition: Composition, network_id: str, *, now: datetime
    ) -> Published:
        token = account.credentials.access_token
        self._client.edit_post(token, network_id, mapping.text_of(composition), now=now)
        return self._published(account, {"id": network_id}, now=now)

    # figures

    def measure_account(self, account: Account, *, since: date, until: date, now: datetime) -> Iterator[Measure]:
        return measure_account(self._client, account, since=since, until=until, now=now)

    def measure_posts(
        self, account: Account, network_ids: Collection[str], *, now: datetime
    ) -> Mapping[str, PostMeasures]:
        return measure_posts(self._client, account, network_ids, now=now)

    # inside

    def _publish_film(self, account: Account, composition: Composition, video_id: str, *, now: datetime) -> Published:
        token, page_id = account.credentials.access_token, account.network_id
        edge = EDGES.get(composition.form)
        if edge is None:
            form = mapping.film_form(composition, title="name")
            self._client.publish_video(token, video_id, form=form, now=now)
        else:
            words = mapping.film_form(composition, title="title") if composition.form is Form.REEL else {}
            self._client.finish_film(token, page_id, edge=edge, form={"video_id": video_id, **words}, now=now)
        try:
            video = self._client.video(token, video_id, now=now)
        except ProviderError:  # it is out: what is not known of it yet is asked for with the verdict
            video = {"id": video_id}
        return films.published(video, page_id=page_id)

    def _published(self, account: Account, post: Mapping[str, Any], *, now: datetime) -> Published:
        """Return what was published; a missing permalink is asked for once, and its absence spoils nothing."""
        network_id = str(post["id"])
        if not post.get("permalink_url"):
            try:
                post = self._client.post(account.credentials.access_token, network_id, now=now)
            except ProviderError:
                post = {}
        return Published(network_id=network_id, permalink=mapping.permalink(post, network_id))


def _with_portfolios(scopes: Mapping[Feature, frozenset[str]]) -> Mapping[Feature, frozenset[str]]:
    return MappingProxyType({feature: each | {PORTFOLIOS} for feature, each in scopes.items()})

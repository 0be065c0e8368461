"""Facebook Pages (Graph API)."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from datetime import datetime
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
    Kind,
    Limits,
    Media,
    Operation,
    PlainPosts,
    Presence,
    Problem,
    Progress,
    Published,
    Readiness,
    Sighting,
    UsageSink,
    ignore_usage,
)
from integrations.errors import PermanentError, ProviderError
from integrations.fingerprints import CLOCK_SKEW, fingerprint, judge
from integrations.networks._shared.judging import (
    doubtful,
    judge_extras,
    judge_link,
    judge_media,
    judge_options,
    refused,
    too_long,
)
from integrations.networks._shared.meta.answers import next_cursor
from integrations.networks._shared.meta.login import MetaLogin
from integrations.networks._shared.meta.versions import graph_version
from integrations.networks.facebook import limits, mapping
from integrations.networks.facebook.client import FacebookClient
from integrations.networks.facebook.engaging import FacebookEngagement
from integrations.networks.facebook.errors import KEY
from lib.http import Client, Multipart

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
    """

    key = KEY
    name = "Facebook"
    kinds = frozenset({Kind.TEXT, Kind.LINK, Kind.IMAGE, Kind.IMAGES})
    scopes = SCOPES
    options = limits.OPTIONS
    visibility_delay = limits.VISIBILITY_DELAY
    budgets: tuple[Budget, ...] = limits.BUDGETS

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
    ) -> None:
        self._keys = keys
        self._webhook_address = webhook_address
        self._verify_token = verify_token
        self._human_agent = human_agent
        self.api_version = graph_version(version)
        self._dialog = f"{dialog_url.rstrip('/')}/{version}/dialog/oauth"
        self._client = FacebookClient(http=http, graph_url=graph_url, version=version, keys=keys, usage=usage)

    # connecting: the rest is Facebook Login's

    def list_presences(self, credentials: Credentials, *, now: datetime) -> Iterator[Presence]:
        after = ""
        while True:
            listing = self._client.pages(credentials.access_token, after=after, now=now)
            yield from (mapping.presence(each) for each in listing.get("data") or ())
            after = next_cursor(listing)
            if not after:
                return

    def describe(self, account: Account, *, now: datetime) -> Presence:
        return mapping.presence(self._client.page(account.credentials.access_token, account.network_id, now=now))

    # composing

    def limits(self, details: Mapping[str, str] = NOTHING) -> Limits:
        return limits.LIMITS

    def count_text(self, composition: Composition) -> int:
        return len(mapping.text_of(composition))

    def validate(self, composition: Composition, *, details: Mapping[str, str] = NOTHING) -> tuple[Problem, ...]:
        return tuple(self._problems(composition, self.limits(details)))

    def fingerprint(self, composition: Composition) -> str:
        return fingerprint(mapping.text_of(composition), media_count=len(composition.media))

    def cost(
        self, operation: Operation, composition: Composition | None = None, *, count: int = 1
    ) -> Mapping[str, int]:
        """Return nothing: a call's share of Meta's percentages is known only afterwards, from its answer."""
        return NOTHING

    # publishing

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
        """Upload each photo unpublished, a single one too, so that the commit is small, quick and the same for all."""
        photos: dict[str, str] = dict(progress.get("media", {}))
        for media in composition.media:
            if media.key not in photos:
                photos[media.key] = self._upload(account, media, now=now)
                save({"media": dict(photos)})
        return {"media": photos}

    def check(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Readiness:
        complete = all(media.key in progress.get("media", {}) for media in composition.media)
        return Readiness(ready=complete, prepare_again=not complete)

    def commit(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Published:
        photos: Mapping[str, str] = progress.get("media", {})
        if any(media.key not in photos for media in composition.media):
            raise PermanentError("media_expired", network=KEY)
        form = mapping.post_form(composition, [photos[media.key] for media in composition.media])
        post = self._client.create_post(account.credentials.access_token, account.network_id, form=form, now=now)
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
        wanted = self.fingerprint(composition)
        uploaded = frozenset(progress.get("media", {}).values())
        ours: set[str] = set()
        seen: list[Sighting] = []
        covered = False
        for sighting, photos in self._posts(account, now=now):
            if sighting.published_at < since - CLOCK_SKEW:
                covered = True
                break
            seen.append(sighting)
            if photos & uploaded or _fingerprint(sighting) == wanted:
                ours.add(sighting.network_id)
        else:
            covered = len(seen) < limits.LOOK_BACK_PAGES * limits.POSTS_A_PAGE
        return judge(
            seen,
            text=mapping.text_of(composition),
            is_ours=lambda each: each.network_id in ours,
            since=since,
            known=known,
            covered=covered,
        )

    def delete_published(self, account: Account, network_id: str, *, now: datetime) -> None:
        try:
            self._client.delete_post(account.credentials.access_token, network_id, now=now)
        except PermanentError as error:
            if error.key != "post_gone":
                raise

    # inside

    def _problems(self, composition: Composition, allowed: Limits) -> Iterator[Problem]:
        text = mapping.text_of(composition)
        if not text.strip() and not composition.link and not composition.media:
            yield refused("text", "text_missing")
        if composition.kind not in self.kinds:
            yield refused("media", "kind_not_offered")
        if len(text) > allowed.text_max:
            yield too_long("text", "text_too_long", found=len(text), allowed=allowed.text_max)
        if composition.link and composition.media:
            yield doubtful("link", "link_with_media")
        yield from judge_link(composition)
        yield from judge_media(composition, allowed)
        yield from judge_extras(composition, allowed, self.forms, part_length=len)
        yield from judge_options(composition, limits.OPTIONS)

    def _upload(self, account: Account, media: Media, *, now: datetime) -> str:
        token = account.credentials.access_token
        fields = {"published": "false", "appsecret_proof": self._client.proof_for(token)}
        if media.alt_text:
            fields["alt_text_custom"] = media.alt_text
        with closing(media.open(0)) as source:
            photo = Multipart(
                fields=fields,
                name="source",
                filename="photo",
                content_type=media.content_type,
                source=source,
                size_bytes=media.size_bytes,
            )
            return self._client.create_unpublished_photo(token, account.network_id, photo=photo, now=now)

    def _published(self, account: Account, post: Mapping[str, Any], *, now: datetime) -> Published:
        """Return what was published; a missing permalink is asked for once, and its absence spoils nothing."""
        network_id = str(post["id"])
        if not post.get("permalink_url"):
            try:
                post = self._client.post(account.credentials.access_token, network_id, now=now)
            except ProviderError:
                post = {}
        return Published(network_id=network_id, permalink=mapping.permalink(post, network_id))

    def _posts(self, account: Account, *, now: datetime) -> Iterator[tuple[Sighting, frozenset[str]]]:
        """Yield the page's posts, newest first, as far back as a look may go."""
        after = ""
        for _ in range(limits.LOOK_BACK_PAGES):
            listing = self._client.published_posts(
                account.credentials.access_token, account.network_id, after=after, now=now
            )
            yield from mapping.sightings(listing)
            after = next_cursor(listing)
            if not after:
                return


def _fingerprint(sighting: Sighting) -> str:
    return fingerprint(sighting.text, media_count=sighting.media_count)

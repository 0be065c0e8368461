"""LinkedIn organisation pages (versioned Community Management API)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.contract import (
    NOTHING,
    Account,
    ApiVersion,
    AppKeys,
    Composition,
    Form,
    Kind,
    Limits,
    Media,
    MediaKind,
    Operation,
    PlainPosts,
    Problem,
    Progress,
    Published,
    Readiness,
    UsageSink,
    Verdict,
    ignore_usage,
)
from integrations.errors import PermanentError
from integrations.networks.linkedin import limits, mapping
from integrations.networks.linkedin.client import LinkedInClient
from integrations.networks.linkedin.connecting import LinkedInConnecting, scopes_of
from integrations.networks.linkedin.costs import cost_of
from integrations.networks.linkedin.engaging import LinkedInEngagement
from integrations.networks.linkedin.errors import KEY
from integrations.networks.linkedin.finding import LinkedInFinding
from integrations.networks.linkedin.judging import problems
from integrations.networks.linkedin.measuring import LinkedInMeasuring
from integrations.networks.linkedin.uploads import RESOURCES, is_complete, upload
from lib.http import Client

_CHECK_AGAIN = {
    MediaKind.IMAGE: timedelta(seconds=3),
    MediaKind.DOCUMENT: timedelta(seconds=5),
    MediaKind.VIDEO: timedelta(seconds=15),
}
_ASK_AGAIN = timedelta(seconds=30)
FIRST_COMMENT = "first_comment"


class LinkedInProvider(LinkedInConnecting, LinkedInFinding, LinkedInEngagement, LinkedInMeasuring, PlainPosts):
    """Speaks to organisation pages for the app with ``keys``. See README.md beside this file for its quirks.

    ``application_id`` is the app's number in the developer portal: without it LinkedIn is not asked to tell us.
    ``development``: the app is in the development tier. ``openid``: it signs people in by OpenID Connect.
    ``deletes_comments``: LinkedIn lets its pages delete what others wrote under their posts. ``app_calls`` and
    ``member_calls`` are the day's allowances of a resource, as the portal shows them.
    """

    key = KEY
    name = "LinkedIn"
    kinds = frozenset({Kind.TEXT, Kind.LINK, Kind.IMAGE, Kind.IMAGES, Kind.VIDEO, Kind.DOCUMENT, Kind.POLL})
    forms = frozenset({Form.POST, Form.POLL})
    options = limits.OPTIONS
    edits_posts = True
    visibility_delay = limits.VISIBILITY_DELAY
    rotates_refresh_tokens = False

    def __init__(
        self,
        *,
        keys: AppKeys,
        api_url: str,
        oauth_url: str,
        version: str,
        http: Client,
        usage: UsageSink = ignore_usage,
        application_id: str = "",
        webhook_address: str = "",
        development: bool = False,
        openid: bool = False,
        deletes_comments: bool = False,
        app_calls: int | None = None,
        member_calls: int | None = None,
    ) -> None:
        self._keys = keys
        self._oauth_url = oauth_url.rstrip("/")
        self._application_id = application_id
        self._webhook_address = webhook_address
        self._is_developing = development
        self._deletes_comments = deletes_comments
        self._openid = openid
        self.scopes = scopes_of(openid=openid)
        self.api_version = ApiVersion(
            name=version, setting="LINKEDIN_VERSION", ends_on=limits.VERSIONS.get(version[:6])
        )
        app, member = limits.DEVELOPMENT if development else (None, None)
        self.budgets = limits.budgets(app_calls or app, member_calls or member)
        self._client = LinkedInClient(http=http, api_url=api_url, oauth_url=oauth_url, version=version, keys=keys)

    # composing

    def limits(self, details: Mapping[str, str] = NOTHING) -> Limits:
        return limits.LIMITS

    def takes_cover(self, composition: Composition) -> bool:
        """A card's picture too: LinkedIn fetches none."""
        return composition.kind is Kind.VIDEO or bool(mapping.card_link(composition))

    def count_text(self, composition: Composition) -> int:
        """Return the length of what is sent: letters that need a backslash count twice."""
        return len(mapping.commentary_of(composition))

    def validate(self, composition: Composition, *, details: Mapping[str, str] = NOTHING) -> tuple[Problem, ...]:
        return tuple(problems(composition, kinds=self.kinds, forms=self.forms))

    def cost(
        self, operation: Operation, composition: Composition | None = None, *, count: int = 1
    ) -> Mapping[str, int]:
        return cost_of(operation, composition or Composition(), count, is_developing=self._is_developing)

    # publishing

    def needs_preparation(self, composition: Composition) -> bool:
        return bool(_files(composition))

    def prepare(
        self,
        account: Account,
        composition: Composition,
        progress: Progress,
        *,
        save: Callable[[Progress], None],
        now: datetime,
    ) -> Progress:
        files: dict[str, dict[str, Any]] = {key: dict(state) for key, state in progress.get("media", {}).items()}
        for media in _files(composition):
            upload(
                self._client,
                account.credentials.access_token,
                media,
                files.setdefault(media.key, {}),
                owner=account.network_id,
                cover=_cover_of(media, composition),
                save=lambda _: save(_snapshot(files)),
                now=now,
            )
        return _snapshot(files)

    def check(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Readiness:
        for media in _files(composition):
            state = progress.get("media", {}).get(media.key, {})
            if not is_complete(state, _cover_of(media, composition)):
                return Readiness(prepare_again=True)
            readiness = self._processing(account, media, str(state["urn"]), now=now)
            if not readiness.ready:
                return readiness
        return Readiness(ready=True)

    def commit(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Published:
        uploaded = progress.get("media", {})
        try:
            urns = {media.key: str(uploaded[media.key]["urn"]) for media in _files(composition)}
        except KeyError:
            raise PermanentError("media_expired", network=KEY) from None
        body = mapping.post_body(composition, urns, author=account.network_id)
        urn = self._client.create_post(account.credentials.access_token, body, now=now)
        return Published(network_id=urn, permalink=mapping.permalink(urn), judged=composition.kind is not Kind.VIDEO)

    def delete_published(self, account: Account, network_id: str, *, now: datetime) -> None:
        try:
            self._client.delete_post(account.credentials.access_token, network_id, now=now)
        except PermanentError as error:
            if error.key != "post_gone":
                raise

    # after publishing

    def verdict(self, account: Account, network_id: str, *, now: datetime) -> Verdict:
        """Say whether a film went out: LinkedIn takes the post first, and now and then gives it up."""
        post = self._client.post(account.credentials.access_token, network_id, now=now)
        match str(post.get("lifecycleState") or "PUBLISHED"):
            case "PUBLISHED":
                published_at = mapping.moment(post.get("publishedAt") or post.get("createdAt"))
                out = Published(
                    network_id=network_id, permalink=mapping.permalink(network_id), published_at=published_at
                )
                return Verdict(published=out)
            case "PUBLISH_FAILED":
                return Verdict(refused=PermanentError("media_refused", network=KEY, reason="PUBLISH_FAILED"))
        return Verdict(ask_after=_ASK_AGAIN)

    def follow_ups(self, composition: Composition) -> tuple[str, ...]:
        return (FIRST_COMMENT,) if composition.first_comment else ()

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
        urn = published.network_id
        body = {"actor": account.network_id, "object": urn, "message": {"text": composition.first_comment}}
        return {"id": self._write(account, urn, body, now=now).network_id}

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
        found = self._find_comment(account, published.network_id, composition.first_comment, since=since, now=now)
        return {"id": found.published.network_id} if found.published else None

    def edit_published(
        self, account: Account, composition: Composition, network_id: str, *, now: datetime
    ) -> Published:
        """Change the words; LinkedIn lets nothing else of a post that is out be changed."""
        commentary = mapping.commentary_of(composition)
        self._client.change_post(account.credentials.access_token, network_id, commentary=commentary, now=now)
        return Published(network_id=network_id, permalink=mapping.permalink(network_id))

    # inside

    def _processing(self, account: Account, media: Media, urn: str, *, now: datetime) -> Readiness:
        try:
            asset = self._client.asset(account.credentials.access_token, RESOURCES[media.kind], urn, now=now)
        except PermanentError as error:
            if error.key != "post_gone":
                raise
            return Readiness(prepare_again=True)
        match asset.get("status"):
            case "AVAILABLE":
                return Readiness(ready=True)
            case "PROCESSING_FAILED":
                return Readiness(failed=PermanentError("media_refused", network=KEY, reason="PROCESSING_FAILED"))
        return Readiness(check_after=_CHECK_AGAIN[media.kind])


def _files(composition: Composition) -> tuple[Media, ...]:
    """Return all that is to be uploaded: a card's picture too, which a film's is not by itself."""
    pictures = (composition.cover,) if composition.cover and mapping.card_link(composition) else ()
    return (*composition.media, *pictures)


def _cover_of(media: Media, composition: Composition) -> Media | None:
    return composition.cover if media.kind is MediaKind.VIDEO else None


def _snapshot(files: Mapping[str, Mapping[str, Any]]) -> Progress:
    return {"media": {key: dict(state) for key, state in files.items()}}

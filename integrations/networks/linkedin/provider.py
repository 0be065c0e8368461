"""LinkedIn organisation pages (versioned Community Management API)."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

from integrations.contract import (
    NOTHING,
    Account,
    ApiVersion,
    AppKeys,
    Composition,
    Credentials,
    Feature,
    Findings,
    Form,
    GrantedAccess,
    Kind,
    Limits,
    Media,
    MediaKind,
    Operation,
    PlainPosts,
    Presence,
    Problem,
    Progress,
    Published,
    Readiness,
    Sighting,
    UsageSink,
    Verdict,
    ignore_usage,
)
from integrations.errors import AuthorisationLost, PermanentError, ProviderError, Reach, TransientError
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
from integrations.networks.linkedin import limits, mapping
from integrations.networks.linkedin.client import LinkedInClient
from integrations.networks.linkedin.costs import cost_of
from integrations.networks.linkedin.engaging import LinkedInEngagement
from integrations.networks.linkedin.errors import KEY
from integrations.networks.linkedin.measuring import LinkedInMeasuring
from integrations.networks.linkedin.uploads import RESOURCES, is_complete, upload
from lib.http import Client

_LISTING = frozenset({"rw_organization_admin"})
_CHECK_AGAIN = {
    MediaKind.IMAGE: timedelta(seconds=3),
    MediaKind.DOCUMENT: timedelta(seconds=5),
    MediaKind.VIDEO: timedelta(seconds=15),
}
_ASK_AGAIN = timedelta(seconds=30)
FIRST_COMMENT = "first_comment"


class LinkedInProvider(LinkedInEngagement, LinkedInMeasuring, PlainPosts):
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
        self.scopes = _scopes(openid=openid)
        self.api_version = ApiVersion(
            name=version, setting="LINKEDIN_VERSION", ends_on=limits.VERSIONS.get(version[:6])
        )
        app, member = limits.DEVELOPMENT if development else (None, None)
        self.budgets = limits.budgets(app_calls or app, member_calls or member)
        self._client = LinkedInClient(http=http, api_url=api_url, oauth_url=oauth_url, version=version, keys=keys)

    # connecting

    def authorisation_url(
        self, *, redirect_uri: str, state: str, code_verifier: str, features: Collection[Feature]
    ) -> str:
        """Ask for everything, whatever is wanted now: asking for another set would end the member's earlier tokens.

        One member may have connected for several organisations, in each with other features.
        """
        query = {
            "response_type": "code",
            "client_id": self._keys.client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "scope": " ".join(sorted(self._everything)),
        }
        return f"{self._oauth_url}/oauth/v2/authorization?{urlencode(query, quote_via=quote)}"

    def exchange_code(
        self, *, code: str, redirect_uri: str, code_verifier: str, features: Collection[Feature], now: datetime
    ) -> GrantedAccess:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        try:
            answer = self._client.token(form, now=now)
        except AuthorisationLost as error:  # what LinkedIn says of a dead code: nothing was lost yet
            raise PermanentError(
                "connect_failed", network=KEY, status=error.status, reason=error.reason, reach=Reach.GRANT
            ) from None
        credentials = mapping.credentials(answer, now=now, asked=self._everything)
        person_id, name = mapping.person(self._whose(credentials, now=now))
        asked = frozenset().union(*(self.scopes.get(each, frozenset()) for each in features))
        return GrantedAccess(
            person_id=person_id, person_name=name, credentials=credentials, missing=asked - credentials.scopes
        )

    def refresh(self, credentials: Credentials, *, now: datetime) -> Credentials:
        """Return a new access token; the refresh token stays, and the year of the consent goes on running down."""
        if not credentials.refresh_token:  # LinkedIn gives none to apps it has not approved
            raise AuthorisationLost("access_lost", network=KEY, reach=Reach.GRANT)
        form = {"grant_type": "refresh_token", "refresh_token": credentials.refresh_token}
        return mapping.credentials(self._client.token(form, now=now), now=now, former=credentials)

    def revoke(self, credentials: Credentials, *, person_id: str, now: datetime) -> None:
        self._client.revoke_token(credentials.access_token, now=now)

    def list_presences(self, credentials: Credentials, *, now: datetime) -> Iterator[Presence]:
        """Yield the pages on which the member has any role, looked up some at once."""
        token = credentials.access_token
        acls = list(self._client.roles(token, now=now))
        members = {mapping.number_of(str(each.get("roleAssignee") or "")) for each in acls}
        found = mapping.roles_by_organization(acls)
        urns = list(found)
        for start in range(0, len(urns), limits.ORGANIZATIONS_A_CALL):
            some = urns[start : start + limits.ORGANIZATIONS_A_CALL]
            facts = self._organizations(token, some, now=now)
            for urn in some:
                if urn in facts:
                    yield mapping.presence(urn, facts[urn], roles=found[urn], member_id=next(iter(members), ""))

    def describe(self, account: Account, *, now: datetime) -> Presence:
        """Return the page as it is. AuthorisationLost: the member has no role on it any more."""
        token, urn = account.credentials.access_token, account.network_id
        acls = list(self._client.roles(token, now=now))
        roles = mapping.roles_by_organization(acls).get(urn)
        facts = self._organizations(token, [urn], now=now).get(urn)
        if roles is None or facts is None:
            raise AuthorisationLost("linkedin_role_lost", network=KEY, reach=Reach.ACCOUNT)
        member_id = account.person_id or account.details.get("member", "")
        return mapping.presence(
            urn, facts, roles=roles, member_id=member_id, picture_url=self._logo(token, facts, now=now)
        )

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
        return tuple(self._problems(composition))

    def fingerprint(self, composition: Composition) -> str:
        return fingerprint(mapping.text_of(composition), media_count=len(composition.media))

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
        seen, covered = self._recent(account, since=since, now=now)
        return self._judge(composition, seen, since=since, known=known, covered=covered)

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
        """Look at the one post that a duplicate's refusal names; LinkedIn's own sample names a person there."""
        if not network_id.startswith(mapping.POSTS):
            return Findings(covered=False)
        try:
            found = self._client.post(account.credentials.access_token, network_id, now=now)
        except PermanentError as error:
            if error.key != "post_gone":
                raise
            return Findings(covered=False)
        if str(found.get("author") or "") != account.network_id:
            return Findings(covered=False)
        findings = self._judge(composition, mapping.sightings([found]), since=since, known=known, covered=False)
        return Findings(published=findings.published, covered=False)

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

    @property
    def _everything(self) -> frozenset[str]:
        return frozenset().union(*self.scopes.values())

    def _whose(self, credentials: Credentials, *, now: datetime) -> Mapping[str, Any]:
        """Return the member; a token may not be accepted yet in its first seconds, which is no lost access."""
        ask = self._client.userinfo if self._openid else self._client.me
        try:
            return ask(credentials.access_token, now=now)
        except AuthorisationLost as error:
            raise TransientError("unavailable", network=KEY, status=error.status, reason=error.reason) from None

    def _organizations(self, token: str, urns: Collection[str], *, now: datetime) -> dict[str, Mapping[str, Any]]:
        """Return what several pages are called. An app in development has no call for several."""
        numbers = {mapping.number_of(urn): urn for urn in urns}
        if not self._is_developing:
            found = self._client.organizations(token, list(numbers), now=now)
            return {numbers[number]: facts for number, facts in found.items() if number in numbers}
        facts: dict[str, Mapping[str, Any]] = {}
        for number, urn in numbers.items():
            try:
                facts[urn] = self._client.organization(token, number, now=now)
            except (PermanentError, AuthorisationLost) as error:
                if isinstance(error, AuthorisationLost) and error.reach is not Reach.ACCOUNT:
                    raise
        return facts

    def _logo(self, token: str, facts: Mapping[str, Any], *, now: datetime) -> str:
        """Return where a page's picture is now; without one nothing else suffers."""
        urn = mapping.logo_of(facts)
        if not urn:
            return ""
        try:
            return str(self._client.asset(token, "images", urn, now=now).get("downloadUrl") or "")
        except ProviderError:
            return ""

    def _problems(self, composition: Composition) -> Iterator[Problem]:
        allowed = limits.LIMITS
        link = mapping.card_link(composition)
        is_empty = not mapping.text_of(composition).strip() and not link and not composition.media
        if is_empty and not mapping.reshared(composition):
            yield refused("text", "text_missing")
        if composition.kind not in self.kinds:
            yield refused("media", "kind_not_offered")
        if (found := self.count_text(composition)) > allowed.text_max:
            yield too_long("text", "text_too_long", found=found, allowed=allowed.text_max)
        if composition.link and composition.kind is not Kind.LINK:
            yield doubtful("link", "link_with_media")
        yield from judge_link(composition)
        yield from judge_media(composition, allowed)
        yield from self._judge_files(composition)
        covers = (Kind.VIDEO, *((composition.kind,) if link else ()))
        yield from judge_extras(composition, allowed, self.forms, part_length=len, covers=covers)
        yield from judge_options(composition, self.options)
        yield from self._judge_choices(composition)
        yield from self._judge_card(composition)

    def _judge_files(self, composition: Composition) -> Iterator[Problem]:
        if len(composition.media) > 1 and any(each.kind is not MediaKind.IMAGE for each in composition.media):
            yield refused("media", "kind_not_offered")
        if composition.form is Form.POLL and composition.media:
            yield refused("media", "kind_not_offered")
        for index, each in enumerate(composition.media):
            if each.kind is MediaKind.IMAGE and each.width * each.height >= limits.IMAGE_MAX_PIXELS:
                yield refused(f"media.{index}", "linkedin_pixels", found=f"{each.width} × {each.height}")
            if each.duration is not None and each.duration < limits.VIDEO_MIN:
                seconds = int(limits.VIDEO_MIN.total_seconds())
                yield refused(f"media.{index}", "linkedin_video_short", allowed=seconds)

    def _judge_card(self, composition: Composition) -> Iterator[Problem]:
        """What a card says needs a link; and a post shared again is shown in the card's place."""
        has_link = bool(mapping.card_link(composition))
        has_words = any(composition.options.get(name) for name in ("title", "description"))
        if composition.kind is Kind.TEXT and has_words and not has_link:
            yield refused("options.link", "option_missing", found="link")
        if has_link and composition.options.get("reshare"):
            yield refused("options.reshare", "kind_not_offered")

    def _judge_choices(self, composition: Composition) -> Iterator[Problem]:
        choices = composition.options.get("choices")
        fewest, _ = limits.CHOICES
        if composition.form is Form.POLL and isinstance(choices, list) and 0 < len(choices) < fewest:
            yield refused("options.choices", "linkedin_poll_choices", found=len(choices), allowed=fewest)
        if composition.options.get("reshare") and not mapping.reshared(composition):
            yield refused("options.reshare", "linkedin_no_post", found=str(composition.options["reshare"]))

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

    def _recent(self, account: Account, *, since: datetime, now: datetime) -> tuple[list[Sighting], bool]:
        """Return the page's posts back to ``since``, and whether the look reached that far."""
        seen: list[Sighting] = []
        for page in range(limits.LOOK_BACK_PAGES):
            elements = self._client.posts_page(
                account.credentials.access_token, account.network_id, start=page * limits.POSTS_A_PAGE, now=now
            )
            found = list(mapping.sightings(elements))
            seen += [each for each in found if each.published_at >= since - CLOCK_SKEW]
            reached = any(each.published_at < since - CLOCK_SKEW for each in found)
            if reached or len(elements) < limits.POSTS_A_PAGE:
                return seen, True
        return seen, False

    def _judge(
        self,
        composition: Composition,
        seen: Iterator[Sighting] | list[Sighting],
        *,
        since: datetime,
        known: Collection[str],
        covered: bool,
    ) -> Findings:
        wanted = self.fingerprint(composition)
        return judge(
            seen,
            text=mapping.text_of(composition),
            is_ours=lambda each: fingerprint(each.text, media_count=each.media_count) == wanted,
            since=since,
            known=known,
            covered=covered,
        )


def _scopes(*, openid: bool) -> Mapping[Feature, frozenset[str]]:
    """What each feature needs. Pages are listed by ``rw_organization_admin``; identity has two ways."""
    base = _LISTING | ({"openid", "profile"} if openid else {"r_basicprofile"})
    return MappingProxyType(
        {
            Feature.PUBLISH: base | {"w_organization_social", "r_organization_social"},
            Feature.ENGAGE: base
            | {"r_organization_social", "r_organization_social_feed", "w_organization_social_feed"},
            Feature.INSIGHTS: base,
        }
    )


def _files(composition: Composition) -> tuple[Media, ...]:
    """Return all that is to be uploaded: a card's picture too, which a film's is not by itself."""
    pictures = (composition.cover,) if composition.cover and mapping.card_link(composition) else ()
    return (*composition.media, *pictures)


def _cover_of(media: Media, composition: Composition) -> Media | None:
    return composition.cover if media.kind is MediaKind.VIDEO else None


def _snapshot(files: Mapping[str, Mapping[str, Any]]) -> Progress:
    return {"media": {key: dict(state) for key, state in files.items()}}

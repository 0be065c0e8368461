"""X (OAuth 2.0 with PKCE, API v2)."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from integrations.contract import (
    NOTHING,
    Account,
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
    ignore_usage,
)
from integrations.errors import AuthorisationLost, OutcomeUnknown, PermanentError, Reach
from integrations.fingerprints import CLOCK_SKEW, fingerprint, judge
from integrations.insights import Measure, PostMeasures
from integrations.networks._shared.judging import (
    judge_extras,
    judge_link,
    judge_media,
    judge_options,
    refused,
)
from integrations.networks._shared.oauth import code_challenge, expiry
from integrations.networks._shared.refusals import lost_answer
from integrations.networks.x import editing, following, limits, mapping
from integrations.networks.x.app_client import XAppClient
from integrations.networks.x.client import XClient
from integrations.networks.x.costs import costs
from integrations.networks.x.dialects import Dialect
from integrations.networks.x.engaging import XEngagement
from integrations.networks.x.errors import KEY
from integrations.networks.x.judging import judge_special, judge_words
from integrations.networks.x.measuring import (
    DAY_METRICS,
    OWN_METRICS,
    PUBLIC_METRICS,
    USER_METRICS,
    measure_account,
    measure_posts,
)
from integrations.networks.x.text import weighted_length
from integrations.networks.x.uploads import is_alive, is_complete, upload
from lib.http import Client

_READING = frozenset({"tweet.read", "users.read", "offline.access"})
SCOPES: Mapping[Feature, frozenset[str]] = MappingProxyType(
    {
        Feature.PUBLISH: _READING | {"tweet.write", "media.write"},
        Feature.ENGAGE: _READING | {"tweet.write", "tweet.moderate.write"},
        Feature.MESSAGES: _READING | {"dm.read", "dm.write"},
        Feature.INSIGHTS: _READING,
    }
)
_CHECK_AGAIN = timedelta(seconds=5)


class XProvider(XEngagement, PlainPosts):
    """Speaks to X for the app with ``keys``. See README.md beside this file for its quirks.

    ``consumer`` is the app's other pair of keys: for its own access, and for what X signs. ``webhook_address`` is where
    X shall tell us. ``enterprise``: the app has a contract that allows likes and quotes. ``messages``: it may read and
    write direct messages. ``daily_figures``: series by day are worth their price. ``monthly_credits``: what X may cost
    in a month, in US dollars.
    """

    key = KEY
    name = "X"
    kinds = frozenset({Kind.TEXT, Kind.LINK, Kind.IMAGE, Kind.IMAGES, Kind.VIDEO, Kind.POLL, Kind.THREAD})
    forms = frozenset({Form.POST, Form.POLL, Form.THREAD})
    edits_posts = True
    visibility_delay = limits.VISIBILITY_DELAY
    rotates_refresh_tokens = True
    post_metrics = frozenset({*PUBLIC_METRICS.values(), *OWN_METRICS.values()})
    measures_lag = timedelta(days=2)
    measures_kept = None

    def __init__(
        self,
        *,
        keys: AppKeys,
        api_url: str,
        authorise_url: str,
        http: Client,
        usage: UsageSink = ignore_usage,
        consumer: AppKeys | None = None,
        webhook_address: str = "",
        enterprise: bool = False,
        messages: bool = False,
        daily_figures: bool = False,
        monthly_credits: int | None = None,
        dialect: Dialect = Dialect.LEGACY,
    ) -> None:
        self._keys = keys
        self._consumer = consumer or AppKeys(client_id="", client_secret="")
        self._app = XAppClient(http=http, api_url=api_url, consumer=self._consumer)
        self._webhook_address = webhook_address
        self._enterprise = enterprise
        self._messages = messages
        self._daily_figures = daily_figures
        self.options = (*limits.OPTIONS, limits.QUOTE) if enterprise else limits.OPTIONS
        self.budgets = limits.budgets(monthly_credits=monthly_credits)
        self.account_metrics = frozenset({*USER_METRICS.values(), *(DAY_METRICS.values() if daily_figures else ())})
        self.scopes = _scopes(enterprise=enterprise, messages=messages)
        self._authorise_url = authorise_url.rstrip("/")
        self._client = XClient(http=http, api_url=api_url, keys=keys, usage=usage, dialect=dialect)

    # connecting

    def authorisation_url(
        self, *, redirect_uri: str, state: str, code_verifier: str, features: Collection[Feature]
    ) -> str:
        query = {
            "response_type": "code",
            "client_id": self._keys.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(sorted(self._asked(features))),
            "state": state,
            "code_challenge": code_challenge(code_verifier),
            "code_challenge_method": "S256",
        }
        return f"{self._authorise_url}/i/oauth2/authorize?{urlencode(query)}"

    def exchange_code(
        self, *, code: str, redirect_uri: str, code_verifier: str, features: Collection[Feature], now: datetime
    ) -> GrantedAccess:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": code_verifier,
        }
        try:
            answer = self._client.token(form, once=False)
        except AuthorisationLost as error:  # what X says of a dead code: nothing was lost yet
            raise PermanentError(
                "connect_failed", network=KEY, status=error.status, reason=error.reason, reach=Reach.GRANT
            ) from None
        asked = self._asked(features)
        credentials = _credentials(answer, now=now, scopes=asked)
        user = self._client.me(credentials.access_token)
        return GrantedAccess(
            person_id=str(user.get("id") or ""),
            person_name=str(user.get("name") or user.get("username") or ""),
            credentials=credentials,
            missing=asked - credentials.scopes,
        )

    def refresh(self, credentials: Credentials, *, now: datetime) -> Credentials:
        if not credentials.refresh_token:  # offline.access was refused
            raise AuthorisationLost("access_lost", network=KEY, reach=Reach.GRANT)
        form = {"grant_type": "refresh_token", "refresh_token": credentials.refresh_token}
        try:
            answer = self._client.token(form, once=True)
        except OutcomeUnknown as error:
            raise OutcomeUnknown(
                "refresh_no_answer", network=KEY, status=error.status, reason=error.reason, reach=Reach.GRANT
            ) from None
        return _credentials(answer, now=now, scopes=credentials.scopes, kept_refresh_token=credentials.refresh_token)

    def revoke(self, credentials: Credentials, *, person_id: str, now: datetime) -> None:
        """End both tokens, the longer-lived one first: X does not say that either takes the other with it."""
        for token in (credentials.refresh_token, credentials.access_token):
            if token:
                self._client.revoke_token(token)

    def list_presences(self, credentials: Credentials, *, now: datetime) -> Iterator[Presence]:
        yield self._presence(self._client.me(credentials.access_token))

    def describe(self, account: Account, *, now: datetime) -> Presence:
        return self._presence(self._client.me(account.credentials.access_token, subject=account.network_id))

    # composing

    def limits(self, details: Mapping[str, str] = NOTHING) -> Limits:
        return limits.limits_for(details)

    def count_text(self, composition: Composition) -> int:
        return weighted_length(mapping.text_of(composition))

    def validate(self, composition: Composition, *, details: Mapping[str, str] = NOTHING) -> tuple[Problem, ...]:
        return tuple(self._problems(composition, self.limits(details)))

    def fingerprint(self, composition: Composition) -> str:
        return _fingerprint(mapping.text_of(composition), len(composition.media))

    def cost(
        self, operation: Operation, composition: Composition | None = None, *, count: int = 1
    ) -> Mapping[str, int]:
        return costs(
            operation,
            composition or Composition(),
            count,
            with_messages=self._messages,
            with_days=self._daily_figures,
        )

    # publishing

    def takes_cover(self, composition: Composition) -> bool:
        """X shows a frame of its own choosing."""
        return False

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
        files: dict[str, dict[str, Any]] = {key: dict(state) for key, state in progress.get("media", {}).items()}
        for media in composition.media:
            state = files.setdefault(media.key, {})
            if is_alive(state, now=now) and is_complete(state, media):
                continue
            upload(
                self._client,
                account.credentials.access_token,
                media,
                state,
                subject=account.network_id,
                save=lambda _: save(_snapshot(files)),
                now=now,
            )
        return _snapshot(files)

    def check(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Readiness:
        for media in composition.media:
            state = progress.get("media", {}).get(media.key, {})
            if not (is_alive(state, now=now) and is_complete(state, media)):
                return Readiness(prepare_again=True)
            if state.get("processing"):
                readiness = self._processing(account, media, str(state["id"]))
                if not readiness.ready:
                    return readiness
        return Readiness(ready=True)

    def commit(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Published:
        body = mapping.post_body(composition, _media_ids(composition, progress))
        data = self._client.create_post(account.credentials.access_token, body, subject=account.network_id)
        network_id = str(data.get("id") or "")
        if not network_id:
            raise lost_answer(KEY, status=201, once=True)
        return Published(network_id=network_id, permalink=mapping.permalink(account.handle, network_id))

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
        timeline = self._client.posts_since(
            account.credentials.access_token,
            subject=account.network_id,
            since=since - CLOCK_SKEW,
            count=limits.LOOK_BACK_POSTS,
        )
        wanted = self.fingerprint(composition)

        def is_ours(sighting: Sighting) -> bool:
            return _fingerprint(sighting.text, sighting.media_count) == wanted

        return judge(
            mapping.sightings(timeline, handle=account.handle),
            text=mapping.text_of(composition),
            is_ours=is_ours,
            since=since,
            known=known,
            covered=not (timeline.get("meta") or {}).get("next_token"),
        )

    def delete_published(self, account: Account, network_id: str, *, now: datetime) -> None:
        editing.delete(self._client, account, network_id)

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
        return following.follow_up(self._client, account, composition, name, published=published, done=done)

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
        return following.find_follow_up(
            self._client, account, composition, name, published=published, done=done, since=since, now=now
        )

    def edit_published(
        self, account: Account, composition: Composition, network_id: str, *, now: datetime
    ) -> Published:
        return editing.edit(self._client, account, composition, network_id, now=now)

    # figures

    def measure_account(self, account: Account, *, since: date, until: date, now: datetime) -> Iterator[Measure]:
        return measure_account(self._client, account, since=since, until=until, with_days=self._daily_figures, now=now)

    def measure_posts(
        self, account: Account, network_ids: Collection[str], *, now: datetime
    ) -> Mapping[str, PostMeasures]:
        return measure_posts(self._client, account, network_ids)

    # inside

    def _asked(self, features: Collection[Feature]) -> frozenset[str]:
        return frozenset().union(*(self.scopes.get(each, frozenset()) for each in features))

    def _presence(self, user: Mapping[str, Any]) -> Presence:
        found = mapping.presence(user)
        return found if self._messages else replace(found, able=found.able - {Feature.MESSAGES})

    def _problems(self, composition: Composition, allowed: Limits) -> Iterator[Problem]:
        text = mapping.text_of(composition)
        if not text.strip() and not composition.media:
            yield refused("text", "text_missing")
        yield from judge_words(text, allowed, field="text")
        yield from judge_link(composition)
        yield from judge_media(composition, allowed)
        yield from judge_extras(composition, allowed, self.forms, part_length=weighted_length, covers=())
        yield from judge_special(composition, allowed)
        yield from judge_options(composition, self.options)

    def _processing(self, account: Account, media: Media, upload_id: str) -> Readiness:
        status = self._client.upload_status(account.credentials.access_token, upload_id, subject=account.network_id)
        info = status.get("processing_info") or {}
        if info.get("state") == "failed":
            key = "film_refused" if media.kind is MediaKind.VIDEO else "media_refused"
            return Readiness(failed=PermanentError(key, network=KEY, reason="processing-failed"))
        if info.get("state") in {"pending", "in_progress"}:
            return Readiness(check_after=timedelta(seconds=int(info.get("check_after_secs") or 0)) or _CHECK_AGAIN)
        return Readiness(ready=True)


def _scopes(*, enterprise: bool, messages: bool) -> Mapping[Feature, frozenset[str]]:
    """Leave out what only other apps may have; X's consent page names no permission that they could not use."""
    scopes = {feature: each for feature, each in SCOPES.items() if messages or feature is not Feature.MESSAGES}
    if enterprise:
        scopes[Feature.ENGAGE] |= {"like.write"}
    return MappingProxyType(scopes)


def _credentials(
    answer: Mapping[str, Any], *, now: datetime, scopes: frozenset[str], kept_refresh_token: str = ""
) -> Credentials:
    return Credentials(
        access_token=str(answer["access_token"]),
        refresh_token=str(answer.get("refresh_token") or kept_refresh_token),
        expires_at=expiry(answer.get("expires_in"), now=now),
        scopes=frozenset(str(answer["scope"]).split()) if answer.get("scope") else scopes,
    )


def _media_ids(composition: Composition, progress: Progress) -> Sequence[str]:
    """Return the uploads in the order of the composition; what is missing was never prepared."""
    files = progress.get("media", {})
    try:
        return [str(files[media.key]["id"]) for media in composition.media]
    except KeyError:
        raise PermanentError("media_expired", network=KEY) from None


def _snapshot(files: Mapping[str, Mapping[str, Any]]) -> Progress:
    return {"media": {key: dict(state) for key, state in files.items()}}


def _fingerprint(text: str, media_count: int) -> str:
    return fingerprint(mapping.comparable(text), media_count=media_count)

"""X (OAuth 2.0 with PKCE, API v2)."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from integrations.contract import (
    NOTHING,
    Account,
    AppKeys,
    Budget,
    Composition,
    Credentials,
    Feature,
    Findings,
    GrantedAccess,
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
    UsageSink,
    ignore_usage,
)
from integrations.errors import AuthorisationLost, OutcomeUnknown, PermanentError, Reach
from integrations.fingerprints import CLOCK_SKEW, fingerprint, judge
from integrations.networks._shared.judging import (
    judge_extras,
    judge_link,
    judge_media,
    judge_options,
    refused,
    too_long,
)
from integrations.networks._shared.oauth import code_challenge, expiry
from integrations.networks._shared.refusals import lost_answer
from integrations.networks.x import limits, mapping
from integrations.networks.x.app_client import XAppClient
from integrations.networks.x.client import XClient
from integrations.networks.x.engaging import XEngagement
from integrations.networks.x.errors import KEY
from integrations.networks.x.text import refused_characters, surely_fits, weighted_length
from integrations.networks.x.uploads import is_alive, is_complete, upload
from lib.http import Client

_READING = frozenset({"tweet.read", "users.read", "offline.access"})
SCOPES: Mapping[Feature, frozenset[str]] = MappingProxyType(
    {
        Feature.PUBLISH: _READING | {"tweet.write", "media.write"},
        Feature.ENGAGE: _READING | {"tweet.write", "tweet.moderate.write"},
        Feature.INSIGHTS: _READING,
    }
)
_CHECK_AGAIN = timedelta(seconds=5)


class XProvider(XEngagement, PlainPosts):
    """Speaks to X for the app with ``keys``. See README.md beside this file for its quirks.

    ``consumer`` is the app's other pair of keys: for its own access, and for what X signs. ``webhook_address`` is where
    X shall tell us. ``enterprise``: the app has a contract that allows likes.
    """

    key = KEY
    name = "X"
    kinds = frozenset({Kind.TEXT, Kind.LINK, Kind.IMAGE, Kind.IMAGES})
    options = limits.OPTIONS
    visibility_delay = limits.VISIBILITY_DELAY
    rotates_refresh_tokens = True
    budgets: tuple[Budget, ...] = limits.BUDGETS

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
    ) -> None:
        self._keys = keys
        self._consumer = consumer or AppKeys(client_id="", client_secret="")
        self._app = XAppClient(http=http, api_url=api_url, consumer=self._consumer)
        self._webhook_address = webhook_address
        self._enterprise = enterprise
        self.scopes = _scopes(enterprise=enterprise)
        self._authorise_url = authorise_url.rstrip("/")
        self._client = XClient(http=http, api_url=api_url, keys=keys, usage=usage)

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
        yield mapping.presence(self._client.me(credentials.access_token))

    def describe(self, account: Account, *, now: datetime) -> Presence:
        return mapping.presence(self._client.me(account.credentials.access_token, subject=account.network_id))

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
        return _cost(operation, composition or Composition(), count)

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
                readiness = self._processing(account, str(state["id"]))
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
        try:
            self._client.delete_post(account.credentials.access_token, network_id, subject=account.network_id)
        except PermanentError as error:
            if error.key != "post_gone":
                raise

    # inside

    def _asked(self, features: Collection[Feature]) -> frozenset[str]:
        return frozenset().union(*(self.scopes.get(each, frozenset()) for each in features))

    def _problems(self, composition: Composition, allowed: Limits) -> Iterator[Problem]:
        text = mapping.text_of(composition)
        if not text.strip() and not composition.media:
            yield refused("text", "text_missing")
        if composition.kind not in self.kinds:
            yield refused("media", "kind_not_offered")
        if not surely_fits(text, allowed.text_max):
            found = weighted_length(text)
            if found > allowed.text_max:
                yield too_long("text", "text_too_long", found=found, allowed=allowed.text_max)
        if characters := refused_characters(text):
            yield refused("text", "text_not_plain", found=characters)
        if (found := mapping.count_cashtags(text)) > limits.CASHTAGS_MAX:
            yield refused("text", "x_cashtags", found=found, allowed=limits.CASHTAGS_MAX)
        yield from judge_link(composition)
        yield from judge_media(composition, allowed)
        yield from judge_extras(composition, allowed, self.forms, part_length=len)
        yield from judge_options(composition, limits.OPTIONS)

    def _processing(self, account: Account, upload_id: str) -> Readiness:
        status = self._client.upload_status(account.credentials.access_token, upload_id, subject=account.network_id)
        info = status.get("processing_info") or {}
        if info.get("state") == "failed":
            return Readiness(failed=PermanentError("media_refused", network=KEY, reason="processing-failed"))
        if info.get("state") in {"pending", "in_progress"}:
            return Readiness(check_after=timedelta(seconds=int(info.get("check_after_secs") or 0)) or _CHECK_AGAIN)
        return Readiness(ready=True)


def _scopes(*, enterprise: bool) -> Mapping[Feature, frozenset[str]]:
    """Likes are for apps with a contract only; X's consent page names no permission that others could use."""
    if not enterprise:
        return SCOPES
    return MappingProxyType({**SCOPES, Feature.ENGAGE: SCOPES[Feature.ENGAGE] | {"like.write"}})


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


def _cost(operation: Operation, composition: Composition, count: int) -> Mapping[str, int]:
    files = len(composition.media)
    described = sum(bool(each.alt_text) for each in composition.media)
    segments = sum(-(-each.size_bytes // limits.SEGMENT_BYTES) for each in composition.media)
    price = limits.PRICE_POST_WITH_LINK if mapping.may_hold_link(composition) else limits.PRICE_POST
    calls = 2 * files + segments
    searches = -(-count // limits.CONVERSATIONS_A_QUERY)
    lookups = -(-count // limits.LOOKUP_MAX)
    return {
        Operation.PREPARE: {
            "x.uploads": calls,
            "x.uploads.app": calls,
            "x.alt_texts": described,
            "x.credits": described * limits.PRICE_ALT_TEXT,
        },
        Operation.CHECK: {"x.upload_status": files},
        Operation.COMMIT: {"x.posts": 1, "x.posts.app": 1, "x.credits": price},
        Operation.LOOK: {"x.timeline": 1, "x.credits": limits.LOOK_BACK_POSTS * limits.PRICE_POST_READ},
        Operation.DELETE: {"x.deletions": 1, "x.credits": limits.PRICE_DELETION},
        Operation.DESCRIBE: {"x.me": 1, "x.credits": limits.PRICE_USER_READ},
        Operation.POLL: {
            "x.mentions": 1,
            "x.mentions.app": 1,
            "x.search": searches,
            "x.search.app": searches,
            "x.credits": (1 + searches) * limits.POSTS_A_POLL * limits.PRICE_MESSAGE_READ,
        },
        Operation.FETCH: {"x.lookup": lookups, "x.credits": count * limits.PRICE_MESSAGE_READ},
        Operation.REPLY: {
            "x.posts": 1,
            "x.posts.app": 1,
            "x.credits": price if price == limits.PRICE_POST_WITH_LINK else limits.PRICE_REPLY,
        },
        Operation.SUBSCRIBE: {"x.webhooks": 2, "x.subscriptions": 6},
        Operation.ACT: {"x.hiding": 1, "x.likes": 1, "x.deletions": 1, "x.credits": limits.PRICE_ACT},
    }.get(operation, NOTHING)

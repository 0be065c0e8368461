"""YouTube: one channel for each grant, films of any length, their comments and figures."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from integrations.contract import (
    NOTHING,
    Account,
    AppKeys,
    Budget,
    Choice,
    Composition,
    Credentials,
    Feature,
    Findings,
    Form,
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
from integrations.networks._shared.google import IDENTITY, GoogleOAuth
from integrations.networks.youtube import limits, mapping
from integrations.networks.youtube.afterwards import YouTubeAfterwards
from integrations.networks.youtube.client import YouTubeClient
from integrations.networks.youtube.engaging import YouTubeEngagement
from integrations.networks.youtube.errors import KEY
from integrations.networks.youtube.judging import judge_film
from integrations.networks.youtube.measuring import YouTubeFigures
from integrations.networks.youtube.uploads import held_back_from, is_for, upload
from lib.http import Client

AUTH = "https://www.googleapis.com/auth/"
MANAGE = f"{AUTH}youtube.force-ssl"
SCOPES: Mapping[Feature, frozenset[str]] = MappingProxyType(
    {
        # One scope uploads, changes and deletes films, fills playlists, and writes and moderates comments.
        Feature.PUBLISH: frozenset({MANAGE}),
        Feature.ENGAGE: frozenset({MANAGE}),
        Feature.INSIGHTS: frozenset({f"{AUTH}yt-analytics.readonly", f"{AUTH}youtube.readonly"}),
    }
)


class YouTubeProvider(YouTubeEngagement, YouTubeAfterwards, YouTubeFigures, PlainPosts):
    """Speaks to YouTube for the client with ``keys``. See README.md beside this file for its quirks.

    ``webhook_secret`` signs what YouTube's hub is told of us; without it we do not ask to be told of films.
    ``daily_units`` and ``daily_uploads`` are the quota of the operator's project.
    """

    key = KEY
    name = "YouTube"
    kinds = frozenset({Kind.VIDEO, Kind.REEL})
    forms = frozenset({Form.POST, Form.REEL})
    options = limits.OPTIONS
    scopes = SCOPES
    visibility_delay = limits.VISIBILITY_DELAY
    rotates_refresh_tokens = False

    def __init__(
        self,
        *,
        keys: AppKeys,
        accounts_url: str,
        oauth_url: str,
        api_url: str,
        upload_url: str,
        analytics_url: str,
        http: Client,
        usage: UsageSink = ignore_usage,
        hub_url: str = "",
        webhook_address: str = "",
        webhook_secret: str = "",
        testing: bool = False,
        daily_units: int = limits.DAILY_UNITS,
        daily_uploads: int = limits.DAILY_UPLOADS,
    ) -> None:
        self._oauth = GoogleOAuth(
            network=KEY, keys=keys, http=http, accounts_url=accounts_url, oauth_url=oauth_url, testing=testing
        )
        self.consent_over = self._oauth.consent_over
        self._client = YouTubeClient(
            http=http,
            api_url=api_url.rstrip("/"),
            upload_url=upload_url.rstrip("/"),
            analytics_url=analytics_url.rstrip("/"),
            app_id=keys.client_id,
            limits={limits.UNITS: daily_units, limits.UPLOADS: daily_uploads},
            usage=usage,
        )
        self._http = http
        self._hub_url = hub_url.rstrip("/")
        self._webhook_address = webhook_address
        self._webhook_secret = webhook_secret
        self.budgets: tuple[Budget, ...] = limits.budgets(daily_units=daily_units, daily_uploads=daily_uploads)

    # connecting

    def authorisation_url(
        self, *, redirect_uri: str, state: str, code_verifier: str, features: Collection[Feature]
    ) -> str:
        scopes = IDENTITY | self._asked(features)
        return self._oauth.authorisation_url(
            redirect_uri=redirect_uri, state=state, code_verifier=code_verifier, scopes=scopes
        )

    def exchange_code(
        self, *, code: str, redirect_uri: str, code_verifier: str, features: Collection[Feature], now: datetime
    ) -> GrantedAccess:
        """Learn which channel the person chose too: the tokens speak for that one only, so it belongs to their id."""
        access = self._oauth.exchange_code(
            code=code, redirect_uri=redirect_uri, code_verifier=code_verifier, asked=self._asked(features), now=now
        )
        try:
            channel = self._client.my_channel(access.credentials.access_token, now=now)
        except AuthorisationLost:
            channel = None  # what was allowed is too narrow to see it: then there is nothing to connect
        if channel is None:
            return access
        found = mapping.presence(channel)
        return replace(access, person_id=f"{access.person_id}/{found.network_id}", person_name=found.name)

    def refresh(self, credentials: Credentials, *, now: datetime) -> Credentials:
        return self._oauth.refresh(credentials, now=now)

    def revoke(self, credentials: Credentials, *, person_id: str, now: datetime) -> None:
        self._oauth.revoke(credentials, now=now)

    def list_presences(self, credentials: Credentials, *, now: datetime) -> Iterator[Presence]:
        channel = self._client.my_channel(credentials.access_token, now=now)
        if channel is not None:
            yield mapping.presence(channel)

    def describe(self, account: Account, *, now: datetime) -> Presence:
        channel = self._client.my_channel(account.credentials.access_token, now=now)
        if channel is None:
            raise AuthorisationLost("youtube_no_channel", network=KEY, reach=Reach.GRANT)
        return mapping.presence(channel)

    # composing

    def limits(self, details: Mapping[str, str] = NOTHING) -> Limits:
        return limits.limits_for(details)

    def count_text(self, composition: Composition) -> int:
        """YouTube counts the bytes of a description."""
        return len(mapping.description(composition).encode())

    def validate(self, composition: Composition, *, details: Mapping[str, str] = NOTHING) -> tuple[Problem, ...]:
        return tuple(judge_film(composition, self.limits(details), kinds=self.kinds, forms=self.forms))

    def fingerprint(self, composition: Composition) -> str:
        words = mapping.comparable(mapping.title(composition), mapping.description(composition))
        return fingerprint(words, media_count=len(composition.media))

    def cost(
        self, operation: Operation, composition: Composition | None = None, *, count: int = 1
    ) -> Mapping[str, int]:
        calls = -(-count // limits.LOOKUP_MAX)  # fifty a call
        if operation is Operation.MEASURE:
            return {limits.UNITS: calls}
        if operation is Operation.FETCH:  # and what is held back, and the films
            return {limits.UNITS: calls + limits.LOOKUP_CALLS}
        return _COSTS.get(operation, {})

    def choices(self, account: Account, option: str, *, now: datetime) -> tuple[Choice, ...]:
        token = account.credentials.access_token
        if option == "category":
            region = account.details.get("country") or "US"
            found = self._client.categories(token, region=region, now=now)
            return tuple(
                Choice(value=str(each["id"]), name=str(each["snippet"].get("title") or each["id"]))
                for each in found
                if (each.get("snippet") or {}).get("assignable")
            )
        if option == "playlist":
            return tuple(self._playlists(token, now=now))
        raise LookupError(option)

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
        return upload(self._client, account.credentials.access_token, composition, progress, save=save, now=now)

    def check(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Readiness:
        """Ask the session whether all but the last part is there: it may have ended since."""
        if not is_for(progress, composition, now=now):
            return Readiness(prepare_again=True)
        media = composition.media[0]
        stand = self._client.upload_stand(account.credentials.access_token, progress["session"], media, now=now)
        whole = stand.video is not None or stand.received >= held_back_from(media)
        return Readiness(ready=True) if whole and not stand.gone else Readiness(prepare_again=True)

    def commit(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Published:
        """Send the last part: with it the film exists."""
        if not is_for(progress, composition, now=now):
            raise PermanentError("media_expired", network=KEY)
        media, session = composition.media[0], str(progress["session"])
        first = held_back_from(media)
        stand = self._client.send_part(
            account.credentials.access_token,
            session,
            media,
            first=first,
            size_bytes=media.size_bytes - first,
            once=True,
            now=now,
        )
        if stand.video is not None and stand.video.get("id"):
            return mapping.published(stand.video, form=composition.form)
        if stand.gone or (stand.video is None and stand.received < media.size_bytes):
            # Bytes are missing there, so no film was made: the upload begins anew.
            raise PermanentError("media_expired", network=KEY, status=404 if stand.gone else 308)
        raise OutcomeUnknown("no_answer", network=KEY)

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
        """Ask the upload's own session, which knows; only where it is gone, look through the newest uploads."""
        token = account.credentials.access_token
        if is_for(progress, composition, now=now):
            stand = self._client.upload_stand(token, progress["session"], composition.media[0], now=now)
            if stand.video is not None:
                found = mapping.published(stand.video, form=composition.form)
                return Findings(published=None if found.network_id in known else found)
            if not stand.gone:
                return Findings()
        uploads = mapping.uploads_of(account.network_id, account.details)
        page = self._client.playlist_items(token, uploads, now=now)
        return self._judged(page, composition, since=since, known=known)

    def delete_published(self, account: Account, network_id: str, *, now: datetime) -> None:
        try:
            self._client.delete_video(account.credentials.access_token, network_id, now=now)
        except PermanentError as error:
            if error.key != "post_gone":
                raise

    # inside

    def _asked(self, features: Collection[Feature]) -> frozenset[str]:
        return frozenset().union(*(self.scopes.get(each, frozenset()) for each in features))

    def _playlists(self, token: str, *, now: datetime) -> Iterator[Choice]:
        page_token, seen = "", set[str]()
        while True:
            page = self._client.playlists(token, page_token=page_token, now=now)
            for each in page.get("items") or ():
                yield Choice(value=str(each["id"]), name=str((each.get("snippet") or {}).get("title") or each["id"]))
            page_token = str(page.get("nextPageToken") or "")
            if not page_token or page_token in seen:
                return
            seen.add(page_token)

    def _judged(
        self, page: Mapping[str, object], composition: Composition, *, since: datetime, known: Collection[str]
    ) -> Findings:
        wanted = self.fingerprint(composition)
        words = mapping.comparable(mapping.title(composition), mapping.description(composition))
        found = list(mapping.sightings(page))

        def is_ours(sighting: Sighting) -> bool:
            return fingerprint(sighting.text, media_count=1) == wanted

        reached = any(each.published_at < since - CLOCK_SKEW for each in found)
        findings = judge(
            found,
            text=words,
            is_ours=is_ours,
            since=since,
            known=known,
            covered=reached or not page.get("nextPageToken"),
        )
        if findings.published is None:
            return findings
        ours = replace(
            findings.published,
            permalink=mapping.permalink(findings.published.network_id, composition.form),
            judged=False,
        )
        return replace(findings, published=ours)


_COSTS: Mapping[Operation, Mapping[str, int]] = {
    Operation.PREPARE: {limits.UPLOADS: 1},
    Operation.CHECK: {},
    Operation.COMMIT: {},  # the last part of an upload that was counted when it began
    Operation.LOOK: {limits.UNITS: limits.LOOK_BACK_PAGES},
    Operation.DELETE: {limits.UNITS: limits.WRITE},
    Operation.DESCRIBE: {limits.UNITS: limits.READ},
    Operation.POLL: {limits.UNITS: limits.POLL_UNITS},
    Operation.REPLY: {limits.UNITS: limits.WRITE},
    Operation.ACT: {limits.UNITS: limits.WRITE},
    Operation.SUBSCRIBE: {},  # the hub counts nothing
    Operation.VERDICT: {limits.UNITS: limits.READ},
    Operation.FOLLOW_UP: {limits.UNITS: limits.WRITE},
    Operation.EDIT: {limits.UNITS: limits.READ + limits.WRITE},
}

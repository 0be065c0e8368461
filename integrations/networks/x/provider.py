"""X (OAuth 2.0 with PKCE, API v2)."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from integrations.contract import (
    NOTHING,
    Account,
    AppKeys,
    Composition,
    Findings,
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
    Sighting,
    UsageSink,
    ignore_usage,
)
from integrations.errors import PermanentError
from integrations.fingerprints import CLOCK_SKEW, fingerprint, judge
from integrations.insights import Measure, PostMeasures
from integrations.networks._shared.judging import (
    judge_extras,
    judge_link,
    judge_media,
    judge_options,
    refused,
)
from integrations.networks._shared.refusals import lost_answer
from integrations.networks.x import editing, following, limits, mapping
from integrations.networks.x.app_client import XAppClient
from integrations.networks.x.client import XClient
from integrations.networks.x.connecting import XConnecting, scopes_of
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
from integrations.networks.x.subtitles import judge_subtitles, language_of, track_of
from integrations.networks.x.text import weighted_length
from integrations.networks.x.uploads import is_alive, is_complete, upload
from lib.http import Client

_CHECK_AGAIN = timedelta(seconds=5)


class XProvider(XConnecting, XEngagement, PlainPosts):
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
        self.scopes = scopes_of(enterprise=enterprise, messages=messages)
        self._authorise_url = authorise_url.rstrip("/")
        self._client = XClient(http=http, api_url=api_url, keys=keys, usage=usage, dialect=dialect)

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
        files: dict[str, dict[str, Any]] = {key: dict(state) for key, state in progress.get("media", {}).items()}
        for media in mapping.files_of(composition):
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
        self._put_subtitles(account, composition, files, save=save)
        return _snapshot(files)

    def check(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Readiness:
        for media in mapping.files_of(composition):
            state = progress.get("media", {}).get(media.key, {})
            if not (is_alive(state, now=now) and is_complete(state, media)):
                return Readiness(prepare_again=True)
            if media.kind is MediaKind.VIDEO and state.get("subtitled", "") != _subtitled(composition, progress):
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

    def _problems(self, composition: Composition, allowed: Limits) -> Iterator[Problem]:
        text = mapping.text_of(composition)
        if not text.strip() and not composition.media:
            yield refused("text", "text_missing")
        yield from judge_words(text, allowed, field="text")
        yield from judge_link(composition)
        yield from judge_media(composition, allowed)
        yield from judge_extras(composition, allowed, self.forms, part_length=weighted_length, covers=(Kind.VIDEO,))
        yield from judge_special(composition, allowed)
        yield from judge_subtitles(composition)
        yield from judge_options(composition, self.options)

    def _put_subtitles(
        self,
        account: Account,
        composition: Composition,
        files: dict[str, dict[str, Any]],
        *,
        save: Callable[[Progress], None],
    ) -> None:
        """Tell X which subtitles belong to the film, once both are there; telling it again does no harm."""
        film = next((each for each in composition.media if each.kind is MediaKind.VIDEO), None)
        if film is None:
            return
        state, wanted = files[film.key], _subtitled(composition, _snapshot(files))
        former, token, subject = str(state.get("subtitled") or ""), account.credentials.access_token, account.network_id
        if former == wanted:
            return
        if former:
            self._client.delete_subtitles(token, str(state["id"]), language=former.partition("/")[2], subject=subject)
        if wanted:
            upload_id, _, language = wanted.partition("/")
            self._client.create_subtitles(token, str(state["id"]), upload_id, language=language, subject=subject)
        state["subtitled"] = wanted
        save(_snapshot(files))

    def _processing(self, account: Account, media: Media, upload_id: str) -> Readiness:
        status = self._client.upload_status(account.credentials.access_token, upload_id, subject=account.network_id)
        info = status.get("processing_info") or {}
        if info.get("state") == "failed":
            return Readiness(failed=PermanentError(_unusable(media), network=KEY, reason="processing-failed"))
        if info.get("state") in {"pending", "in_progress"}:
            return Readiness(check_after=timedelta(seconds=int(info.get("check_after_secs") or 0)) or _CHECK_AGAIN)
        return Readiness(ready=True)


def _unusable(media: Media) -> str:
    """Return the sentence about a file that X could not process."""
    if media.moves:
        return "x_gif_refused"
    return "film_refused" if media.kind is MediaKind.VIDEO else "media_refused"


def _media_ids(composition: Composition, progress: Progress) -> Mapping[str, str]:
    """Return the uploads by the keys of their files; what is missing was never prepared."""
    files = progress.get("media", {})
    try:
        return {media.key: str(files[media.key]["id"]) for media in mapping.files_of(composition)}
    except KeyError:
        raise PermanentError("media_expired", network=KEY) from None


def _subtitled(composition: Composition, progress: Progress) -> str:
    """Return which subtitles are to stand beside the film; empty for none."""
    track = track_of(composition)
    uploaded = progress.get("media", {}).get(track.key, {}) if track else {}
    return f"{uploaded['id']}/{language_of(composition)}" if uploaded.get("id") else ""


def _snapshot(files: Mapping[str, Mapping[str, Any]]) -> Progress:
    return {"media": {key: dict(state) for key, state in files.items()}}


def _fingerprint(text: str, media_count: int) -> str:
    return fingerprint(mapping.comparable(text), media_count=media_count)

"""Google Business Profile: posts on profiles, reviews and their answers, figures."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType

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
    Verdict,
    ignore_usage,
)
from integrations.errors import PermanentError, ProviderError, Reach
from integrations.fingerprints import CLOCK_SKEW, fingerprint, judge
from integrations.insights import Measure, PostMeasures
from integrations.networks._shared.google import IDENTITY, GoogleOAuth
from integrations.networks.google_business import limits, mapping, measuring
from integrations.networks.google_business.client import BusinessClient, Hosts
from integrations.networks.google_business.engaging import GONE, BusinessEngagement
from integrations.networks.google_business.errors import KEY
from integrations.networks.google_business.judging import FORMS, KINDS, problems
from integrations.networks.google_business.limits import EDITS, budget_of
from integrations.networks.google_business.mapping import profile_of
from integrations.networks.google_business.webhooks import PushVerifier
from lib.http import Client

# One scope for everything; Google has no narrower one.
MANAGE = frozenset({"https://www.googleapis.com/auth/business.manage"})
SCOPES: Mapping[Feature, frozenset[str]] = MappingProxyType(
    dict.fromkeys((Feature.PUBLISH, Feature.ENGAGE, Feature.INSIGHTS), IDENTITY | MANAGE)
)


class GoogleBusinessProvider(BusinessEngagement, PlainPosts):
    """Speaks to Business Profile for the client with ``keys``. See README.md beside this file for its quirks.

    ``topic`` is the Pub/Sub topic on which Google tells of reviews, ``push_account`` the service account of its push
    subscription and ``push_audience`` what that names as its audience; without topic and account we ask in turns.
    ``testing``: the operator's consent screen is in testing.
    """

    key = KEY
    name = "Google Business Profile"
    kinds = KINDS
    forms = FORMS
    options = limits.OPTIONS
    fetches_media = True
    edits_posts = True
    scopes = SCOPES
    visibility_delay = limits.VISIBILITY_DELAY
    rotates_refresh_tokens = False
    budgets: tuple[Budget, ...] = limits.BUDGETS
    account_metrics = measuring.ACCOUNT_METRICS
    post_metrics: frozenset[str] = frozenset()
    measures_lag = limits.MEASURES_LAG
    measures_kept = limits.LEASE

    def __init__(
        self,
        *,
        keys: AppKeys,
        hosts: Hosts,
        accounts_url: str,
        oauth_url: str,
        certificates_url: str,
        http: Client,
        usage: UsageSink = ignore_usage,
        topic: str = "",
        push_audience: str = "",
        push_account: str = "",
        testing: bool = False,
    ) -> None:
        self._oauth = GoogleOAuth(
            network=KEY, keys=keys, http=http, accounts_url=accounts_url, oauth_url=oauth_url, testing=testing
        )
        self.consent_over = self._oauth.consent_over
        self._client = BusinessClient(http=http, hosts=hosts, keys=keys, usage=usage)
        self._topic = topic
        self._pushes = PushVerifier(
            http=http, certificates_url=certificates_url, audience=push_audience, account=push_account
        )
        self.has_webhooks = bool(topic and push_account)

    # connecting

    def authorisation_url(
        self, *, redirect_uri: str, state: str, code_verifier: str, features: Collection[Feature]
    ) -> str:
        return self._oauth.authorisation_url(
            redirect_uri=redirect_uri, state=state, code_verifier=code_verifier, scopes=_asked(features)
        )

    def exchange_code(
        self, *, code: str, redirect_uri: str, code_verifier: str, features: Collection[Feature], now: datetime
    ) -> GrantedAccess:
        return self._oauth.exchange_code(
            code=code, redirect_uri=redirect_uri, code_verifier=code_verifier, asked=_asked(features), now=now
        )

    def refresh(self, credentials: Credentials, *, now: datetime) -> Credentials:
        return self._oauth.refresh(credentials, now=now)

    def revoke(self, credentials: Credentials, *, person_id: str, now: datetime) -> None:
        self._oauth.revoke(credentials, now=now)

    def list_presences(self, credentials: Credentials, *, now: datetime) -> Iterator[Presence]:
        """Yield each profile once, with the first account in which it stands: v4 wants both names."""
        seen: set[str] = set()
        for account in self._accounts(credentials, now=now):
            for location in self._locations(credentials, account, now=now):
                found = mapping.presence(location, account=account)
                if found.network_id not in seen:
                    seen.add(found.network_id)
                    yield found

    def describe(self, account: Account, *, now: datetime) -> Presence:
        """Return the profile with its standing and its picture. Without a picture it is a profile all the same.

        One that has moved to another account is looked for in all: v4 finds it under the new name only.
        """
        token = account.credentials.access_token
        location = self._client.location(token, account.network_id, now=now)
        standing = mapping.standing(self._client.standing(token, account.network_id, now=now))
        name, picture_url = mapping.account_of(account), ""
        if standing == mapping.GOOD:
            try:
                picture_url = mapping.picture(self._client.media(token, profile_of(account), now=now))
            except ProviderError as error:
                if error.key == GONE:
                    name = self._find_account(account, now=now) or name
        return mapping.presence(location, account=name, standing=standing, picture_url=picture_url)

    # composing

    def limits(self, details: Mapping[str, str] = NOTHING) -> Limits:
        return limits.LIMITS

    def count_text(self, composition: Composition) -> int:
        return len(composition.text)

    def validate(self, composition: Composition, *, details: Mapping[str, str] = NOTHING) -> tuple[Problem, ...]:
        return tuple(problems(composition, details))

    def fingerprint(self, composition: Composition) -> str:
        return fingerprint(composition.text, media_count=len(composition.media))

    def cost(
        self, operation: Operation, composition: Composition | None = None, *, count: int = 1
    ) -> Mapping[str, int]:
        return _cost(operation, count)

    # publishing

    def takes_cover(self, composition: Composition) -> bool:
        """A post's film is shown as it begins."""
        return False

    def needs_preparation(self, composition: Composition) -> bool:
        return False  # Google fetches the photo while the post is taken

    def prepare(
        self,
        account: Account,
        composition: Composition,
        progress: Progress,
        *,
        save: Callable[[Progress], None],
        now: datetime,
    ) -> Progress:
        return progress

    def check(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Readiness:
        return Readiness(ready=True)

    def commit(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Published:
        addresses = []
        for media in composition.media:
            if media.address is None:
                raise PermanentError("address_missing", network=KEY)
            addresses.append(media.address())
        document = mapping.post_document(
            composition, addresses=addresses, language=account.details.get("language") or "en"
        )
        try:
            post = self._client.create_post(account.credentials.access_token, profile_of(account), document, now=now)
        except PermanentError as error:
            if error.key != GONE:
                raise
            moved = PermanentError(
                "google_business_moved", network=KEY, status=error.status, code=error.code, reach=Reach.ACCOUNT
            )
        else:
            return mapping.published(post, account)
        raise moved

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
        """Read the profile's posts. In which order they come is not said, so it is looked at before it is relied on."""
        wanted = self.fingerprint(composition)
        seen: list[Sighting] = []
        after, covered = "", False
        for _ in range(limits.LOOK_BACK_PAGES):
            listing = self._client.posts(account.credentials.access_token, profile_of(account), page=after, now=now)
            page = [each for post in listing.get("localPosts") or () if (each := mapping.sighting(post, account))]
            seen += page
            after = mapping.next_page(listing)
            covered = not after or _reaches_back(page, since)
            if covered:
                break
        found = judge(
            seen,
            text=composition.text,
            is_ours=lambda each: fingerprint(each.text, media_count=each.media_count) == wanted,
            since=since,
            known=known,
            covered=covered,
        )
        # Found is not judged: what becomes of it says the verdict.
        return replace(found, published=replace(found.published, judged=False)) if found.published else found

    def delete_published(self, account: Account, network_id: str, *, now: datetime) -> None:
        try:
            self._client.delete_post(account.credentials.access_token, profile_of(account), network_id, now=now)
        except PermanentError as error:
            if error.key != GONE:
                raise

    # after publishing

    def verdict(self, account: Account, network_id: str, *, now: datetime) -> Verdict:
        try:
            post = self._client.post(account.credentials.access_token, profile_of(account), network_id, now=now)
        except PermanentError as error:
            if error.key != GONE:
                raise
            return Verdict(refused=error)
        return mapping.verdict(post, account)

    def edit_published(
        self, account: Account, composition: Composition, network_id: str, *, now: datetime
    ) -> Published:
        """Change words, button, event and offer; the photo stays. Google judges the post anew."""
        post = self._client.change_post(
            account.credentials.access_token,
            profile_of(account),
            network_id,
            mapping.changing_document(composition),
            fields=mapping.changing_fields(composition.form),
            now=now,
        )
        return mapping.published({"name": network_id, **post}, account)

    # figures

    def measure_account(self, account: Account, *, since: date, until: date, now: datetime) -> Iterator[Measure]:
        return measuring.measure_account(self._client, account, since=since, until=until, now=now)

    def measure_posts(
        self, account: Account, network_ids: Collection[str], *, now: datetime
    ) -> Mapping[str, PostMeasures]:
        return {}  # Google tells no figures of posts

    # inside

    def _accounts(self, credentials: Credentials, *, now: datetime) -> Iterator[str]:
        after = ""
        while True:
            listing = self._client.accounts(credentials.access_token, page=after, now=now)
            yield from (str(each["name"]) for each in listing.get("accounts") or () if each.get("name"))
            after = mapping.next_page(listing)
            if not after:
                return

    def _locations(self, credentials: Credentials, account: str, *, now: datetime) -> Iterator[Mapping[str, object]]:
        after = ""
        while True:
            listing = self._client.locations(credentials.access_token, account, page=after, now=now)
            yield from (each for each in listing.get("locations") or () if each.get("name"))
            after = mapping.next_page(listing)
            if not after:
                return

    def _find_account(self, account: Account, *, now: datetime) -> str:
        """Return the account in which the profile stands now, empty where the person reaches it in none."""
        found = (each for each in self.list_presences(account.credentials, now=now))
        return next((each.details["account"] for each in found if each.network_id == account.network_id), "")


def _asked(features: Collection[Feature]) -> frozenset[str]:
    return frozenset().union(*(SCOPES.get(each, frozenset()) for each in features))


def _reaches_back(page: Collection[Sighting], since: datetime) -> bool:
    """Whether a page that comes newest first ends before the attempt: then all later posts have been seen."""
    times = [each.published_at for each in page]
    newest_first = len(times) > 1 and times == sorted(times, reverse=True) and times[0] > times[-1]
    return newest_first and times[-1] < since - CLOCK_SKEW


def _cost(operation: Operation, count: int) -> Mapping[str, int]:
    v4 = budget_of("v4")
    change = {v4: 1, EDITS: 1}
    return {
        Operation.COMMIT: change,
        Operation.EDIT: change,
        Operation.DELETE: change,
        Operation.REPLY: change,
        Operation.ACT: {v4: 3, EDITS: 1},
        Operation.LOOK: {v4: limits.LOOK_BACK_PAGES},
        Operation.VERDICT: {v4: 1},
        Operation.DESCRIBE: {budget_of("information"): 1, budget_of("verifications"): 1, v4: 1},
        Operation.POLL: {v4: limits.POLL_PAGES},
        Operation.FETCH: {v4: 2 * count},
        Operation.SUBSCRIBE: {budget_of("notifications"): 3, budget_of("information"): 1},
        Operation.MEASURE: {budget_of("performance"): 1},
    }.get(operation, NOTHING)

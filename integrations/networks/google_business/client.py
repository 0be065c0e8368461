"""Business Profile's six APIs, one method per endpoint. Returns their JSON, raises our errors, reports the budgets.

Two dialects of names: v4 takes `accounts/{a}/locations/{l}/…`, the others `locations/{l}` or `accounts/{a}` alone.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from integrations.contract import AppKeys, UsageReport, UsageSink, ignore_usage
from integrations.errors import RateLimited, Reach
from integrations.networks._shared.refusals import body_of, lost_answer, send
from integrations.networks.google_business import errors
from integrations.networks.google_business.errors import KEY
from integrations.networks.google_business.limits import (
    ACCOUNTS_A_PAGE,
    CALLS_A_MINUTE,
    EDITS,
    EDITS_A_MINUTE,
    LOCATIONS_A_PAGE,
    MEDIA_A_PAGE,
    POSTS_A_PAGE,
    REVIEWS_A_PAGE,
    budget_of,
)
from lib.http import Answer, Client

LOCATION_FIELDS = "name,title,languageCode,storefrontAddress,metadata"


@dataclass(frozen=True, kw_only=True)
class Hosts:
    """The base addresses of its APIs, as in the budgets' names."""

    accounts: str
    information: str
    verifications: str
    notifications: str
    performance: str
    v4: str

    def base(self, api: str) -> str:
        address: str = getattr(self, api)
        return f"{address.rstrip('/')}/{'v4' if api == 'v4' else 'v1'}"


class BusinessClient:
    """Calls on behalf of whoever's token is given; tokens travel in a header, never in an address."""

    def __init__(self, *, http: Client, hosts: Hosts, keys: AppKeys, usage: UsageSink = ignore_usage) -> None:
        self._http = http
        self._hosts = hosts
        self._keys = keys
        self._usage = usage

    # https://developers.google.com/my-business/reference/accountmanagement/rest/v1/accounts/list
    def accounts(self, token: str, *, page: str, now: datetime) -> Mapping[str, Any]:
        return self._list("accounts", "/accounts", token, size=ACCOUNTS_A_PAGE, page=page, now=now)

    # https://developers.google.com/my-business/reference/businessinformation/rest/v1/accounts.locations/list
    def locations(
        self, token: str, account: str, *, page: str = "", size: int = LOCATIONS_A_PAGE, now: datetime
    ) -> Mapping[str, Any]:
        """Return one page of the profiles in an account (``accounts/1``)."""
        return self._list(
            "information",
            f"/{account}/locations",
            token,
            size=size,
            page=page,
            more={"readMask": LOCATION_FIELDS},
            now=now,
        )

    # https://developers.google.com/my-business/reference/businessinformation/rest/v1/locations/get
    def location(self, token: str, location_id: str, *, now: datetime) -> Mapping[str, Any]:
        params = {"readMask": LOCATION_FIELDS}
        return self._call("GET", "information", f"/locations/{location_id}", token, params=params, now=now)

    # https://developers.google.com/my-business/reference/verifications/rest/v1/locations/getVoiceOfMerchantState
    def standing(self, token: str, location_id: str, *, now: datetime) -> Mapping[str, Any]:
        path = f"/locations/{location_id}/VoiceOfMerchantState"
        return self._call("GET", "verifications", path, token, now=now)

    # https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts/create
    def create_post(self, token: str, profile: str, document: Mapping[str, Any], *, now: datetime) -> Mapping[str, Any]:
        answer = self._call(
            "POST", "v4", f"/{profile}/localPosts", token, document=document, once=True, edits=profile, now=now
        )
        if not answer.get("name"):
            raise lost_answer(KEY, status=200, once=True)
        return answer

    # https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts/list
    def posts(self, token: str, profile: str, *, page: str, now: datetime) -> Mapping[str, Any]:
        return self._list("v4", f"/{profile}/localPosts", token, size=POSTS_A_PAGE, page=page, now=now)

    # https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts/get
    def post(self, token: str, profile: str, post_id: str, *, now: datetime) -> Mapping[str, Any]:
        return self._call("GET", "v4", f"/{profile}/localPosts/{post_id}", token, now=now)

    # https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts/patch
    def change_post(
        self,
        token: str,
        profile: str,
        post_id: str,
        document: Mapping[str, Any],
        *,
        fields: Collection[str],
        now: datetime,
    ) -> Mapping[str, Any]:
        """Change what ``fields`` name; one that the document lacks is cleared."""
        return self._call(
            "PATCH",
            "v4",
            f"/{profile}/localPosts/{post_id}?{urlencode({'updateMask': ','.join(fields)})}",
            token,
            document=document,
            edits=profile,
            now=now,
        )

    # https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts/delete
    def delete_post(self, token: str, profile: str, post_id: str, *, now: datetime) -> None:
        self._call("DELETE", "v4", f"/{profile}/localPosts/{post_id}", token, edits=profile, now=now)

    # https://developers.google.com/my-business/reference/rest/v4/accounts.locations.media/list
    def media(self, token: str, profile: str, *, now: datetime) -> Mapping[str, Any]:
        """Return the newest photos of a profile."""
        return self._list("v4", f"/{profile}/media", token, size=MEDIA_A_PAGE, page="", now=now)

    # https://developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews/list
    def reviews(self, token: str, profile: str, *, page: str, now: datetime) -> Mapping[str, Any]:
        """Return one page of reviews, the last changed first."""
        return self._list(
            "v4",
            f"/{profile}/reviews",
            token,
            size=REVIEWS_A_PAGE,
            page=page,
            more={"orderBy": "updateTime desc"},
            now=now,
        )

    # https://developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews/get
    def review(self, token: str, profile: str, review_id: str, *, now: datetime) -> Mapping[str, Any]:
        return self._call("GET", "v4", f"/{profile}/reviews/{review_id}", token, now=now)

    # https://developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews/updateReply
    def write_reply(self, token: str, profile: str, review_id: str, text: str, *, now: datetime) -> Mapping[str, Any]:
        """Answer a review; an answer that is there already is replaced."""
        answer = self._call(
            "PUT",
            "v4",
            f"/{profile}/reviews/{review_id}/reply",
            token,
            document={"comment": text},
            once=True,
            edits=profile,
            now=now,
        )
        if not answer.get("updateTime"):
            raise lost_answer(KEY, status=200, once=True)
        return answer

    # https://developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews/deleteReply
    def delete_reply(self, token: str, profile: str, review_id: str, *, now: datetime) -> None:
        self._call("DELETE", "v4", f"/{profile}/reviews/{review_id}/reply", token, edits=profile, now=now)

    # https://developers.google.com/my-business/reference/notifications/rest/v1/accounts/getNotificationSetting
    def notification_setting(self, token: str, account: str, *, now: datetime) -> Mapping[str, Any]:
        return self._call("GET", "notifications", f"/{account}/notificationSetting", token, now=now)

    # https://developers.google.com/my-business/reference/notifications/rest/v1/accounts/updateNotificationSetting
    def change_notification_setting(
        self, token: str, account: str, *, topic: str, types: Collection[str], now: datetime
    ) -> None:
        """Have an account's events told on this topic: one setting for all apps, the last writer wins."""
        name = f"{account}/notificationSetting"
        mask = urlencode({"updateMask": "pubsubTopic,notificationTypes"})
        document = {"name": name, "pubsubTopic": topic, "notificationTypes": sorted(types)}
        self._call("PATCH", "notifications", f"/{name}?{mask}", token, document=document, now=now)

    # https://developers.google.com/my-business/reference/performance/rest/v1/locations/fetchMultiDailyMetricsTimeSeries
    def many_series(
        self, token: str, location_id: str, metrics: Collection[str], *, since: date, until: date, now: datetime
    ) -> Mapping[str, Any]:
        query = [*(("dailyMetrics", each) for each in sorted(metrics)), *_range(since, until)]
        path = f"/locations/{location_id}:fetchMultiDailyMetricsTimeSeries?{urlencode(query)}"
        return self._call("GET", "performance", path, token, now=now)

    def _list(
        self,
        api: str,
        path: str,
        token: str,
        *,
        size: int,
        page: str,
        now: datetime,
        more: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        params = {"pageSize": str(size), **(more or {})} | ({"pageToken": page} if page else {})
        return self._call("GET", api, path, token, params=params, now=now)

    def _call(
        self,
        method: str,
        api: str,
        path: str,
        token: str,
        *,
        now: datetime,
        params: Mapping[str, str] | None = None,
        document: Mapping[str, Any] | None = None,
        once: bool = False,
        edits: str = "",
    ) -> Mapping[str, Any]:
        """``edits`` names the profile that the call changes."""
        answer = send(
            self._http,
            method,
            self._hosts.base(api) + path,
            network=KEY,
            once=once,
            headers={"Authorization": f"Bearer {token}"},
            params=params,
            document=document,
        )
        if not answer.ok:
            raise self._refused(answer, api, once=once, edits=edits, now=now)
        body = body_of(answer)
        if not isinstance(body, dict):
            raise lost_answer(KEY, status=answer.status, once=once)
        return body

    def _refused(self, answer: Answer, api: str, *, once: bool, edits: str, now: datetime) -> Exception:
        """Google tells of a quota only once it is used up."""
        error = errors.refusal(answer, once=once, edits=bool(edits), now=now)
        if isinstance(error, RateLimited):
            limit = EDITS_A_MINUTE if edits else CALLS_A_MINUTE
            report = UsageReport(
                network=KEY,
                budget=EDITS if edits else budget_of(api),
                reach=Reach.ACCOUNT if edits else Reach.APP,
                subject=edits.rpartition("/")[2] or self._keys.client_id,
                used=limit,
                limit=limit,
                reset_at=error.reset_at,
            )
            self._usage(report)
        return error


def _range(since: date, until: date) -> list[tuple[str, str]]:
    return [
        (f"dailyRange.{which}.{part}", str(getattr(day, part)))
        for which, day in (("startDate", since), ("endDate", until))
        for part in ("year", "month", "day")
    ]

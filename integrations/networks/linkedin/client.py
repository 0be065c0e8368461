"""LinkedIn's versioned API, one method per endpoint. Returns its JSON, raises our errors. It tells no budgets."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from integrations.contract import AppKeys
from integrations.errors import PermanentError
from integrations.networks._shared.refusals import body_of, lost_answer, send
from integrations.networks.linkedin import errors, limits
from integrations.networks.linkedin.errors import KEY
from integrations.networks.linkedin.restli import Raw, encoded, listed, query, record
from lib.http import Answer, Client
from lib.http.client import Stream

EVENT_TYPE = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"
SUBSCRIPTION = {"eventType": EVENT_TYPE}


class Created(NamedTuple):
    """What a create answered: the new key, and the body where there is one."""

    key: str
    body: Mapping[str, Any]


class LinkedInClient:
    """Calls on behalf of whoever's token is given, in the version that the operator chose."""

    def __init__(self, *, http: Client, api_url: str, oauth_url: str, version: str, keys: AppKeys) -> None:
        self._http = http
        self._api_url = api_url.rstrip("/")
        self._oauth_url = oauth_url.rstrip("/")
        self._version = version
        self._keys = keys

    # https://learn.microsoft.com/linkedin/shared/authentication/authorization-code-flow
    def token(self, form: Mapping[str, str], *, now: datetime) -> Mapping[str, Any]:
        """Exchange a code or a refresh token. The app's keys stand in the body: Basic is not read."""
        answer = self._ask_as_app("accessToken", form)
        if not answer.ok:
            raise errors.token_refusal(answer, now=now)
        body = body_of(answer)
        if not isinstance(body, dict) or not body.get("access_token"):
            raise lost_answer(KEY, status=answer.status, once=False)
        return body

    # Seen in clients, on no page: 404 where it does not exist, 400 of a token that is dead already.
    def revoke_token(self, token: str, *, now: datetime) -> None:
        answer = self._ask_as_app("revoke", {"token": token})
        if not answer.ok and answer.status not in {400, 404}:
            raise errors.token_refusal(answer, now=now)

    # https://learn.microsoft.com/linkedin/shared/integrations/people/profile-api
    def me(self, token: str, *, now: datetime) -> Mapping[str, Any]:
        return self._json("GET", "/v2/me", token, now=now)

    # https://learn.microsoft.com/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2
    def userinfo(self, token: str, *, now: datetime) -> Mapping[str, Any]:
        return self._json("GET", "/v2/userinfo", token, now=now)

    # https://learn.microsoft.com/linkedin/marketing/community-management/organizations/organization-access-control-by-role
    def roles(self, token: str, *, now: datetime) -> Iterator[Mapping[str, Any]]:
        """Yield the member's approved roles, page by page."""
        parameters = {"q": "roleAssignee", "state": "APPROVED"}
        yield from self._pages(
            "/rest/organizationAcls", token, parameters, count=limits.ROLES_A_PAGE, by_role=True, now=now
        )

    # https://learn.microsoft.com/linkedin/marketing/community-management/organizations/organization-lookup-api
    def organizations(self, token: str, numbers: Sequence[str], *, now: datetime) -> Mapping[str, Mapping[str, Any]]:
        """Look several up, what is public of them; by number. Those that are gone are left out."""
        path = f"/rest/organizationsLookup?{query(ids=Raw(listed(numbers)))}"
        found = self._json("GET", path, token, by_role=True, now=now).get("results") or {}
        return {str(number): each for number, each in found.items() if isinstance(each, dict)}

    def organization(self, token: str, number: str, *, now: datetime) -> Mapping[str, Any]:
        return self._json("GET", f"/rest/organizations/{encoded(number)}", token, by_role=True, now=now)

    # https://learn.microsoft.com/linkedin/marketing/community-management/organizations/organization-lookup-api
    def network_size(self, token: str, urn: str, *, now: datetime) -> int:
        """Return how many follow a page: the only place that tells."""
        path = f"/rest/networkSizes/{encoded(urn)}?{query(edgeType='COMPANY_FOLLOWED_BY_MEMBER')}"
        return int(self._json("GET", path, token, now=now).get("firstDegreeSize") or 0)

    # https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api
    def create_post(self, token: str, body: Mapping[str, Any], *, now: datetime) -> str:
        """Publish; return the new post's URN, which stands in a header."""
        created = self._create("/rest/posts", token, body, by_role=True, now=now)
        if not created.key:
            raise lost_answer(KEY, status=201, once=True)
        return created.key

    def post(self, token: str, urn: str, *, now: datetime) -> Mapping[str, Any]:
        return self._json("GET", f"/rest/posts/{encoded(urn)}", token, now=now)

    def posts_page(self, token: str, author: str, *, start: int, now: datetime) -> Sequence[Mapping[str, Any]]:
        """Return one page of a page's posts, the last created first."""
        parameters = query(q="author", author=author, sortBy="CREATED", start=start, count=limits.POSTS_A_PAGE)
        answer = self._json("GET", f"/rest/posts?{parameters}", token, by_role=True, now=now)
        return [each for each in answer.get("elements") or () if isinstance(each, dict)]

    def change_post(self, token: str, urn: str, *, commentary: str, now: datetime) -> None:
        patch = {"patch": {"$set": {"commentary": commentary}}}
        self._send(
            "POST",
            f"/rest/posts/{encoded(urn)}",
            token,
            document=patch,
            headers={"X-RestLi-Method": "PARTIAL_UPDATE"},
            now=now,
        )

    def delete_post(self, token: str, urn: str, *, now: datetime) -> None:
        self._send("DELETE", f"/rest/posts/{encoded(urn)}", token, headers={"X-RestLi-Method": "DELETE"}, now=now)

    # https://learn.microsoft.com/linkedin/marketing/community-management/shares/images-api, videos-api, documents-api
    def initialize_upload(
        self, token: str, resource: str, request: Mapping[str, Any], *, now: datetime
    ) -> Mapping[str, Any]:
        path, document = f"/rest/{resource}?action=initializeUpload", {"initializeUploadRequest": dict(request)}
        value = self._json("POST", path, token, document=document, by_role=True, now=now).get("value")
        if not isinstance(value, dict):
            raise lost_answer(KEY, status=200, once=False)
        return value

    def upload(self, address: str, *, body: Stream, token: str = "", now: datetime) -> str:
        """Send bytes to an address that LinkedIn gave; return their tag. A video's parts go without the token."""
        headers = {"Content-Type": "application/octet-stream"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        answer = send(self._http, "PUT", address, network=KEY, once=False, headers=headers, stream=body)
        if not answer.ok:
            raise errors.refusal(answer, once=False, by_role=True, now=now)
        return answer.headers.get("ETag", "").strip('"')

    def finalize_video(self, token: str, urn: str, *, upload_token: str, tags: Sequence[str], now: datetime) -> None:
        request = {"video": urn, "uploadToken": upload_token, "uploadedPartIds": list(tags)}
        self._send(
            "POST",
            "/rest/videos?action=finalizeUpload",
            token,
            document={"finalizeUploadRequest": request},
            by_role=True,
            now=now,
        )

    def asset(self, token: str, resource: str, urn: str, *, now: datetime) -> Mapping[str, Any]:
        return self._json("GET", f"/rest/{resource}/{encoded(urn)}", token, now=now)

    # https://learn.microsoft.com/linkedin/marketing/community-management/shares/comments-api
    def comments(self, token: str, urn: str, *, now: datetime) -> Iterator[Mapping[str, Any]]:
        """Yield what stands directly under a post or a comment, page by page."""
        path = f"/rest/socialActions/{encoded(urn)}/comments"
        yield from self._pages(path, token, {}, count=limits.COMMENTS_A_PAGE, now=now)

    def comment(self, token: str, post_urn: str, number: str, *, now: datetime) -> Mapping[str, Any]:
        path = f"/rest/socialActions/{encoded(post_urn)}/comments/{encoded(number)}"
        return self._json("GET", path, token, now=now)

    def create_comment(self, token: str, urn: str, body: Mapping[str, Any], *, now: datetime) -> Created:
        """Write under a post or a comment. The text is plain, no little text."""
        return self._create(f"/rest/socialActions/{encoded(urn)}/comments", token, body, now=now)

    def delete_comment(self, token: str, post_urn: str, number: str, *, actor: str, now: datetime) -> None:
        path = f"/rest/socialActions/{encoded(post_urn)}/comments/{encoded(number)}?{query(actor=actor)}"
        self._send("DELETE", path, token, headers={"X-RestLi-Method": "DELETE"}, now=now)

    # https://learn.microsoft.com/linkedin/marketing/community-management/shares/network-update-social-actions
    def comment_counts(self, token: str, urns: Sequence[str], *, now: datetime) -> Mapping[str, int]:
        """Return how many comments and replies stand under each of these posts; one that is gone is left out."""
        path = f"/rest/socialActions?{query(ids=Raw(listed(urns)))}"
        found = self._json("GET", path, token, now=now).get("results") or {}
        return {
            str(urn): int((each.get("commentsSummary") or {}).get("aggregatedTotalComments") or 0)
            for urn, each in found.items()
            if isinstance(each, dict)
        }

    # https://learn.microsoft.com/linkedin/marketing/community-management/shares/reactions-api
    def react(self, token: str, urn: str, *, actor: str, now: datetime) -> None:
        """Like; a like that is there already is answered like a new one, or with 409."""
        path, document = f"/rest/reactions?{query(actor=actor)}", {"root": urn, "reactionType": "LIKE"}
        self._send("POST", path, token, document=document, now=now)

    def unreact(self, token: str, urn: str, *, actor: str, now: datetime) -> None:
        path = f"/rest/reactions/{record({'actor': actor, 'entity': urn})}"
        self._send("DELETE", path, token, headers={"X-RestLi-Method": "DELETE"}, now=now)

    # https://learn.microsoft.com/linkedin/marketing/community-management/organizations/organization-social-action-notifications
    def notifications(
        self, token: str, organization: str, *, actions: Collection[str], since: datetime, now: datetime
    ) -> Iterator[Mapping[str, Any]]:
        """Yield what happened to a page since then, page by page."""
        span = Raw(f"(start:{_milliseconds(since)},end:{_milliseconds(now + timedelta(minutes=1))})")
        parameters = {
            "q": "criteria",
            "organizationalEntity": organization,
            "actions": Raw(listed(sorted(actions))),
            "timeRange": span,
        }
        path = "/rest/organizationalEntityNotifications"
        yield from self._pages(path, token, parameters, count=limits.NOTIFICATIONS_A_PAGE, now=now)

    def subscription(self, token: str, key: Mapping[str, str], *, now: datetime) -> Mapping[str, Any] | None:
        """Return what LinkedIn means to tell; None where it means to tell nothing."""
        try:
            return self._json("GET", f"/rest/eventSubscriptions/{record({**key, **SUBSCRIPTION})}", token, now=now)
        except PermanentError as error:
            if error.status != 404:
                raise
            return None

    def subscribe(self, token: str, key: Mapping[str, str], *, address: str, now: datetime) -> None:
        path = f"/rest/eventSubscriptions/{record({**key, **SUBSCRIPTION})}"
        self._send("PUT", path, token, document={"webhook": address}, now=now)

    def unsubscribe(self, token: str, key: Mapping[str, str], *, now: datetime) -> None:
        path = f"/rest/eventSubscriptions/{record({**key, **SUBSCRIPTION})}"
        self._send("DELETE", path, token, headers={"X-RestLi-Method": "DELETE"}, now=now)

    # https://learn.microsoft.com/linkedin/marketing/community-management/organizations/share-statistics
    def share_statistics(
        self,
        token: str,
        organization: str,
        *,
        posts: Collection[str] = (),
        days: tuple[datetime, datetime] | None = None,
        now: datetime,
    ) -> Iterator[Mapping[str, Any]]:
        """Yield lifetime figures of posts, or the page's by day."""
        parameters: dict[str, object] = {"q": "organizationalEntity", "organizationalEntity": organization}
        kinds = {"shares": "urn:li:share:", "ugcPosts": "urn:li:ugcPost:"}
        for name, beginning in kinds.items():
            if chosen := [urn for urn in posts if urn.startswith(beginning)]:
                parameters[name] = Raw(listed(chosen))
        yield from self._statistics("/rest/organizationalEntityShareStatistics", token, parameters, days, now=now)

    # https://learn.microsoft.com/linkedin/marketing/community-management/organizations/follower-statistics
    def follower_statistics(
        self, token: str, organization: str, *, days: tuple[datetime, datetime], now: datetime
    ) -> Iterator[Mapping[str, Any]]:
        parameters: dict[str, object] = {"q": "organizationalEntity", "organizationalEntity": organization}
        yield from self._statistics("/rest/organizationalEntityFollowerStatistics", token, parameters, days, now=now)

    # https://learn.microsoft.com/linkedin/marketing/community-management/organizations/page-statistics
    def page_statistics(
        self, token: str, organization: str, *, days: tuple[datetime, datetime], now: datetime
    ) -> Iterator[Mapping[str, Any]]:
        """Yield views by day; here the finder is called organization."""
        parameters: dict[str, object] = {"q": "organization", "organization": organization}
        yield from self._statistics("/rest/organizationPageStatistics", token, parameters, days, now=now)

    # inside

    def _statistics(
        self,
        path: str,
        token: str,
        parameters: Mapping[str, object],
        days: tuple[datetime, datetime] | None,
        *,
        now: datetime,
    ) -> Iterator[Mapping[str, Any]]:
        """Yield all elements: these answers have no pages."""
        if days is not None:
            start, end = (_milliseconds(each) for each in days)
            span = f"(timeRange:(start:{start},end:{end}),timeGranularityType:DAY)"
            parameters = {**parameters, "timeIntervals": Raw(span)}
        answer = self._json("GET", f"{path}?{query(**parameters)}&count=1000", token, now=now)
        yield from (each for each in answer.get("elements") or () if isinstance(each, dict))

    def _pages(
        self,
        path: str,
        token: str,
        parameters: Mapping[str, object],
        *,
        count: int,
        by_role: bool = False,
        now: datetime,
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the elements of all pages; the last one is short, and links are not to be relied on."""
        start = 0
        while True:
            address = f"{path}?{query(**parameters, start=start, count=count)}"
            answer = self._json("GET", address, token, by_role=by_role, now=now)
            elements = [each for each in answer.get("elements") or () if isinstance(each, dict)]
            yield from elements
            if len(elements) < count:
                return
            start += count

    def _ask_as_app(self, path: str, form: Mapping[str, str]) -> Answer:
        form = {**form, "client_id": self._keys.client_id, "client_secret": self._keys.client_secret}
        return send(self._http, "POST", f"{self._oauth_url}/oauth/v2/{path}", network=KEY, once=False, form=form)

    def _create(self, path: str, token: str, document: object, *, by_role: bool = False, now: datetime) -> Created:
        answer = self._send("POST", path, token, document=document, once=True, by_role=by_role, now=now)
        body = body_of(answer) if answer.body else {}
        return Created(key=answer.headers.get("x-restli-id", ""), body=body if isinstance(body, dict) else {})

    def _json(
        self,
        method: str,
        path: str,
        token: str,
        *,
        document: object = None,
        by_role: bool = False,
        now: datetime,
    ) -> Mapping[str, Any]:
        answer = self._send(method, path, token, document=document, by_role=by_role, now=now)
        body = body_of(answer)
        if not isinstance(body, dict):
            raise lost_answer(KEY, status=answer.status, once=False)
        return body

    def _send(
        self,
        method: str,
        path: str,
        token: str,
        *,
        document: object = None,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
        by_role: bool = False,
        now: datetime,
    ) -> Answer:
        sent = {
            "Authorization": f"Bearer {token}",
            "Linkedin-Version": self._version,
            "X-Restli-Protocol-Version": "2.0.0",
            **(headers or {}),
        }
        answer = send(self._http, method, self._api_url + path, network=KEY, once=once, headers=sent, document=document)
        if not answer.ok:
            raise errors.refusal(answer, once=once, by_role=by_role, now=now)
        return answer


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)

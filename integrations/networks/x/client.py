"""X's API v2, one method per endpoint. Returns X's JSON, raises our errors, reports the budgets."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.contract import AppKeys, UsageSink, ignore_usage
from integrations.networks._shared.oauth import basic_authorisation
from integrations.networks._shared.refusals import body_of, lost_answer, send
from integrations.networks.x import errors, mapping
from integrations.networks.x.dialects import Dialect, asking
from integrations.networks.x.errors import KEY
from integrations.networks.x.limits import POSTS_A_PAGE, SUBTITLE_LANGUAGES
from lib.http import Answer, Client
from lib.http.client import Stream

POST_FIELDS = (
    "attachments", "created_at", "edit_history_tweet_ids", "entities", "note_tweet", "referenced_tweets",
)  # fmt: skip
MESSAGE_FIELDS = (
    "attachments", "author_id", "conversation_id", "created_at", "edit_history_tweet_ids", "entities",
    "in_reply_to_user_id", "note_tweet", "referenced_tweets",
)  # fmt: skip
EDIT_FIELDS = (*POST_FIELDS, "edit_controls")
FIGURE_FIELDS = ("created_at", "public_metrics")
OWN_FIGURE_FIELDS = (*FIGURE_FIELDS, "non_public_metrics")
AROUND = ("author_id", "attachments.media_keys")  # who wrote, which is paid, and what hangs on it
AROUND_FIELDS = {
    "user.fields": "id,name,profile_image_url,username",
    "media.fields": "alt_text,media_key,preview_image_url,type,url",
}
USER_FIELDS = "id,name,profile_image_url,public_metrics,subscription_type,username,verified_type"
PRIVATE_FIELDS = "created_at,dm_conversation_id,event_type,id,text"


class XClient:
    """Calls on behalf of whoever's token is given. ``subject`` is that account's id, for the budgets."""

    def __init__(
        self,
        *,
        http: Client,
        api_url: str,
        keys: AppKeys,
        usage: UsageSink = ignore_usage,
        dialect: Dialect = Dialect.LEGACY,
    ) -> None:
        self._dialect = dialect
        self._http = http
        self._api_url = api_url.rstrip("/")
        self._keys = keys
        self._usage = usage

    # https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
    def token(self, form: Mapping[str, str], *, once: bool) -> Mapping[str, Any]:
        """Exchange a code or a refresh token. ``once``: the token given is used up even if the answer is lost."""
        answer = self._ask_as_app("/2/oauth2/token", form, once=once)
        if not answer.ok:
            raise errors.token_refusal(answer, once=once)
        body = body_of(answer)
        if not isinstance(body, dict) or not body.get("access_token"):
            raise lost_answer(KEY, status=answer.status, once=once)
        return body

    # https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token
    def revoke_token(self, token: str) -> None:
        """End a token; X says 400 of one that is dead already."""
        answer = self._ask_as_app("/2/oauth2/revoke", {"token": token}, once=False)
        if not answer.ok and answer.status != 400:
            raise errors.token_refusal(answer, once=False)

    # https://docs.x.com/x-api/users/get-my-user
    def me(self, token: str, *, subject: str = "") -> Mapping[str, Any]:
        return self._data(
            "GET", "/2/users/me", token, budget="x.me", subject=subject, params={"user.fields": USER_FIELDS}
        )

    # https://docs.x.com/x-api/posts/create-post
    def create_post(self, token: str, body: Mapping[str, Any], *, subject: str, once: bool = True) -> Mapping[str, Any]:
        """Publish. ``once`` false: whoever calls looks before it calls again (an edit)."""
        return self._data("POST", "/2/tweets", token, budget="x.posts", subject=subject, document=body, once=once)

    # https://docs.x.com/x-api/posts/delete-post
    def delete_post(self, token: str, network_id: str, *, subject: str) -> Mapping[str, Any]:
        return self._data("DELETE", f"/2/tweets/{network_id}", token, budget="x.deletions", subject=subject)

    # https://docs.x.com/x-api/users/get-posts
    def posts_since(
        self, token: str, *, subject: str, since: datetime, count: int, next_token: str = ""
    ) -> Mapping[str, Any]:
        """Return one page of an account's own timeline, newest first; without ``data`` when it is empty."""
        params = {"max_results": str(count), "start_time": _moment(since), **asking(self._dialect, POST_FIELDS)}
        params |= {"pagination_token": next_token} if next_token else {}
        return self._json(
            "GET", f"/2/users/{subject}/tweets", token, budget="x.timeline", subject=subject, params=params
        )

    # https://docs.x.com/x-api/users/get-mentions
    def mentions(self, token: str, *, subject: str, since_id: str, until_id: str, since: datetime) -> Mapping[str, Any]:
        """Return one page, newest first, of what names the account: after an id, else since a time; before an id."""
        params = {"max_results": str(POSTS_A_PAGE), **self._with_around()}
        params |= {"since_id": since_id} if since_id else {"start_time": _moment(since)}
        params |= {"until_id": until_id} if until_id else {}
        path = f"/2/users/{subject}/mentions"
        return self._json("GET", path, token, budget="x.mentions", subject=subject, params=params)

    # https://docs.x.com/x-api/posts/search-recent-posts
    def search(
        self, token: str, query: str, *, subject: str, since: datetime, until_id: str = "", next_token: str
    ) -> Mapping[str, Any]:
        """Return one page, newest first, of the posts of the last seven days that match."""
        params = {
            "query": query,
            "max_results": str(POSTS_A_PAGE),
            "start_time": _moment(since),
            **self._with_around(),
        }
        params |= {"until_id": until_id} if until_id else {}
        params |= {"next_token": next_token} if next_token else {}
        return self._json("GET", "/2/tweets/search/recent", token, budget="x.search", subject=subject, params=params)

    # https://docs.x.com/x-api/posts/get-posts-by-ids
    def posts(self, token: str, network_ids: Sequence[str], *, subject: str) -> Mapping[str, Any]:
        """Look up to a hundred posts up; those that are gone stand in ``errors``."""
        return self._lookup(token, network_ids, self._with_around(), subject=subject)

    def own_posts(
        self, token: str, network_ids: Sequence[str], fields: Sequence[str], *, subject: str
    ) -> Mapping[str, Any]:
        """The same for posts of the account, without who wrote them."""
        return self._lookup(token, network_ids, asking(self._dialect, fields), subject=subject)

    # https://docs.x.com/x-api/posts/get-post-analytics
    def analytics(
        self, token: str, network_ids: Sequence[str], *, subject: str, since: datetime, until: datetime, fields: str
    ) -> Mapping[str, Any]:
        """Return figures of up to a hundred own posts by day."""
        params = {
            "ids": ",".join(network_ids),
            "start_time": _moment(since),
            "end_time": _moment(until),
            "granularity": "daily",
            "analytics.fields": fields,
        }
        path = "/2/tweets/analytics"
        return self._json("GET", path, token, budget="x.analytics", subject=subject, params=params)

    # https://docs.x.com/x-api/direct-messages/create-dm-message-by-participant-id
    def send_message(self, token: str, person_id: str, text: str, *, subject: str) -> Mapping[str, Any]:
        path = f"/2/dm_conversations/with/{person_id}/messages"
        document = {"text": text}
        return self._data("POST", path, token, budget="x.messages.send", subject=subject, document=document, once=True)

    # https://docs.x.com/x-api/direct-messages/get-dm-events
    def private_messages(self, token: str, *, subject: str, next_token: str = "") -> Mapping[str, Any]:
        """Return one page of all that was written to and by the account in private, newest first."""
        return self._private("/2/dm_events", token, subject=subject, next_token=next_token)

    # https://docs.x.com/x-api/direct-messages/get-dm-events-for-a-dm-conversation
    def private_messages_with(self, token: str, person_id: str, *, subject: str) -> Mapping[str, Any]:
        """Return the newest of what was exchanged with one person."""
        return self._private(f"/2/dm_conversations/with/{person_id}/dm_events", token, subject=subject, next_token="")

    # https://docs.x.com/x-api/posts/hide-reply
    def set_hidden(self, token: str, network_id: str, *, hidden: bool, subject: str) -> None:
        """Hide or show an answer in a conversation that the account began."""
        path = f"/2/tweets/{network_id}/hidden"
        self._data("PUT", path, token, budget="x.hiding", subject=subject, document={"hidden": hidden})

    # https://docs.x.com/x-api/users/like-post and .../unlike-post
    def set_liked(self, token: str, network_id: str, *, liked: bool, subject: str) -> None:
        path, body = f"/2/users/{subject}/likes", {"tweet_id": network_id}
        if liked:
            self._data("POST", path, token, budget="x.likes", subject=subject, document=body)
        else:
            self._data("DELETE", f"{path}/{network_id}", token, budget="x.likes", subject=subject)

    # https://docs.x.com/x-api/media/initialize-media-upload
    def initialize_upload(
        self, token: str, *, content_type: str, size_bytes: int, category: str, subject: str
    ) -> Mapping[str, Any]:
        document = {"media_type": content_type, "total_bytes": size_bytes, "media_category": category}
        path = "/2/media/upload/initialize"
        return self._data("POST", path, token, budget="x.uploads", subject=subject, document=document)

    # https://docs.x.com/x-api/media/append-media-upload
    def append_upload(self, token: str, upload_id: str, *, body: Stream, content_type: str, subject: str) -> None:
        """Send one segment; sending it again does no harm."""
        path = f"/2/media/upload/{upload_id}/append"
        self._json("POST", path, token, budget="x.uploads", subject=subject, stream=body, content_type=content_type)

    # https://docs.x.com/x-api/media/finalize-media-upload
    def finalize_upload(self, token: str, upload_id: str, *, subject: str) -> Mapping[str, Any]:
        path = f"/2/media/upload/{upload_id}/finalize"
        return self._data("POST", path, token, budget="x.uploads", subject=subject)

    # https://docs.x.com/x-api/media/get-media-upload-status
    def upload_status(self, token: str, upload_id: str, *, subject: str) -> Mapping[str, Any]:
        params = {"command": "STATUS", "media_id": upload_id}
        return self._data("GET", "/2/media/upload", token, budget="x.upload_status", subject=subject, params=params)

    # https://docs.x.com/x-api/media/create-media-metadata
    def create_alt_text(self, token: str, upload_id: str, text: str, *, subject: str) -> None:
        document = {"id": upload_id, "metadata": {"alt_text": {"text": text}}}
        self._json("POST", "/2/media/metadata", token, budget="x.alt_texts", subject=subject, document=document)

    # https://docs.x.com/x-api/media/create-media-subtitles
    def create_subtitles(self, token: str, film_id: str, upload_id: str, *, language: str, subject: str) -> None:
        """Put uploaded subtitles beside an uploaded film; those of the same language take the place of former ones."""
        track = {"id": upload_id, "language_code": language, "display_name": SUBTITLE_LANGUAGES[language]}
        document = {"id": film_id, "media_category": "TweetVideo", "subtitles": track}
        self._json("POST", "/2/media/subtitles", token, budget="x.subtitles", subject=subject, document=document)

    # https://docs.x.com/x-api/media/delete-media-subtitles
    def delete_subtitles(self, token: str, film_id: str, *, language: str, subject: str) -> None:
        document = {"id": film_id, "media_category": "TweetVideo", "language_code": language}
        self._json("DELETE", "/2/media/subtitles", token, budget="x.subtitles", subject=subject, document=document)

    def _with_around(self) -> Mapping[str, str]:
        return {**asking(self._dialect, MESSAGE_FIELDS, AROUND), **AROUND_FIELDS}

    def _lookup(
        self, token: str, network_ids: Sequence[str], asked: Mapping[str, str], *, subject: str
    ) -> Mapping[str, Any]:
        params = {"ids": ",".join(network_ids), **asked}
        return self._json("GET", "/2/tweets", token, budget="x.lookup", subject=subject, params=params)

    def _private(self, path: str, token: str, *, subject: str, next_token: str) -> Mapping[str, Any]:
        sender = "" if self._dialect is Dialect.NEW else ",sender_id"
        params = {
            "max_results": str(POSTS_A_PAGE),
            "event_types": "MessageCreate",
            "dm_event.fields": PRIVATE_FIELDS + sender,
            "expansions": "sender_id",
            "user.fields": AROUND_FIELDS["user.fields"],
        }
        params |= {"pagination_token": next_token} if next_token else {}
        return self._json("GET", path, token, budget="x.messages", subject=subject, params=params)

    def _ask_as_app(self, path: str, form: Mapping[str, str], *, once: bool) -> Answer:
        """Send a form under the app's own keys: by Basic when it has a secret, by its id alone when it is public."""
        headers: dict[str, str] = {}
        if self._keys.client_secret:
            headers["Authorization"] = basic_authorisation(self._keys.client_id, self._keys.client_secret)
        else:
            form = {**form, "client_id": self._keys.client_id}
        return send(self._http, "POST", self._api_url + path, network=KEY, once=once, headers=headers, form=form)

    def _json(
        self,
        method: str,
        path: str,
        token: str,
        *,
        budget: str,
        subject: str,
        once: bool = False,
        params: Mapping[str, str] | None = None,
        document: object = None,
        stream: Stream | None = None,
        content_type: str = "",
    ) -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        if content_type:
            headers["Content-Type"] = content_type
        answer = send(
            self._http,
            method,
            self._api_url + path,
            network=KEY,
            once=once,
            headers=headers,
            params=params,
            document=document,
            stream=stream,
        )
        for report in mapping.usage(
            answer.headers, network=KEY, budget=budget, subject=subject, app=self._keys.client_id
        ):
            self._usage(report)
        if not answer.ok:
            raise errors.refusal(answer, once=once)
        body = body_of(answer) if answer.body else {}
        if not isinstance(body, dict):
            raise lost_answer(KEY, status=answer.status, once=once)
        return body

    def _data(
        self,
        method: str,
        path: str,
        token: str,
        *,
        budget: str,
        subject: str,
        once: bool = False,
        params: Mapping[str, str] | None = None,
        document: object = None,
    ) -> Mapping[str, Any]:
        """Return ``data`` of an answer that must have it: X answers 200 with ``errors`` alone when it found nothing."""
        body = self._json(
            method, path, token, budget=budget, subject=subject, once=once, params=params, document=document
        )
        data = body.get("data")
        if isinstance(data, dict):
            return data
        first = (body.get("errors") or [None])[0]
        if isinstance(first, dict) and not once:
            raise errors.partial_refusal(first)
        raise lost_answer(KEY, status=200, once=once)


def _moment(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""Posts on a profile (v4): taken at once, judged afterwards.

Source: developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts and "Create posts", read
2026-11-22 through dated copies. What no page says: that texts are cut at 1500 characters, what is looked at, and how
long it takes. A telephone number in the text gets a post refused, by clients' reports.
"""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.clock import iso_milliseconds
from sandbox.networks.google_business import limits
from sandbox.networks.google_business.asking import Asking
from sandbox.networks.google_business.errors import invalid, not_found
from sandbox.networks.google_business.media import in_post, take_for_post
from sandbox.networks.google_business.state import BusinessState, LocalPost, Location

TOPICS = {"STANDARD", "EVENT", "OFFER", "ALERT"}
ACTIONS = {"BOOK", "ORDER", "SHOP", "LEARN_MORE", "SIGN_UP", "CALL"}
EDITABLE = {"summary", "callToAction", "event", "offer", "media", "languageCode", "scheduledTime", "recurrenceInfo"}
SENT = (*sorted(EDITABLE), "topicType", "alertType")
TELEPHONE = re.compile(r"(?<![\w.:/-])(?:\+|\(?0)\d(?:[ ().-]*\d){7,13}(?![\w:/-])")


async def create_post(ask: Asking, account_id: str, location_id: str) -> Response:
    location = ask.profile(account_id, location_id)
    body = _checked(ask.body)
    media = body.pop("media", [])
    ask.count_edit(location)
    media_ids = [(await take_for_post(ask, location, each, index)).id for index, each in enumerate(media)]
    state, now = ask.state, ask.state.now
    due_at = _moment(str(body["scheduledTime"])) if "scheduledTime" in body else now
    post = state.posts.put(
        LocalPost(
            id=state.new_id(),
            location_id=location.id,
            account_id=account_id,
            app_id=ask.caller.app_id,
            body=body,
            media_ids=media_ids,
            created_at=now,
            updated_at=now,
            due_at=due_at,
            decided_at=max(due_at, now) + _moderation_seconds(ask),
            rejected=_is_refused(state, body),
        )
    )
    return JSONResponse(as_json(ask, post, account_id))


def list_posts(ask: Asking, account_id: str, location_id: str) -> Response:
    location = ask.profile(account_id, location_id)
    rows, more = ask.page(list(ask.state.posts_of(location.id)), default=limits.POSTS_PAGE, most=limits.POSTS_PAGE_MAX)
    return JSONResponse({"localPosts": [as_json(ask, post, account_id) for post in rows], **more} if rows else {})


def read_post(ask: Asking, account_id: str, location_id: str, post_id: str) -> Response:
    return JSONResponse(as_json(ask, _post(ask, account_id, location_id, post_id), account_id))


async def edit_post(ask: Asking, account_id: str, location_id: str, post_id: str) -> Response:
    """PATCH with `updateMask`: what the mask names and the body lacks is cleared. It is judged anew."""
    post = _post(ask, account_id, location_id, post_id)
    mask = {part.strip().partition(".")[0] for part in ask.call.query.get("updateMask", "").split(",") if part.strip()}
    if not mask:
        raise invalid("update_mask", "The update mask is required.")
    if unknown := mask - EDITABLE:
        raise invalid("update_mask", f"These fields cannot be changed: {', '.join(sorted(unknown))}.")
    kept = {name: value for name, value in post.body.items() if name not in mask}
    sent = {name: ask.body[name] for name in mask if ask.body.get(name)}
    body = _checked({**kept, **sent})
    media = body.pop("media", [])
    location = ask.profile(account_id, location_id)
    ask.count_edit(location)
    media_ids = post.media_ids
    if "media" in mask:
        media_ids = [(await take_for_post(ask, location, each, index)).id for index, each in enumerate(media)]
    changed = ask.state.posts.put(
        replace(
            post,
            body=body,
            media_ids=media_ids,
            updated_at=ask.state.now,
            decided_at=max(post.due_at, ask.state.now) + _moderation_seconds(ask),
            rejected=_is_refused(ask.state, body),
        )
    )
    return JSONResponse(as_json(ask, changed, account_id))


def delete_post(ask: Asking, account_id: str, location_id: str, post_id: str) -> Response:
    post = _post(ask, account_id, location_id, post_id)
    ask.count_edit(ask.profile(account_id, location_id))
    ask.state.posts.put(replace(post, deleted_at=ask.state.now))
    return JSONResponse({})


def as_json(ask: Asking, post: LocalPost, account_id: str) -> dict[str, Any]:
    """The post as its reader names it: through the account that was asked."""
    state = ask.state
    parent = f"accounts/{account_id}/locations/{post.location_id}"
    found: dict[str, Any] = {"name": f"{parent}/localPosts/{post.id}", **post.body}
    if post.media_ids:
        items = [item for item in map(state.media.find, post.media_ids) if item]
        found["media"] = [in_post(ask, item, f"{parent}/media/localPosts") for item in items]
    now = state.now
    word = post.state(now)
    found |= {
        "state": word,
        "createTime": iso_milliseconds(post.created_at),
        "updateTime": iso_milliseconds(post.updated_at),
    }
    if word == "LIVE":
        found["searchUrl"] = search_url(state.locations.find(post.location_id), post)
    return found


def search_url(location: Location | None, post: LocalPost) -> str:
    return f"https://local.google.com/place?id={location.id if location else ''}&use=posts&lpsid={post.id}"


def _post(ask: Asking, account_id: str, location_id: str, post_id: str) -> LocalPost:
    location = ask.profile(account_id, location_id)
    post = ask.state.posts.find(post_id)
    if post is None or post.location_id != location.id or post.deleted_at is not None:
        raise not_found()
    return post


def _moderation_seconds(ask: Asking) -> float:
    slow = ask.call.faults.get("slow_media")
    return ask.state.world.settings.google_moderation_seconds + (slow.seconds if slow else 0.0)


def _is_refused(state: BusinessState, body: dict[str, Any]) -> bool:
    return state.world.settings.google_rejects or bool(TELEPHONE.search(str(body.get("summary") or "")))


# What may be sent


def _checked(sent: dict[str, Any]) -> dict[str, Any]:
    body = {name: sent[name] for name in SENT if sent.get(name)}
    topic = body.setdefault("topicType", "STANDARD")
    if topic not in TOPICS:
        raise invalid("topic_type", "Invalid value.", value=str(topic))
    if topic == "ALERT" and body.get("alertType") != "COVID_19":
        raise invalid("alert_type", "An alert needs its type.")
    summary = str(body.get("summary") or "")
    if len(summary) > limits.SUMMARY_CHARACTERS:
        raise invalid("summary", f"The text is longer than {limits.SUMMARY_CHARACTERS} characters.")
    if topic == "STANDARD" and not summary and not body.get("media"):
        raise invalid("summary", "A post needs a text or media.")
    _check_call_to_action(topic, body)
    _check_event(topic, body)
    _check_offer(topic, body)
    if "scheduledTime" in body:
        _moment(str(body["scheduledTime"]))
    return body


def _check_call_to_action(topic: str, body: dict[str, Any]) -> None:
    if topic == "OFFER":
        body.pop("callToAction", None)  # ignored for offers
        return
    action = body.get("callToAction")
    if action is None:
        return
    if not isinstance(action, dict) or action.get("actionType") not in ACTIONS:
        raise invalid("call_to_action.action_type", "Invalid value.", value=str(action))
    url = action.get("url")
    if action["actionType"] == "CALL" and url:
        raise invalid("call_to_action.url", "A call takes no address.", value=str(url))
    if action["actionType"] != "CALL" and not str(url or "").startswith(("http://", "https://")):
        raise invalid("call_to_action.url", "An address is required.", value=str(url or ""))


def _check_event(topic: str, body: dict[str, Any]) -> None:
    event = body.get("event")
    if topic not in {"EVENT", "OFFER"}:
        if event:
            raise invalid("event", "Only events and offers have one.")
        return
    if not isinstance(event, dict) or not event.get("title"):
        raise invalid("event.title", "A title is required.")
    if len(str(event["title"])) > limits.EVENT_TITLE_CHARACTERS:
        raise invalid("event.title", f"The title is longer than {limits.EVENT_TITLE_CHARACTERS} characters.")
    schedule = event.get("schedule")
    if not isinstance(schedule, dict):
        raise invalid("event.schedule", "A schedule is required.")
    start, end = (_day_and_time(schedule, which) for which in ("start", "end"))
    if start > end:
        raise invalid("event.schedule", "The end lies before the start.")


def _day_and_time(schedule: dict[str, Any], which: str) -> tuple[int, ...]:
    """Day and hour of one end; a part that is zero may be left out."""
    day, time = schedule.get(f"{which}Date"), schedule.get(f"{which}Time")
    if not isinstance(day, dict) or not isinstance(time, dict):
        raise invalid(f"event.schedule.{which}", "Date and time are required.")
    try:
        found = datetime(  # noqa: DTZ001 the profile's own wall clock
            int(day["year"]),
            int(day["month"]),
            int(day["day"]),
            int(time.get("hours", 0)),
            int(time.get("minutes", 0)),
        )
    except (KeyError, TypeError, ValueError):
        raise invalid(f"event.schedule.{which}", "Date or time is not valid.") from None
    return found.timetuple()[:5]


def _check_offer(topic: str, body: dict[str, Any]) -> None:
    offer = body.get("offer")
    if offer is None:
        return
    if topic != "OFFER" or not isinstance(offer, dict):
        raise invalid("offer", "Only offers have one.")
    if len(str(offer.get("couponCode") or "")) > limits.COUPON_CHARACTERS:
        raise invalid("offer.coupon_code", f"The code is longer than {limits.COUPON_CHARACTERS} characters.")


def _moment(text: str) -> float:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("scheduled_time", "Not a timestamp.", value=text) from None
    if found.tzinfo is None:
        raise invalid("scheduled_time", "A timestamp needs its offset.", value=text)
    return found.timestamp()

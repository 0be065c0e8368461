"""Reviews and the answers to them (v4).

Source: developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews, "Work with review data" and the
change log up to 2026-07-24 (reviewReplyState, policyViolation, reviewReplyUrl), read 2026-11-22 through dated copies.
"""

from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.clock import iso_milliseconds
from sandbox.networks.google_business import limits
from sandbox.networks.google_business.asking import Asking
from sandbox.networks.google_business.errors import invalid, not_found
from sandbox.networks.google_business.publishing import TELEPHONE
from sandbox.networks.google_business.state import BusinessState, Reply, Review

STARS = ("STAR_RATING_UNSPECIFIED", "ONE", "TWO", "THREE", "FOUR", "FIVE")
ORDERS = {"", "rating", "rating desc", "updateTime desc"}


def list_reviews(ask: Asking, account_id: str, location_id: str) -> Response:
    location = ask.profile(account_id, location_id)
    reviews = _ordered(ask.state.reviews_of(location.id), ask.call.query.get("orderBy", ""))
    rows, more = ask.page(reviews, default=limits.REVIEWS_PAGE, most=limits.REVIEWS_PAGE_MAX)
    if not reviews:
        return JSONResponse({})
    return JSONResponse(
        {
            "reviews": [as_json(ask, review, f"accounts/{account_id}/locations/{location_id}") for review in rows],
            "averageRating": round(sum(review.stars for review in reviews) / len(reviews), 1),
            "totalReviewCount": len(reviews),
            **more,
        }
    )


def batch_reviews(ask: Asking, account_id: str) -> Response:
    """POST locations:batchGetReviews: those of many profiles together."""
    body = ask.body
    names = body.get("locationNames")
    if not isinstance(names, list) or not names:
        raise invalid("location_names", "At least one name is required.")
    found: list[tuple[str, Review]] = []
    for name in map(str, names):
        parts = name.split("/")
        if len(parts) != 4 or parts[1] != account_id:
            raise invalid("location_names", "Not a profile of this account.", value=name)
        location = ask.profile(account_id, parts[3])
        found += [(name, review) for review in ask.state.reviews_of(location.id)]
    if body.get("ignoreRatingOnlyReviews"):
        found = [(name, review) for name, review in found if review.text]
    order = str(body.get("orderBy") or "")
    place = {review.id: index for index, review in enumerate(_ordered([review for _, review in found], order))}
    found.sort(key=lambda pair: place[pair[1].id])
    rows, more = ask.page(found, default=limits.REVIEWS_PAGE, most=limits.REVIEWS_PAGE_MAX)
    answer = [{"name": name, "review": as_json(ask, review, name)} for name, review in rows]
    return JSONResponse({"locationReviews": answer, **more} if rows else {})


def read_review(ask: Asking, account_id: str, location_id: str, review_id: str) -> Response:
    review = _review(ask, account_id, location_id, review_id)
    return JSONResponse(as_json(ask, review, f"accounts/{account_id}/locations/{location_id}"))


def write_reply(ask: Asking, account_id: str, location_id: str, review_id: str) -> Response:
    """PUT .../reply: there is one answer, so another takes its place. It is judged afterwards."""
    review = _review(ask, account_id, location_id, review_id)
    comment = ask.body.get("comment")
    if not isinstance(comment, str) or not comment.strip():
        raise invalid("comment", "A text is required.")
    if len(comment.encode()) > limits.REPLY_BYTES:
        raise invalid("comment", f"The text is longer than {limits.REPLY_BYTES} bytes.")
    ask.count_edit(ask.profile(account_id, location_id))
    changed = answer(ask.state, review, comment, app_id=ask.caller.app_id)
    return JSONResponse(_reply(ask.state, changed))


def delete_reply(ask: Asking, account_id: str, location_id: str, review_id: str) -> Response:
    review = _review(ask, account_id, location_id, review_id)
    if not review.reply:
        raise not_found()
    ask.count_edit(ask.profile(account_id, location_id))
    ask.state.withdraw_reply(review)
    return JSONResponse({})


def answer(state: BusinessState, review: Review, text: str, *, app_id: str) -> Review:
    """Write the answer to a review, by an app or by hand."""
    now = state.now
    if text == review.reply:
        return review  # nothing changes, not even its time
    state.withdraw_reply(review)
    refused = state.world.settings.google_rejects or bool(TELEPHONE.search(text))
    changed = state.reviews.put(
        replace(
            review,
            reply=text,
            reply_at=now,
            reply_decided_at=now + state.world.settings.google_moderation_seconds,
            reply_violation="PERSONAL_INFO" if refused else "",
            reply_app_id=app_id,
        )
    )
    state.replies.put(
        Reply(
            id=f"{review.id}-{state.new_id()}",
            location_id=review.location_id,
            review_id=review.id,
            text=text,
            at=now,
            app_id=app_id,
        )
    )
    return changed


def as_json(ask: Asking, review: Review, parent: str) -> dict[str, Any]:
    reviewer: dict[str, Any] = {
        "displayName": "A Google user" if review.anonymous else review.author_name,
        "profilePhotoUrl": f"{ask.call.base}/pictures/google_business/{review.author_id}.png",
    }
    if review.anonymous:
        reviewer["isAnonymous"] = True
    found: dict[str, Any] = {
        "name": f"{parent}/reviews/{review.id}",
        "reviewId": review.id,
        "reviewer": reviewer,
        "starRating": STARS[review.stars],
        "createTime": iso_milliseconds(review.created_at),
        "updateTime": iso_milliseconds(review.updated_at),
    }
    if review.text:
        found["comment"] = review.text
    if review.reply:
        found["reviewReply"] = _reply(ask.state, review)
    return found


def _reply(state: BusinessState, review: Review) -> dict[str, Any]:
    word = review.reply_state(state.now)
    found: dict[str, Any] = {
        "comment": review.reply,
        "updateTime": iso_milliseconds(review.reply_at),
        "reviewReplyState": word,
    }
    if word == "REJECTED":
        found["policyViolation"] = review.reply_violation
    return found


def _review(ask: Asking, account_id: str, location_id: str, review_id: str) -> Review:
    location = ask.profile(account_id, location_id)
    review = ask.state.reviews.find(review_id)
    if review is None or review.location_id != location.id or review.deleted_at is not None:
        raise not_found()
    return review


def _ordered(reviews: list[Review], order: str) -> list[Review]:
    if order not in ORDERS:
        raise invalid("order_by", "Invalid value.", value=order)
    found = sorted(reviews, key=lambda review: -review.updated_at)
    if order.startswith("rating"):
        found.sort(key=lambda review: review.stars, reverse=order.endswith("desc"))
    return found

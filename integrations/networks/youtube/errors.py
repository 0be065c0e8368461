"""What YouTube's refusals mean to us.

Rows are keyed (HTTP status, reason), the reason being that of the first entry of ``errors``; a status alone (reason "")
stands for what has no row of its own. Analytics speaks the newer envelope, whose status words are common to all of
Google. Sources: developers.google.com/youtube/v3/docs/errors and the errors of each method, 2026-11-22.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from integrations.errors import AuthorisationLost, PermanentError, ProviderError, RateLimited, Reach, TransientError
from integrations.networks._shared.google import common_row, fault_of
from integrations.networks._shared.refusals import Refusal, Refused, error_for
from integrations.networks.youtube.limits import CHANNEL_UPLOADS_WAIT, PACIFIC
from lib.http import Answer

KEY = "youtube"

_EXPIRED = Refusal(raises=AuthorisationLost, key="access_expired", reach=Reach.GRANT, refresh_may_help=True)
_LOST = Refusal(raises=AuthorisationLost, key="access_lost", reach=Reach.GRANT)
_NO_CHANNEL = Refusal(raises=AuthorisationLost, key="youtube_no_channel", reach=Reach.GRANT)
_TOO_NARROW = Refusal(raises=AuthorisationLost, key="permission_missing", reach=Reach.GRANT)
_CONFIGURATION = Refusal(raises=PermanentError, key="app_misconfigured", reach=Reach.APP)
_QUOTA = Refusal(raises=RateLimited, key="youtube_quota", reach=Reach.APP)
_RATE = Refusal(raises=RateLimited, key="rate_limited", reach=Reach.APP)
_SERVER = Refusal(raises=TransientError, key="unavailable")
_REFUSED = Refusal(raises=PermanentError, key="refused")
_GONE = Refusal(raises=PermanentError, key="post_gone")
_FORBIDDEN = Refusal(raises=PermanentError, key="youtube_forbidden")
_NO_COMMENTS = Refusal(raises=PermanentError, key="youtube_no_comments")
_METADATA = Refusal(raises=PermanentError, key="youtube_metadata_refused")
_COVER = Refusal(raises=PermanentError, key="youtube_cover_refused")

TABLE: dict[tuple[int, str], Refusal] = {
    # access
    (401, ""): _EXPIRED,
    (401, "authError"): _EXPIRED,
    (401, "expired"): _EXPIRED,
    (401, "authorizationRequired"): _EXPIRED,
    (401, "youtubeSignupRequired"): _NO_CHANNEL,
    (403, "insufficientPermissions"): _TOO_NARROW,
    (403, "authenticatedUserAccountClosed"): _LOST,
    (403, "authenticatedUserAccountSuspended"): _LOST,
    (403, "authenticatedUserNotChannel"): _NO_CHANNEL,
    (403, "accountDelegationForbidden"): _LOST,
    (403, "channelClosed"): _LOST,
    (403, "channelSuspended"): _LOST,
    (403, "channelNotFound"): _LOST,
    (403, "accessNotConfigured"): _CONFIGURATION,
    # allowances
    (403, "quotaExceeded"): _QUOTA,
    (403, "dailyLimitExceeded"): _QUOTA,
    (429, "quotaExceeded"): _QUOTA,
    (403, "rateLimitExceeded"): _RATE,
    (403, "userRateLimitExceeded"): _RATE,
    (429, ""): _RATE,
    (429, "rateLimitExceeded"): _RATE,
    (429, "userRateLimitExceeded"): _RATE,
    (429, "uploadRateLimitExceeded"): Refusal(raises=RateLimited, key="rate_limited", reach=Reach.ACCOUNT),
    (400, "uploadLimitExceeded"): Refusal(raises=RateLimited, key="youtube_channel_uploads", reach=Reach.ACCOUNT),
    # disturbances
    (400, "processingFailure"): _SERVER,
    (500, "internalError"): _SERVER,
    (503, "backendError"): _SERVER,
    # films
    (400, "invalidTitle"): _METADATA,
    (400, "invalidDescription"): _METADATA,
    (400, "invalidTags"): _METADATA,
    (400, "invalidCategoryId"): _METADATA,
    (400, "invalidPublishAt"): _METADATA,
    (400, "invalidVideoMetadata"): _METADATA,
    (400, "invalidFilename"): _METADATA,
    (400, "invalidRecordingDetails"): _METADATA,
    (400, "invalidVideoGameRating"): _METADATA,
    (400, "defaultLanguageNotSet"): _METADATA,
    (400, "mediaBodyRequired"): Refusal(raises=PermanentError, key="media_refused"),
    (400, "badContent"): Refusal(raises=PermanentError, key="media_refused"),
    (403, "forbiddenPrivacySetting"): _METADATA,
    (403, "forbiddenLicenseSetting"): _METADATA,
    (403, "forbiddenEmbedSetting"): _METADATA,
    (413, ""): Refusal(raises=PermanentError, key="media_refused"),
    (413, "uploadTooLarge"): Refusal(raises=PermanentError, key="media_refused"),
    (404, "uploadNotFound"): Refusal(raises=PermanentError, key="media_expired"),
    (404, "videoNotFound"): _GONE,
    (403, "forbidden"): _FORBIDDEN,
    (404, "channelNotFound"): _GONE,
    (404, "playlistNotFound"): Refusal(raises=PermanentError, key="youtube_playlist_gone"),
    (403, "playlistItemsNotAccessible"): Refusal(raises=PermanentError, key="youtube_playlist_gone"),
    (400, "invalidImage"): _COVER,
    # comments
    (403, "commentsDisabled"): _NO_COMMENTS,
    (403, "ineligibleAccount"): Refusal(raises=PermanentError, key="account_restricted", reach=Reach.ACCOUNT),
    (400, "commentTextRequired"): _REFUSED,
    (400, "commentTextTooLong"): _REFUSED,
    (400, "invalidCommentMetadata"): _REFUSED,
    (400, "invalidCommentThreadMetadata"): _REFUSED,
    (400, "parentCommentIsPrivate"): _GONE,
    (400, "parentIdMissing"): _REFUSED,
    (400, "channelOrVideoIdMissing"): _REFUSED,
    (400, "operationNotSupported"): _REFUSED,
    (400, "banWithoutReject"): _REFUSED,
    (404, "commentNotFound"): _GONE,
    (404, "commentThreadNotFound"): _GONE,
    (404, "parentCommentNotFound"): _GONE,
    # the request itself: a fault of ours
    (400, "badRequest"): _REFUSED,
    (400, "missingRequiredParameter"): _REFUSED,
    (400, "unexpectedParameter"): _REFUSED,
    (400, "invalidParameter"): _REFUSED,
    (400, "invalidPart"): _REFUSED,
    (400, "incompatibleParameters"): _REFUSED,
    (400, "invalidFilters"): _REFUSED,
    (400, "invalidPageToken"): _REFUSED,
    (400, "parseError"): _REFUSED,
    (416, ""): _REFUSED,
}

# What YouTube says of a film that it had taken: status.failureReason and status.rejectionReason.
FAILURES = {"conversion", "invalidFile", "emptyFile", "tooSmall", "codec", "uploadAborted"}
REJECTIONS = {
    "duplicate": "youtube_rejected_duplicate",
    "length": "youtube_rejected_length",
    "copyright": "youtube_rejected_rights",
    "claim": "youtube_rejected_rights",
    "trademark": "youtube_rejected_rights",
    "legal": "youtube_rejected_rights",
    "inappropriate": "youtube_rejected_rules",
    "termsOfUse": "youtube_rejected_rules",
    "uploaderAccountSuspended": "youtube_rejected_account",
    "uploaderAccountClosed": "youtube_rejected_account",
}


def refusal(answer: Answer, *, once: bool, now: datetime) -> ProviderError:
    """Return our error for a refusal of any of YouTube's APIs."""
    fault = fault_of(answer)
    row = _row(answer.status, fault.listed) or common_row(fault, answer.status)
    refused = Refused(
        network=KEY,
        status=answer.status,
        code=fault.status,
        reason=fault.listed or fault.reason,
        detail=fault.message,
        reset_at=_reset_at(row, now),
        shape=fault.shape,
    )
    return error_for(refused, row, once=once)


def rejected(reason: str) -> PermanentError:
    """Return what became of a film that YouTube refused after it had taken it."""
    key = REJECTIONS.get(reason, "youtube_rejected_rules")
    return PermanentError(key, network=KEY, code="rejected", reason=reason)


def failed(reason: str) -> PermanentError:
    """Return what became of a film that YouTube could not make sense of."""
    return PermanentError("youtube_processing_failed", network=KEY, code="failed", reason=reason)


def next_midnight(now: datetime) -> datetime:
    """Return when the day's quota is full again: at midnight in California."""
    tomorrow = now.astimezone(ZoneInfo(PACIFIC)).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, tzinfo=ZoneInfo(PACIFIC)).astimezone(UTC)


def _row(status: int, reason: str) -> Refusal | None:
    exact = TABLE.get((status, reason))
    return exact or (TABLE.get((status, "")) if status in {401, 413, 416, 429} else None)


def _reset_at(row: Refusal | None, now: datetime) -> datetime | None:
    """YouTube names no hour; the day's quota is full at midnight, a channel may upload again a day later."""
    if row is _QUOTA:
        return next_midnight(now)
    if row is not None and row.key == "youtube_channel_uploads":
        return now + CHANNEL_UPLOADS_WAIT
    return None

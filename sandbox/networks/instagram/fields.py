"""Which names a node of Instagram's has: those of the SDK's description of 2026-04-15, and its connections.

A name outside it fails the whole call; one the twin keeps nothing for is left out of the answer.
"""

from sandbox.networks.facebook.errors import no_such_field
from sandbox.networks.facebook.fields import Field


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ACCOUNT_FIELDS = _words(
    """
    biography business_discovery followers_count follows_count has_profile_pic id ig_id is_published
    legacy_instagram_user_id media_count mentioned_comment mentioned_media name owner_business profile_picture_url
    shopping_product_tag_eligibility shopping_review_status username website
    """
) | _words("media stories tags")
MEDIA_FIELDS = _words(
    """
    alt_text boost_eligibility_info caption comments_count copyright_check_information current_live_viewer_count
    has_poll has_slider id ig_id is_comment_enabled is_shared_to_feed legacy_instagram_media_id like_count
    media_product_type media_type media_url owner permalink shortcode thumbnail_url timestamp username video_title
    view_count
    """
) | _words("children comments insights")
COMMENT_FIELDS = _words(
    "from hidden id legacy_instagram_comment_id like_count media parent_id text timestamp user username"
) | _words("replies")
# A container has no description of its own: the Content Publishing guide names these.
CONTAINER_FIELDS = _words("id status status_code copyright_check_status video_status")
THREAD_FIELDS = _words("id updated_time participants name messages link")
MESSAGE_FIELDS = _words(
    "attachments created_time from id is_unsupported message reactions reply_to shares story tags to"
)
LIMIT_FIELDS = _words("config quota_usage")
NODES = {
    "IGUser": ACCOUNT_FIELDS,
    "IGMedia": MEDIA_FIELDS,
    "IGComment": COMMENT_FIELDS,
    "IGContainer": CONTAINER_FIELDS,
    "IGThread": THREAD_FIELDS,
    "IGMessage": MESSAGE_FIELDS,
    "ContentPublishingLimit": LIMIT_FIELDS,
}


def require_known(fields: list[Field], node: str) -> None:
    for asked in fields:
        if asked.name not in NODES[node]:
            raise no_such_field(asked.name, node)

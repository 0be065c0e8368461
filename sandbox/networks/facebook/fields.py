"""The `fields` parameter: names, sub-fields in braces, modifiers behind dots.

Which names a node has is Meta's (the SDK's specification of 2026-04-15, and a node's connections); a name outside it
fails the whole call with code 100. A name the twin keeps nothing for is left out of the answer, as an empty one is at
Meta.
"""

from dataclasses import dataclass, field
from typing import Any

from sandbox.networks.facebook.errors import bad_parameter, no_such_field


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PAGE_FIELDS = _words(
    """
    about access_token app_id bio birthday business can_post category category_list checkins company_overview
    connected_instagram_account contact_address country_page_likes cover current_location description
    description_html display_subtext emails engagement fan_count followers_count founded general_info
    global_brand_page_name has_added_app has_transitioned_to_new_page_experience has_whatsapp_number hours id
    impressum instagram_business_account is_always_open is_chain is_community_page is_messenger_platform_bot
    is_owned is_permanently_closed is_published is_unclaimed is_verified is_webhooks_subscribed keywords link
    location messaging_feature_status mission name name_with_location_descriptor new_like_count
    overall_star_rating owner_business parent_page phone place_type preferred_audience price_range products
    promotion_eligible rating_count single_line_address store_number talking_about_count temporary_status
    unread_message_count unread_notif_count unseen_message_count username verification_status voip_info website
    were_here_count whatsapp_number written_by
    """
) | _words("picture feed posts published_posts photos tasks")
POST_FIELDS = _words(
    """
    actions admin_creator allowed_advertising_objectives application backdated_time call_to_action
    can_reply_privately child_attachments coordinates created_time event feed_targeting from full_picture height
    icon id instagram_eligibility is_app_share is_eligible_for_promotion is_expired is_hidden is_inline_created
    is_instagram_eligible is_popular is_published is_spherical message message_tags multi_share_end_card
    multi_share_optimized parent_id permalink_url picture place privacy promotable_id promotion_status
    properties scheduled_publish_time shares status_type story story_tags subscribed target targeting
    timeline_visibility updated_time via video_buying_eligibility width
    """
) | _words("attachments comments reactions likes insights to sharedposts")
PHOTO_FIELDS = _words(
    """
    album alt_text alt_text_custom backdated_time backdated_time_granularity can_backdate can_delete can_tag
    created_time event from height icon id images link name name_tags page_story_id picture place position
    source target updated_time webp_images width
    """
) | _words("comments likes reactions insights")
USER_FIELDS = _words(
    """
    about age_range birthday email favorite_athletes favorite_teams first_name gender hometown id
    inspirational_people install_type installed is_guest_user languages last_name link locale location
    middle_name name name_format political profile_pic quotes relationship_status religion short_name
    significant_other sports timezone token_for_business updated_time verified website
    """
) | _words("picture accounts permissions")
COMMENT_FIELDS = _words(
    """
    admin_creator application attachment can_comment can_hide can_like can_remove can_reply_privately comment_count
    created_time from id is_hidden is_private like_count live_broadcast_timestamp message message_tags object parent
    permalink_url private_reply_conversation user_likes
    """
) | _words("comments likes reactions")
RECOMMENDATION_FIELDS = _words(
    "created_time has_rating has_review open_graph_story rating recommendation_type review_text reviewer"
)
THREAD_FIELDS = _words(
    """
    can_reply folder former_participants id is_owner is_subscribed link linked_group message_count name participants
    scoped_thread_key senders snippet unread_count updated_time wallpaper
    """
) | _words("messages")
# The descriptions of 2026-04-15 name messages of a thread but not their fields: Messenger's Conversations guide does.
MESSAGE_FIELDS = _words(
    "attachments created_time from id is_unsupported message reactions reply_to shares story tags to"
)
VIDEO_FIELDS = _words(
    """
    ad_breaks admin_creator audio_isrc backdated_time backdated_time_granularity boost_eligibility_info
    content_category content_tags copyright created_time custom_labels description embed_html embeddable event
    expiration format from icon id is_crosspost_video is_crossposting_eligible is_episode is_instagram_eligible
    is_reference_only length live_audience_count live_status permalink_url picture place post_id post_views privacy
    published scheduled_publish_time source spherical status title universal_video_id updated_time views
    """
) | _words("comments likes thumbnails video_insights")
BUSINESS_FIELDS = _words("created_time id is_hidden link name primary_page verification_status") | _words(
    "owned_pages client_pages"
)
NODES = {
    "Video": VIDEO_FIELDS,
    "Business": BUSINESS_FIELDS,
    "Page": PAGE_FIELDS,
    "PagePost": POST_FIELDS,
    "Photo": PHOTO_FIELDS,
    "User": USER_FIELDS,
    "Comment": COMMENT_FIELDS,
    "Recommendation": RECOMMENDATION_FIELDS,
    "UnifiedThread": THREAD_FIELDS,
    "Message": MESSAGE_FIELDS,
}


@dataclass
class Field:
    """One asked name with what hangs on it."""

    name: str
    children: "list[Field]" = field(default_factory=list)
    modifiers: dict[str, str] = field(default_factory=dict)


def parse_fields(text: str) -> list[Field]:
    """Read `id,name,picture{url},comments.limit(5){message}`."""
    reader = _Reader(text)
    fields = reader.read_list()
    if reader.at != len(text):
        raise bad_parameter(f"Syntax error at character {reader.at} of fields")
    return fields


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def read_list(self) -> list[Field]:
        fields = []
        while self.at < len(self.text) and self.text[self.at] != "}":
            if self.text[self.at] in ", \n":
                self.at += 1
                continue
            fields.append(self._read_field())
        return fields

    def _read_field(self) -> Field:
        asked = Field(self._read_name())
        while self._takes("."):
            modifier = self._read_name()
            asked.modifiers[modifier] = self._read_argument()
        if self._takes("{"):
            asked.children = self.read_list()
            if not self._takes("}"):
                raise bad_parameter(f"Syntax error at character {self.at} of fields: missing }}")
        return asked

    def _read_name(self) -> str:
        start = self.at
        while self.at < len(self.text) and (self.text[self.at].isalnum() or self.text[self.at] == "_"):
            self.at += 1
        if start == self.at:
            raise bad_parameter(f"Syntax error at character {self.at} of fields")
        return self.text[start : self.at]

    def _read_argument(self) -> str:
        end = self.text.find(")", self.at)
        if not self._takes("(") or end < 0:
            raise bad_parameter(f"Syntax error at character {self.at} of fields")
        argument, self.at = self.text[self.at : end], end + 1
        return argument

    def _takes(self, character: str) -> bool:
        found = self.text[self.at : self.at + 1] == character
        self.at += found
        return found


def require_known(fields: list[Field], node: str) -> None:
    for asked in fields:
        if asked.name not in NODES[node]:
            raise no_such_field(asked.name, node)


def names_of(fields: list[Field]) -> set[str]:
    return {asked.name for asked in fields}


def pick(value: dict[str, Any], fields: list[Field]) -> dict[str, Any]:
    """Only the asked sub-fields of a plain object; all of it when none is named."""
    if not fields:
        return value
    wanted = names_of(fields)
    return {name: inner for name, inner in value.items() if name in wanted}

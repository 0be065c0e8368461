"""Instagram's figures.

Content Publishing guide, IG User Media, IG Comment and Messenger references, read 2026-11-22 through dated copies. What
no page says is marked so.
"""

from sandbox.networks.facebook.limits import API_VERSION, DAY, HOUR

__all__ = ["API_VERSION", "DAY", "HOUR"]

CONTAINER_SECONDS = DAY
CONTAINERS_A_DAY = 400
POSTS_A_DAY = 100  # the guide; the reference of media_publish says 50
STORY_SECONDS = DAY
TOLD_BEFORE_END_SECONDS = HOUR  # story_insights: "before it expires"; the hour is ours

CAPTION_CHARACTERS = 2200
HASHTAGS = 30  # as documented; since December 2025 more than five are said to be dropped
MENTIONS = 20
ALT_CHARACTERS = 1000
COLLABORATORS = 3
CHILDREN = (2, 10)
COMMENT_CHARACTERS = 2200  # by clients' reports; no page states it
PRIVATE_MESSAGE_CHARACTERS = 1000
PRIVATE_REPLY_SECONDS = 7 * DAY
MESSAGING_WINDOW_SECONDS = DAY
HUMAN_AGENT_SECONDS = 7 * DAY

IMAGE_BYTES = 8 * 1024 * 1024
RATIOS = (0.8, 1.91)  # width by height, of pictures in the feed
REEL_BYTES = 300 * 1024 * 1024
STORY_FILM_BYTES = 100 * 1024 * 1024
REEL_SECONDS = (3, 15 * 60)
STORY_FILM_SECONDS = (3, 60)
COMMENTS_A_PAGE = 50

CALLS_PER_IMPRESSION_DAY = 4800
STORY_VIEWERS_SHOWN = 5  # below, a story's figures are withheld

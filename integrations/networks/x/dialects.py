"""The two dialects of field names that X speaks side by side.

Since summer 2026 X's specification knows the newer one only; its pages, its pushes and its live answers to a new post
still speak the older one. Both are answered (September 2026), and a name of the wrong one is ignored in silence and
billed. Answers are read in both (mapping.py); this says what to ask for.
Source: docs.x.com, OpenAPI 2.167, read 2026-08-22.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum


class Dialect(StrEnum):
    """``legacy``: who wrote a post is told for nothing. ``new``: it is an expansion, and paid like a user read."""

    LEGACY = "legacy"
    NEW = "new"


_RENAMED = {"note_tweet": "note_post"}
_EXPANDED = {
    "author_id": "author_id",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "in_reply_to_user_id": "in_reply_to_user_id",
    "referenced_tweets": "referenced_posts",
}


def asking(dialect: Dialect, fields: Sequence[str], expansions: Sequence[str] = ()) -> Mapping[str, str]:
    """Return the query that asks for these fields of posts (older names) and expansions."""
    if dialect is Dialect.LEGACY:
        query = {"tweet.fields": ",".join(fields)}
        return {**query, "expansions": ",".join(expansions)} if expansions else query
    plain = [_RENAMED.get(each, each) for each in fields if each not in _EXPANDED]
    expanded = [*expansions, *(_EXPANDED[each] for each in fields if each in _EXPANDED)]
    query = {"post.fields": ",".join(plain)}
    return {**query, "expansions": ",".join(dict.fromkeys(expanded))} if expanded else query

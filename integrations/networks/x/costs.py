"""What each operation uses up of X's allowances, at most. Pure."""

from collections.abc import Mapping

from integrations.contract import Composition, Form, MediaKind, Operation
from integrations.networks.x import limits, mapping


def costs(
    operation: Operation, composition: Composition, count: int, *, with_messages: bool, with_days: bool
) -> Mapping[str, int]:
    """Return units per budget key. Posts read are counted twice: by their price, and against the month's figure.

    Newer versions of edited posts are one call more; as posts they are few and not reckoned with.
    """
    lookups = -(-count // limits.LOOKUP_MAX)
    follow_up = max(map(_price_of, _follow_ups(composition)), default=limits.PRICE_POST)
    edit = _price(composition) + 2 * limits.PRICE_POST_READ
    return {
        Operation.PREPARE: _prepare(composition),
        Operation.CHECK: {"x.upload_status": len(mapping.files_of(composition))},
        Operation.COMMIT: _post(_price(composition)),
        Operation.FOLLOW_UP: _post(follow_up),
        Operation.EDIT: {**_post(edit), "x.lookup": 2, "x.reads": 2},
        Operation.LOOK: {"x.timeline": 1, **_reads(limits.LOOK_BACK_POSTS, limits.PRICE_POST_READ)},
        Operation.DELETE: {
            "x.deletions": 1,
            "x.lookup": 1,
            **_reads(1, limits.PRICE_POST_READ + limits.PRICE_DELETION),
        },
        Operation.DESCRIBE: {"x.me": 1, "x.credits": limits.PRICE_USER_READ},
        Operation.POLL: _poll(count, with_messages=with_messages),
        Operation.FETCH: {"x.lookup": lookups + 1, **_reads(count, limits.PRICE_MESSAGE_READ)},
        Operation.REPLY: _reply(composition, with_messages=with_messages),
        Operation.SUBSCRIBE: {"x.webhooks": 2, "x.subscriptions": 8},
        Operation.ACT: {"x.hiding": 1, "x.likes": 1, "x.deletions": 1, "x.credits": limits.PRICE_ACT},
        Operation.MEASURE: _measure(count, with_days=with_days),
        Operation.VERDICT: {},
    }[operation]


def _prepare(composition: Composition) -> Mapping[str, int]:
    files = mapping.files_of(composition)
    described = sum(bool(each.alt_text) and each.kind is MediaKind.IMAGE for each in files)
    segments = sum(-(-each.size_bytes // limits.segment_bytes(each.size_bytes)) for each in files)
    calls = 2 * len(files) + segments
    return {
        "x.uploads": calls,
        "x.uploads.app": calls,
        "x.alt_texts": described,
        "x.credits": described * limits.PRICE_ALT_TEXT,
    }


def _post(price: int) -> dict[str, int]:
    return {"x.posts": 1, "x.posts.day": 1, "x.posts.app": 1, "x.credits": price}


def _price(composition: Composition) -> int:
    return limits.PRICE_POST_WITH_LINK if mapping.may_hold_link(composition) else limits.PRICE_POST


def _price_of(text: str) -> int:
    return _price(Composition(text=text))


def _follow_ups(composition: Composition) -> tuple[str, ...]:
    parts = composition.parts if composition.form is Form.THREAD else ()
    return (*parts, composition.first_comment) if composition.first_comment else parts


def _reads(posts: int, price: int) -> dict[str, int]:
    return {"x.reads": posts, "x.credits": posts * price}


def _poll(watched: int, *, with_messages: bool) -> Mapping[str, int]:
    searches = -(-watched // limits.CONVERSATIONS_A_QUERY)
    found = {
        "x.mentions": 1,
        "x.mentions.app": 1,
        "x.search": searches,
        "x.search.app": searches,
        **_reads((1 + searches) * limits.POSTS_A_POLL, limits.PRICE_MESSAGE_READ),
    }
    if with_messages:
        found["x.messages"] = 1
        found["x.credits"] += limits.POSTS_A_POLL * limits.PRICE_PRIVATE_READ
    return found


def _reply(composition: Composition, *, with_messages: bool) -> Mapping[str, int]:
    """Nothing says whether an answer is private: where those are sent, room is kept for either."""
    price = _price(composition)
    found = _post(price if price == limits.PRICE_POST_WITH_LINK else limits.PRICE_REPLY)
    if with_messages:
        found |= {"x.messages.send": 1, "x.messages.send.app": 1}
        found["x.credits"] = max(found["x.credits"], limits.PRICE_PRIVATE_REPLY)
    return found


def _measure(posts: int, *, with_days: bool) -> Mapping[str, int]:
    lookups = -(-posts // limits.LOOKUP_MAX)
    found = {"x.me": 1, "x.lookup": lookups, **_reads(posts, limits.PRICE_POST_READ)}
    found["x.credits"] += limits.PRICE_USER_READ
    if with_days:
        found |= {"x.timeline": 1, "x.analytics": 1}
        found["x.reads"] += limits.POSTS_A_PAGE
        found["x.credits"] += limits.POSTS_A_PAGE * (limits.PRICE_POST_READ + limits.PRICE_FIGURES_READ)
    return found

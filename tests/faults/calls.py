"""Each call that is not on the way of a text or a picture: set up at a twin so that a fault can strike it alone."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from secrets import token_urlsafe

from integrations.contract import Composition
from integrations.engagement import Act, MessageKind, Target
from tests.faults.films import check_film, commit_film, find_film, prepare_film
from tests.faults.ground import Call, Ground
from tests.integrations.networks.contract import publish
from tests.integrations.networks.stage import now, picture
from tests.integrations.networks.youtube.stage import PLAYLIST

ANSWER = "Yes, from Friday."

# -- once a post is out ------------------------------------------------------------------------------------------------


def verdict(ground: Ground, operation: str) -> Call:
    network_id = publish(ground.stage, ground.account, ground.composed()).network_id
    return Call(lambda: ground.provider.verdict(ground.account, network_id, now=now()))


def _with_follow_up(ground: Ground, operation: str) -> Composition:
    wanted = ground.composed()
    match operation:
        case "youtube.thumbnails" | "youtube.videos.list":
            return replace(wanted, cover=picture("red"))
        case "youtube.playlistItems.insert" | "youtube.playlistItems.list":
            return replace(wanted, options={**wanted.options, "playlist": PLAYLIST})
        case "instagram.change" | "instagram.medium":
            return replace(wanted, options={**wanted.options, "comments": False})
    return replace(wanted, first_comment=f"By the way {token_urlsafe(4)}")


def follow_up(ground: Ground, operation: str) -> Call:
    """Do what is still to be done: a first comment, a cover, a place in a playlist, the end of comments."""
    wanted = _with_follow_up(ground, operation)
    published, since = ground.out(wanted), now()
    [name] = ground.provider.follow_ups(wanted)

    def took_effect() -> bool:
        later = now() + timedelta(hours=1)
        look = ground.provider.find_follow_up
        return look(ground.account, wanted, name, published, {}, since=since, now=later) is not None

    return Call(
        lambda: ground.provider.follow_up(ground.account, wanted, name, published, {}, now=now()),
        reads=False,
        took_effect=took_effect,
    )


def find_follow_up(ground: Ground, operation: str) -> Call:
    wanted = _with_follow_up(ground, operation)
    published, since = ground.out(wanted), now()
    [name] = ground.provider.follow_ups(wanted)
    ground.provider.follow_up(ground.account, wanted, name, published, {}, now=now())

    def look() -> None:
        later = now() + timedelta(hours=1)
        found = ground.provider.find_follow_up(ground.account, wanted, name, published, {}, since=since, now=later)
        assert found is not None

    return Call(look)


def edit_published(ground: Ground, operation: str) -> Call:
    wanted = ground.composed()
    published, better = ground.out(wanted), f"Said better {token_urlsafe(4)}"

    def edit() -> None:
        ground.provider.edit_published(ground.account, replace(wanted, text=better), published.network_id, now=now())

    return Call(
        edit, reads=False, took_effect=lambda: better in [each.text for each in ground.stage.out(ground.account)]
    )


def delete_published(ground: Ground, operation: str) -> Call:
    published = ground.out(ground.composed())

    def delete() -> None:
        ground.provider.delete_published(ground.account, published.network_id, now=now())

    return Call(delete, reads=False, took_effect=lambda: ground.stage.out(ground.account) == [])


def find_named(ground: Ground, operation: str) -> Call:
    wanted, since = ground.composed(), now()
    published = ground.out(wanted)

    def look() -> None:
        named = ground.provider.find_named(ground.account, wanted, published.network_id, since=since, now=now())
        assert named.published is not None

    return Call(look)


def choices(ground: Ground, operation: str) -> Call:
    option = {"youtube.videoCategories": "category", "youtube.playlists.list": "playlist"}[operation]
    return Call(lambda: ground.provider.choices(ground.account, option, now=now()))


# -- the inbox ---------------------------------------------------------------------------------------------------------


def subscribe(ground: Ground, operation: str) -> Call:
    return Call(lambda: ground.provider.subscribe(ground.account, now=now()), reads=False)


def is_subscribed(ground: Ground, operation: str) -> Call:
    ground.provider.subscribe(ground.account, now=now())
    return Call(lambda: ground.provider.is_subscribed(ground.account, now=now()))


def unsubscribe(ground: Ground, operation: str) -> Call:
    ground.provider.subscribe(ground.account, now=now())
    return Call(lambda: ground.provider.unsubscribe(ground.account, now=now()), reads=False)


def poll(ground: Ground, operation: str) -> Call:
    """Poll where there is something of every kind."""
    watched = []
    if ground.network != "google_business":
        watched = [ground.stage.post(ground.account)]
        ground.stage.comment(ground.account, watched[0], "Do you have stollen?")
    if MessageKind.PRIVATE in ground.provider.kinds_of_message:
        ground.sandbox.control(
            "strangers/message", network=ground.network, account=ground.account.network_id, text="Open on Sunday?"
        )
    return Call(lambda: ground.polled(watched))


def fetch_messages(ground: Ground, operation: str) -> Call:
    target = ground.written(privately=_is_private(operation)).target

    def fetch() -> None:
        found = ground.provider.fetch_messages(ground.account, [target], now=now())
        assert found[target.message_id] is not None

    return Call(fetch)


def reply(ground: Ground, operation: str) -> Call:
    target, before = ground.written(privately=_is_private(operation)).target, len(ground.answers())

    def took_effect() -> bool:
        return len(ground.answers()) == before + 1

    return Call(
        lambda: ground.provider.reply(ground.account, target, ANSWER, now=now()),
        reads=False,
        took_effect=took_effect,
    )


def find_reply(ground: Ground, operation: str) -> Call:
    target, since = ground.written(privately=_is_private(operation)).target, now()
    ground.provider.reply(ground.account, target, ANSWER, now=now())

    def look() -> None:
        found = ground.provider.find_reply(ground.account, target, ANSWER, since=since, now=now())
        assert found.published is not None

    return Call(look)


def reply_privately(ground: Ground, operation: str) -> Call:
    target, before = ground.written().target, len(ground.answers())

    def took_effect() -> bool:
        return len(ground.answers()) == before + 1

    return Call(
        lambda: ground.provider.reply_privately(ground.account, target, ANSWER, now=now()),
        reads=False,
        took_effect=took_effect,
    )


def find_private_reply(ground: Ground, operation: str) -> Call:
    target, since = ground.written().target, now()
    ground.provider.reply_privately(ground.account, target, ANSWER, now=now())

    def look() -> None:
        found = ground.provider.find_private_reply(ground.account, target, ANSWER, since=since, now=now())
        assert found.published is not None

    return Call(look)


def act(ground: Ground, operation: str) -> Call:
    wanted = _ACTS.get(operation, Act.DELETE)
    target = ground.written().target
    if before := _UNDOES.get(wanted):
        ground.provider.act(ground.account, before, target, now=now())
    if wanted is Act.DELETE:
        target = _own(ground, target)
    return Call(lambda: ground.provider.act(ground.account, wanted, target, now=now()), reads=False)


_ACTS = {
    "facebook.block.add": Act.BLOCK,
    "facebook.block.remove": Act.UNBLOCK,
    "facebook.comment.hide": Act.HIDE,
    "facebook.like.add": Act.LIKE,
    "facebook.like.remove": Act.UNLIKE,
    "instagram.comment.hide": Act.HIDE,
    "linkedin.reactions.add": Act.LIKE,
    "linkedin.reactions.remove": Act.UNLIKE,
    "x.hide": Act.HIDE,
    "x.like.add": Act.LIKE,
    "x.like.remove": Act.UNLIKE,
    "youtube.comments.moderate": Act.HIDE,
}


_UNDOES = {Act.UNLIKE: Act.LIKE, Act.UNBLOCK: Act.BLOCK}


def _own(ground: Ground, target: Target) -> Target:
    sent = ground.provider.reply(ground.account, target, ANSWER, now=now())
    return replace(target, message_id=sent.network_id, author_id=ground.account.network_id)


def _is_private(operation: str) -> bool:
    return ".message" in operation or "conversation" in operation


# -- figures -----------------------------------------------------------------------------------------------------------


def measure_account(ground: Ground, operation: str) -> Call:
    def measure() -> None:
        until: date = now().date()
        since = until - timedelta(days=3)
        list(ground.provider.measure_account(ground.account, since=since, until=until, now=now()))

    return Call(measure)


def measure_posts(ground: Ground, operation: str) -> Call:
    network_id = ground.out(ground.composed()).network_id
    return Call(lambda: ground.provider.measure_posts(ground.account, [network_id], now=now()))


#: The methods of a provider that speak to its network, but for those of `publishing.py` -> who sets them up here.
CALLS: Mapping[str, Callable[[Ground, str], Call]] = {
    "prepare_film": prepare_film,
    "check_film": check_film,
    "commit_film": commit_film,
    "find_film": find_film,
    "verdict": verdict,
    "follow_up": follow_up,
    "find_follow_up": find_follow_up,
    "edit_published": edit_published,
    "delete_published": delete_published,
    "find_named": find_named,
    "choices": choices,
    "subscribe": subscribe,
    "is_subscribed": is_subscribed,
    "unsubscribe": unsubscribe,
    "poll": poll,
    "fetch_messages": fetch_messages,
    "reply": reply,
    "find_reply": find_reply,
    "reply_privately": reply_privately,
    "find_private_reply": find_private_reply,
    "act": act,
    "measure_account": measure_account,
    "measure_posts": measure_posts,
}

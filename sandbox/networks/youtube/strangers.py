"""What strangers do on YouTube, and what a channel's people do on its own site."""

import random
from dataclasses import replace
from typing import Any

from sandbox.networks.youtube.comments import edit_comment, remove_comment, set_moderation, write_comment
from sandbox.networks.youtube.state import Channel, Comment, Video, YouTubeState
from sandbox.networks.youtube.videos import like_video
from sandbox.strangers.cast import PEOPLE, Someone, invent
from sandbox.strangers.deeds import ITSELF, Deed, Impossible, Kind, Request
from sandbox.strangers.words import write

JOINED = 1_660_000_000.0


def channel_of(someone: Someone) -> Channel:
    return Channel(
        id=f"UCstranger{someone.number:014d}",
        title=someone.name,
        handle=f"@{someone.username}",
        description="",
        owner="",
        created_at=JOINED,
        subscribers=someone.number,
        stranger=True,
        language=someone.language,
    )


class YouTubeStrangers:
    """Fulfils sandbox.strangers.deeds.Strangers."""

    kinds: tuple[Kind, ...] = ("comment", "reply", "like", "unlike")

    def __init__(self, state: YouTubeState) -> None:
        self.state = state
        self.chance = random.Random(0)  # noqa: S311 a repeatable choice is the point

    def raise_curtain(self) -> None:
        for someone in PEOPLE:
            channel = channel_of(someone)
            if self.state.channels.find(channel.id) is None:
                self.state.channels.put(channel)

    def language_of(self, account: str) -> str:
        return self._channel(account).language

    def everybody(self) -> list[dict[str, Any]]:
        return [
            {"id": row.id, "name": row.title, "username": row.handle.lstrip("@"), "language": row.language}
            for row in self._strangers()
        ]

    def invite(self, name: str, language: str) -> dict[str, Any]:
        made = channel_of(invent(len(self.state.channels) + 1, language))
        row = self.state.channels.put(replace(made, title=name or made.title))
        return {"id": row.id, "name": row.title, "language": row.language}

    def do(self, request: Request) -> Deed:
        match request.kind:
            case "comment" | "reply":
                return self._comment(request)
            case "like" | "unlike":
                return self._like(request)
        raise Impossible(f"YouTube has no {request.kind}; strangers there can {', '.join(self.kinds)}.")

    def _comment(self, request: Request) -> Deed:
        state = self.state
        answered = state.live_comment(request.on) if request.on else None
        if request.kind == "reply" and answered is None:
            raise Impossible(f"No comment {request.on!r} to reply to.")
        video = state.live_video(answered.video_id) if answered else self._video(request)
        if video is None or (request.who != ITSELF and video.privacy == "private"):
            raise Impossible(f"Nobody can comment on {request.on or request.account!r}.")
        if video.made_for_kids:
            raise Impossible("A film made for children has no comments.")
        channel = self._channel(video.channel_id)
        author = channel if request.who == ITSELF else self._stranger(request.who, channel)
        text = request.text or write("comment", author.language, self.chance)
        top = state.live_comment(answered.thread) if answered else None
        row = write_comment(state, video, author, text, top=top)
        return self._deed(request.kind, row, author, text=text)

    def _video(self, request: Request) -> Video | None:
        if request.on:
            return self.state.live_video(request.on)
        return next(self.state.uploads_of(self._channel(request.account).id), None)

    def _like(self, request: Request) -> Deed:
        state, liked = self.state, request.kind == "like"
        if video := state.live_video(request.on):
            author = self._stranger(request.who, self._channel(video.channel_id))
            like_video(state, video, author.id, liked=liked)
            return Deed(
                network="youtube", kind=request.kind, id=video.id, at=state.now, account=video.channel_id,
                author=author.id, author_name=author.title, on=video.id,
            )  # fmt: skip
        row = state.live_comment(request.on)
        if row is None:
            raise Impossible(f"No film or comment {request.on!r}.")
        author = self._stranger(request.who, self._channel(row.channel_id))
        names = [name for name in row.liked_by if name != author.id] + ([author.id] if liked else [])
        return self._deed(request.kind, state.comments.put(replace(row, liked_by=names)), author)

    def edit(self, object_id: str, text: str) -> Deed:
        row = edit_comment(self.state, self._written(object_id), text)
        return self._deed("edit", row, self._channel(row.author_id), text=text)

    def delete(self, object_id: str) -> Deed:
        row = self._written(object_id)
        remove_comment(self.state, row)
        return self._deed("delete", row, self._channel(row.author_id))

    def hide(self, object_id: str, *, hidden: bool) -> Deed:
        row = self._written(object_id)
        if row.author_id == row.channel_id:
            raise Impossible("A channel's own comments are not held.")
        set_moderation(self.state, row, "heldForReview" if hidden else "published")
        return self._deed("hide" if hidden else "unhide", row, self._channel(row.channel_id))

    # Finding

    def _written(self, object_id: str) -> Comment:
        row = self.state.live_comment(object_id)
        if row is None:
            raise Impossible(f"No comment {object_id!r}.")
        return row

    def _channel(self, name: str) -> Channel:
        channel = self.state.find_channel(name)
        if channel is None:
            raise Impossible(f"No channel {name!r}.")
        return channel

    def _strangers(self) -> list[Channel]:
        return [row for row in self.state.channels.all() if row.stranger]

    def _stranger(self, who: str, channel: Channel) -> Channel:
        if who:
            found = self.state.find_channel(who)
            if found is None or not found.stranger:
                raise Impossible(f"No stranger {who!r}.")
            return found
        return self.chance.choice([row for row in self._strangers() if row.language == channel.language])

    def _deed(self, kind: str, row: Comment, author: Channel, *, text: str = "") -> Deed:
        return Deed(
            network="youtube",
            kind=kind,
            id=row.id,
            at=self.state.now,
            account=row.channel_id,
            author=author.id,
            author_name=author.title,
            text=text,
            on=row.top or row.video_id,
        )

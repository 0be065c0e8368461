"""What the twin of YouTube keeps."""

import asyncio
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.networks._google.state import GoogleState
from sandbox.networks.youtube.limits import Quota
from sandbox.world import World

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A channel; `owner` is a Google account, which may have several (brand accounts)."""

    id: str
    title: str
    handle: str
    description: str
    owner: str
    created_at: float
    country: str = "GB"
    subscribers: int = 0
    hidden_subscribers: bool = False
    long_uploads: str = "allowed"  # with a confirmed telephone number; thumbnails ask for it too
    language: str = "en"
    stranger: bool = False
    closed: bool = False
    banned: list[str] = field(default_factory=list)  # channels that may not comment here

    @property
    def uploads(self) -> str:
        """The playlist of all it uploaded."""
        return f"UU{self.id[2:]}"


@dataclass(frozen=True, kw_only=True)
class Upload:
    """An upload under way; whoever has its address may go on with it."""

    id: str
    channel_id: str
    app_id: str
    body: dict[str, dict[str, object]]
    parts: list[str]
    notify: bool
    content_type: str
    total: int | None
    created_at: float
    received: int = 0
    slow_seconds: float = 0.0  # how long its processing takes, where a fault says so
    fails: bool = False
    video_id: str = ""
    cancelled: bool = False


@dataclass(frozen=True, kw_only=True)
class Video:
    id: str
    channel_id: str
    title: str
    description: str
    tags: list[str]
    category_id: str
    privacy: str
    created_at: float
    published_at: float
    size: int
    digest: str
    seconds: float
    width: int = 0
    height: int = 0
    publish_at: float | None = None
    made_for_kids: bool | None = None
    synthetic: bool = False
    embeddable: bool = True
    license: str = "youtube"
    stats_viewable: bool = True
    default_language: str = ""
    default_audio_language: str = ""
    paid_placement: bool = False
    notify: bool = True
    status: str = "uploaded"  # then processed, failed, rejected
    failure: str = ""
    rejection: str = ""
    ready_at: float = 0.0
    was_public: bool = False
    told: bool = False  # the hub knows of it
    thumbnail: str = ""
    liked_by: list[str] = field(default_factory=list)
    app_id: str = ""
    deleted_at: float | None = None

    @property
    def is_short(self) -> bool:
        """Upright or square, and no longer than three minutes."""
        return bool(self.width) and self.height >= self.width and 0 < self.seconds <= 180

    @property
    def waits(self) -> bool:
        """Whether time will change it."""
        if self.deleted_at is not None:
            return False
        return self.status == "uploaded" or self.publish_at is not None or (self.on_show and not self.told)

    @property
    def on_show(self) -> bool:
        """Whether everybody finds it."""
        return self.visible and self.privacy == "public"

    @property
    def visible(self) -> bool:
        """Whether anybody but its owner can see it."""
        return self.deleted_at is None and self.status == "processed" and self.privacy != "private"


@dataclass(frozen=True, kw_only=True)
class Playlist:
    id: str
    channel_id: str
    title: str
    description: str
    privacy: str
    created_at: float


@dataclass(frozen=True, kw_only=True)
class PlaylistItem:
    id: str
    playlist_id: str
    video_id: str
    channel_id: str
    created_at: float
    position: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Comment:
    """`top` is the comment it answers, empty for one that begins a thread; `channel_id` is whose video it is under."""

    id: str
    top: str
    video_id: str
    channel_id: str
    author_id: str
    text: str
    created_at: float
    updated_at: float
    moderation: str = "published"  # heldForReview, likelySpam, rejected
    liked_by: list[str] = field(default_factory=list)
    app_id: str = ""
    deleted_at: float | None = None

    @property
    def thread(self) -> str:
        return self.top or self.id


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """What somebody asked the hub to be told of."""

    id: str  # callback and topic
    callback: str
    topic: str
    channel_id: str
    secret: str
    until: float


@dataclass
class YouTubeState:
    """The tables of this twin."""

    world: World
    google: GoogleState
    quota: Quota = field(default_factory=Quota)
    refused_duplicates: dict[str, int] = field(default_factory=dict)
    _waiting: set[str] | None = None  # films that time alone will change

    def __post_init__(self) -> None:
        self._tasks: set[asyncio.Task[bool]] = set()
        table = self.world.table
        self.channels = table(
            "youtube.channels",
            Channel,
            group_by=lambda channel: channel.owner,
            handle=lambda channel: (channel.handle.lower(),),
        )
        self.uploads = table("youtube.uploads", Upload, group_by=lambda upload: upload.channel_id)
        self.videos = table(
            "youtube.videos",
            Video,
            group_by=lambda video: video.channel_id,
            digest=lambda video: (f"{video.channel_id}:{video.digest}",),
        )
        self.playlists = table("youtube.playlists", Playlist, group_by=lambda playlist: playlist.channel_id)
        self.items = table(
            "youtube.playlistItems",
            PlaylistItem,
            group_by=lambda item: item.playlist_id,
        )
        self.comments = table(
            "youtube.comments",
            Comment,
            group_by=lambda comment: comment.video_id,
            channel=lambda comment: () if comment.top else (comment.channel_id,),
            top=lambda comment: () if comment.top else (comment.video_id,),
            replies=lambda comment: (comment.top,) if comment.top else (),
            author=lambda comment: (comment.author_id,),
        )
        self.subscriptions = table(
            "youtube.subscriptions", Subscription, group_by=lambda subscription: subscription.channel_id
        )

    @property
    def now(self) -> float:
        return self.world.clock.now()

    def find_channel(self, name: str) -> Channel | None:
        """By id, handle or title."""
        wanted = f"@{name.removeprefix('@')}".lower()
        return (
            self.channels.find(name)
            or next(self.channels.newest(wanted, "handle"), None)
            or next((each for each in self.channels.all() if each.title == name), None)
        )

    def put_video(self, video: Video) -> Video:
        if self._waiting is not None:
            (self._waiting.add if video.waits else self._waiting.discard)(video.id)
        return self.videos.put(video)

    def waiting(self) -> list[Video]:
        """The films that are processed, scheduled, or about to be shown to all."""
        if self._waiting is None:
            self._waiting = {video.id for video in self.videos.all() if video.waits}
        return [video for video in map(self.videos.find, sorted(self._waiting)) if video]

    def live_video(self, video_id: str) -> Video | None:
        video = self.videos.find(video_id)
        return video if video and video.deleted_at is None else None

    def live_comment(self, comment_id: str) -> Comment | None:
        comment = self.comments.find(comment_id)
        return comment if comment and comment.deleted_at is None else None

    def uploads_of(self, channel_id: str) -> Iterator[Video]:
        """What a channel has now, newest first."""
        return (video for video in self.videos.newest(channel_id) if video.deleted_at is None)

    def replies(self, comment_id: str) -> list[Comment]:
        """The living answers to a comment, oldest first."""
        return [each for each in self.comments.group(comment_id, "replies") if each.deleted_at is None]

    def keep_running(self, task: "asyncio.Task[bool]") -> None:
        """Hold on to what goes on after its call was answered."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def forget(self) -> None:
        self.quota.clear()
        self.refused_duplicates.clear()
        self._waiting = None


def letters(count: int) -> str:
    """Letters as YouTube's ids have them."""
    return "".join(secrets.choice(LETTERS) for _ in range(count))

"""Each network that takes films, as a worker of its own meets it: without a database, from a file on disk.

Nothing here needs Django.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from integrations.contract import Account, AppKeys, Composition, Credentials, Form, Media, MediaKind, Provider
from integrations.networks.facebook.provider import FacebookProvider
from integrations.networks.instagram.provider import InstagramProvider
from integrations.networks.linkedin.provider import LinkedInProvider
from integrations.networks.x.provider import XProvider
from integrations.networks.youtube.provider import YouTubeProvider
from lib.http import Client

#: Whose films: at the twin's X a user with Premium.
MUSEUM = "1420000000000000103"
META = AppKeys(client_id="260000000000001", client_secret="sandbox-facebook-secret")  # the twin's
X = AppKeys(client_id="sandbox-x-client", client_secret="sandbox-x-secret")
GOOGLE = AppKeys(
    client_id="260000000001-sandbox.apps.googleusercontent.com",
    client_secret="sandbox-google-secret",
)
LINKEDIN = AppKeys(client_id="sandbox-linkedin-client", client_secret="sandbox-linkedin-secret")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One way in which films go up."""

    network: str
    make: Callable[[str], Provider]  # from the sandbox's address
    form: Form = Form.POST
    account: str = ""  # of the cast; without, a new one
    options: Mapping[str, Any] = field(default_factory=dict)


def _x(address: str) -> Provider:
    return XProvider(keys=X, api_url=f"{address}/api.x.com", authorise_url=f"{address}/x.com", http=Client([address]))


def _facebook(address: str) -> Provider:
    graph, dialog = f"{address}/graph.facebook.com", f"{address}/www.facebook.com"
    return FacebookProvider(keys=META, graph_url=graph, dialog_url=dialog, version="v26.0", http=Client([address]))


def _instagram(address: str) -> Provider:
    return InstagramProvider(
        keys=META,
        graph_url=f"{address}/graph.facebook.com",
        dialog_url=f"{address}/www.facebook.com",
        version="v26.0",
        http=Client([address]),
        films_as_bytes=True,
    )


def _youtube(address: str) -> Provider:
    return YouTubeProvider(
        keys=GOOGLE,
        accounts_url=f"{address}/accounts.google.com",
        oauth_url=f"{address}/oauth2.googleapis.com",
        api_url=f"{address}/www.googleapis.com",
        upload_url=f"{address}/www.googleapis.com/upload",
        analytics_url=f"{address}/youtubeanalytics.googleapis.com",
        http=Client([address]),
    )


def _linkedin(address: str) -> Provider:
    return LinkedInProvider(
        keys=LINKEDIN,
        api_url=f"{address}/api.linkedin.com",
        oauth_url=f"{address}/www.linkedin.com",
        version="202609",
        http=Client([address]),
    )


KINDS: Mapping[str, Kind] = {
    "x": Kind(network="x", make=_x, account=MUSEUM),
    "facebook": Kind(network="facebook", make=_facebook),
    "facebook_reel": Kind(network="facebook", make=_facebook, form=Form.REEL),
    "instagram": Kind(network="instagram", make=_instagram, form=Form.REEL),
    "linkedin": Kind(network="linkedin", make=_linkedin),
    "youtube": Kind(network="youtube", make=_youtube, options={"title": "A film", "made_for_kids": False}),
}


def account_of(network_id: str, token: str) -> Account:
    return Account(network_id=network_id, credentials=Credentials(access_token=token))


def size_for(provider: Provider, size_bytes: int) -> int:
    """Return the wanted size, or the greatest that the network takes."""
    return min(size_bytes, provider.limits().video_max_bytes)


def film_of(path: Path, size_bytes: int, kind: Kind) -> Composition:
    """Return a film whose bytes lie on disk: the head of a real one, then a hole of the wanted length."""
    write_film(path, size_bytes)

    def open_at(offset: int = 0) -> BinaryIO:
        opened = path.open("rb")
        opened.seek(offset)
        return opened

    film = Media(
        key=path.name,
        kind=MediaKind.VIDEO,
        content_type="video/mp4",
        size_bytes=size_bytes,
        width=1080,
        height=1920,
        open=open_at,
        duration=timedelta(seconds=60),
    )
    return Composition(text=f"A film of {size_bytes} bytes", media=(film,), form=kind.form, options=kind.options)


def write_film(path: Path, size_bytes: int) -> None:
    with path.open("wb") as file:
        file.write(b"\0\0\0\x10ftypisom\0\0\0\0")
        file.truncate(size_bytes)

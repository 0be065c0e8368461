"""The socket base: who may listen to an organisation, and the hints it carries."""

from importlib import import_module
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from accounts.middleware import open_memberships
from lib.live import organisation_group

#: Told to browsers in the range that is left to applications: do not try again.
CLOSED_TO_USER = 4403


class OrganisationSocket(AsyncJsonWebsocketConsumer):
    """One member's socket. It carries ids only: the browser asks the normal view, where permissions are checked."""

    async def connect(self) -> None:
        organisation_id = await self._find_organisation_id()
        if organisation_id is None:
            await self.close()  # before accepting: a stranger sees the same refusal for any slug
            return
        self.group = organisation_group(organisation_id)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        if hasattr(self, "group"):
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Answer the client's ping, by which it notices a dead connection."""
        if content == {"kind": "ping"}:
            await self.send_json({"kind": "pong"})

    async def hint(self, event: dict[str, Any]) -> None:
        """Pass on one hint from the channel layer."""
        await self.send_json(event["hint"])

    async def membership_changed(self, event: dict[str, Any]) -> None:
        """Ask anew whether this socket's user is signed in and a member; if not, close.

        Removal and signing out take effect at once.
        """
        if event["user_id"] == self.user_id and await self._find_organisation_id() is None:
            await self.close(CLOSED_TO_USER)

    @database_sync_to_async
    def _find_organisation_id(self) -> int | None:
        request = HttpRequest()
        # Read anew each time: the one of the handshake still holds what has been deleted since.
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(self.scope["session"].session_key)
        user = get_user(request)
        if not user.is_authenticated:
            return None
        self.user_id = user.pk
        slug = self.scope["url_route"]["kwargs"]["slug"]
        return next((one.organisation_id for one in open_memberships(user) if one.organisation.slug == slug), None)

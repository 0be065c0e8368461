"""What /_control does at YouTube without a click."""

from dataclasses import replace
from typing import Any

from sandbox.networks._google.steering import REASONS, GoogleSteering
from sandbox.networks.youtube.state import Channel, YouTubeState, letters

CHANNEL_REASONS = ("closed", "restored", "unverified", "verified")


class YouTubeSteering(GoogleSteering):
    """Fulfils sandbox.networks.base.Steering."""

    def __init__(self, state: YouTubeState) -> None:
        super().__init__(state.google, "youtube")
        self.state = state

    def people(self) -> dict[str, Any]:
        channels = [vars(channel) for channel in self.state.channels.all() if not channel.stranger]
        return {"persons": [vars(person) for person in self.google.persons.all()], "channels": channels}

    def create_accounts(self, body: dict[str, Any], count: int) -> list[str]:
        person = self.person(body)
        return [self._create(person.id, number).id for number in range(count)]

    def _create(self, owner: str, number: int) -> Channel:
        name = letters(22)
        return self.state.channels.put(
            Channel(
                id=f"UC{name}",
                title=f"Channel {name[:6]}",
                handle=f"@channel-{name.lower()}",
                description="",
                owner=owner,
                created_at=self.state.now,
                subscribers=number,
            )
        )

    def grant(self, body: dict[str, Any]) -> dict[str, Any]:
        """`account` names the channel; without, the person's first one."""
        if not body.get("account"):
            own = self.state.channels.group(self.person(body).id)
            return super().grant({**body, "identity": own[0].id if own else ""})
        channel = self._channel(body["account"])
        return super().grant({**body, "person": channel.owner, "identity": channel.id})

    def mint(self, body: dict[str, Any], account: str) -> dict[str, Any]:
        channel = self._channel(account)
        person = self.person({"person": channel.owner})
        return {"account": channel.id, **self.tokens_of(body, person, identity=channel.id)}

    async def withdraw(self, body: dict[str, Any], reason: str) -> dict[str, Any]:
        """Beside Google's own reasons a channel is `closed`, `restored`, `unverified` or `verified` by telephone."""
        channel = self._channel(body["account"]) if body.get("account") else None
        if reason in REASONS:
            return await super().withdraw({**body, "person": channel.owner} if channel else body, reason)
        if reason not in CHANNEL_REASONS or channel is None:
            raise ValueError(f"reason must be one of {', '.join((*REASONS, *CHANNEL_REASONS))}, the last with account.")
        if reason in {"closed", "restored"}:
            self.state.channels.put(replace(channel, closed=reason == "closed"))
        else:
            allowed = "allowed" if reason == "verified" else "eligible"
            self.state.channels.put(replace(channel, long_uploads=allowed))
        return {"ended": 0}

    def targets(self) -> dict[str, Any]:
        """Who is told of films, and what is used of each bucket today."""
        return {
            "subscriptions": [vars(row) for row in self.state.subscriptions.all()],
            "quota": dict(self.state.quota.used(self.state.now)),
        }

    def _channel(self, name: object) -> Channel:
        channel = self.state.find_channel(str(name))
        if channel is None or channel.stranger:
            known = ", ".join(row.handle for row in self.state.channels.all() if not row.stranger)
            raise ValueError(f"No channel {name!r}; there are {known}.")
        return channel

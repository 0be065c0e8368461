"""What a person outside allowed, and the presences it reaches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

CONSENT_OVER = "consent_over"  # why an access is over that no refresh extends: a sentence key


class Feature(StrEnum):
    """What an organisation may want an account for; each asks for its own scopes, and works without the others."""

    PUBLISH = "publish"
    ENGAGE = "engage"
    MESSAGES = "messages"
    INSIGHTS = "insights"


@dataclass(frozen=True, kw_only=True)
class AppKeys:
    """What the network gave the operator of this installation when the app was registered there."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Tokens of one grant or of one presence. ``expires_at`` None: ends by an event only, not by time.

    ``consent_ends_at`` is when no refresh helps any more and the person must consent anew, where the network says so.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None
    scopes: frozenset[str] = frozenset()
    consent_ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class GrantedAccess:
    """What a person outside has just allowed. ``missing`` are scopes that were asked for and refused.

    Where they allow it for one of several presences only (a channel), that one's id follows theirs after a slash: each
    such grant has tokens of its own, and the register knows all of them for the same person's.
    """

    person_id: str
    person_name: str
    credentials: Credentials
    missing: frozenset[str] = frozenset()


def acts_as(person_id: str) -> str:
    """Return as what a grant's person acts: themselves, or the presence for which alone they gave it."""
    return person_id.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class Presence:
    """A page, user, channel or location that a grant reaches, as the network describes it now.

    ``credentials`` is set where the network gives each presence a token of its own (a Facebook page). ``able`` says
    which features the person's role there allows. ``details`` are the network's facts that later calls need (X: the
    kind of subscription, which sets the text limit); keep them with the account and give them back unchanged.
    """

    network_id: str
    name: str
    handle: str = ""
    picture_url: str = ""
    permalink: str = ""
    credentials: Credentials | None = None
    able: frozenset[Feature] = frozenset()
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Account:
    """A connected presence, with all that a call on its behalf needs. ``person_id`` is the grant's.

    ``features`` are what it may be used for (its role and what was granted): who listens leaves out the rest.
    """

    network_id: str
    credentials: Credentials
    handle: str = ""
    person_id: str = ""
    features: frozenset[Feature] = frozenset(Feature)
    details: Mapping[str, str] = field(default_factory=dict)

"""The client apps the twins know, as if registered in each network's dashboard.

Another id, secret or redirect address comes from the environment: SANDBOX_FACEBOOK_CLIENT_ID,
SANDBOX_FACEBOOK_CLIENT_SECRET, SANDBOX_X_CLIENT_ID, SANDBOX_X_CLIENT_SECRET, SANDBOX_X_CONSUMER_KEY,
SANDBOX_X_CONSUMER_SECRET, SANDBOX_GOOGLE_CLIENT_ID, SANDBOX_GOOGLE_CLIENT_SECRET, SANDBOX_LINKEDIN_CLIENT_ID,
SANDBOX_LINKEDIN_CLIENT_SECRET, SANDBOX_REDIRECTS (comma list).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

# Any path on this machine: the app's port and its call-back path are its own business.
LOCAL_REDIRECTS = (
    "http://127.0.0.1",
    "http://localhost",
    "http://testserver",
    "https://localhost",
    "https://127.0.0.1",
)


@dataclass(frozen=True, kw_only=True)
class App:
    """One registered app. Redirect addresses are given as beginnings."""

    id: str
    secret: str
    name: str
    redirects: tuple[str, ...] = LOCAL_REDIRECTS
    require_proof: bool = False  # Facebook: every call must carry appsecret_proof
    consumer_key: str = ""  # X: the pair that fetches an app-only bearer token
    consumer_secret: str = ""
    application_id: str = ""  # LinkedIn: the number that the developer portal shows
    tier: str = "standard"  # LinkedIn: development has few calls, no batches, no webhooks, no refresh tokens

    def allows(self, redirect_uri: str) -> bool:
        """Whether this address may receive codes. The beginning must end where a part of the address ends."""
        return any(
            redirect_uri.startswith(prefix) and redirect_uri[len(prefix) : len(prefix) + 1] in {"", "/", ":", "?"}
            for prefix in self.redirects
        )


@dataclass(frozen=True)
class Apps:
    facebook: dict[str, App]
    x: dict[str, App]
    google: dict[str, App]  # one client for all of Google's services
    linkedin: dict[str, App]


def registered_apps(environment: Mapping[str, str] = os.environ) -> Apps:
    """The product's own apps, and one more for each network that belongs to nobody here."""
    extra = tuple(part.strip() for part in environment.get("SANDBOX_REDIRECTS", "").split(",") if part.strip())
    redirects = LOCAL_REDIRECTS + extra
    facebook = App(
        id=environment.get("SANDBOX_FACEBOOK_CLIENT_ID", "260000000000001"),
        secret=environment.get("SANDBOX_FACEBOOK_CLIENT_SECRET", "sandbox-facebook-secret"),
        name="Portevoix",
        redirects=redirects,
    )
    x = App(
        id=environment.get("SANDBOX_X_CLIENT_ID", "sandbox-x-client"),
        secret=environment.get("SANDBOX_X_CLIENT_SECRET", "sandbox-x-secret"),
        name="Portevoix",
        redirects=redirects,
        consumer_key=environment.get("SANDBOX_X_CONSUMER_KEY", "sandbox-x-consumer-key"),
        consumer_secret=environment.get("SANDBOX_X_CONSUMER_SECRET", "sandbox-x-consumer-secret"),
    )
    google = App(
        id=environment.get("SANDBOX_GOOGLE_CLIENT_ID", "260000000001-sandbox.apps.googleusercontent.com"),
        secret=environment.get("SANDBOX_GOOGLE_CLIENT_SECRET", "sandbox-google-secret"),
        name="Portevoix",
        redirects=redirects,
    )
    strict = App(
        id="260000000000002",
        secret="other-facebook-secret",
        name="Another app",
        redirects=redirects,
        require_proof=True,
    )
    # A public client: it proves itself by PKCE alone and sends its id in the body.
    public = App(id="public-x-client", secret="", name="Another app", redirects=redirects)
    other = App(
        id="260000000002-other.apps.googleusercontent.com",
        secret="other-google-secret",
        name="Another app",
        redirects=redirects,
    )
    linkedin = App(
        id=environment.get("SANDBOX_LINKEDIN_CLIENT_ID", "sandbox-linkedin-client"),
        secret=environment.get("SANDBOX_LINKEDIN_CLIENT_SECRET", "sandbox-linkedin-secret"),
        name="Portevoix",
        redirects=redirects,
        application_id="212345678",
    )
    developing = App(
        id="other-linkedin-client",
        secret="other-linkedin-secret",
        name="Another app",
        redirects=redirects,
        application_id="212345679",
        tier="development",
    )
    return Apps(
        facebook={app.id: app for app in (facebook, strict)},
        x={app.id: app for app in (x, public)},
        google={app.id: app for app in (google, other)},
        linkedin={app.id: app for app in (linkedin, developing)},
    )

"""What the product's processes are told through their environment, on one machine with the sandbox beside them."""

import os
from collections.abc import Mapping

from launch.place import ROOT, Place

#: Hosts the sandbox plays, by the variable that names them to the product.
_TWINS = {
    "FACEBOOK_GRAPH_URL": "graph.facebook.com",
    "FACEBOOK_DIALOG_URL": "www.facebook.com",
    "FACEBOOK_UPLOAD_URL": "rupload.facebook.com",
    "GOOGLE_ACCOUNTS_URL": "accounts.google.com",
    "GOOGLE_OAUTH_URL": "oauth2.googleapis.com",
    "GOOGLE_CERTIFICATES_URL": "www.googleapis.com/oauth2/v3/certs",
    "GOOGLE_BUSINESS_ACCOUNTS_URL": "mybusinessaccountmanagement.googleapis.com",
    "GOOGLE_BUSINESS_INFORMATION_URL": "mybusinessbusinessinformation.googleapis.com",
    "GOOGLE_BUSINESS_VERIFICATIONS_URL": "mybusinessverifications.googleapis.com",
    "GOOGLE_BUSINESS_NOTIFICATIONS_URL": "mybusinessnotifications.googleapis.com",
    "GOOGLE_BUSINESS_PERFORMANCE_URL": "businessprofileperformance.googleapis.com",
    "GOOGLE_BUSINESS_V4_URL": "mybusiness.googleapis.com",
    "X_API_URL": "api.x.com",
    "X_AUTHORISE_URL": "x.com",
    "LINKEDIN_API_URL": "api.linkedin.com",
    "LINKEDIN_OAUTH_URL": "www.linkedin.com",
    "YOUTUBE_API_URL": "www.googleapis.com",
    "YOUTUBE_UPLOAD_URL": "www.googleapis.com/upload",
    "YOUTUBE_ANALYTICS_URL": "youtubeanalytics.googleapis.com",
    "YOUTUBE_HUB_URL": "pubsubhubbub.appspot.com",
}

#: The apps the sandbox registered with its networks. They open nothing anywhere else.
_TWIN_APPS = {
    "FACEBOOK_APP_ID": "260000000000001",
    "FACEBOOK_APP_SECRET": "sandbox-facebook-secret",
    "INSTAGRAM": "1",
    "GOOGLE_BUSINESS_CLIENT_ID": "260000000001-sandbox.apps.googleusercontent.com",
    "GOOGLE_BUSINESS_CLIENT_SECRET": "sandbox-google-secret",
    "GOOGLE_BUSINESS_TOPIC": "projects/portevoix-sandbox/topics/reviews",
    "GOOGLE_BUSINESS_PUSH_ACCOUNT": "push@portevoix-sandbox.iam.gserviceaccount.com",
    "X_CLIENT_ID": "sandbox-x-client",
    "X_CLIENT_SECRET": "sandbox-x-secret",
    "X_CONSUMER_KEY": "sandbox-x-consumer-key",
    "X_CONSUMER_SECRET": "sandbox-x-consumer-secret",
    "LINKEDIN_CLIENT_ID": "sandbox-linkedin-client",
    "LINKEDIN_CLIENT_SECRET": "sandbox-linkedin-secret",
    "LINKEDIN_APPLICATION_ID": "212345678",
    "YOUTUBE_CLIENT_ID": "260000000001-sandbox.apps.googleusercontent.com",
    "YOUTUBE_CLIENT_SECRET": "sandbox-google-secret",
    "YOUTUBE_WEBHOOK_SECRET": "sandbox-youtube-seal",
    "FACEBOOK_WEBHOOK_VERIFY_TOKEN": "sandbox-facebook-handshake",
}


def product(place: Place, *, port: int) -> dict[str, str]:
    """Return an installation's own settings. Its secrets are made once and stay in its folder."""
    return {
        "VAR_DIR": str(place.folder),
        "SECRET_KEY": place.secret("secret_key"),
        "MASTER_KEY": place.secret("master_key"),
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
    }


def sandbox(address: str) -> dict[str, str]:
    """Return what makes the product call the local twins instead of the networks."""
    twins = {variable: f"{address}/{host}" for variable, host in _TWINS.items()}
    return {"SANDBOX": "1", "SANDBOX_URL": address, **twins, **_TWIN_APPS}


def pushes(address: str) -> dict[str, str]:
    """Return what tells the sandbox where Google's Pub/Sub pushes to: the product, at ``address``."""
    return {
        "SANDBOX_GOOGLE_PUSH_TOPIC": _TWIN_APPS["GOOGLE_BUSINESS_TOPIC"],
        "SANDBOX_GOOGLE_PUSH_ACCOUNT": _TWIN_APPS["GOOGLE_BUSINESS_PUSH_ACCOUNT"],
        "SANDBOX_GOOGLE_PUSH_ADDRESS": f"{address}/webhooks/google_business",
    }


def placeholders() -> dict[str, str]:
    """Return settings good enough for what reaches no server: checks, and building static files."""
    return {
        "SECRET_KEY": "placeholder",
        "MASTER_KEY": "00" * 32,
        "DATABASE_URL": "postgresql://portevoix@127.0.0.1:1/portevoix",
        "DATABASE_OWNER_URL": "postgresql://portevoix_owner@127.0.0.1:1/portevoix",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }


def for_child(settings: Mapping[str, str], *, defaults: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a child's whole environment: defaults, what the person set, then what must be as we say."""
    result = {**(defaults or {}), **os.environ, **settings}
    # Our modules are found from the checkout, wherever the child stands; output appears as it happens.
    path = os.pathsep.join(filter(None, [str(ROOT), result.get("PYTHONPATH", "")]))
    return result | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": path}

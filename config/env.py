"""The one reader of the environment: every setting typed, explained, checked, and all faults reported at once.

A secret NAME may also come as NAME_FILE, the path of a file that holds it.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Env:
    """What the outside says; see `read_env` for the variables' defaults."""

    debug: bool  # shows technical error pages; never on a machine others reach
    sandbox: bool  # the networks are local twins; refused together with a public address
    sandbox_url: str  # where people look at the twins' walls
    secret_key: str  # signs sessions and addresses
    master_key: str  # wraps each organisation's data key; 64 hexadecimal digits
    previous_master_keys: tuple[str, ...]  # still open what has not been wrapped anew
    key_store: Path  # where wrapped data keys live, outside the database and its backups
    database_url: str  # as the app's role
    database_owner_url: str  # as the role that owns the schema: migrations only
    database_pool_size: int  # connections a web process may hold
    redis_url: str
    public_base_url: str  # where browsers and networks reach us, for example https://app.example.org
    allowed_hosts: tuple[str, ...]
    log_dir: Path  # logs of this machine, rotated daily and removed after fourteen days
    media_root: Path  # files on local disk when no bucket is set
    s3_bucket: str
    s3_endpoint_url: str  # another S3 than Amazon's
    s3_region: str  # where the bucket stands; browsers are sent there for files
    email_url: str  # smtp://user:password@host:587, or file:///folder, or console:
    email_from: str
    publish_grace: timedelta  # how late a due publication may still go out by itself
    facebook_app_id: str
    facebook_app_secret: str
    facebook_graph_version: str
    facebook_graph_url: str
    facebook_dialog_url: str
    facebook_webhook_verify_token: str  # the word Meta brings when it tries our address; any long random one
    facebook_portfolios: bool  # pages that people reach by a business portfolio only are listed too
    facebook_human_agent: bool  # Meta has approved the app for answers up to seven days late
    facebook_upload_url: str  # where the bytes of films go
    instagram: bool  # offer Instagram accounts through the same Meta app
    instagram_told_by: str  # whose subscription brings an account's events: page (that it hangs on) or account
    instagram_films_as_bytes: bool  # send films to Meta's upload host, for apps with Facebook Login for Business
    instagram_portfolio_roles: bool  # people's roles come from a business portfolio: two more permissions are asked for
    x_client_id: str
    x_client_secret: str
    x_consumer_key: str  # with the secret: the app's own access, for webhooks
    x_consumer_secret: str  # also signs what X sends
    x_enterprise: bool  # an Enterprise contract: likes, quotes, and answers to people who did not mention the account
    x_messages: bool  # the app may read and write direct messages
    x_daily_figures: bool  # series by day are worth their price: each post read for them is paid
    x_monthly_credits: int | None  # what X may cost in a calendar month, in US dollars; None: X's own cap decides
    x_dialect: str  # which names of fields are asked for: legacy or new
    x_api_url: str
    x_authorise_url: str
    linkedin_client_id: str
    linkedin_client_secret: str
    linkedin_application_id: str  # the app's number in the developer portal: needed for being told at once
    linkedin_version: str  # a month, YYYYMM; each lives about a year and is then refused
    linkedin_development: bool  # the app is in the development tier: few calls, no batches, no webhooks
    linkedin_openid: bool  # the app signs people in by OpenID Connect; else r_basicprofile is asked for
    linkedin_deletes_comments: bool  # LinkedIn lets pages delete what others wrote under their posts
    linkedin_app_calls: int | None  # a day's calls of one resource by the whole app, as the portal shows them
    linkedin_member_calls: int | None  # and by one member
    linkedin_api_url: str
    linkedin_oauth_url: str
    # Google's services may be one client or several: with one, a person's grant is for all of them.
    google_accounts_url: str  # where people consent
    google_oauth_url: str  # where tokens come from
    google_certificates_url: str  # the keys with which Google signs
    google_testing: bool  # the consent screen is in testing: Google ends each access after seven days
    google_business_client_id: str
    google_business_client_secret: str
    google_business_topic: str  # projects/p/topics/t of Pub/Sub, where Google tells of reviews; empty: we ask in turns
    google_business_push_audience: str  # what its push subscription names as audience; empty: our address
    google_business_push_account: str  # the service account that signs its pushes
    google_business_accounts_url: str  # the six hosts of its APIs
    google_business_information_url: str
    google_business_verifications_url: str
    google_business_notifications_url: str
    google_business_performance_url: str
    google_business_v4_url: str
    youtube_client_id: str
    youtube_client_secret: str
    youtube_webhook_secret: str  # seals what YouTube's hub is told of us; any long random one, empty: not told of films
    youtube_daily_units: int  # the project's quota, and what Google raised it to
    youtube_daily_uploads: int
    youtube_api_url: str
    youtube_upload_url: str
    youtube_analytics_url: str
    youtube_hub_url: str
    youtube_session_hosts: tuple[str, ...]  # where Google may send an upload on to

    @property
    def bucket_origin(self) -> str:
        """Where signed addresses of files lead browsers, as scheme and host; empty without a bucket.

        As boto3 builds them: the bucket is part of Amazon's host, and part of the path anywhere else.
        """
        if not self.s3_bucket:
            return ""
        if self.s3_endpoint_url:
            return "{0.scheme}://{0.netloc}".format(urlsplit(self.s3_endpoint_url))
        region = "" if self.s3_region == "us-east-1" else f".{self.s3_region}"
        return f"https://{self.s3_bucket}.s3{region}.amazonaws.com"

    @property
    def secure(self) -> bool:
        """Whether people reach us over TLS: cookies and headers follow it."""
        return self.public_base_url.startswith("https://")


class Reader:
    """Reads variables one by one and gathers what is wrong, so that one start tells everything."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.faults: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        value = self.variables.get(name, default)
        if value is None:
            self.faults.append(f"{name} is not set; it is required")
            return ""
        return value

    def secret(self, name: str, default: str | None = None) -> str:
        path = self.variables.get(f"{name}_FILE")
        if path is None:
            return self.text(name, default)
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            self.faults.append(f"{name}_FILE={path}: {error.strerror}; give the path of a readable file")
            return ""

    def _parsed(self, name: str, default: str, parse: Callable[[str], T], allowed: str, fallback: T) -> T:
        value = self.text(name, default)
        try:
            return parse(value)
        except (ValueError, KeyError):
            self.faults.append(f"{name}={value}; give {allowed}")
            return fallback

    def boolean(self, name: str, default: bool) -> bool:
        words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
        given = "1" if default else "0"
        return self._parsed(name, given, lambda value: words[value.lower()], "1 or 0", default)

    def number(self, name: str, default: int) -> int:
        return self._parsed(name, str(default), _positive, "a whole number above zero, for example 10", default)

    def number_or_none(self, name: str) -> int | None:
        return self.number(name, 1) if self.variables.get(name) else None

    def one_of(self, name: str, choices: Sequence[str]) -> str:
        """Return one of these words, the first unless another is given."""
        known = {each: each for each in choices}
        return self._parsed(name, choices[0], lambda value: known[value], " or ".join(choices), choices[0])

    def seconds(self, name: str, default: int) -> timedelta:
        given = self._parsed(name, str(default), _positive, f"whole seconds, for example {default}", default)
        return timedelta(seconds=given)

    def address(self, name: str, default: str | None = None) -> str:
        value = self.text(name, default)
        if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
            self.faults.append(f"{name}={value}; give an address with its scheme, for example https://app.example.org")
        return value.rstrip("/")

    def items(self, name: str, default: str = "") -> tuple[str, ...]:
        return tuple(part.strip() for part in self.text(name, default).split(",") if part.strip())


def _positive(value: str) -> int:
    number = int(value)
    if number <= 0:
        raise ValueError(value)
    return number


def read_env(variables: Mapping[str, str]) -> Env:
    """Return the settings, or raise ImproperlyConfigured with every fault found."""
    read = Reader(variables)
    public_base_url = read.address("PUBLIC_BASE_URL", "http://127.0.0.1:8000")
    var = Path(read.text("VAR_DIR", str(ROOT / "var")))
    result = Env(
        debug=read.boolean("DEBUG", False),
        sandbox=read.boolean("SANDBOX", False),
        sandbox_url=read.address("SANDBOX_URL", "http://127.0.0.1:8100"),
        secret_key=read.secret("SECRET_KEY"),
        master_key=read.secret("MASTER_KEY"),
        previous_master_keys=read.items("PREVIOUS_MASTER_KEYS"),
        key_store=Path(read.text("KEY_STORE_DIR", str(var / "keys"))),
        database_url=read.secret("DATABASE_URL"),
        database_owner_url=read.secret("DATABASE_OWNER_URL", ""),
        database_pool_size=read.number("DATABASE_POOL_SIZE", 20),
        redis_url=read.secret("REDIS_URL"),
        public_base_url=public_base_url,
        allowed_hosts=read.items("ALLOWED_HOSTS", urlsplit(public_base_url).hostname or ""),
        log_dir=Path(read.text("LOG_DIR", str(var / "log"))),
        media_root=Path(read.text("MEDIA_ROOT", str(var / "media"))),
        s3_bucket=read.text("S3_BUCKET", ""),
        s3_endpoint_url=read.address("S3_ENDPOINT_URL", ""),
        s3_region=read.text("S3_REGION", "us-east-1"),
        email_url=read.secret("EMAIL_URL", f"file://{var / 'mail'}"),
        email_from=read.text("EMAIL_FROM", "Portevoix <portevoix@localhost>"),
        publish_grace=read.seconds("PUBLISH_GRACE_SECONDS", 600),
        facebook_app_id=read.text("FACEBOOK_APP_ID", ""),
        facebook_app_secret=read.secret("FACEBOOK_APP_SECRET", ""),
        facebook_graph_version=read.text("FACEBOOK_GRAPH_VERSION", "v26.0"),
        facebook_graph_url=read.address("FACEBOOK_GRAPH_URL", "https://graph.facebook.com"),
        facebook_dialog_url=read.address("FACEBOOK_DIALOG_URL", "https://www.facebook.com"),
        facebook_portfolios=read.boolean("FACEBOOK_PORTFOLIOS", False),
        facebook_webhook_verify_token=read.secret("FACEBOOK_WEBHOOK_VERIFY_TOKEN", ""),
        facebook_human_agent=read.boolean("FACEBOOK_HUMAN_AGENT", False),
        facebook_upload_url=read.address("FACEBOOK_UPLOAD_URL", "https://rupload.facebook.com"),
        instagram=read.boolean("INSTAGRAM", False),
        instagram_told_by=read.one_of("INSTAGRAM_TOLD_BY", ("page", "account")),
        instagram_films_as_bytes=read.boolean("INSTAGRAM_FILMS_AS_BYTES", False),
        instagram_portfolio_roles=read.boolean("INSTAGRAM_PORTFOLIO_ROLES", False),
        x_client_id=read.text("X_CLIENT_ID", ""),
        x_client_secret=read.secret("X_CLIENT_SECRET", ""),
        x_consumer_key=read.text("X_CONSUMER_KEY", ""),
        x_consumer_secret=read.secret("X_CONSUMER_SECRET", ""),
        x_enterprise=read.boolean("X_ENTERPRISE", False),
        x_messages=read.boolean("X_MESSAGES", False),
        x_daily_figures=read.boolean("X_DAILY_FIGURES", False),
        x_monthly_credits=read.number_or_none("X_MONTHLY_CREDITS"),
        x_dialect=read.one_of("X_DIALECT", ("legacy", "new")),
        x_api_url=read.address("X_API_URL", "https://api.x.com"),
        x_authorise_url=read.address("X_AUTHORISE_URL", "https://x.com"),
        linkedin_client_id=read.text("LINKEDIN_CLIENT_ID", ""),
        linkedin_client_secret=read.secret("LINKEDIN_CLIENT_SECRET", ""),
        linkedin_application_id=read.text("LINKEDIN_APPLICATION_ID", ""),
        linkedin_version=read.text("LINKEDIN_VERSION", "202609"),
        linkedin_development=read.boolean("LINKEDIN_DEVELOPMENT", False),
        linkedin_openid=read.boolean("LINKEDIN_OPENID", False),
        linkedin_deletes_comments=read.boolean("LINKEDIN_DELETES_COMMENTS", False),
        linkedin_app_calls=read.number_or_none("LINKEDIN_APP_CALLS"),
        linkedin_member_calls=read.number_or_none("LINKEDIN_MEMBER_CALLS"),
        linkedin_api_url=read.address("LINKEDIN_API_URL", "https://api.linkedin.com"),
        linkedin_oauth_url=read.address("LINKEDIN_OAUTH_URL", "https://www.linkedin.com"),
        google_accounts_url=read.address("GOOGLE_ACCOUNTS_URL", "https://accounts.google.com"),
        google_oauth_url=read.address("GOOGLE_OAUTH_URL", "https://oauth2.googleapis.com"),
        google_certificates_url=read.address("GOOGLE_CERTIFICATES_URL", "https://www.googleapis.com/oauth2/v3/certs"),
        google_testing=read.boolean("GOOGLE_TESTING", False),
        google_business_client_id=read.text("GOOGLE_BUSINESS_CLIENT_ID", ""),
        google_business_client_secret=read.secret("GOOGLE_BUSINESS_CLIENT_SECRET", ""),
        google_business_topic=read.text("GOOGLE_BUSINESS_TOPIC", ""),
        google_business_push_audience=read.text("GOOGLE_BUSINESS_PUSH_AUDIENCE", ""),
        google_business_push_account=read.text("GOOGLE_BUSINESS_PUSH_ACCOUNT", ""),
        google_business_accounts_url=read.address(
            "GOOGLE_BUSINESS_ACCOUNTS_URL", "https://mybusinessaccountmanagement.googleapis.com"
        ),
        google_business_information_url=read.address(
            "GOOGLE_BUSINESS_INFORMATION_URL", "https://mybusinessbusinessinformation.googleapis.com"
        ),
        google_business_verifications_url=read.address(
            "GOOGLE_BUSINESS_VERIFICATIONS_URL", "https://mybusinessverifications.googleapis.com"
        ),
        google_business_notifications_url=read.address(
            "GOOGLE_BUSINESS_NOTIFICATIONS_URL", "https://mybusinessnotifications.googleapis.com"
        ),
        google_business_performance_url=read.address(
            "GOOGLE_BUSINESS_PERFORMANCE_URL", "https://businessprofileperformance.googleapis.com"
        ),
        google_business_v4_url=read.address("GOOGLE_BUSINESS_V4_URL", "https://mybusiness.googleapis.com"),
        youtube_client_id=read.text("YOUTUBE_CLIENT_ID", ""),
        youtube_client_secret=read.secret("YOUTUBE_CLIENT_SECRET", ""),
        youtube_webhook_secret=read.secret("YOUTUBE_WEBHOOK_SECRET", ""),
        youtube_daily_units=read.number("YOUTUBE_DAILY_UNITS", 10_000),
        youtube_daily_uploads=read.number("YOUTUBE_DAILY_UPLOADS", 100),
        youtube_api_url=read.address("YOUTUBE_API_URL", "https://www.googleapis.com"),
        youtube_upload_url=read.address("YOUTUBE_UPLOAD_URL", "https://www.googleapis.com/upload"),
        youtube_analytics_url=read.address("YOUTUBE_ANALYTICS_URL", "https://youtubeanalytics.googleapis.com"),
        youtube_hub_url=read.address("YOUTUBE_HUB_URL", "https://pubsubhubbub.appspot.com"),
        youtube_session_hosts=read.items("YOUTUBE_SESSION_HOSTS", "https://youtube.googleapis.com"),
    )
    faults = read.faults + _contradictions(result)
    if faults:
        raise ImproperlyConfigured("The environment is not usable:\n- " + "\n- ".join(faults))
    return result


def _contradictions(env: Env) -> list[str]:
    """What is well-formed by itself but must not stand together."""
    faults = []
    host = urlsplit(env.public_base_url).hostname or ""
    if env.sandbox and host not in {"127.0.0.1", "localhost", "::1"}:
        faults.append(
            f"SANDBOX=1 with PUBLIC_BASE_URL={env.public_base_url}; the twins serve this machine only: unset one"
        )
    if not all(_is_key(key) for key in (env.master_key, *env.previous_master_keys)):
        faults.append("MASTER_KEY is not 64 hexadecimal digits; make one with: openssl rand -hex 32")
    return faults


def _is_key(value: str) -> bool:
    try:
        return len(bytes.fromhex(value)) == 32
    except ValueError:
        return False


env = read_env(os.environ)

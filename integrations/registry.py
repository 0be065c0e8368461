"""The networks this installation speaks to, listed by hand, each built once per process on its first use."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from config.env import env
from integrations.contract import AppKeys, Provider, UsageReport, UsageSink, ignore_usage
from integrations.engagement import EngagingProvider
from lib.http import Client

_usage: UsageSink = ignore_usage
_replaced: dict[str, Provider] = {}


def _facebook() -> Provider:
    from integrations.networks.facebook.provider import FacebookProvider

    return FacebookProvider(
        keys=AppKeys(client_id=env.facebook_app_id, client_secret=env.facebook_app_secret),
        graph_url=env.facebook_graph_url,
        dialog_url=env.facebook_dialog_url,
        version=env.facebook_graph_version,
        http=Client([env.facebook_graph_url, env.facebook_upload_url]),
        usage=_report,
        portfolios=env.facebook_portfolios,
        webhook_address=webhook_address("facebook"),
        verify_token=env.facebook_webhook_verify_token,
        human_agent=env.facebook_human_agent,
    )


def _instagram() -> Provider:
    from integrations.networks.instagram.engaging import ToldBy
    from integrations.networks.instagram.provider import InstagramProvider

    return InstagramProvider(
        keys=AppKeys(client_id=env.facebook_app_id, client_secret=env.facebook_app_secret),
        graph_url=env.facebook_graph_url,
        dialog_url=env.facebook_dialog_url,
        version=env.facebook_graph_version,
        http=Client([env.facebook_graph_url, env.facebook_upload_url]),
        usage=_report,
        webhook_address=webhook_address("instagram"),
        verify_token=env.facebook_webhook_verify_token,
        human_agent=env.facebook_human_agent,
        told_by=ToldBy(env.instagram_told_by),
        films_as_bytes=env.instagram_films_as_bytes,
        portfolio_roles=env.instagram_portfolio_roles,
    )


def _x() -> Provider:
    from integrations.networks.x.dialects import Dialect
    from integrations.networks.x.provider import XProvider

    return XProvider(
        keys=AppKeys(client_id=env.x_client_id, client_secret=env.x_client_secret),
        consumer=AppKeys(client_id=env.x_consumer_key, client_secret=env.x_consumer_secret),
        webhook_address=webhook_address("x"),
        enterprise=env.x_enterprise,
        messages=env.x_messages,
        daily_figures=env.x_daily_figures,
        monthly_credits=env.x_monthly_credits,
        dialect=Dialect(env.x_dialect),
        api_url=env.x_api_url,
        authorise_url=env.x_authorise_url,
        http=Client([env.x_api_url]),
        usage=_report,
    )


def _linkedin() -> Provider:
    from integrations.networks.linkedin.provider import LinkedInProvider

    return LinkedInProvider(
        keys=AppKeys(client_id=env.linkedin_client_id, client_secret=env.linkedin_client_secret),
        api_url=env.linkedin_api_url,
        oauth_url=env.linkedin_oauth_url,
        version=env.linkedin_version,
        http=Client([env.linkedin_api_url, env.linkedin_oauth_url]),
        usage=_report,
        application_id=env.linkedin_application_id,
        webhook_address=webhook_address("linkedin"),
        development=env.linkedin_development,
        openid=env.linkedin_openid,
        deletes_comments=env.linkedin_deletes_comments,
        app_calls=env.linkedin_app_calls,
        member_calls=env.linkedin_member_calls,
    )


def _google_business() -> Provider:
    from integrations.networks.google_business.client import Hosts
    from integrations.networks.google_business.provider import GoogleBusinessProvider

    hosts = Hosts(
        accounts=env.google_business_accounts_url,
        information=env.google_business_information_url,
        verifications=env.google_business_verifications_url,
        notifications=env.google_business_notifications_url,
        performance=env.google_business_performance_url,
        v4=env.google_business_v4_url,
    )
    return GoogleBusinessProvider(
        keys=AppKeys(client_id=env.google_business_client_id, client_secret=env.google_business_client_secret),
        hosts=hosts,
        accounts_url=env.google_accounts_url,
        oauth_url=env.google_oauth_url,
        certificates_url=env.google_certificates_url,
        http=Client([env.google_oauth_url, env.google_certificates_url, *vars(hosts).values()]),
        usage=_report,
        topic=env.google_business_topic,
        push_audience=env.google_business_push_audience or webhook_address("google_business"),
        push_account=env.google_business_push_account,
        testing=env.google_testing,
    )


def _youtube() -> Provider:
    from integrations.networks.youtube.provider import YouTubeProvider

    hosts = [
        env.google_oauth_url,
        env.youtube_api_url,
        env.youtube_upload_url,
        env.youtube_analytics_url,
        env.youtube_hub_url,
        *env.youtube_session_hosts,
    ]
    return YouTubeProvider(
        keys=AppKeys(client_id=env.youtube_client_id, client_secret=env.youtube_client_secret),
        accounts_url=env.google_accounts_url,
        oauth_url=env.google_oauth_url,
        api_url=env.youtube_api_url,
        upload_url=env.youtube_upload_url,
        analytics_url=env.youtube_analytics_url,
        hub_url=env.youtube_hub_url,
        http=Client(hosts),
        usage=_report,
        webhook_address=webhook_address("youtube"),
        webhook_secret=env.youtube_webhook_secret,
        testing=env.google_testing,
        daily_units=env.youtube_daily_units,
        daily_uploads=env.youtube_daily_uploads,
    )


FACTORIES: Mapping[str, Callable[[], Provider]] = {
    "facebook": _facebook,
    "instagram": _instagram,
    "x": _x,
    "linkedin": _linkedin,
    "google_business": _google_business,
    "youtube": _youtube,
}


def provider(key: str) -> Provider:
    """Return the provider of a network. Raises KeyError for a network that we do not speak."""
    return _replaced.get(key) or _built(key)


def engaging(key: str) -> EngagingProvider | None:
    """Return the provider of a network when it listens and answers, else None. Raises KeyError as `provider` does."""
    found = provider(key)
    return found if isinstance(found, EngagingProvider) else None


def webhook_address(key: str) -> str:
    """Return where a network tells us what happens there."""
    return f"{env.public_base_url}/webhooks/{key}"


def provider_keys() -> tuple[str, ...]:
    """Return the networks whose app keys the operator has set, in the order in which people meet them."""
    if _replaced:
        return tuple(_replaced)
    apps = _apps()
    return tuple(key for key in FACTORIES if apps[key])


def networks_sharing_app(key: str) -> frozenset[str]:
    """Return the networks at which we are the same app as at this one, itself included: its grants are theirs too."""
    apps = _apps()
    return frozenset({key, *(other for other, app in apps.items() if app and app == apps.get(key))})


def providers() -> tuple[Provider, ...]:
    """Return the providers of those networks."""
    return tuple(provider(key) for key in provider_keys())


def report_usage_to(sink: UsageSink) -> None:
    """Give every report of a budget in this process to ``sink``, in the thread that made the call."""
    global _usage  # noqa: PLW0603  # one sink per process, set once at its start
    _usage = sink


@contextmanager
def replaced(others: Mapping[str, Provider]) -> Iterator[None]:
    """Let these stand for all networks while a test runs."""
    before = dict(_replaced)
    _replaced.clear()
    _replaced.update(others)
    try:
        yield
    finally:
        _replaced.clear()
        _replaced.update(before)


def _apps() -> Mapping[str, str]:
    """Return the app's id at each network, empty where the operator has registered none."""
    return {
        "facebook": env.facebook_app_id,
        "instagram": env.facebook_app_id if env.instagram else "",
        "x": env.x_client_id,
        "linkedin": env.linkedin_client_id,
        "google_business": env.google_business_client_id,
        "youtube": env.youtube_client_id,
    }


def _report(report: UsageReport) -> None:
    _usage(report)


@cache
def _built(key: str) -> Provider:
    return FACTORIES[key]()

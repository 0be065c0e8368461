"""Addresses for machines that watch, and the page of those who operate the platform."""

from ipaddress import ip_address

import redis
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from config.env import env
from operations import health, metrics, sunsets


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that this process answers; it asks nobody else."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether all that the product needs is there and every loop comes round: 200, or 503 with what is wrong."""
    faults = [*_engine_faults()]
    if not faults:
        faults = sorted(health.troubles(timezone.now()))
    return JsonResponse({"ready": not faults, "faults": faults}, status=503 if faults else 200)


@require_safe
@never_cache
def show_metrics(request: HttpRequest) -> HttpResponse:
    """Give the figures to Prometheus on this machine, and to operators."""
    if not (_is_local(request) or _is_operator(request)):
        raise Http404
    return HttpResponse(metrics.exposition(timezone.now()), content_type=CONTENT_TYPE_LATEST)


@require_safe
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """Show operators what runs, what waits and what has stopped. To others the page does not exist."""
    if not _is_operator(request):
        raise Http404
    now = timezone.now()
    context = {
        "now": now,
        "troubles": health.troubles(now).values(),
        "queues": health.queue_states(now),
        "counts": health.counts(now),
        "kept_aside": health.kept_aside(),
        "heartbeats": health.all_heartbeats(),
        "budgets": health.app_budgets(now),
        "warnings": sunsets.warnings(now).values(),
        "versions": sunsets.spoken_versions(now),
    }
    return render(request, "operations/overview.html", context)


def _engine_faults() -> list[str]:
    faults = []
    try:
        health.counts(timezone.now())
    except Error:
        faults.append("database")
    try:
        redis.Redis.from_url(env.redis_url, socket_connect_timeout=1, socket_timeout=1).ping()
    except redis.RedisError:
        faults.append("redis")
    return faults


def _is_operator(request: HttpRequest) -> bool:
    return bool(request.user.is_authenticated and request.user.is_staff)


def _is_local(request: HttpRequest) -> bool:
    """Whether the caller is on this machine and no proxy speaks for somebody else."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    return ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0").is_loopback  # noqa: S104  # an address, not a bind

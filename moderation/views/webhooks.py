"""Where networks tell us what happens. Nobody is signed in here: the signature on the raw body says who it is."""

import logging
from types import MappingProxyType

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from config.env import env
from integrations.engagement import Arrived, EngagingProvider, WebhookRefused
from integrations.registry import engaging, provider_keys
from integrations.services.leaving import person_left
from integrations.services.listening import confirm
from moderation.services.farewells import erase_everywhere
from moderation.services.receiving import receive

logger = logging.getLogger(__name__)


@csrf_exempt  # a network has no session; its signature is asked for instead
@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest, network: str) -> HttpResponse:
    """Answer a network's handshake, or write down what it tells and say so."""
    found = _listening(network)
    try:
        arrived = _arrived(request)
        if request.method == "GET":
            answer = _handshake(found, arrived)
            confirm(network, found, arrived, now=timezone.now())
            return answer
        receive(network, found, arrived, now=timezone.now())
    except WebhookRefused:
        logger.warning("a call to the webhook of %s was refused", network)
        return HttpResponse(status=403)
    return HttpResponse(b"ok", content_type="text/plain")


@csrf_exempt  # as above
@require_http_methods(["POST"])
def farewell(request: HttpRequest, network: str) -> HttpResponse:
    """A network says that a person has withdrawn our app: what lived by their access is held."""
    found = _listening(network)
    try:
        person_left(network, found.read_farewell(_arrived(request)), now=timezone.now())
    except WebhookRefused:
        logger.warning("a farewell of %s was refused", network)
        return HttpResponse(status=403)
    return HttpResponse(b"ok", content_type="text/plain")


@csrf_exempt  # as above
@require_http_methods(["POST"])
def erasure(request: HttpRequest, network: str) -> HttpResponse:
    """A network says that a person asks for the erasure of their data: it begins, and a page says how far it is.

    Source: https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
    """
    found = _listening(network)
    try:
        code = erase_everywhere(network, found.read_farewell(_arrived(request)), now=timezone.now())
    except WebhookRefused:
        logger.warning("a request for erasure of %s was refused", network)
        return HttpResponse(status=403)
    url = f"{env.public_base_url.rstrip('/')}{reverse('privacy_erasure', args=[code])}"
    return JsonResponse({"url": url, "confirmation_code": code})


def _listening(network: str) -> EngagingProvider:
    found = engaging(network) if network in provider_keys() else None
    if found is None or not found.has_webhooks:
        raise Http404
    return found


def _arrived(request: HttpRequest) -> Arrived:
    """Read no more than is taken, whatever length was announced, if any was."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = request.read(most + 1)
    if len(body) > most:
        raise WebhookRefused
    return Arrived(
        headers=MappingProxyType({name.lower(): value for name, value in request.headers.items()}),
        query=MappingProxyType({name: str(request.GET[name]) for name in request.GET}),
        body=body,
    )


def _handshake(found: EngagingProvider, arrived: Arrived) -> HttpResponse:
    answer = found.answer_handshake(arrived)
    if answer is None:
        raise Http404
    content_type, body = answer
    return HttpResponse(body, content_type=content_type)

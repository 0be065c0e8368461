"""What a person sees who asked a network to have their data erased: how far it is, by the code they were given."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from privacy.models import DataSubjectRequest, NetworkErasure


@never_cache
@require_safe
def erasure_status(request: HttpRequest, code: str) -> HttpResponse:
    """Say how far an erasure is. Who holds the code learns that, and nothing of any organisation."""
    asked = get_object_or_404(NetworkErasure, code=code)
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, count FROM passage.erasure_progress(%s)", [code])
        states = {state for state, _count in cursor.fetchall()}
    context = {
        "asked": asked,
        "is_under_way": DataSubjectRequest.State.WAITING in states,
        "is_kept": DataSubjectRequest.State.HELD in states,
    }
    return render(request, "privacy/erasure_status.html", context)

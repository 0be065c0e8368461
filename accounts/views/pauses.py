"""What somebody reads who tried too often."""

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.pauses import seconds_of_refusal


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer 429 and say when it goes on; named as handler429 in config.urls."""
    seconds = seconds_of_refusal(request, now=time.time())
    response = render(request, "429.html", {"seconds": seconds}, status=429)
    response["Retry-After"] = str(seconds)
    return response

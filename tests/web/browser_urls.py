"""Pages to try the shell on, and answers to try it against: the addresses of test_in_browser.py."""

from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import URLPattern, URLResolver, include, path

from config.urls import urlpatterns as real_urlpatterns
from web import views

PAGE = Template("""{% extends "web/app.html" %}{% load face %}
{% block title %}{{ name }}{% endblock %}
{% block page_title %}{{ name }}{% endblock %}
{% block body %}<div class="page-body">
  <form class="stack">{% include "web/elements/search.html" with label="Find a post" only %}</form>
  <p id="publication-7" hx-get="fragment/" hx-swap="outerHTML"
     hx-trigger="live:publication:7 from:body, live:again from:body">as it was</p>
  <p id="item-12" data-subject="item:12" data-version="5" hx-get="item/" hx-swap="outerHTML"
     hx-trigger="live:item:12 from:body">version 5</p>
  <form class="stack" hx-post="answer/" hx-target="#answer">
    <button class="button" name="status" value="422">Invalid</button>
    <button class="button" name="status" value="403">Forbidden</button>
    <button class="button" name="status" value="500">Broken</button>
  </form>
  <p id="answer">no answer yet</p>
  <button class="button" type="button" hx-get="dialog/" hx-target="#dialogs">Ask</button>
</div>{% endblock %}""")


def page(request: HttpRequest, name: str = "Home") -> HttpResponse:
    return HttpResponse(PAGE.render(RequestContext(request, {"name": name})))


def fragment(request: HttpRequest) -> HttpResponse:
    return HttpResponse('<p id="publication-7">as it is now</p>')


def item(request: HttpRequest) -> HttpResponse:
    """Answer with the versions 4, then 6, as when an older answer comes late."""
    version = 6 if request.session.get("asked") else 4
    request.session["asked"] = True
    return HttpResponse(f'<p id="item-12" data-subject="item:12" data-version="{version}">version {version}</p>')


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse("what the server says", status=int(request.POST["status"]))


def dialog(request: HttpRequest) -> HttpResponse:
    template = Template(
        '{% include "web/elements/dialog.html" with id="d" title="Delete it?" action="Delete" url="#" %}'
    )
    return HttpResponse(template.render(RequestContext(request)))


def room(app: str, *pages: URLPattern) -> URLResolver:
    return path("o/<slug:slug>/", include((list(pages), app)))


urlpatterns = [
    path("o/<slug:slug>/", page, name="organisation_home"),
    room(
        "scheduler",
        path("fragment/", fragment),
        path("item/", item),
        path("answer/", answer),
        path("dialog/", dialog),
        path("compose/", page, {"name": "Compose"}, name="compose"),
        path("posts/", page, {"name": "Posts"}, name="publications"),
    ),
    room("gallery", path("gallery/", page, {"name": "Gallery"}, name="assets")),
    room("integrations", path("accounts/", page, {"name": "Accounts"}, name="accounts")),
    room(
        "accounts",
        path("people/", page, {"name": "People"}, name="people"),
        path("events/", page, {"name": "Event log"}, name="events"),
        path("settings/", page, {"name": "Settings"}, name="settings"),
    ),
    path("o/<slug:slug>/elements/", views.elements),
    *real_urlpatterns,
]

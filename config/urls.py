"""Every address there is, by room. Organisation pages stand under /o/<slug>/, which opens the scope."""

from django.urls import URLPattern, URLResolver, include, path

import gallery.views
import notifications.views
import web.urls
from integrations.views import connecting, links
from moderation.views import webhooks
from privacy.views.ending import certificate
from privacy.views.erasures import erasure_status
from web.home import enter

organisation_urls: list[URLPattern | URLResolver] = [
    path("accounts/", include("integrations.urls")),
    path("gallery/", include("gallery.urls")),
    path("inbox/", include("moderation.urls")),
    path("retention/", include("privacy.urls")),
    path("notices/", include("notifications.urls")),
    path("", include("scheduler.urls")),
    *web.urls.organisation_urls,
]

handler429 = "accounts.views.pauses.too_many"  # asked for by allauth

urlpatterns: list[URLPattern | URLResolver] = [
    path("", enter, name="home"),
    path("", include("web.urls")),
    path("", include("operations.urls")),
    path("connect/<slug:network>/callback", connecting.callback, name="connect_callback"),
    path("connect/by/<str:token>/", links.follow, name="connect_link"),
    path("connect/by/<str:token>/<slug:network>/", links.leave, name="connect_link_leave"),
    path("connect/back/<str:key>/", links.back, name="connect_back"),
    path("", include("accounts.urls")),
    path("accounts/", include("accounts.sign_in_urls")),
    path("notifications/preferences/", notifications.views.preferences, name="mail_preferences"),
    path("media/<str:token>/", gallery.views.media, name="media"),
    path("webhooks/<slug:network>", webhooks.webhook, name="webhook"),
    path("webhooks/<slug:network>/farewell", webhooks.farewell, name="webhook_farewell"),
    path("webhooks/<slug:network>/erasure", webhooks.erasure, name="webhook_erasure"),
    path("certificates/<str:token>/", certificate, name="privacy_certificate"),
    path("erasures/<str:code>/", erasure_status, name="privacy_erasure"),
    path("o/<slug:slug>/", include(organisation_urls)),
]

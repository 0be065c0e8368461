"""Every address there is, by room. Organisation pages stand under /o/<slug>/, which opens the scope."""

from django.urls import URLPattern, URLResolver, include, path

import gallery.views
import web.urls

organisation_urls: list[URLPattern | URLResolver] = [
    path("gallery/", include("gallery.urls")),
    *web.urls.organisation_urls,
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("web.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("media/<str:token>/", gallery.views.media, name="media"),
    path("o/<slug:slug>/", include(organisation_urls)),
]

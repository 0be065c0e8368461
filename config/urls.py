"""Every address there is, by room. Organisation pages stand under /o/<slug>/, which opens the scope."""

from django.urls import URLPattern, URLResolver, include, path

organisation_urls: list[URLPattern | URLResolver] = []

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("web.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("o/<slug:slug>/", include(organisation_urls)),
]

"""Every socket there is."""

from django.urls import path

from accounts.sockets import OrganisationSocket

SOCKETS = [path("ws/o/<slug:slug>/", OrganisationSocket.as_asgi())]

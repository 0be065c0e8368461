"""Every socket there is."""

from django.urls import path

from live.sockets import LiveSocket

SOCKETS = [path("ws/o/<slug:slug>/", LiveSocket.as_asgi())]

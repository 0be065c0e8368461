"""Addresses of the platform itself."""

from django.urls import path

from operations import views

app_name = "operations"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("ready", views.ready, name="ready"),
    path("metrics", views.show_metrics, name="metrics"),
    path("operations/", views.overview, name="overview"),
]

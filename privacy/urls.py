"""Retention, legal holds, the processing record: under /o/<slug>/retention/."""

from django.urls import path

from privacy import views

app_name = "privacy"

urlpatterns = [
    path("", views.page, name="retention"),
    path("effect/", views.effect, name="effect"),
    path("choose/", views.choose, name="choose"),
    path("keep/", views.keep, name="keep"),
    path("holds/", views.place, name="place_hold"),
    path("holds/<int:hold_id>/release/", views.release, name="release_hold"),
    path("record/", views.processing_record, name="record"),
]

"""Retention, legal holds, requests of people, the processing record: under /o/<slug>/retention/."""

from django.urls import path

from privacy import views

app_name = "privacy"

urlpatterns = [
    path("", views.page, name="retention"),
    path("effect/", views.effect, name="effect"),
    path("effect/list/", views.effect_list, name="effect_list"),
    path("choose/", views.choose, name="choose"),
    path("keep/", views.keep, name="keep"),
    path("holds/", views.place, name="place_hold"),
    path("holds/<int:hold_id>/release/", views.release, name="release_hold"),
    path("end/", views.end, name="end"),
    path("end/undo/", views.undo, name="undo_end"),
    path("exports/", views.exports, name="exports"),
    path("exports/make/", views.make_export, name="make_export"),
    path("exports/file/<str:token>/", views.export_file, name="export_file"),
    path("exports/<int:export_id>/", views.export_progress, name="export"),
    path("exports/<int:export_id>/take/", views.take_export, name="take_export"),
    path("exports/<int:export_id>/delete/", views.delete_export, name="delete_export"),
    path("requests/", views.requests, name="requests"),
    path("requests/identity/<int:identity_id>/", views.identity, name="erase_identity"),
    path("requests/contact/<int:contact_id>/", views.contact, name="erase_contact"),
    path("requests/somebody/", views.somebody, name="erase_somebody"),
    path("record/", views.processing_record, name="record"),
]

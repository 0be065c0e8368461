"""People, their organisations, and what was done in them: one namespace, with its pages under /o/<slug>/ as well."""

from django.urls import include, path

from accounts import views

app_name = "accounts"

organisation_urls = [
    path("settings/", views.settings, name="settings"),
    path("people/", views.people, name="people"),
    path("people/invite/", views.invite_person, name="invite"),
    path("people/invitations/<int:invitation_id>/resend/", views.resend_invitation, name="resend_invitation"),
    path("people/invitations/<int:invitation_id>/revoke/", views.revoke_invitation, name="revoke_invitation"),
    path("people/<int:membership_id>/role/", views.give_role, name="give_role"),
    path("people/<int:membership_id>/remove/", views.remove_person, name="remove_person"),
    path("events/", views.events, name="events"),
    path("events/export/", views.export_events, name="export_events"),
]

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/close/", views.close, name="close_account"),
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/new/", views.create, name="create_organisation"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("o/<slug:slug>/", include(organisation_urls)),
]

"""Pages of notices, under /o/<slug>/notices/."""

from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    path("", views.notices, name="notices"),
    path("read/", views.read_all, name="read_all"),
    path("<int:notice_id>/", views.follow, name="follow"),
]

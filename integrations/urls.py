"""Addresses under /o/<slug>/accounts/."""

from django.urls import path

from integrations.views import access, accounts, connecting, links

app_name = "integrations"

urlpatterns = [
    path("", accounts.accounts, name="accounts"),
    path("budgets/", accounts.budgets, name="budgets"),
    path("connect/<slug:network>/", connecting.connect, name="connect"),
    path("links/", links.make, name="make_link"),
    path("links/<int:link_id>/end/", links.end, name="end_link"),
    path("attempts/<int:attempt_id>/", connecting.attempt, name="attempt"),
    path("<int:account_id>/", accounts.accounts, name="account"),
    path("<int:account_id>/reconnect/", connecting.reconnect, name="reconnect"),
    path("<int:account_id>/disconnect/", accounts.disconnect, name="disconnect"),
    path("<int:account_id>/picture/", accounts.picture, name="picture"),
    path("access/<int:membership_id>/", access.access, name="access"),
]

"""The inbox's pages, under /o/<slug>/inbox/."""

from django.urls import path

from moderation.views import items, queue

app_name = "moderation"

urlpatterns = [
    path("", queue.inbox, name="inbox"),
    path("rows/", queue.rows, name="rows"),
    path("<int:item_id>/", items.item, name="item"),
    path("<int:item_id>/person/", items.person, name="person"),
    path("<int:item_id>/others/", items.others, name="others"),
]

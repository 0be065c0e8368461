"""The inbox's pages, under /o/<slug>/inbox/."""

from django.urls import path

from moderation.views import intake, items, queue

app_name = "moderation"

urlpatterns = [
    path("", queue.inbox, name="inbox"),
    path("rows/", queue.rows, name="rows"),
    path("accounts/<int:account_id>/", intake.account, name="account_intake"),
    path("accounts/<int:account_id>/fill/", intake.fill, name="fill"),
    path("unread/", intake.unread, name="unread"),
    path("unread/read/", intake.read_unread, name="read_unread"),
    path("<int:item_id>/", items.item, name="item"),
    path("<int:item_id>/person/", items.person, name="person"),
    path("<int:item_id>/others/", items.others, name="others"),
]

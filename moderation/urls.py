"""The inbox's pages, under /o/<slug>/inbox/."""

from django.urls import path

from moderation.views import acting, answering, bulk, commands, contacts, fresh, intake, items, queue, saved_replies

app_name = "moderation"

urlpatterns = [
    path("", queue.inbox, name="inbox"),
    path("rows/", queue.rows, name="rows"),
    path("accounts/<int:account_id>/", intake.account, name="account_intake"),
    path("accounts/<int:account_id>/fill/", intake.fill, name="fill"),
    path("unread/", intake.unread, name="unread"),
    path("unread/read/", intake.read_unread, name="read_unread"),
    path("colleagues/", bulk.colleagues, name="colleagues_several"),
    path("bulk/", bulk.start, name="start_bulk"),
    path("bulk/<int:bulk_id>/", bulk.progress, name="bulk"),
    path("bulk/<int:bulk_id>/undo/", bulk.undo, name="undo_bulk"),
    path("saved-replies/", saved_replies.saved_replies, name="saved_replies"),
    path("saved-replies/choose/", saved_replies.choose, name="choose_saved_reply"),
    path("saved-replies/<int:saved_reply_id>/", saved_replies.saved_reply, name="saved_reply"),
    path("saved-replies/<int:saved_reply_id>/delete/", saved_replies.delete_saved_reply, name="delete_saved_reply"),
    path("messages/<int:message_id>/fresh/", fresh.fresh, name="fresh"),
    path("messages/<int:message_id>/<slug:act>/", acting.act, name="act"),
    path("actions/<int:action_id>/take-back/", acting.take_back, name="take_back"),
    path("<int:item_id>/", items.item, name="item"),
    path("<int:item_id>/person/", items.person, name="person"),
    path("<int:item_id>/contact/", contacts.contact, name="contact"),
    path("<int:item_id>/others/", items.others, name="others"),
    path("<int:item_id>/colleagues/", commands.colleagues, name="colleagues"),
    path("<int:item_id>/reply/", answering.reply, name="reply"),
    path("<int:item_id>/note/", answering.note, name="note"),
    path("<int:item_id>/draft/", answering.draft, name="draft"),
    path("<int:item_id>/undo/", commands.undo, name="undo"),
    path("<int:item_id>/commands/<slug:command>/", commands.command, name="command"),
]

"""Pages of posts and publications, under /o/<slug>/."""

from django.urls import path

from scheduler.views import choosing, composer, publications, story

app_name = "scheduler"

urlpatterns = [
    path("compose/", composer.compose, name="compose"),
    path("posts/", publications.publications, name="publications"),
    path("posts/<int:post_id>/edit/", composer.edit, name="edit"),
    path("posts/<int:post_id>/choose/<int:account_id>/<slug:option>/", choosing.choose, name="choose"),
    path("posts/<int:post_id>/approve/", composer.approve, name="approve"),
    path("posts/<int:post_id>/send-back/", composer.send_back, name="send_back"),
    path("publications/<int:publication_id>/", story.publication, name="publication"),
    path("publications/<int:publication_id>/row/", publications.publication_row, name="publication_row"),
    path("publications/<int:publication_id>/cancel/", story.cancel, name="cancel"),
    path("publications/<int:publication_id>/move/", story.move, name="move"),
    path("publications/<int:publication_id>/retry/", story.retry, name="retry"),
    path("publications/<int:publication_id>/send-now/", story.send_now, name="send_now"),
    path("publications/<int:publication_id>/recognise/", story.recognise, name="recognise"),
    path("publications/<int:publication_id>/send-again/", story.send_again, name="send_again"),
    path("publications/<int:publication_id>/edit/", story.edit_out, name="edit_out"),
    path("publications/<int:publication_id>/delete/", story.delete_out, name="delete_out"),
    path("publications/<int:publication_id>/follow-up/again/", story.follow_up_again, name="follow_up_again"),
    path("publications/<int:publication_id>/let-be/", story.let_be, name="let_be"),
    path("accounts/<int:account_id>/choices/<slug:option>/", choosing.choices, name="choices"),
    path("accounts/<int:account_id>/publications/", publications.account_publications, name="account_publications"),
]

"""Why an act on a post is not possible, in a sentence for the person who asked for it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "being_sent": _("It is being sent at this moment. Wait until it is out, then look at it again."),
    "not_editable": _("Its words have already gone out, so they can no longer change here."),
    "needs_planner": _("It has been approved. Only somebody who may schedule posts can still change it."),
    "no_account": _("No account is chosen. Pick at least one under “Where”."),
    "no_hour": _("No day and hour are set. Fill in both, or send it now."),
    "hour_past": _("That hour has already passed. Choose a later one, or send it now."),
    "looks_first": _("Portevoix is still looking for it on the network. Wait until it has looked, then decide."),
    "has_errors": _("A network would refuse this post. Follow the red lines under “Before it goes”, then try again."),
    "not_in_review": _("Nobody is asked to approve this post any more."),
    "changed_meanwhile": _("It has changed meanwhile. Read it again, then decide."),
    "moved_on": _("It has moved on meanwhile. The page shows where it stands now."),
    "cancel_first": _("It is already planned on an account that you took away. Cancel it there first."),
    "already_planned": _("It has been scheduled or sent, so it stays. Cancel what has not gone out yet instead."),
    "planned_elsewhere": _(
        "It is planned on an account that is not open to you. Ask somebody who has it to change this."
    ),
    "edit_not_offered": _("This network lets nobody change a post from here. Change it there."),
    "edit_empty": _("There are no words left. Write some, or delete the post."),
    "delete_not_offered": _("This network lets nobody delete a post from here. Delete it there."),
    "account_not_open": _("One of these accounts is not open to you. Pick others."),
}


class NotPossible(Exception):
    """The state of things does not allow this act. Nothing was changed."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.key])

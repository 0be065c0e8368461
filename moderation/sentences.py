"""Why something was not done, as people read it: by key, in their own language.

Keys are kept in rows: once used, a key keeps its meaning. What a network refused stands in `integrations.sentences`.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrations import sentences as networks

SENTENCES: dict[str, Promise] = {
    "defer_into_the_past": _("That hour has passed. Choose one to come."),
    "defer_too_far": _("That is more than a year away. Choose an earlier hour."),
    "close_needs_reply_or_review": _("Nobody has answered yet. Answer first, or close it as reviewed."),
    "move_not_allowed": _("This cannot be done in the state it is in now. Look at it again, then decide."),
    "undo_too_late": _("Something has happened since, so this can no longer be taken back."),
    "assign_to_somebody_who_cannot": _(
        "This person may not answer on this account. Choose somebody who may, or let an administrator open it to them."
    ),
    "nobody_is_known": _("The network does not say who wrote this, so nothing can be written down about them."),
    "nothing_to_answer": _("There is no message here that could be answered."),
    "message_gone": _("Its author has deleted this message at the network, so it cannot be answered."),
    "act_not_offered": _("The network does not offer this for such a message."),
    "reply_window_over": _("The network takes an answer within %(hours)s hours of the last message. They have passed."),
    "answered_privately": _("This has been answered in private. The network takes one such answer to a message."),
    "private_answer_window_over": _(
        "The network takes a private answer within %(days)s days of the message. They have passed."
    ),
    "text_missing": _("There is no text yet. Write one, then send."),
    "text_too_long": _("This text has %(found)s characters; %(allowed)s are allowed. Shorten it by %(over)s."),
    "note_too_long": _("This note has %(found)s characters; %(allowed)s are allowed. Shorten it by %(over)s."),
    "bulk_unknown": _("This command cannot be given for several items at once."),
    "bulk_too_many": _("These are %(found)s items; %(allowed)s at once are allowed. Choose fewer."),
    "account_held": _("The account has lost its authorisation. This goes on by itself once it is connected again."),
    "over_budget": _("The network takes no more for now. This goes on as soon as there is room again."),
    "worker_lost": _("The process that sent this stopped before the answer came. Portevoix looks whether it arrived."),
    "look_nothing_yet": _("Not found at the network so far. Portevoix looks once more before it sends again."),
    "look_too_short": _("Portevoix could not look far enough back. Look at the network whether it arrived."),
    "look_alike": _("Something like it stands at the network. Look whether it is this reply."),
    "event_unreadable": _("The network told something that Portevoix does not understand. It is kept as it came."),
    "event_not_stored": _("What the network told could not be stored. It is kept as it came and can be read again."),
    "proven_absent": _("It never arrived, and is sent again."),
}


def sentence(key: str, facts: Mapping[str, Any]) -> str:
    """Return the sentence of a key in the reader's language; a network's own is found as well."""
    found = SENTENCES.get(key)
    if found is None:
        network = str(facts.get("network", ""))
        return networks.sentence(key, facts, network=network, about=networks.About.MESSAGE)
    try:
        return str(found) % dict(facts)
    except (KeyError, TypeError, ValueError):
        return str(found)

"""Telling operators that something has stopped, from a process that does nothing else."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.mail import send_mail
from django.db import Error, connection
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from config.env import env
from operations import health, heartbeats, sunsets

logger = logging.getLogger(__name__)

#: A trouble that lasts is told again after this long.
TOLD_AGAIN_AFTER = timedelta(hours=1)
#: What is still to come is told again after this long.
WARNED_AGAIN_AFTER = timedelta(days=7)


@dataclass
class Watch:
    """Looks at the platform, remembers what it has told, and keeps the addresses for when the database is gone."""

    told: dict[str, datetime] = field(default_factory=dict)
    warned: dict[str, datetime] = field(default_factory=dict)
    operators: list[tuple[str, str]] = field(default_factory=list)  # address, language

    def look(self, now: datetime, *, is_starting: bool = False) -> None:
        """Look once, and tell what is new, what lasts and what is over; while all is starting only leave a sign."""
        found = self._troubles(now)
        if is_starting:
            return
        new = {
            key: line for key, line in found.items() if key not in self.told or now - self.told[key] >= TOLD_AGAIN_AFTER
        }
        over = [key for key in self.told if key not in found]
        if new:
            self._tell(_subject_of_trouble, found)
        elif over and not found:
            self._tell(_subject_of_end, {})
        self.told |= dict.fromkeys(new, now)
        for key in over:
            del self.told[key]
        self._warn(now)

    def _warn(self, now: datetime) -> None:
        """Tell what is still to come: when it is new, and once a week."""
        found = sunsets.warnings(now)
        self.warned = {key: at for key, at in self.warned.items() if key in found}
        due = [key for key in found if key not in self.warned or now - self.warned[key] >= WARNED_AGAIN_AFTER]
        if due:
            self._tell(_subject_of_warning, found)
            self.warned |= dict.fromkeys(found, now)

    def _troubles(self, now: datetime) -> dict[str, str]:
        try:
            self.operators = list(User.objects.filter(is_staff=True, is_active=True).values_list("email", "language"))
            heartbeats.note("watch", now)
            return health.troubles(now)
        except Error as error:
            connection.close()
            return {"database": f"The database does not answer ({type(error).__name__})."}

    def _tell(self, subject: Callable[[int], str], troubles: Mapping[str, str]) -> None:
        logger.warning("operators are told: %s", ", ".join(sorted(troubles)) or "all is well again")
        for address, language in self.operators:
            with translation.override(language):
                body = "\n".join([*troubles.values(), "", f"{env.public_base_url}/operations/"])
                try:
                    send_mail(subject(len(troubles)), body, None, [address])
                except OSError as error:
                    logger.error("an operator could not be told: %s", type(error).__name__)  # noqa: TRY400


def _subject_of_trouble(number: int) -> str:
    return ngettext("Portevoix: one thing has stopped", "Portevoix: %(number)s things have stopped", number) % {
        "number": number
    }


def _subject_of_warning(number: int) -> str:
    return ngettext(
        "Portevoix: a network's API version needs you", "Portevoix: %(number)s networks' API versions need you", number
    ) % {"number": number}


def _subject_of_end(number: int) -> str:
    return _("Portevoix: everything runs again")

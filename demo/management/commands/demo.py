"""`manage.py demo`: fill the product with a world to look at, and say who can sign in."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from config.env import env
from demo.making import make
from demo.people import HOUSES, PASSWORD, PEOPLE, Person, are_there


class Command(BaseCommand):
    help = "Fills an empty product with demonstration data, through the sandbox. Run again, it only says who signs in."

    def handle(self, *args: Any, **options: Any) -> None:
        if not env.sandbox:
            raise CommandError(
                _(
                    "SANDBOX is not set. The demonstration publishes at the networks it finds, so it is made with "
                    "local twins only: set SANDBOX=1 and start the sandbox, or type `make up`."
                )
            )
        if are_there():
            self.stderr.write(_("The demonstration is here already; nothing was changed."))
        else:
            with _quiet():
                make(now=timezone.now())
        self.stdout.write(_sign_ins())


@contextmanager
def _quiet() -> Iterator[None]:
    """Say nothing below an error: the faults that the demonstration meets are part of its story."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


def _sign_ins() -> str:
    width = max(len(person.email) for person in PEOPLE)
    lines = [f"  {person.email:<{width}}  {person.name}, {_roles(person)}" for person in PEOPLE]
    return "\n".join([_("Sign in with the password %(password)s as") % {"password": PASSWORD}, *lines])


def _roles(person: Person) -> str:
    if person.is_operator:
        return _("operator of the platform")
    names = {house.key: house.name for house in HOUSES}
    by_role: dict[str, list[str]] = {}
    for key, role in person.roles.items():
        by_role.setdefault(role.label.lower(), []).append(names[key])
    return "; ".join(f"{role} ({', '.join(houses)})" for role, houses in by_role.items())

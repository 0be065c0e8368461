"""Rows that are work: who may take them, from when, and until when they are taken."""

from django.db import models


class Leased(models.Model):
    """A row that a worker may claim. No `available_at` means nothing is to be done; a lease means somebody does it."""

    available_at = models.DateTimeField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    # Grows with each claim, and when a person takes the row back: a late worker's writes miss.
    lease_token = models.BigIntegerField(default=0, editable=False)
    # Tries that ended without success since a person last acted; waits grow with it.
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

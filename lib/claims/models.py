"""Rows that are work: who may take them, from when, and until when they are taken."""

from django.db import models


class Leased(models.Model):
    """A row that a worker may claim. No `available_at` means nothing is to be done; a lease means somebody does it."""

    available_at = models.DateTimeField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease_token = models.BigIntegerField(
        default=0, editable=False
    )  # grows with each claim: a late worker's writes miss
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

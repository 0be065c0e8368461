"""What operators need to see, of the platform and of no organisation."""

from django.db import models


class Heartbeat(models.Model):
    """When a loop last came round, whichever process ran it."""

    name = models.CharField(max_length=40, primary_key=True)
    beaten_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.beaten_at:%H:%M:%S}"

"""What operators need to see, of the platform and of no organisation."""

from django.db import models

from lib.privacy import NoPersonalData


class Heartbeat(models.Model):
    """When a loop last came round, whichever process ran it."""

    name = models.CharField(max_length=40, primary_key=True)
    beaten_at = models.DateTimeField()

    privacy = NoPersonalData("when loops last came round")

    def __str__(self) -> str:
        return f"{self.name} at {self.beaten_at:%H:%M:%S}"

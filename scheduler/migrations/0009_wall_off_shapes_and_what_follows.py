"""Wall off the rows of organisations from one another."""

from django.db import migrations

from lib.tenancy.operations import EnableRowSecurity


class Migration(migrations.Migration):
    dependencies = [("scheduler", "0008_shapes_follow_ups_and_amendments")]

    operations = [
        EnableRowSecurity("PostShape"),
        EnableRowSecurity("FollowUp"),
        EnableRowSecurity("Amendment"),
    ]

"""Show an organisation its own changes only."""

from django.db import migrations

from lib.tenancy.operations import EnableRowSecurity


class Migration(migrations.Migration):
    dependencies = [("live", "0001_initial")]

    operations = [EnableRowSecurity("LiveSequence"), EnableRowSecurity("LiveEvent")]

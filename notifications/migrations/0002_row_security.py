"""Wall off notices of organisations from one another."""

from django.db import migrations

from lib.tenancy.operations import EnableRowSecurity


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [EnableRowSecurity("Notice")]

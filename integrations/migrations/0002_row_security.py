"""Wall off the rows of organisations from one another."""

from django.db import migrations

from lib.tenancy.operations import EnableRowSecurity


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_initial")]

    operations = [
        EnableRowSecurity("Grant"),
        EnableRowSecurity("SocialAccount"),
        EnableRowSecurity("AccountAccess"),
        EnableRowSecurity("Lane"),
        EnableRowSecurity("ConnectAttempt"),
    ]

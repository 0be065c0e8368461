"""Show an organisation its own events, and the platform's own only outside any organisation."""

from django.db import migrations

from lib.tenancy.operations import OWN_ROWS, SCOPE, EnableRowSecurity

RULE = f"{OWN_ROWS} OR (organisation_id IS NULL AND {SCOPE} IS NULL)"


class Migration(migrations.Migration):
    dependencies = [("eventlog", "0001_initial")]

    operations = [EnableRowSecurity("Event", using=RULE, check=RULE)]

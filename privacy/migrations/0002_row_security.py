"""Wall the rules, holds, proofs and work of organisations off from one another, and the platform's own from them all."""

from django.db import migrations

from lib.tenancy.operations import OWN_ROWS, SCOPE, EnableRowSecurity

#: An organisation sees its own; outside any organisation the platform sees its own.
RULE = f"{OWN_ROWS} OR (organisation_id IS NULL AND {SCOPE} IS NULL)"


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_initial")]

    operations = [
        EnableRowSecurity("RetentionPolicy"),
        EnableRowSecurity("LegalHold"),
        EnableRowSecurity("RetentionWork", using=RULE, check=RULE),
        EnableRowSecurity("RetentionRun", using=RULE, check=RULE),
        EnableRowSecurity("EndedFile", using=RULE, check=RULE),
    ]

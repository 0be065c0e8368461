"""Wall off organisations, letting a user see their own memberships before choosing one."""

from django.db import migrations

from lib.tenancy.operations import OWN_ROWS, SCOPE, USER, EnableRowSecurity

# Only while no organisation is chosen: inside one, the same user's places elsewhere stay out of its lists.
BEFORE_A_CHOICE = f"{SCOPE} IS NULL AND user_id = {USER}"
MEMBER = (
    "EXISTS (SELECT FROM accounts_membership m "
    f"WHERE m.organisation_id = accounts_organisation.id AND m.user_id = {USER})"
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        EnableRowSecurity("Membership", using=f"{OWN_ROWS} OR ({BEFORE_A_CHOICE})"),
        EnableRowSecurity(
            "Organisation", using=f"id = {SCOPE} OR ({SCOPE} IS NULL AND {MEMBER})", check=f"id = {SCOPE}"
        ),
        EnableRowSecurity("Invitation"),
    ]

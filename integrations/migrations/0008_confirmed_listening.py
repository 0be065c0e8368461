"""Keep when a network asked back whether we mean to listen to an account."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0007_consent_ends")]

    operations = [
        migrations.AddField("socialaccount", "listening_confirmed_at", models.DateTimeField(blank=True, null=True)),
    ]

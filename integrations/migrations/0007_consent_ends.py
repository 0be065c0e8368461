"""Let a grant say when its consent ends, and for which of the days ahead that was told."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0006_connect_links")]

    operations = [
        migrations.AddField(
            model_name="grant", name="consent_ends_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="grant",
            name="consent_told_days",
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
    ]

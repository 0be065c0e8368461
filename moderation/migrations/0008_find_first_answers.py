"""Let home find the first answers of a day without looking through the others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("moderation", "0007_six_networks")]

    operations = [
        migrations.AddIndex(
            model_name="intervention",
            index=models.Index(
                fields=["organisation", "first_reply_at"],
                name="intervention_answered",
                condition=models.Q(first_reply_at__isnull=False),
            ),
        ),
    ]

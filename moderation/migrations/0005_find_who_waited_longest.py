"""Let home find who has waited longest, and whose reply did not arrive, without looking through the others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("moderation", "0004_message_acts")]

    operations = [
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                fields=["organisation", "waiting_since", "id"],
                name="item_waited_longest",
                condition=models.Q(state__in=["assigned", "new"], waiting_since__isnull=False),
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                fields=["organisation", "-last_activity_at", "-id"],
                name="item_not_answered",
                condition=models.Q(send_failed=True),
            ),
        ),
    ]

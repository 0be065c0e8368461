"""Let an echo find the reply it belongs to without looking through all that was said under a post."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("moderation", "0005_find_who_waited_longest")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["thread"],
                name="message_on_its_way",
                condition=models.Q(way_out__in=["sending", "unknown"]),
            ),
        ),
    ]

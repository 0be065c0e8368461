"""Keep with each account how far what it has in the inbox was looked at again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("moderation", "0008_find_first_answers")]

    operations = [
        migrations.AddField("poll", "revisit_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("poll", "revisited", models.JSONField(blank=True, null=True)),
    ]

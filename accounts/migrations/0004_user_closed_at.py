"""Remember when a user's account was closed: the clock of what is kept of its sign-ins."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_cache")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="closed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]

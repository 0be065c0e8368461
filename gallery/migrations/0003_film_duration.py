"""Add how long a film lasts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0002_row_security"),
    ]

    operations = [
        migrations.AddField(
            model_name="asset",
            name="duration_ms",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
    ]

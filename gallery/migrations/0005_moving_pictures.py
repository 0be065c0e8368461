"""Add of how many frames a moving picture is made."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0004_longer_content_types"),
    ]

    operations = [
        migrations.AddField(
            model_name="asset",
            name="frames",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
    ]

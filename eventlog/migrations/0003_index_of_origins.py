"""Find events that still say where they came from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("eventlog", "0002_row_security"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("address__isnull", False)),
                fields=["organisation_id", "at"],
                name="event_with_origin",
            ),
        ),
    ]

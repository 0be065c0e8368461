from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("integrations", "0003_listening")]

    operations = [
        AddIndexConcurrently(
            model_name="lane",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)),
                fields=["queue", "organisation", "next_at"],
                name="lane_waiting",
            ),
        ),
    ]

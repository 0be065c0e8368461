"""Index what is out and still waits for a person."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("scheduler", "0009_wall_off_shapes_and_what_follows")]

    operations = [
        AddIndexConcurrently(
            model_name="publication",
            index=models.Index(
                condition=models.Q(
                    ("reason__in", ("follow_up_refused", "follow_up_unknown", "edit_refused", "delete_refused")),
                    ("state", "published"),
                ),
                fields=["organisation", "publish_at"],
                name="publication_to_decide",
            ),
        ),
    ]

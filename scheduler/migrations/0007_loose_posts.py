"""Mark the loose posts that were there before, and index them."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

FILL = """
    UPDATE scheduler_post p SET is_loose = true
    WHERE NOT is_loose AND NOT EXISTS (SELECT FROM scheduler_publication u WHERE u.post_id = p.id)
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("scheduler", "0006_post_is_loose")]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop, elidable=True),
        AddIndexConcurrently(
            model_name="post",
            index=models.Index(
                condition=models.Q(("is_loose", True)), fields=["organisation", "-id"], name="post_loose"
            ),
        ),
    ]

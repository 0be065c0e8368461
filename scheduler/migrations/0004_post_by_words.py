"""Index the words of posts, without holding up those who write."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("scheduler", "0003_post_search_words")]

    operations = [
        AddIndexConcurrently(
            model_name="post",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search_words"], name="post_by_words"),
        ),
    ]

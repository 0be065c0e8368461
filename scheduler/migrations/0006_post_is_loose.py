"""Mark drafts on no account yet, so that lists find them without looking through all posts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scheduler", "0005_fill_post_search_words")]

    operations = [
        migrations.AddField(
            model_name="post",
            name="is_loose",
            field=models.BooleanField(default=False, editable=False),
        ),
    ]

"""Give posts a link, and options that an account has to choose from the names by which people know them."""

from django.db import migrations, models


def _empty() -> models.Value:
    return models.Value({}, models.JSONField())


class Migration(migrations.Migration):
    dependencies = [("scheduler", "0010_publication_to_decide")]

    operations = [
        migrations.AddField("post", "link", models.TextField(blank=True, db_default="", default="")),
        migrations.AddField("post", "own_links", models.JSONField(blank=True, db_default=_empty(), default=dict)),
        migrations.AddField(
            "postshape", "option_names", models.JSONField(blank=True, db_default=_empty(), default=dict)
        ),
    ]

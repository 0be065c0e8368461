"""Give posts a place for the words that searches compare."""

import django.contrib.postgres.search
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("scheduler", "0002_row_security")]

    operations = [
        migrations.AddField(
            model_name="post",
            name="search_words",
            field=django.contrib.postgres.search.SearchVectorField(editable=False, null=True),
        ),
    ]

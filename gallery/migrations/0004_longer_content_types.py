"""Make room for the long names of office documents."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0003_film_duration"),
    ]

    operations = [
        migrations.AlterField(
            model_name="asset",
            name="content_type",
            field=models.CharField(max_length=100),
        ),
    ]

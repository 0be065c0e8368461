"""Let owners be told of an authorisation that nobody else can renew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_row_security")]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("failed", "A publication failed"),
                    ("unknown", "An outcome is unknown"),
                    ("late", "A publication missed its hour"),
                    ("account_lost", "An authorisation was lost"),
                    ("out_of_reach", "An authorisation was lost that nobody can renew"),
                ],
                max_length=16,
            ),
        ),
    ]

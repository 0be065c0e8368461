"""Let people be told that a consent is about to end."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0005_of_exports")]

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
                    ("reply_refused", "A network refused an answer or an act"),
                    ("reply_unknown", "Whether an answer arrived is unknown"),
                    ("mentioned", "A colleague named you in a note"),
                    ("consent_ending", "A consent is about to end"),
                    ("export_ready", "An export is ready"),
                    ("export_failed", "An export could not be made"),
                    ("out_of_reach", "An authorisation was lost that nobody can renew"),
                ],
                max_length=16,
            ),
        ),
    ]

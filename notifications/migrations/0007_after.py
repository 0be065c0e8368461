"""Name what is told of posts that are out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0006_of_consents"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("failed", "A publication failed"),
                    ("unknown", "An outcome is unknown"),
                    ("late", "A publication missed its hour"),
                    ("after", "Something about a published post is left to decide"),
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

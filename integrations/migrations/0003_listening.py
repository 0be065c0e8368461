from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0002_row_security")]

    operations = [
        migrations.AddField(
            model_name="socialaccount",
            name="listening",
            field=models.CharField(
                choices=[("off", "Off"), ("told", "Told"), ("polled", "Polled"), ("leaving", "Leaving")],
                db_default="off",
                default="off",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="socialaccount",
            name="listening_reason",
            field=models.CharField(blank=True, db_default="", max_length=60),
        ),
        migrations.AddField(
            model_name="socialaccount",
            name="listening_checked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]

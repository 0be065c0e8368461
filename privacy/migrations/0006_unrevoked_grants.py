from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("privacy", "0005_exports")]

    operations = [
        migrations.AddField(model_name="termination", name="unrevoked", field=models.JSONField(default=dict)),
    ]

"""Wall off the rows of organisations from one another."""

from django.db import migrations

from lib.tenancy.operations import EnableRowSecurity


class Migration(migrations.Migration):
    dependencies = [("scheduler", "0001_initial")]

    operations = [
        EnableRowSecurity("Post"),
        EnableRowSecurity("PostAsset"),
        EnableRowSecurity("Publication"),
        EnableRowSecurity("Delivery"),
        EnableRowSecurity("Look"),
    ]

import django.db.models.deletion
from django.db import migrations, models

import lib.tenancy.models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0004_of_the_inbox"),
        ("privacy", "0005_exports"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="notice", name="one_notice_per_person_and_happening"),
        migrations.RemoveConstraint(model_name="notice", name="notice_is_about_something"),
        migrations.AddField(
            model_name="notice",
            name="export",
            field=lib.tenancy.models.OwnedForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="privacy.export",
            ),
        ),
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
                    ("export_ready", "An export is ready"),
                    ("export_failed", "An export could not be made"),
                    ("out_of_reach", "An authorisation was lost that nobody can renew"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("user", "kind", "publication", "social_account", "item", "export", "happened_at"),
                name="one_notice_per_person_and_happening",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("publication__isnull", False),
                    ("social_account__isnull", False),
                    ("item__isnull", False),
                    ("export__isnull", False),
                    _connector="OR",
                ),
                name="notice_is_about_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=lib.tenancy.models.SameOrganisation(field="export", name="notice_and_export_share_organisation"),
        ),
    ]

"""Add what posts are on each network, what follows once they are out, and what people want done to them then."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lib.tenancy.models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_organisation_ends_at"),
        ("gallery", "0003_film_duration"),
        ("scheduler", "0007_loose_posts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="publication",
            name="deleted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="publication",
            name="is_judged",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AlterField(
            model_name="publication",
            name="queue",
            field=models.CharField(
                choices=[("media", "Media"), ("publish", "Publish"), ("reconcile", "Reconcile"), ("after", "After")],
                default="publish",
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="Amendment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.CharField(choices=[("edit", "Edit"), ("delete", "Delete")], max_length=8)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("done", "Done"),
                            ("refused", "Refused"),
                            ("dropped", "Dropped"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=60)),
                ("reason_data", models.JSONField(default=dict)),
                (
                    "organisation",
                    lib.tenancy.models.OrganisationKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "publication",
                    lib.tenancy.models.OwnedForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="amendments",
                        to="scheduler.publication",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")), fields=("publication",), name="one_waiting_amendment"
                    ),
                    lib.tenancy.models.SameOrganisation(
                        field="publication", name="amendment_and_publication_share_organisation"
                    ),
                    models.UniqueConstraint(fields=("organisation", "id"), name="amendment_in_organisation"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("number", models.PositiveSmallIntegerField()),
                ("lease_token", models.BigIntegerField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("done", "Done"),
                            ("postponed", "Postponed"),
                            ("refused", "Refused"),
                            ("unknown", "Unknown"),
                            ("asked", "Asked"),
                            ("absent", "Absent"),
                            ("again", "Again"),
                            ("let_be", "Let Be"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("kept", models.JSONField(default=dict)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("looks", models.PositiveSmallIntegerField(default=0)),
                ("empty_looks", models.PositiveSmallIntegerField(default=0)),
                ("code", models.CharField(blank=True, max_length=60)),
                ("reason", models.CharField(blank=True, max_length=60)),
                ("reason_data", models.JSONField(default=dict)),
                (
                    "organisation",
                    lib.tenancy.models.OrganisationKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "publication",
                    lib.tenancy.models.OwnedForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="follow_ups",
                        to="scheduler.publication",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("publication", "number"), name="one_follow_up_per_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "open")), fields=("publication",), name="one_open_follow_up"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "done")),
                        fields=("publication", "name"),
                        name="each_follow_up_done_once",
                    ),
                    lib.tenancy.models.SameOrganisation(
                        field="publication", name="follow_up_and_publication_share_organisation"
                    ),
                    models.UniqueConstraint(fields=("organisation", "id"), name="follow_up_in_organisation"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PostShape",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("network", models.CharField(max_length=16)),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("post", "post"),
                            ("story", "story"),
                            ("reel", "reel"),
                            ("event", "event"),
                            ("offer", "offer"),
                            ("poll", "poll"),
                            ("thread", "thread"),
                        ],
                        default="post",
                        max_length=16,
                    ),
                ),
                ("options", models.JSONField(blank=True, default=dict)),
                ("first_comment", models.TextField(blank=True)),
                ("parts", models.JSONField(blank=True, default=list)),
                (
                    "cover",
                    lib.tenancy.models.OwnedForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="gallery.asset",
                    ),
                ),
                (
                    "organisation",
                    lib.tenancy.models.OrganisationKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "post",
                    lib.tenancy.models.OwnedForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shapes",
                        to="scheduler.post",
                    ),
                ),
            ],
            options={
                "ordering": ["network"],
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("post", "network"), name="one_shape_per_network"),
                    lib.tenancy.models.SameOrganisation(field="post", name="shape_and_post_share_organisation"),
                    lib.tenancy.models.SameOrganisation(field="cover", name="shape_and_cover_share_organisation"),
                ],
            },
        ),
    ]

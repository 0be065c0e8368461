"""Every model says what it holds of people, and says nothing false."""

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import isolate_apps

from lib.privacy import Data, NoPersonalData, PrivacyClass, Purpose, Subject, blank, delete, follows
from privacy import third_party
from privacy.checks import check_declarations, check_model


def declared(**fields: object) -> PrivacyClass:
    defaults: dict[str, object] = {
        "purpose": Purpose.MODERATION,
        "subjects": (Subject.AUTHOR,),
        "holds": {"words": Data.WORDS},
        "record_class": "messages",
        "clock": "at",
        "ends_by": delete(),
    }
    return PrivacyClass(**{**defaults, **fields})  # type: ignore[arg-type]  # each test says what it is about


def faults(**attributes: object) -> list[str]:
    """What the check says of a model with two columns and these attributes."""
    with isolate_apps("accounts"):
        body = {"__module__": "accounts.models", "words": models.TextField(), "at": models.DateTimeField()}
        model = type("Letter", (models.Model,), {**body, **attributes})
        return [fault.id or "" for fault in check_model(model)]


def test_every_model_of_the_product_is_declared() -> None:
    assert check_declarations() == []


def test_a_model_that_says_nothing_is_refused() -> None:
    assert faults() == ["privacy.E001"]


def test_what_a_base_class_says_does_not_count() -> None:
    with isolate_apps("accounts"):

        class Base(models.Model):
            privacy = NoPersonalData("said too early")

            class Meta:
                abstract = True
                app_label = "accounts"

        class Letter(Base):
            class Meta:
                app_label = "accounts"

            def __str__(self) -> str:
                return "a letter"

        assert [fault.id for fault in check_model(Letter)] == ["privacy.E001"]


def test_a_model_without_personal_data_says_why() -> None:
    assert faults(privacy=NoPersonalData("figures only")) == []


def test_a_full_declaration_passes() -> None:
    assert faults(privacy=declared()) == []


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"record_class": "whatever"}, "privacy.E002"),
        ({"clock": "sent_at"}, "privacy.E003"),
        ({"holds": {"word": Data.WORDS}}, "privacy.E003"),
        ({"files": ("picture",)}, "privacy.E003"),
        ({"ends_by": blank("text")}, "privacy.E003"),
        ({"reached_by": {"thread": "thread"}}, "privacy.E003"),
        ({"ends_by": follows("thread")}, "privacy.E004"),
    ],
)
def test_a_declaration_that_names_what_is_not_there_is_refused(wrong: dict[str, object], fault: str) -> None:
    assert faults(privacy=declared(**wrong)) == [fault]


def test_following_needs_a_cascade() -> None:
    reader = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")

    assert faults(reader=reader, privacy=declared(ends_by=follows("reader"))) == ["privacy.E004"]


def test_third_party_declarations_speak_of_tables_that_exist(db: None) -> None:
    labels = {model._meta.label for model in apps.get_models()}

    assert set(third_party.MODELS) <= labels
    assert set(connection.introspection.table_names()) == {
        *(model._meta.db_table for model in apps.get_models()),
        *third_party.TABLES,
    }

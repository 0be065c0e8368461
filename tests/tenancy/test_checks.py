"""Start-up refuses what would not be walled off, and says what to do."""

from typing import Any, ClassVar

import pytest
from django.core.checks import CheckMessage
from django.core.management.base import SystemCheckError
from django.db import connection, models
from django.test.utils import isolate_apps

from lib.tenancy import checks
from lib.tenancy.models import OwnedForeignKey, OwnedModel, SameOrganisation, in_organisation
from scheduler.models import Post


def ids(found: list[CheckMessage]) -> set[str | None]:
    return {message.id for message in found}


@isolate_apps("scheduler")
def test_a_key_between_owned_rows_needs_its_composite_constraint() -> None:
    class Loose(OwnedModel):
        post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")

        class Meta(OwnedModel.Meta):
            app_label = "scheduler"

    assert "tenancy.E004" in ids(Loose.check())


@isolate_apps("scheduler")
def test_a_plain_key_beside_the_composite_one_is_refused() -> None:
    class Doubled(OwnedModel):
        post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")

        class Meta(OwnedModel.Meta):
            app_label = "scheduler"
            constraints = [SameOrganisation(field="post", name="doubled")]

    assert "tenancy.E001" in ids(Doubled._meta.constraints[0].check(Doubled, connection))


@isolate_apps("scheduler")
def test_the_row_referred_to_needs_a_unique_organisation_and_id() -> None:
    class Bare(OwnedModel):
        class Meta(OwnedModel.Meta):
            app_label = "scheduler"

    class Pointing(OwnedModel):
        bare = OwnedForeignKey(Bare, on_delete=models.CASCADE, related_name="+")

        class Meta(OwnedModel.Meta):
            app_label = "scheduler"
            constraints = [SameOrganisation(field="bare", name="pointing"), in_organisation("pointing")]

    assert "tenancy.E002" in ids(Pointing._meta.constraints[0].check(Pointing, connection))


@isolate_apps("scheduler")
def test_a_manager_past_the_guard_is_refused() -> None:
    class Open(OwnedModel):
        objects: ClassVar[Any] = models.Manager()

        class Meta(OwnedModel.Meta):
            app_label = "scheduler"

    assert "tenancy.E003" in ids(Open.check())


def test_a_table_without_a_policy_is_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_GUARDED", "SELECT 'scheduler_post'")

    found = checks.check_walls(None, databases=["default"])

    assert ids(found) == {"tenancy.E011"}
    assert not any("scheduler_post " in message.msg for message in found)


@pytest.mark.parametrize("role", ["SELECT 'boss', true, false", "SELECT 'boss', false, true"])
def test_a_role_above_the_policies_does_not_start(db: None, monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    monkeypatch.setattr(checks, "_ROLE", role)
    monkeypatch.setattr(connection, "close", lambda: None)

    with pytest.raises(SystemCheckError, match="boss is above row-level security"):
        checks.require_walls()


def test_the_role_of_the_tests_starts(db: None) -> None:
    assert checks.check_walls(None, databases=["default"]) == []

"""Paths within an export, for the pages that stand in it."""

from urllib.parse import urlsplit

from django import template
from django.db import models

from privacy.exporting.columns import path_of_file
from privacy.registry import entry_of

register = template.Library()


@register.filter
def archived(row: models.Model, column: str) -> str:
    """Return where a row's file stands in the archive, seen from a chapter's page; empty where it has none."""
    key = getattr(row, column)
    return f"../{path_of_file(entry_of(type(row)), row.pk, column, key)}" if key else ""


@register.filter
def web_address(text: str) -> str:
    """Return an address of the web; nothing where a network gave anything else, such as a program."""
    return text if text and urlsplit(text).scheme in {"http", "https"} else ""

"""Figures as people read them, and as drawings do."""

from django import template

register = template.Library()


@register.filter
def grouped(count: int) -> str:
    """Return a count with its thousands set apart, as French and English readers both take it."""
    return f"{count:,}".replace(",", "\u202f")


@register.filter
def unlocalise(number: float) -> str:
    """Return a number for a drawing, whose decimals have a point in every language."""
    return f"{number:.1f}"

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Demonstration data: a world to look at, made through the same services that people use."""

    name = "demo"

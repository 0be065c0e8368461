"""App configuration."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        from integrations import budgets, registry

        registry.report_usage_to(budgets.collect)

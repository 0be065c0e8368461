"""App configuration."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        from accounts.permissions import Permission
        from integrations import budgets, registry
        from live.kinds import register_kind

        registry.report_usage_to(budgets.collect)
        register_kind("account", permission=Permission.VIEW_ACCOUNTS)

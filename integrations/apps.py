"""App configuration."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        from accounts.permissions import Permission
        from integrations import budgets, caps, registry
        from integrations.services.access import find_chosen_accounts
        from live.access import find_reach_with
        from live.kinds import register_kind
        from privacy.caps import apply_with
        from privacy.leases import lost_with

        registry.report_usage_to(budgets.collect)
        register_kind("account", permission=Permission.VIEW_ACCOUNTS)
        apply_with(caps.applying)
        lost_with(caps.accounts_without_grant)
        find_reach_with(find_chosen_accounts)

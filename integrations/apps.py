"""App configuration."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        from accounts.permissions import Permission
        from integrations import budgets, caps, registry
        from integrations.services import parting
        from integrations.services.access import find_chosen_accounts
        from live.access import find_reach_with
        from live.kinds import register_kind
        from privacy.caps import apply_with
        from privacy.leases import lost_with
        from privacy.terminating import Networks, networks_with

        registry.report_usage_to(budgets.collect)
        register_kind("account", permission=Permission.VIEW_ACCOUNTS)
        apply_with(caps.applying)
        lost_with(caps.accounts_without_grant)
        networks_with(
            Networks(
                pause=parting.pause,
                resume=parting.resume,
                give_back=parting.give_back,
                destroy_keys=parting.destroy_keys,
            )
        )
        find_reach_with(find_chosen_accounts)

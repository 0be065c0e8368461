"""App configuration: brings the `migrate` command and the start-up checks."""

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "lib.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        from lib.tenancy import checks  # noqa: F401  # registers itself

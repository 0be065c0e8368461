"""Database settings from addresses."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def database(address: str, owner_address: str, *, pool_size: int | None) -> dict[str, Any]:
    """Return Django's settings for one database spoken to as two roles (lib/tenancy/backend/base.py).

    `pool_size` None keeps one connection a thread, for workers; web processes share a pool.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.username:
        raise ImproperlyConfigured("DATABASE_URL must look like postgresql://role:password@host:5432/name")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    if pool_size:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
    return {
        "ENGINE": "lib.tenancy.backend",
        "NAME": parts.path.lstrip("/"),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        **_role(address),
        "OWNER": _role(owner_address) if owner_address else {},
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if pool_size else None,
        "CONN_HEALTH_CHECKS": True,
    }


def _role(address: str) -> dict[str, str]:
    parts = urlsplit(address)
    return {"USER": unquote(parts.username or ""), "PASSWORD": unquote(parts.password or "")}

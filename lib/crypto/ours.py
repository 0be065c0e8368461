"""This installation's keyring."""

from functools import cache

from config.env import env
from lib.crypto.keyring import Keyring


@cache
def keyring() -> Keyring:
    """Return this process's keyring."""
    masters = [bytes.fromhex(key) for key in (env.master_key, *env.previous_master_keys)]
    return Keyring(store=env.key_store, masters=masters)

"""A provider without a network: state in memory, and faults where a test wants them.

It fulfils the same contracts as the real ones (``tests/integrations/networks/contract.py`` and ``engaging.py`` run for
all of them), so a test of an engine, a service or a page can use it instead of a twin over HTTP.
"""

from integrations.testing.provider import InMemoryProvider
from integrations.testing.strangers import POST

__all__ = ["POST", "InMemoryProvider"]

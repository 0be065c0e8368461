"""When versions of the Graph API end.

Source: developers.facebook.com, "Graph API changelog", through dated copies of 2026: a version lives for two years at
least; that of v26.0 (released 2026-07-29) is counted from its release. A dead one is served by the oldest that lives.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from integrations.contract import ApiVersion

ENDS: Mapping[str, date] = MappingProxyType({"v25.0": date(2028, 7, 1), "v26.0": date(2028, 7, 29)})


def graph_version(name: str) -> ApiVersion:
    """Return the version that the operator chose for Meta's products, with its end where it is known."""
    return ApiVersion(name=name, setting="FACEBOOK_GRAPH_VERSION", ends_on=ENDS.get(name))

"""Comparing answers: what is new in every answer by design (nonce, tokens against forgery) is left out."""

import re
from typing import Any

_NEW_EACH_TIME = re.compile(
    r"""nonce-[^']+|(?<=nonce=")[^"]+|(?<=data-csrf=")[^"]+|(?<=csrfmiddlewaretoken" value=")[^"]+"""
)


def comparable(response: Any) -> tuple[int, dict[str, str], str]:
    """Return status, headers and body."""
    headers = {name: _NEW_EACH_TIME.sub("", value) for name, value in response.headers.items() if name != "Expires"}
    return response.status_code, headers, _NEW_EACH_TIME.sub("", response.content.decode())

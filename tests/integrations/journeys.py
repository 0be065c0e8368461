"""A person's way to a network and back, with requests at the twins and Django's client at our pages."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import requests
from django.test import Client


def departure(client: Client, address: str, **form: str) -> str:
    """Press a connect button and return where the page leads on."""
    answer: Any = client.post(address, form)
    assert answer.status_code == 200, answer.status_code
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', answer.content.decode())
    assert found
    return unescape(found[1])


def consent(address: str, **choice: str | list[str]) -> str:
    """Click through a consent page and return the address it leads back to."""
    answer = requests.post(address, data={"decision": "accept", **choice}, timeout=10, allow_redirects=False)
    assert answer.status_code in {302, 303}, answer.text
    return answer.headers["Location"]


def back(client: Client, address: str) -> Any:
    """Follow the way back to us, and on to the page it ends at."""
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}", follow=True)

"""``make faults``: print the fault matrix, from the data that the tests hold the product against.

Words narrow it down: ``python -m tests.faults x commit``, ``python -m tests.faults linkedin.comments``.
"""

import argparse
import os
import sys
from collections.abc import Mapping

import django
from django.utils import translation

from launch import environment
from tests.faults.printing import as_markdown, as_text, beside, ends


def sentences(language: str) -> Mapping[str, str]:
    """Return what people are told, by key, as it stands in the product's own tables."""
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    addresses = {"DATABASE_URL": nowhere, "DATABASE_OWNER_URL": nowhere, "REDIS_URL": "redis://127.0.0.1:1/0"}
    os.environ |= {**environment.placeholders(), **addresses, "DJANGO_SETTINGS_MODULE": "config.settings"}
    django.setup()
    from integrations.sentences import SENTENCES
    from scheduler.telling import OWN_SENTENCES

    with translation.override(language):
        return {key: str(words) for key, words in {**SENTENCES, **OWN_SENTENCES}.items()}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__.partition("\n")[0])
    parser.add_argument("words", nargs="*", help="networks, calls, or beginnings of operations")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--language", choices=("en", "fr"), default="en", help="of the sentences")
    wanted = parser.parse_args()
    found = ends(wanted.words)
    if not found:
        sys.stderr.write(f"Nothing is called {' '.join(wanted.words)}.\n")
        return 1
    lines = (as_markdown if wanted.markdown else as_text)(found, sentences(wanted.language))
    rest = [] if wanted.words else beside(markdown=wanted.markdown)
    sys.stdout.write("\n".join([*rest, *lines]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A string planted in every column that may hold something of a person, and a search for it wherever data lives."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models
from redis import Redis

from config.env import env
from gallery.storage import storage
from lib.privacy import Data
from lib.words import lexemes, words_of
from privacy.registry import Entry


def plant(entry: Entry, planted: str) -> int:
    """Write the string into each column in which the model says to hold something; return into how many rows."""
    declared = entry.personal
    if declared is None:
        return 0
    fields = {each.name: each for each in entry.model._meta.concrete_fields}
    columns = [name for name in declared.holds if _value(fields[name], planted, declared.holds[name], 0) is not None]
    count = 0
    for number, pk in enumerate(entry.rows().order_by("pk").values_list("pk", flat=True)):
        found = {name: _value(fields[name], planted, declared.holds[name], number) for name in columns}
        if values := {name: value for name, value in found.items() if value is not None}:
            entry.rows().filter(pk=pk).update(**values)
            count += 1
    return count


def _value(field: Any, planted: str, kind: Data, number: int) -> Any:
    """Return what to plant in a column; None where no text fits."""
    if field.is_relation:
        return None
    if isinstance(field, SearchVectorField):
        return lexemes(words_of(planted), organisation_id=1)
    if isinstance(field, models.JSONField):
        return {"x": f"by {planted}."} if field.default is dict else [{"deep": [f"by {planted}."], f"@{planted}": 1}]
    if isinstance(field, models.BinaryField):
        return planted.encode()
    if isinstance(field, models.UUIDField | models.GenericIPAddressField) or not isinstance(
        field, models.CharField | models.TextField
    ):
        return None
    sentence = f"Said by {planted}, once."
    if kind in {Data.WORDS, Data.ACTS} and len(sentence) <= (field.max_length or len(sentence)):
        return sentence
    if kind is Data.NAME and number:
        return None  # the name of somebody else, who may have the same one
    # Some of these are unique: the same id with something behind it.
    return planted if number == 0 else f"{planted} {number}"


def tables_with(planted: str) -> Iterator[str]:
    """Yield each table with a row in which the string stands, in text, in JSON, as a lexeme or in bytes."""
    word = "".join(words_of(planted)[:1]) if len(words_of(planted)) == 1 else planted.casefold()
    hexadecimal = planted.encode().hex()
    with connection.as_owner(), connection.cursor() as cursor:  # type: ignore[attr-defined]  # our backend's
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            name = connection.ops.quote_name(table)
            cursor.execute(
                f"SELECT count(*) FROM {name} t WHERE strpos(lower(t::text), %s) > 0 OR strpos(t::text, %s) > 0",
                [word, hexadecimal],
            )
            if cursor.fetchone()[0]:
                yield table


def files_with(planted: str) -> Iterator[Path]:
    """Yield each stored file with the string in its bytes or its name."""
    root = getattr(storage(), "root", Path(settings.BASE_DIR) / "none")
    for path in root.rglob("*"):
        if path.is_file() and (planted in path.name or planted.encode() in path.read_bytes()):
            yield path


def keys_with(planted: str) -> Iterator[str]:
    """Yield each key of Redis with the string in its name or its value."""
    redis = Redis.from_url(env.redis_url)
    for key in redis.scan_iter():
        held = redis.dump(key) or b""
        if planted.encode() in key + held:
            yield key.decode(errors="replace")


def logs_with(planted: str) -> Iterator[Path]:
    """Yield each log on this machine's disk with the string in it, those that were put by for a day included."""
    folder = Path(settings.LOG_DIR)
    for path in folder.rglob("*") if folder.is_dir() else ():
        if path.is_file():
            held = path.read_bytes()
            if planted.encode() in (gzip.decompress(held) if path.suffix == ".gz" else held):
                yield path


def found_anywhere(planted: str) -> list[str]:
    """Return every place where the string still stands."""
    places = [*tables_with(planted), *files_with(planted), *keys_with(planted), *logs_with(planted)]
    return [json.dumps(str(place)) for place in places]

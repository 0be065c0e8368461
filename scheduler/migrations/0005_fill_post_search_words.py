"""Write the words of the posts that were there before, in batches; interrupted, it goes on where it was."""

import re
import unicodedata
from typing import Any

from django.db import migrations

BATCH = 500
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def fill(apps: Any, schema_editor: Any) -> None:
    """Runs as the schema's owner, whom no policy hinders. Words are folded as lib.words did when this was written."""
    posts = apps.get_model("scheduler", "Post").objects
    while batch := list(posts.filter(search_words=None).only("text", "own_texts", "organisation_id")[:BATCH]):
        for post in batch:
            post.search_words = _lexemes(post)
        posts.bulk_update(batch, ["search_words"])


def _lexemes(post: Any) -> str:
    text = unicodedata.normalize("NFKD", " ".join([post.text, *post.own_texts.values()]).casefold())
    folded = "".join(one for one in text if not unicodedata.combining(one)).translate(LIGATURES)
    words = dict.fromkeys(word[:40] for word in re.findall(r"[^\W_]+", folded))
    return " ".join(f"'{post.organisation_id}:{word}'" for word in list(words)[:4000])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("scheduler", "0004_post_by_words")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]

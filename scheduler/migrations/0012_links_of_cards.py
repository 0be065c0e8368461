"""Move the links that LinkedIn's cards had as an option of their own to where all links are."""

from django.db import migrations

# A link of its own goes with a text of its own.
FILL = """
    UPDATE scheduler_post p
    SET own_texts = p.own_texts || jsonb_build_object('linkedin', coalesce(p.own_texts ->> 'linkedin', p.text)),
        own_links = p.own_links || jsonb_build_object('linkedin', s.options ->> 'link')
    FROM scheduler_postshape s
    WHERE s.post_id = p.id AND s.network = 'linkedin' AND s.options ->> 'link' <> '';
    UPDATE scheduler_postshape SET options = options - 'link' WHERE network = 'linkedin' AND options ? 'link';
"""


class Migration(migrations.Migration):
    dependencies = [("scheduler", "0011_links_and_names_of_options")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop, elidable=True)]

"""Wall off the rows of organisations from one another."""

from django.db import migrations

from lib.tenancy.operations import EnableRowSecurity


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial")]

    operations = [
        EnableRowSecurity("Contact"),
        EnableRowSecurity("Identity"),
        EnableRowSecurity("ContactMerge"),
        EnableRowSecurity("Thread"),
        EnableRowSecurity("Item"),
        EnableRowSecurity("ItemCount"),
        EnableRowSecurity("Message"),
        EnableRowSecurity("MessageRevision"),
        EnableRowSecurity("Intervention"),
        EnableRowSecurity("Assignment"),
        EnableRowSecurity("Note"),
        EnableRowSecurity("NoteMention"),
        EnableRowSecurity("Draft"),
        EnableRowSecurity("SavedReply"),
        EnableRowSecurity("ModerationAction"),
        EnableRowSecurity("Command"),
        EnableRowSecurity("BulkCommand"),
        EnableRowSecurity("InboundEvent"),
        EnableRowSecurity("Poll"),
    ]

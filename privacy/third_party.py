"""Declarations for tables that are not ours to write in: Django's, allauth's, and those that are no models at all."""

from collections.abc import Mapping

from lib.privacy import Data, Declaration, NoPersonalData, PrivacyClass, Purpose, Subject, delete, follows

MODELS: Mapping[str, Declaration] = {
    "auth.Permission": NoPersonalData("names of models and acts; permissions of ours stand in accounts.permissions"),
    "auth.Group": NoPersonalData("not used; what a member may do follows from the role in accounts.Membership"),
    "contenttypes.ContentType": NoPersonalData("names of models"),
    "sessions.Session": PrivacyClass(
        purpose=Purpose.SIGN_IN,
        subjects=(Subject.MEMBER,),
        holds={"session_key": Data.CREDENTIALS, "session_data": Data.ACTS},
        record_class="sessions",
        clock="expire_date",
        ends_by=delete(),
    ),
    "account.EmailAddress": PrivacyClass(
        purpose=Purpose.SIGN_IN,
        subjects=(Subject.MEMBER,),
        holds={"email": Data.CONTACT},
        record_class="sign_in",
        clock="user__closed_at",
        ends_by=delete(),
    ),
    "account.EmailConfirmation": PrivacyClass(
        purpose=Purpose.SIGN_IN,
        subjects=(Subject.MEMBER,),
        holds={"key": Data.CREDENTIALS},
        ends_by=follows("email_address"),
    ),
}

#: Tables without a model, and what keeps each short.
TABLES: Mapping[str, Declaration] = {
    "django_migrations": NoPersonalData("names of migrations"),
    "accounts_user_groups": NoPersonalData("not used, see auth.Group"),
    "accounts_user_user_permissions": NoPersonalData("not used, see auth.Permission"),
    "auth_group_permissions": NoPersonalData("not used, see auth.Group"),
    # Limits on sign-in, by address. Rows past their own end are swept with the sessions (privacy/sweeping.py).
    "accounts_cache": PrivacyClass(
        purpose=Purpose.SIGN_IN,
        subjects=(Subject.MEMBER,),
        holds={"cache_key": Data.ORIGIN, "value": Data.ACTS},
        record_class="sessions",
        clock="expires",
        ends_by=delete(),
    ),
}

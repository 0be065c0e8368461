"""What the calls on Instagram's nodes share: what is asked, and who may ask."""

from dataclasses import dataclass

from sandbox.networks.facebook.errors import no_such_object
from sandbox.networks.facebook.fields import Field, parse_fields
from sandbox.networks.facebook.graph import Reading as GraphReading
from sandbox.networks.instagram.errors import no_permission, no_task
from sandbox.networks.instagram.fields import require_known
from sandbox.networks.instagram.state import Account, InstagramState, Medium


@dataclass(frozen=True, kw_only=True)
class Reading(GraphReading):
    """A call with Instagram's own tables beside Facebook's."""

    instagram: InstagramState

    def fields(self, node: str, default: str) -> list[Field]:
        fields = parse_fields(self.params.get("fields") or default)
        require_known(fields, node)
        return fields


def require_account(reading: Reading, account_id: str, *scopes: str, tasks: tuple[str, ...] = ()) -> Account:
    """The account a call is about: its page was ticked, the permissions given, one of the tasks is the person's.

    The token is the person's or that of the linked page.
    """
    speaker, account = reading.speaker, reading.instagram.accounts.find(account_id)
    page = reading.instagram.page_of(account) if account else None
    if account is None or page is None or speaker.grant is None or page.id not in speaker.grant.page_ids:
        raise no_such_object(account_id, reading.call.method)
    if speaker.page and speaker.page.id != page.id:
        raise no_such_object(account_id, reading.call.method)
    if not speaker.has("instagram_basic", *scopes):
        raise no_permission()
    held = page.roles.get(speaker.person_id, [])
    if not held:
        raise no_such_object(account_id, reading.call.method)
    if tasks and not {"MANAGE", *tasks} & set(held):
        raise no_task()
    return account


def require_own_medium(reading: Reading, medium_id: str, *scopes: str, tasks: tuple[str, ...] = ()) -> Medium:
    """A medium of an account that the caller may act for."""
    medium = reading.instagram.find_medium(medium_id)
    if medium is None or not medium.account_id:
        raise no_such_object(medium_id, reading.call.method)
    require_account(reading, medium.account_id, *scopes, tasks=tasks)
    return medium

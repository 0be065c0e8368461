"""What is kept, how long, and within which bounds: the rules as data.

Where several meet, a legal hold wins over everything, then a legal duty to keep, then the shortest. A class without a
model yet stands here all the same: it is shown, printed and promised, and its room declares models against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from privacy.periods import Period, days, months, years


class Owner(StrEnum):
    """Whose rule it is."""

    ORGANISATION = "organisation"  # the platform acts on its behalf; it may choose within the bounds
    PLATFORM = "platform"  # the platform's own duty: the same for everybody


class Mode(StrEnum):
    """What happens at the end, where an organisation may choose."""

    DELETE = "delete"
    ANONYMISE = "anonymise"


@dataclass(frozen=True, kw_only=True)
class RecordClass:
    """Rows that end by one rule, in whichever rooms they live."""

    key: str
    owner: Owner
    title: Promise
    clock: Promise  # what starts it, in words
    default: Period | None  # None: as long as the organisation, or the account, lasts
    least: Period | None = None  # bounds of an organisation's choice; without them nobody chooses
    most: Period | None = None
    keep_at_least: Period | None = None  # a legal duty: no choice and no request ends it before
    modes: tuple[Mode, ...] = (Mode.DELETE,)
    then: Promise
    modelled_on: str

    @property
    def is_chosen(self) -> bool:
        """Whether an organisation may choose."""
        return self.least is not None

    @property
    def bounds(self) -> tuple[Period, Period]:
        """The shortest and the longest that an organisation may choose; raise LookupError where it may not."""
        if self.least is None or self.most is None:
            raise LookupError(f"{self.key} is the same for everybody")
        return self.least, self.most

    @property
    def may_be_kept(self) -> bool:
        """Whether "kept" is a choice: where it is the default, and no cap stands above."""
        return self.default is None


_ORGANISATIONS = [
    RecordClass(
        key="messages",
        owner=Owner.ORGANISATION,
        title=_("Messages and threads"),
        clock=_("last activity in the thread"),
        default=years(2),
        least=days(30),
        most=years(10),
        then=_("Deleted, with files and search"),
        modelled_on="Dimelo Digital (CNIL, customer files)",
    ),
    RecordClass(
        key="people",
        owner=Owner.ORGANISATION,
        title=_("People and their identities"),
        clock=_("last activity of the person"),
        default=years(2),
        least=days(30),
        most=years(10),
        modes=(Mode.DELETE, Mode.ANONYMISE),
        then=_("Deleted, or the author blanked while the words stay"),
        modelled_on="Dimelo Digital, Dimelo Communities",
    ),
    RecordClass(
        key="raw_events",
        owner=Owner.ORGANISATION,
        title=_("Raw network events, texts of requests"),
        clock=_("receipt"),
        default=days(14),
        least=days(1),
        most=days(30),
        then=_("Deleted"),
        modelled_on="own rule",
    ),
    RecordClass(
        key="posts",
        owner=Owner.ORGANISATION,
        title=_("Posts, publications, gallery"),
        clock=_("life of the organisation; when shortened, the last change"),
        default=None,
        least=days(30),
        most=years(10),
        then=_("Deleted with the organisation"),
        modelled_on="Wekolo",
    ),
    RecordClass(
        key="contract_end",
        owner=Owner.ORGANISATION,
        title=_("Everything, after the contract"),
        clock=_("end of the contract"),
        default=days(30),
        least=days(0),
        most=days(90),
        then=_("Deleted, with a certificate"),
        modelled_on="Wekolo",
    ),
    RecordClass(
        key="free_account",
        owner=Owner.ORGANISATION,
        title=_("Everything, in a free account kept after the contract"),
        clock=_("last sign-in by anyone"),
        default=years(5),
        then=_("Deleted or anonymised, after warnings"),
        modelled_on="bureau24",
    ),
    RecordClass(
        key="synchronised_contacts",
        owner=Owner.ORGANISATION,
        title=_("Synchronised contacts"),
        clock=_("consent revoked"),
        default=days(0),
        then=_("Deleted; downloaded anew if consent returns"),
        modelled_on="bureau24",
    ),
    RecordClass(
        key="notices",
        owner=Owner.ORGANISATION,
        title=_("Notices to members, invitations"),
        clock=_("the notice; the end of the invitation"),
        default=years(1),
        then=_("Deleted"),
        modelled_on="own rule",
    ),
    RecordClass(
        key="exports",
        owner=Owner.ORGANISATION,
        title=_("Exports of everything"),
        clock=_("the hour at which one is ready"),
        default=days(7),
        least=days(1),
        most=days(30),
        then=_("Deleted"),
        modelled_on="own rule",
    ),
    RecordClass(
        key="connect_attempts",
        owner=Owner.ORGANISATION,
        title=_("Attempts to connect an account"),
        clock=_("the attempt"),
        default=days(1),
        then=_("Deleted"),
        modelled_on="own rule",
    ),
]

_PLATFORMS = [
    RecordClass(
        key="content_trace",
        owner=Owner.PLATFORM,
        title=_("Who created, changed or deleted content, and from where"),
        clock=_("the act"),
        default=years(1),
        keep_at_least=years(1),
        then=_("The address goes, the act stays in the event log"),
        modelled_on="KPulse (French hosting law)",
    ),
    RecordClass(
        key="event_log",
        owner=Owner.PLATFORM,
        title=_("Event log of actions in the portal"),
        clock=_("end of the organisation"),
        default=years(1),
        keep_at_least=years(1),
        then=_("Deleted"),
        modelled_on="Website-Online, Dimelo event journal",
    ),
    RecordClass(
        key="sign_in",
        owner=Owner.PLATFORM,
        title=_("E-mail and addresses used to sign in"),
        clock=_("closing of the account"),
        default=months(3),
        then=_("Deleted"),
        modelled_on="Website-Online",
    ),
    RecordClass(
        key="sessions",
        owner=Owner.PLATFORM,
        title=_("Sessions, links sent by mail"),
        clock=_("their own end"),
        default=days(0),
        then=_("Deleted"),
        modelled_on="own rule",
    ),
    RecordClass(
        key="access_logs",
        owner=Owner.PLATFORM,
        title=_("Web server and access logs"),
        clock=_("the request"),
        default=days(14),
        then=_("Deleted; kept longer only while a security incident is open"),
        modelled_on="bureau24",
    ),
    RecordClass(
        key="contracts",
        owner=Owner.PLATFORM,
        title=_("Contracts, orders, invoices, payments"),
        clock=_("end of the contract or last contact"),
        default=years(10),
        keep_at_least=years(10),
        then=_("Deleted"),
        modelled_on="KPulse",
    ),
    RecordClass(
        key="prospects",
        owner=Owner.PLATFORM,
        title=_("Prospects"),
        clock=_("last contact"),
        default=years(3),
        then=_("Deleted"),
        modelled_on="KPulse",
    ),
    RecordClass(
        key="marketing",
        owner=Owner.PLATFORM,
        title=_("Former customers’ marketing data"),
        clock=_("end of the relation"),
        default=years(3),
        then=_("Deleted"),
        modelled_on="KPulse",
    ),
    RecordClass(
        key="support",
        owner=Owner.PLATFORM,
        title=_("Support and contact requests"),
        clock=_("satisfactory answer"),
        default=months(12),
        then=_("Deleted"),
        modelled_on="Website-Online",
    ),
    RecordClass(
        key="statistics",
        owner=Owner.PLATFORM,
        title=_("Audience statistics"),
        clock=_("collection"),
        default=months(26),
        then=_("Deleted"),
        modelled_on="KPulse",
    ),
    RecordClass(
        key="cookies",
        owner=Owner.PLATFORM,
        title=_("Cookies"),
        clock=_("setting"),
        default=months(13),
        then=_("Expire"),
        modelled_on="KPulse",
    ),
    RecordClass(
        key="identity_proofs",
        owner=Owner.PLATFORM,
        title=_("Proof of identity sent with a request"),
        clock=_("decision on the request"),
        default=days(0),
        then=_("Deleted"),
        modelled_on="KPulse",
    ),
]

RECORD_CLASSES: Mapping[str, RecordClass] = {each.key: each for each in [*_ORGANISATIONS, *_PLATFORMS]}

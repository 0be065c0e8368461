"""What every network provider takes, gives and promises, in our words only.

A provider is one object per process, built from its keys and base addresses by ``integrations.registry``. It holds
no state about accounts, reads no settings and no database, and its methods may be called from many threads at once.

Rules that hold for every method which speaks to a network (each takes ``now``, an aware UTC time):

- It makes each HTTP call once. Nothing is retried inside; the caller owns retries, waits and budgets.
- It raises only the five errors of ``integrations.errors``. Only ``commit``, and ``refresh`` where refresh tokens
  rotate, can raise OutcomeUnknown; a lost answer anywhere else is a TransientError, since repeating is harmless.
- What the network tells about our budgets in its answers, refusals included, goes to the ``UsageSink`` that the
  provider was built with, in the calling thread, before the method returns or raises. The sink must be quick and
  must not raise; ``collections.deque().append`` is a good one, emptied by whoever works through the batch. So a
  caller pays nothing per call, and no result or error type has to carry budgets along.

Publishing has three steps. ``prepare`` uploads and creates what the post needs; it can be repeated and resumed.
``check`` only reads. ``commit`` is the one call that cannot be taken back: record the delivery and its fingerprint
before it. After OutcomeUnknown ask ``find_published``; absence counts only once ``visibility_delay`` has passed and
the findings say ``covered``.

Some networks judge a post after they took it (``Published.judged`` is false): ``verdict`` follows that to its end. What
is to be done once a post is out (a first comment, a film's cover, the rest of a thread) are its ``follow_ups``: each is
one more call that cannot be taken back, with its own look, and none of them undoes the post when it fails.
"""

from integrations.contract.access import (
    CONSENT_OVER,
    Account,
    AppKeys,
    Credentials,
    Feature,
    GrantedAccess,
    Presence,
    acts_as,
)
from integrations.contract.budgets import Budget, Operation, UsageReport, UsageSink, ignore_usage
from integrations.contract.plain import PlainPosts
from integrations.contract.posts import (
    Choice,
    Composition,
    Findings,
    Form,
    Kind,
    Level,
    Limits,
    Media,
    MediaKind,
    OpenMedia,
    Option,
    OptionType,
    Problem,
    Progress,
    Published,
    Readiness,
    Sighting,
    Verdict,
)
from integrations.contract.provider import NOTHING, Provider
from integrations.contract.versions import ApiVersion

__all__ = [
    "CONSENT_OVER",
    "NOTHING",
    "Account",
    "ApiVersion",
    "AppKeys",
    "Budget",
    "Choice",
    "Composition",
    "Credentials",
    "Feature",
    "Findings",
    "Form",
    "GrantedAccess",
    "Kind",
    "Level",
    "Limits",
    "Media",
    "MediaKind",
    "OpenMedia",
    "Operation",
    "Option",
    "OptionType",
    "PlainPosts",
    "Presence",
    "Problem",
    "Progress",
    "Provider",
    "Published",
    "Readiness",
    "Sighting",
    "UsageReport",
    "UsageSink",
    "Verdict",
    "acts_as",
    "ignore_usage",
]

"""What organisations chose, what must not end for now, and the proof of what ended.

Runs, work and files outlive what they speak of and may be the platform's own, so they name an organisation by a bare id
(null: the platform) as the event log does; row-level security shows each to its organisation alone.
"""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from lib.claims.models import Leased
from lib.privacy import Data, NoPersonalData, PrivacyClass, Purpose, Subject, lasts
from lib.tenancy.models import OwnedModel, OwnedQuerySet, in_organisation
from privacy.periods import Period, months, parse_period
from privacy.record_classes import RECORD_CLASSES, Mode


class RetentionPolicyQuerySet(OwnedQuerySet["RetentionPolicy"]):
    def in_force(self, at: datetime) -> "RetentionPolicyQuerySet":
        """Those that have begun by then, the latest choice first; a record class's first is the one that counts."""
        return self.filter(effective_at__lte=at, withdrawn_at=None).order_by("-chosen_at", "-id")

    def pending(self, at: datetime) -> "RetentionPolicyQuerySet":
        """Those that were chosen and have not begun: a person can still change their mind."""
        return self.filter(effective_at__gt=at, withdrawn_at=None).order_by("-chosen_at", "-id")


class RetentionPolicy(OwnedModel):
    """One choice of an organisation for one record class. Choices are added, never changed: the page shows the history.

    A shorter period first runs after seven days and may be withdrawn until then; a longer one holds at once.
    """

    record_class = models.CharField(max_length=40)
    period = models.CharField(max_length=8, blank=True)  # ISO 8601: P14D, P18M; empty: kept
    mode = models.CharField(max_length=12, default=Mode.DELETE.value)
    chosen_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    chosen_at = models.DateTimeField()
    effective_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)  # replaced before it began

    objects: ClassVar[Any] = RetentionPolicyQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.ACCOUNTABILITY,
        subjects=(Subject.MEMBER,),
        holds={"chosen_by": Data.ACTS},
        ends_by=lasts(),
    )

    class Meta(OwnedModel.Meta):
        constraints = [in_organisation("retention_policy")]
        indexes = [models.Index(fields=["organisation", "record_class", "-chosen_at"], name="policy_by_class")]

    def __str__(self) -> str:
        return f"{self.record_class} {self.period or '-'}"

    @property
    def duration(self) -> Period | None:
        """The period; None: kept."""
        return parse_period(self.period)


class LegalHoldQuerySet(OwnedQuerySet["LegalHold"]):
    def active(self) -> "LegalHoldQuerySet":
        return self.filter(released_at=None)

    def newest_first(self) -> "LegalHoldQuerySet":
        return self.order_by("-placed_at", "-id")


class LegalHold(OwnedModel):
    """What must not end for now, and why. It wins over every other rule until somebody releases it."""

    class Ground(models.TextChoices):
        CLAIM = "claim", _("Legal claim")
        RESTRICTION = (
            "restriction",
            _("A person asked for restriction"),
        )  # GDPR Art. 18: frozen, not even retention acts

    class Scope(models.TextChoices):
        EVERYTHING = "everything", _("Everything")
        RECORD_CLASS = "record_class", _("One rule")
        THREAD = "thread", _("One thread")
        CONTACT = "contact", _("One contact")
        IDENTITY = "identity", _("One person on a network")

    title = models.CharField(max_length=120)
    reason = models.TextField()
    ground = models.CharField(max_length=12, choices=Ground.choices, default=Ground.CLAIM)
    scope = models.CharField(max_length=12, choices=Scope.choices)
    record_class = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    placed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    placed_at = models.DateTimeField(default=timezone.now)
    review_on = models.DateField(null=True, blank=True)
    released_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = LegalHoldQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.ACCOUNTABILITY,
        subjects=(Subject.MEMBER, Subject.AUTHOR),
        holds={"title": Data.WORDS, "reason": Data.WORDS, "placed_by": Data.ACTS, "released_by": Data.ACTS},
        ends_by=lasts(),
        unless=Q(released_at=None),  # what it says is why it holds
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            # A hold that names nothing would hold nothing, and nobody would notice.
            models.CheckConstraint(
                condition=Q(scope="everything", record_class="", subject_id=None)
                | (Q(scope="record_class", subject_id=None) & ~Q(record_class=""))
                | Q(scope__in=["thread", "contact", "identity"], record_class="", subject_id__isnull=False),
                name="hold_names_what_its_scope_says",
            ),
            in_organisation("legal_hold"),
        ]
        indexes = [models.Index(fields=["organisation"], name="hold_active", condition=Q(released_at=None))]

    def __str__(self) -> str:
        return self.title

    @property
    def id_text(self) -> str:
        return str(self.pk)

    @property
    def what(self) -> str:
        """What it keeps, in words."""
        if self.record_class in RECORD_CLASSES:
            return str(RECORD_CLASSES[self.record_class].title)
        scope = str(self.Scope(self.scope).label)
        return f"{scope} ({self.subject_id})" if self.subject_id is not None else scope


class DataSubjectRequestQuerySet(OwnedQuerySet["DataSubjectRequest"]):
    def open(self) -> "DataSubjectRequestQuerySet":
        return self.exclude(state=DataSubjectRequest.State.DONE)

    def newest_first(self) -> "DataSubjectRequestQuerySet":
        return self.order_by("-received_at", "-id")


class DataSubjectRequest(OwnedModel, Leased):
    """One person to be erased across the organisation: the row is the work, and afterwards the proof without a name."""

    class Source(models.TextChoices):
        MEMBER = "member", _("The person, to the organisation")
        NETWORK = "network", _("The person, to the network")  # a data-deletion call-back: the network knows who asks

    class State(models.TextChoices):
        WAITING = "waiting", _("Under way")
        HELD = (
            "held",
            _("Kept for now"),
        )  # by a hold, or on its way to a network; taken up again each night, and when the hold is released
        DONE = "done", _("Done")

    source = models.CharField(max_length=8, choices=Source.choices, default=Source.MEMBER)
    network = models.CharField(max_length=16, blank=True)  # whose call-back it was
    code = models.CharField(max_length=32, blank=True)  # of the network's call-back (NetworkErasure)
    mode = models.CharField(max_length=12, default=Mode.DELETE.value)
    identity_ids = models.JSONField(default=list)
    contact_ids = models.JSONField(default=list)
    #: What they are called and what they said, by which others' words are searched; emptied at the end.
    called = models.JSONField(default=list)
    said = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    stage = models.CharField(max_length=80, blank=True)  # what is next: a model's label, and how far it was searched
    after = models.BigIntegerField(default=0)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    received_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended = models.JSONField(default=dict)  # model's label -> rows
    kept = models.JSONField(default=dict)  # reason -> rows
    files = models.PositiveIntegerField(default=0)
    file_bytes = models.PositiveBigIntegerField(default=0)

    objects: ClassVar[Any] = DataSubjectRequestQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.ACCOUNTABILITY,
        subjects=(Subject.AUTHOR, Subject.MEMBER),
        holds={"called": Data.NAME, "said": Data.FOREIGN_ID, "asked_by": Data.ACTS},
        ends_by=lasts(),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            # Who is gone is not kept by name in the proof of it.
            models.CheckConstraint(
                condition=~Q(state="done") | Q(called=[], said=[]), name="ended_request_names_nobody"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(ended_at__isnull=False), name="ended_request_has_its_hour"
            ),
            in_organisation("data_subject_request"),
        ]
        indexes = [
            models.Index(fields=["organisation", "-received_at", "-id"], name="subject_request_by_time"),
            models.Index(fields=["available_at"], name="subject_request_due", condition=Q(available_at__isnull=False)),
            models.Index(fields=["code"], name="subject_request_by_code", condition=~Q(code="")),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"  # no name: the event log keeps this

    @property
    def due_at(self) -> datetime:
        """Until when the person must be answered: one month (GDPR Art. 12(3))."""
        return months(1).after(self.received_at)

    @property
    def rows(self) -> int:
        return sum(self.ended.values())


class ErasedMark(OwnedModel):
    """What was erased and must not come back: polls look back, and networks tell things again.

    A keyed digest (privacy/marks.py): whoever has an id can ask whether it was erased; nobody reads one out of it.
    """

    digest = models.CharField(max_length=64)
    erased_at = models.DateTimeField()

    privacy = NoPersonalData("keyed digests of what was erased: nothing can be read from them")

    class Meta(OwnedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "digest"], name="one_mark_per_erased")]


class NetworkErasure(models.Model):
    """A network's word that a person asks for the erasure of their data, under the code it can be asked about with."""

    code = models.CharField(max_length=32, unique=True)  # random
    network = models.CharField(max_length=16)
    received_at = models.DateTimeField()

    privacy = NoPersonalData("a random code and an hour: who asked stands nowhere")

    def __str__(self) -> str:
        return f"erasure {self.pk}"


class Termination(Leased):
    """The end of an organisation: announced, undone or carried out; afterwards its certificate, without personal data.

    It outlives its organisation, so it names it by a bare id and by its name, as the certificate must.
    """

    class State(models.TextChoices):
        ANNOUNCED = "announced", _("Announced")
        UNDONE = "undone", _("Taken back")
        ENDING = "ending", _("Under way")
        HELD = "held", _("Stopped by a legal hold")
        DONE = "done", _("Done")

    organisation_id = models.BigIntegerField()
    organisation_name = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ANNOUNCED)
    asked_by_id = models.BigIntegerField(null=True)
    owner_ids = models.JSONField(default=list)  # whom to send the certificate; emptied once it is sent
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField()  # until then it can be undone
    stage = models.CharField(max_length=12, blank=True)  # files, grants, keys, rows
    label = models.CharField(max_length=80, blank=True)  # the model whose files are being removed, and how far
    after = models.BigIntegerField(default=0)
    stages = models.JSONField(default=dict)  # stage -> the hour at which it was over
    ended = models.JSONField(default=dict)  # model's label -> rows
    files = models.PositiveIntegerField(default=0)
    file_bytes = models.PositiveBigIntegerField(default=0)
    grants = models.PositiveIntegerField(default=0)  # given back
    ended_at = models.DateTimeField(null=True, blank=True)

    privacy = PrivacyClass(
        purpose=Purpose.ACCOUNTABILITY,
        subjects=(Subject.MEMBER,),
        holds={"asked_by_id": Data.ACTS, "owner_ids": Data.ACTS},
        ends_by=lasts(),
        reached_by={"user": "asked_by_id"},
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id"], condition=~Q(state="undone"), name="one_end_of_an_organisation"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(owner_ids=[], asked_by_id=None, ended_at__isnull=False),
                name="certificate_names_no_person",
            ),
        ]
        indexes = [
            models.Index(fields=["available_at"], name="termination_due", condition=Q(available_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.organisation_name

    @property
    def rows(self) -> int:
        return sum(self.ended.values())


class RetentionWork(Leased):
    """Whose turn it is: one row for each organisation (null: the platform) and record class, leased while it runs."""

    organisation_id = models.BigIntegerField(null=True)
    record_class = models.CharField(max_length=40)
    ran_at = models.DateTimeField(null=True, blank=True)  # the last run's end

    privacy = NoPersonalData("when rules are next applied")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "record_class"], name="one_retention_work_per_class", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["available_at"], name="retention_work_due")]

    def __str__(self) -> str:
        return f"{self.record_class} of {self.organisation_id}"


class RetentionRun(models.Model):
    """The proof: what ended by a rule, in figures. Counts grow with each batch, in the batch's own transaction."""

    organisation_id = models.BigIntegerField(null=True)
    record_class = models.CharField(max_length=40)
    period = models.CharField(max_length=8, blank=True)  # that was in force
    mode = models.CharField(max_length=12, blank=True)
    as_of = models.DateTimeField()  # the hour for which the clocks were read
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # null: under way, or to be taken up again
    ended = models.JSONField(default=dict)  # model's label -> rows
    files = models.PositiveIntegerField(default=0)
    file_bytes = models.PositiveBigIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)  # rows that were due and that a hold keeps
    batches = models.PositiveIntegerField(default=0)

    privacy = NoPersonalData("counts only: the proof that remains")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "record_class"],
                condition=Q(ended_at=None),
                name="one_retention_run_at_a_time",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["organisation_id", "-started_at"], name="retention_run_by_time")]

    def __str__(self) -> str:
        return f"{self.record_class} as of {self.as_of:%Y-%m-%d %H:%M}"

    @property
    def rows(self) -> int:
        return sum(self.ended.values())


class EndedFile(models.Model):
    """A file whose row is gone: to be removed from storage. Written with the row's end, so that none is forgotten."""

    organisation_id = models.BigIntegerField(null=True)
    storage_key = models.CharField(max_length=200)
    ended_at = models.DateTimeField()

    privacy = NoPersonalData("random names of files that are about to go")

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "id"], name="ended_file_of_organisation")]

    def __str__(self) -> str:
        return f"file {self.pk}"


class SecurityIncident(models.Model):
    """An incident of the platform. While one is open no access log ends: they are its evidence."""

    title = models.CharField(max_length=120)
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    privacy = NoPersonalData("the operators' own words for what happened to the platform")

    def __str__(self) -> str:
        return self.title

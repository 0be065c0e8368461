"""Posts, their publications, and every attempt to deliver them."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import OuterRef, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject
from django.utils import timezone

from accounts.models import Membership, User
from accounts.permissions import Permission
from gallery.models import Asset
from integrations.contract import Form
from integrations.models import Lane, SocialAccount
from lib.claims.models import Leased
from lib.privacy import Data, PrivacyClass, Purpose, Rule, Subject, blank, delete, follows
from lib.tenancy.models import OwnedForeignKey, OwnedModel, OwnedQuerySet, SameOrganisation, in_organisation
from scheduler.states import TO_DECIDE, Outcome, State


class PostQuerySet(OwnedQuerySet["Post"]):
    def with_words(self, words: Sequence[str]) -> "PostQuerySet":
        """Those in which each of these folded words (lib.words) begins a word; all of them without a word."""
        return self.filter(pk__in=_ids_with(words)) if words else self

    def with_shapes(self) -> "PostQuerySet":
        """Each with its shapes beside it, as `shaped`: no statement of their own."""
        names = ("network", "form", "options", "option_names", "first_comment", "parts", "cover_id")
        columns = {name: name for name in names}
        rows = PostShape.objects.filter(post=OuterRef("pk")).order_by("network").values(json=JSONObject(**columns))
        return self.annotate(shaped=ArraySubquery(rows))

    def loose(self) -> "PostQuerySet":
        """Drafts on no account yet: they have no publication that would stand in a list."""
        return self.filter(is_loose=True).select_related("author").defer("search_words").order_by("-id")


def _ids_with(words: Sequence[str]) -> RawSQL:
    """Return the ids of the posts with these words, as a subquery.

    Row-level security keeps PostgreSQL from using a text index, so a function of the passage asks it: for the
    organisation in scope, which it reads itself.
    """
    return RawSQL("SELECT passage.posts_with_words(%s)", [list(words)])


class Post(OwnedModel):
    """What is composed once. Each social account it goes to has a publication of it."""

    key = models.UUIDField(default=uuid.uuid4, editable=False)  # drawn by the composer's page: sent twice, created once
    text = models.TextField(blank=True)
    own_texts = models.JSONField(default=dict, blank=True)  # network -> text, where it does not follow the shared one
    link = models.TextField(blank=True, default="", db_default="")  # each network has its own way of showing it
    # network -> link, beside its own text: none there is none at all
    own_links = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    planned_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)  # grows with each save: a stale page cannot overwrite a newer text
    review_note = models.TextField(blank=True)  # what the reviewer who sent it back asks for
    # Its words as searches compare them (lib.words); written with them, read by passage.posts_with_words alone.
    search_words = SearchVectorField(null=True, editable=False)
    is_loose = models.BooleanField(default=False, editable=False)  # a draft on no account yet

    objects: ClassVar[Any] = PostQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.PUBLISHING,
        subjects=(Subject.MEMBER, Subject.DEPICTED),
        holds={
            **dict.fromkeys(("text", "own_texts", "link", "own_links", "search_words", "review_note"), Data.WORDS),
            "author": Data.ACTS,
        },
        record_class="posts",
        clock=("updated_at", "planned_at", "publications__publish_at", "publications__state_changed_at"),
        ends_by=delete(),
        unless=models.Q(publications__state__in=[State.SCHEDULED, State.SENDING, State.OUTCOME_UNKNOWN]),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            # A second click, or an answer that was lost, must not leave two posts.
            models.UniqueConstraint(fields=["organisation", "key"], name="post_once_per_composer_page"),
            in_organisation("post"),
        ]
        indexes = [
            GinIndex(fields=["search_words"], name="post_by_words"),
            models.Index(fields=["organisation", "-id"], name="post_loose", condition=models.Q(is_loose=True)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The first line, cut at a word, as lists and logs name the post."""
        words = self.text.strip() or next(iter(self.own_texts.values()), "").strip()
        first = words.split("\n", 1)[0]
        return first if len(first) <= 80 else first[:80].rsplit(" ", 1)[0] + "…"

    def text_for(self, network: str) -> str:
        """The words that go out on this network."""
        return str(self.own_texts.get(network, self.text))

    def link_for(self, network: str) -> str:
        """The link that goes out on this network. Where the text is its own, the link is too, or there is none."""
        return str(self.own_links.get(network, "") if network in self.own_texts else self.link)


class PostAsset(OwnedModel):
    """A picture of a post, in its place."""

    post = OwnedForeignKey(Post, on_delete=models.CASCADE, related_name="post_assets")
    asset = OwnedForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    alt_text = models.CharField(max_length=1000, blank=True)  # what this post says of it; starts as the asset's

    privacy = PrivacyClass(
        purpose=Purpose.PUBLISHING,
        subjects=(Subject.DEPICTED,),
        holds={"alt_text": Data.WORDS},
        ends_by=follows("post"),
    )

    class Meta(OwnedModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "position"], name="one_asset_per_place", deferrable=models.Deferrable.DEFERRED
            ),
            SameOrganisation(field="post", name="post_asset_and_post_share_organisation"),
            SameOrganisation(field="asset", name="post_asset_and_asset_share_organisation"),
        ]


class PostShape(OwnedModel):
    """What a post is on one network beside its text: its form, that network's options, what goes with it."""

    post = OwnedForeignKey(Post, on_delete=models.CASCADE, related_name="shapes")
    network = models.CharField(max_length=16)
    form = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Form], default=Form.POST.value)
    options = models.JSONField(default=dict, blank=True)  # by the names of Provider.options
    # option -> what the account calls the value chosen there: networks know it by an id alone
    option_names = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    first_comment = models.TextField(blank=True)
    parts = models.JSONField(default=list, blank=True)  # the texts that follow the first one in a thread
    cover = OwnedForeignKey(Asset, null=True, on_delete=models.PROTECT, related_name="+")

    privacy = PrivacyClass(
        purpose=Purpose.PUBLISHING,
        subjects=(Subject.MEMBER, Subject.DEPICTED),
        holds=dict.fromkeys(("options", "option_names", "first_comment", "parts"), Data.WORDS),
        ends_by=follows("post"),
    )

    class Meta(OwnedModel.Meta):
        ordering = ["network"]
        constraints = [
            models.UniqueConstraint(fields=["post", "network"], name="one_shape_per_network"),
            SameOrganisation(field="post", name="shape_and_post_share_organisation"),
            SameOrganisation(field="cover", name="shape_and_cover_share_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.form} on {self.network}"


class Queue(models.TextChoices):
    """Which worker has the next step of a publication."""

    MEDIA = "media"  # prepare and check, ahead of the hour: slow, repeatable
    PUBLISH = "publish"  # commit, at the hour
    RECONCILE = "reconcile"  # an answer was lost: look at the network
    AFTER = "after"  # it is out: its verdict, its follow-ups, what people want changed


class PublicationQuerySet(OwnedQuerySet["Publication"]):
    def due(self, now: datetime) -> "PublicationQuerySet":
        """Those waiting for a worker whose hour has come."""
        return self.filter(available_at__lte=now, lease_until=None)

    def open_to(self, membership: Membership) -> "PublicationQuerySet":
        """Those on accounts this member may work with; whoever cannot write does not see what is still a draft."""
        found = self if membership.may(Permission.WRITE_POSTS) else self.exclude(state=State.DRAFT)
        if membership.all_accounts:
            return found
        return found.filter(social_account__accesses__membership=membership)

    def with_words(self, words: Sequence[str]) -> "PublicationQuerySet":
        """Those of posts in which each of these words begins a word."""
        return self.filter(post_id__in=_ids_with(words)) if words else self

    def listed(self) -> "PublicationQuerySet":
        """With what a line about each of them says, and no more: lists are long, and their rows wide."""
        return self.select_related("post__author", "social_account", "lane").only(
            *("organisation", "state", "publish_at", "available_at", "queue", "is_prepared", "reason", "reason_data"),
            *(
                "state_changed_at",
                "published_at",
                "deleted_at",
                "post__text",
                "post__own_texts",
                "post__author__name",
                "post__author__email",
            ),
            *(
                "social_account__network",
                "social_account__name",
                "social_account__handle",
                "social_account__kind",
                "social_account__state",
            ),
            *("lane__not_before",),
        )

    def in_order(self) -> "PublicationQuerySet":
        return self.order_by("publish_at", "id")


class Publication(OwnedModel, Leased):
    """One post on one social account at one time."""

    post = OwnedForeignKey(Post, on_delete=models.CASCADE, related_name="publications")
    social_account = OwnedForeignKey(SocialAccount, on_delete=models.PROTECT, related_name="publications")
    state = models.CharField(max_length=16, choices=State.choices, default=State.DRAFT)
    publish_at = models.DateTimeField(null=True, blank=True)
    queue = models.CharField(max_length=16, choices=Queue.choices, default=Queue.PUBLISH)
    lane = OwnedForeignKey(Lane, null=True, on_delete=models.SET_NULL, related_name="+")
    progress = models.JSONField(
        default=dict
    )  # what prepare has done so far at the network: ids and addresses of uploads
    is_prepared = models.BooleanField(default=False)
    # What the network answered.
    network_id = models.CharField(max_length=128, blank=True)
    permalink = models.URLField(max_length=500, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    is_judged = models.BooleanField(default=True, db_default=True)  # the network has said its last word about it
    deleted_at = models.DateTimeField(null=True, blank=True)  # when somebody had it deleted at the network
    # Why it waits, failed or is unknown: a sentence key and its parameters, rendered in the reader's language.
    reason = models.CharField(max_length=60, blank=True)
    reason_data = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    state_changed_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = PublicationQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.PUBLISHING,
        subjects=(Subject.MEMBER,),
        # Whoever holds the address of an upload may upload: it is kept like a token.
        holds={"network_id": Data.FOREIGN_ID, "permalink": Data.FOREIGN_ID, "progress": Data.CREDENTIALS},
        ends_by=follows("post"),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            # A second click must not post twice; a cancelled publication may be planned anew.
            models.UniqueConstraint(
                fields=["post", "social_account"],
                condition=~models.Q(state=State.CANCELLED),
                name="publication_once_per_account",
            ),
            # Two publications with the same words must not both be taken for the same post of the network.
            models.UniqueConstraint(
                fields=["social_account", "network_id"],
                condition=~models.Q(network_id=""),
                name="one_publication_per_network_post",
            ),
            # Published means the network gave an id; without it replies cannot be moderated.
            models.CheckConstraint(
                condition=~models.Q(state=State.PUBLISHED) | ~models.Q(network_id=""), name="published_has_network_id"
            ),
            # Work must be findable: what is waiting for a worker stands in a lane.
            models.CheckConstraint(
                condition=models.Q(available_at=None) | models.Q(lane__isnull=False), name="waiting_work_has_a_lane"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.SCHEDULED) | models.Q(publish_at__isnull=False),
                name="scheduled_has_an_hour",
            ),
            SameOrganisation(field="post", name="publication_and_post_share_organisation"),
            SameOrganisation(field="social_account", name="publication_and_account_share_organisation"),
            SameOrganisation(field="lane", name="publication_and_lane_share_organisation"),
            in_organisation("publication"),
        ]
        indexes = [
            models.Index(
                fields=["queue", "lane", "available_at"],
                name="publication_waiting",
                condition=models.Q(lease_until=None, available_at__isnull=False),
            ),
            models.Index(
                fields=["lease_until"], name="publication_leased", condition=models.Q(lease_until__isnull=False)
            ),
            models.Index(fields=["organisation", "-publish_at", "-id"], name="publication_by_hour"),
            models.Index(fields=["organisation", "state", "publish_at"], name="publication_by_state"),
            # Of all that was ever published, what still waits for a person.
            models.Index(
                fields=["organisation", "publish_at"],
                name="publication_to_decide",
                condition=models.Q(state=State.PUBLISHED, reason__in=TO_DECIDE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} → {self.social_account}"

    @property
    def is_out(self) -> bool:
        """Whether it stands at the network, as far as we know."""
        return self.state == State.PUBLISHED and self.deleted_at is None

    @property
    def is_being_looked_for(self) -> bool:
        """Whether looks at the network are still to come, or at it now; afterwards it waits for a person."""
        is_waiting = self.available_at is not None or self.lease_until is not None
        return self.state == State.OUTCOME_UNKNOWN and is_waiting


class Delivery(OwnedModel):
    """One attempt at the irreversible call. Its row is committed before the call is made."""

    publication = OwnedForeignKey(Publication, on_delete=models.CASCADE, related_name="deliveries")
    number = models.PositiveSmallIntegerField()
    lease_token = models.BigIntegerField()  # of the claim that began it
    fingerprint = models.CharField(max_length=64)
    text = models.TextField(blank=True)  # the words as sent: evidence, should the answer be lost
    media_count = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.OPEN)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    code = models.CharField(max_length=60, blank=True)  # the network's own
    reason = models.CharField(max_length=60, blank=True)  # a sentence key
    reason_data = models.JSONField(default=dict)

    privacy = PrivacyClass(
        purpose=Purpose.PUBLISHING,
        subjects=(Subject.MEMBER, Subject.DEPICTED),
        holds={"text": Data.WORDS},
        # What was sent is evidence while nobody knows whether it arrived; afterwards the post has the words.
        record_class="raw_events",
        clock="ended_at",
        ends_by=blank("text"),
        unless=models.Q(publication__state=State.OUTCOME_UNKNOWN),
        also=(Rule(record_class="posts", ends_by=follows("publication")),),
    )

    class Meta(OwnedModel.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "number"], name="one_delivery_per_number"),
            # Two calls in flight for one publication would be two posts.
            models.UniqueConstraint(
                fields=["publication"], condition=models.Q(outcome=Outcome.OPEN), name="one_open_delivery"
            ),
            SameOrganisation(field="publication", name="delivery_and_publication_share_organisation"),
            in_organisation("delivery"),
        ]


class Look(OwnedModel):
    """One look at the network for a publication whose answer was lost, and what it showed."""

    class Verdict(models.TextChoices):
        FOUND = "found"  # proven: it is there
        NOTHING = "nothing"  # nothing resembles it
        ALIKE = "alike"  # something resembles it: a person must compare
        FAILED = "failed"  # the network did not let us look

    delivery = OwnedForeignKey(Delivery, on_delete=models.CASCADE, related_name="looks")
    looked_at = models.DateTimeField()
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    sightings = models.JSONField(default=list)  # what resembles it: id, address, text, hour, number of pictures

    privacy = PrivacyClass(
        purpose=Purpose.PUBLISHING,
        subjects=(Subject.MEMBER, Subject.DEPICTED),
        holds={"sightings": Data.WORDS},
        record_class="raw_events",
        clock="looked_at",
        ends_by=blank("sightings"),
        unless=models.Q(delivery__publication__state=State.OUTCOME_UNKNOWN),
        also=(Rule(record_class="posts", ends_by=follows("delivery")),),
    )

    class Meta(OwnedModel.Meta):
        ordering = ["looked_at", "id"]
        constraints = [SameOrganisation(field="delivery", name="look_and_delivery_share_organisation")]


class FollowUp(OwnedModel):
    """One attempt at what is to be done once a post is out: a first comment, a cover, a part of a thread.

    Its row is committed before the call, as a delivery's is. A publication's follow-ups are done in order, one at a
    time, by whoever holds its lease; the last attempt of each name says where that one stands.
    """

    class Outcome(models.TextChoices):
        OPEN = "open"  # begun; found so by another worker, its answer is lost
        DONE = "done"
        POSTPONED = "postponed"  # surely not done, to be tried again
        REFUSED = "refused"  # a person decides
        UNKNOWN = "unknown"  # sent, no answer: to be looked for
        ASKED = "asked"  # looked for in vain: a person decides
        ABSENT = "absent"  # proven not to have arrived: to be tried again
        AGAIN = "again"  # a person wants it tried again
        LET_BE = "let_be"  # a person wants it left undone

    publication = OwnedForeignKey(Publication, on_delete=models.CASCADE, related_name="follow_ups")
    name = models.CharField(max_length=40)  # the provider's: cover, first_comment, part.2
    number = models.PositiveSmallIntegerField()  # of the attempt, over all names
    lease_token = models.BigIntegerField()  # of the claim that began it
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.OPEN)
    kept = models.JSONField(default=dict)  # what the provider wants to keep of it: the comment's id
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    looks = models.PositiveSmallIntegerField(default=0)
    empty_looks = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=60, blank=True)  # the network's own
    reason = models.CharField(max_length=60, blank=True)  # a sentence key
    reason_data = models.JSONField(default=dict)

    privacy = PrivacyClass(
        purpose=Purpose.PUBLISHING,
        subjects=(Subject.MEMBER,),
        holds={"kept": Data.FOREIGN_ID},
        ends_by=follows("publication"),
    )

    class Meta(OwnedModel.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "number"], name="one_follow_up_per_number"),
            # Two calls in flight for one publication would be two comments.
            models.UniqueConstraint(
                fields=["publication"], condition=models.Q(outcome="open"), name="one_open_follow_up"
            ),
            models.UniqueConstraint(
                fields=["publication", "name"], condition=models.Q(outcome="done"), name="each_follow_up_done_once"
            ),
            SameOrganisation(field="publication", name="follow_up_and_publication_share_organisation"),
            in_organisation("follow_up"),
        ]


class Amendment(OwnedModel):
    """What a person wants done to a post that is out: another text, or that it is deleted there. May be repeated."""

    class Act(models.TextChoices):
        EDIT = "edit"
        DELETE = "delete"

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        REFUSED = "refused"
        DROPPED = "dropped"  # another took its place before it was done

    publication = OwnedForeignKey(Publication, on_delete=models.CASCADE, related_name="amendments")
    act = models.CharField(max_length=8, choices=Act.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    text = models.TextField(blank=True)  # the new words, of an edit
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=60, blank=True)  # a sentence key
    reason_data = models.JSONField(default=dict)

    privacy = PrivacyClass(
        purpose=Purpose.PUBLISHING,
        subjects=(Subject.MEMBER, Subject.DEPICTED),
        holds={"text": Data.WORDS, "user": Data.ACTS},
        ends_by=follows("publication"),
    )

    class Meta(OwnedModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["publication"], condition=models.Q(state="waiting"), name="one_waiting_amendment"
            ),
            SameOrganisation(field="publication", name="amendment_and_publication_share_organisation"),
            in_organisation("amendment"),
        ]

"""Pictures, films and documents: the files people add, and the copies made from them."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import User
from lib.privacy import Data, PrivacyClass, Purpose, Subject, delete, follows
from lib.tenancy.models import OwnedForeignKey, OwnedModel, OwnedQuerySet, SameOrganisation, in_organisation


class AssetQuerySet(OwnedQuerySet["Asset"]):
    def newest_first(self) -> "AssetQuerySet":
        return self.order_by("-id")


class Asset(OwnedModel):
    """An original file, its type known by its content. A picture's place and owner's name are stripped."""

    storage_key = models.CharField(max_length=200, unique=True)  # organisations/<id>/assets/<random>.<ending>
    name = models.CharField(max_length=200)  # as it was called where it came from
    content_type = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField()  # as it is seen, upright; 0: a document
    height = models.PositiveIntegerField()
    duration_ms = models.PositiveIntegerField(null=True, blank=True)  # of a film
    frames = models.PositiveIntegerField(default=1, db_default=1)  # more of a picture that moves
    sha256 = models.CharField(max_length=64)
    alt_text = models.CharField(max_length=1000, blank=True)
    uploaded_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = AssetQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.PUBLISHING,
        subjects=(Subject.MEMBER, Subject.DEPICTED),
        holds={"storage_key": Data.MEDIA, "name": Data.WORDS, "alt_text": Data.WORDS, "uploaded_by": Data.ACTS},
        record_class="posts",
        clock="uploaded_at",
        ends_by=delete(),
        files=("storage_key",),
    )

    class Meta(OwnedModel.Meta):
        constraints = [in_organisation("asset")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def moves(self) -> bool:
        """Whether it is a picture that moves: shown still, unless somebody asks for more."""
        return self.frames > 1

    @property
    def is_film(self) -> bool:
        return self.content_type.startswith("video/")

    @property
    def kind_name(self) -> str:
        """The name people have for its format: JPEG, MP4, PDF."""
        return _FORMATS.get(self.content_type, self.content_type)

    @property
    def duration_words(self) -> str:
        """How long a film lasts, as players write it: 1:05."""
        minutes, seconds = divmod(round((self.duration_ms or 0) / 1000), 60)
        return f"{minutes}:{seconds:02}" if self.duration_ms else ""


_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "video/mp4": "MP4",
    "video/quicktime": "MOV",
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PPTX",
}


class Rendition(OwnedModel):
    """A copy of an asset made for a purpose, such as a thumbnail."""

    asset = OwnedForeignKey(Asset, on_delete=models.CASCADE, related_name="renditions")
    purpose = models.CharField(max_length=40)  # thumbnail
    storage_key = models.CharField(max_length=200, unique=True)
    content_type = models.CharField(max_length=60)
    size_bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    privacy = PrivacyClass(
        purpose=Purpose.PUBLISHING,
        subjects=(Subject.DEPICTED,),
        holds={"storage_key": Data.MEDIA},
        ends_by=follows("asset"),
        files=("storage_key",),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["asset", "purpose"], name="one_rendition_per_purpose"),
            SameOrganisation(field="asset", name="rendition_and_asset_share_organisation"),
        ]

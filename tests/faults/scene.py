"""One organisation with an account at a twin, and everything that works for it: loops, grants, looks at the account."""

from collections.abc import Collection
from datetime import timedelta
from io import BytesIO
from secrets import token_bytes

from django.utils import timezone
from PIL import Image

from accounts.models import Organisation, User
from gallery.models import Asset
from gallery.storage import storage
from integrations import register, vault
from integrations.contract import Composition, Kind
from integrations.models import Grant, SocialAccount
from integrations.services.looking import look_at_accounts
from integrations.services.refreshing import refresh_due_at, tend_grants
from lib.tenancy.scope import scope
from scheduler.models import PostAsset, PostShape, Publication, Queue
from scheduler.services.following_up import follow_up_due
from scheduler.services.preparing import prepare_due
from scheduler.services.publishing import publish_due
from scheduler.services.reconciling import reconcile_due
from scheduler.states import State
from tests import films
from tests.factories import (
    make_asset,
    make_grant,
    make_organisation,
    make_post,
    make_publication,
    make_social_account,
    make_user,
)
from tests.integrations.networks.google_business.stage import BusinessStage
from tests.integrations.networks.instagram.stage import InstagramStage
from tests.integrations.networks.linkedin.stage import LinkedInStage
from tests.integrations.networks.stage import with_required
from tests.integrations.networks.twins import FacebookStage, XStage
from tests.integrations.networks.youtube.stage import YouTubeStage
from tests.scheduler.conftest import Clock

Stage = BusinessStage | FacebookStage | InstagramStage | LinkedInStage | XStage | YouTubeStage


class Scene:
    """One organisation, one account at a twin, one publication due now.

    With ``files`` its picture, or where a network takes films only its film, is still to be prepared.
    """

    def __init__(self, stage: Stage, *, files: int = 0) -> None:
        self.stage, self.clock = stage, Clock(timezone.now())
        self.at_network = stage.account()
        self.owner: User = make_user("Alice")
        self.organisation = make_organisation("Acme", owner=self.owner)
        with scope(organisation=self.organisation.pk):
            Organisation.objects.filter(pk=self.organisation.pk).update(when_late="send")
            self.account = self._connect()
            post = make_post("A fault strikes this one.")
            needed = files or (0 if Kind.TEXT in stage.provider.kinds else 1)
            make = _picture if Kind.IMAGE in stage.provider.kinds else _film
            for position in range(needed):
                PostAsset.objects.create(post=post, asset=make(), position=position, alt_text="A loaf")
            if options := with_required(Composition(), stage.provider).options:
                PostShape.objects.create(post=post, network=stage.provider.key, options=dict(options))
            self.publication = make_publication(
                post=post,
                social_account=self.account,
                publish_at=self.clock.now,
                queue=Queue.MEDIA if needed else Queue.PUBLISH,
                is_prepared=not needed,
            )
        if needed > files:  # a network without texts: the file is there before the act begins
            prepare_due(self.clock)

    def _connect(self) -> SocialAccount:
        """Keep the account as connecting does: a page with a token of its own, a user by the grant's."""
        network, there = self.stage.provider.key, self.at_network
        organisation_id, person_id = self.organisation.pk, there.person_id or there.network_id
        granted = self.stage.grant_of(there)
        grant = make_grant(
            network,
            outside_id=person_id,
            sealed=vault.seal(granted, organisation_id=organisation_id, purpose=vault.person(network, person_id)),
            available_at=refresh_due_at(granted, network=network, now=self.clock.now),
            expires_at=granted.expires_at,
            granted_at=self.clock.now - timedelta(days=1),  # a refusal of a call that began before means nothing
        )
        register.use(network, register.Kind.PERSON, [person_id])
        own = vault.seal(
            there.credentials, organisation_id=organisation_id, purpose=vault.presence(network, there.network_id)
        )
        return make_social_account(
            network,
            network_id=there.network_id,
            handle=there.handle,
            grant=grant,
            sealed=own if there.credentials != granted else None,
            details=dict(there.details),
        )

    def turn(self) -> None:
        prepare_due(self.clock)
        publish_due(self.clock)
        reconcile_due(self.clock)
        follow_up_due(self.clock)
        tend_grants(now=self.clock())
        look_at_accounts(now=self.clock())

    def settle(self, *, at_most: Collection[State] = ()) -> Publication:
        """Let an hour pass, or less where it reaches one of these; loops turn less and less often, as waits grow."""
        for minutes in (1, 1, 2, 2, 4, 4, 8, 8, 30):
            found = self.fresh()
            if found.state in at_most and (found.is_judged or found.state != State.PUBLISHED):
                break
            self.clock.forward(minutes=minutes)
            self.stage.sandbox.control("clock", move=minutes * 60)
            self.turn()
        return self.fresh()

    def fresh(self) -> Publication:
        with scope(organisation=self.organisation.pk):
            found: Publication = Publication.objects.select_related("social_account").get(pk=self.publication.pk)
            return found

    @property
    def grant(self) -> Grant:
        with scope(organisation=self.organisation.pk):
            found: Grant = Grant.objects.get()
            return found


def _film() -> Asset:
    """A film whose last part, which alone makes it a film, is not its only one."""
    body = films.film(payload=token_bytes(300_000))
    asset = make_asset(
        size_bytes=len(body), width=320, height=240, duration_ms=12_500, content_type="video/mp4", name="film.mp4"
    )
    storage().save(asset.storage_key, body, content_type=asset.content_type)
    return asset


def _picture() -> Asset:
    image = BytesIO()
    Image.new("RGB", (320, 240), "wheat").save(image, "JPEG")
    body = image.getvalue()
    asset = make_asset(size_bytes=len(body), width=320, height=240)
    storage().save(asset.storage_key, body, content_type=asset.content_type)
    return asset

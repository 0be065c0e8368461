"""What was changed or taken away at a network that did not tell: noticed by looking again, within its terms."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Organisation
from integrations import registry, vault
from integrations.contract import Account
from lib.tenancy.scope import scope
from moderation.models import Message
from moderation.services.polling import begin_polling, poll_due
from moderation.states import Visibility
from privacy import leases
from scheduler.states import State
from tests.factories import make_grant, make_organisation, make_publication, make_social_account
from tests.integrations.networks.linkedin.stage import LinkedInStage
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.twins import XStage
from tests.scheduler.conftest import Clock

STAGES = {"x": XStage, "linkedin": LinkedInStage}
GONE = ("", Visibility.DELETED)


@dataclass
class World:
    """An organisation with one account at a twin, and a post of it under which strangers write."""

    stage: XStage | LinkedInStage
    organisation: Organisation
    account: Account
    post_id: str
    clock: Clock

    def comment(self, text: str, *, on: str = "") -> str:
        """Let a stranger write under the post, or answer a comment."""
        deed, where = ("strangers/reply", on) if on else ("strangers/comment", self.post_id)
        return str(self.stage.sandbox.control(deed, network=self.stage.network, on=where, text=text)["id"])

    def edit(self, network_id: str, text: str) -> None:
        self.stage.sandbox.control("strangers/edit", network=self.stage.network, id=network_id, text=text)

    def delete(self, network_id: str) -> None:
        self.stage.sandbox.control("strangers/delete", network=self.stage.network, id=network_id)

    def pass_time(self, **later: float) -> datetime:
        """Move the engine's clock, and the twin's where its tokens live long enough."""
        if self.stage.network == "linkedin":
            self.stage.sandbox.control("clock", move=timedelta(**later).total_seconds())
        return self.clock.forward(**later)

    def poll(self, **later: float) -> None:
        self.pass_time(**later)
        begin_polling(now=self.clock())
        poll_due(self.clock)

    def stands(self) -> dict[str, tuple[str, str]]:
        with scope(organisation=self.organisation.pk):
            rows = Message.objects.values_list("network_id", "text", "visibility")
            return {network_id: (text, visibility) for network_id, text, visibility in rows}

    def texts(self) -> dict[str, str]:
        return {network_id: text for network_id, (text, _) in self.stands().items()}


@contextmanager
def world(sandbox: Sandbox, network: str) -> Iterator[World]:
    """As connecting leaves it. LinkedIn's account is no administrator's: such a one is told of nothing."""
    stage = STAGES[network](sandbox)
    there, organisation, clock = stage.account(), make_organisation("Acme"), Clock(now=timezone.now())
    there = replace(there, details={**there.details, "administrator": ""})
    post_id = stage.post(there)
    person_id = there.person_id or there.network_id
    with scope(organisation=organisation.pk):
        sealed = vault.seal(
            there.credentials, organisation_id=organisation.pk, purpose=vault.person(network, person_id)
        )
        account = make_social_account(
            network,
            network_id=there.network_id,
            handle=there.handle,
            grant=make_grant(network, outside_id=person_id, sealed=sealed),
            details=dict(there.details),
            capabilities=["publish", "engage"],
        )
        make_publication(
            social_account=account,
            publish_at=clock.now,
            published_at=clock.now,
            network_id=post_id,
            state=State.PUBLISHED,
            available_at=None,
        )
    with registry.replaced({network: stage.provider}):
        yield World(stage=stage, organisation=organisation, account=there, post_id=post_id, clock=clock)
    sandbox.control("clock", real=True)


@pytest.mark.parametrize(("network", "hours"), [("x", 20), ("linkedin", 44)])
def test_what_changed_or_ended_there_is_followed_before_its_lease_ends(
    transactional_db: None, sandbox: Sandbox, network: str, hours: int
) -> None:
    with world(sandbox, network) as at:
        changed, gone, kept = (at.comment(text) for text in ("Is it fresh", "Rubbish!", "Until when?"))
        at.poll(minutes=1)
        assert at.stands().keys() == {changed, gone, kept}
        at.edit(changed, "Is it fresh?")
        at.delete(gone)

        leases.run(at.organisation.pk, at=at.pass_time(hours=hours), clock=at.clock)

        stands = at.stands()
        assert stands.keys() == {changed, gone, kept}
        assert stands[changed][0].endswith("Is it fresh?")
        assert stands[gone] == GONE
        assert stands[kept][0].endswith("Until when?")


def test_a_comment_that_linkedin_lists_no_more_goes_with_its_answers(transactional_db: None, sandbox: Sandbox) -> None:
    with world(sandbox, "linkedin") as at:
        gone, kept = at.comment("Rubbish!"), at.comment("Until when?")
        answer = at.comment("Indeed", on=gone)
        at.poll(minutes=20)
        at.delete(gone)

        at.poll(minutes=20)

        assert at.stands() == {gone: GONE, answer: GONE, kept: ("Until when?", Visibility.VISIBLE)}


def test_an_edit_and_a_deletion_that_change_no_number_are_seen_within_hours(
    transactional_db: None, sandbox: Sandbox
) -> None:
    with world(sandbox, "linkedin") as at:
        changed, gone = at.comment("Is it fresh"), at.comment("Rubbish!")
        at.poll(minutes=20)
        at.edit(changed, "Is it fresh?")
        at.delete(gone)
        fresh = at.comment("Lovely")

        at.poll(minutes=20)
        assert at.texts() == {changed: "Is it fresh", gone: "Rubbish!"}  # as many as before: nobody looked
        at.poll(hours=6)

        assert at.texts() == {changed: "Is it fresh?", gone: "", fresh: "Lovely"}
        assert at.stands()[gone] == GONE


def test_a_post_that_is_gone_takes_what_was_said_under_it_along(transactional_db: None, sandbox: Sandbox) -> None:
    with world(sandbox, "linkedin") as at:
        comment = at.comment("Until when?")
        at.poll(minutes=20)
        at.stage.provider.delete_published(at.account, at.post_id, now=at.clock())

        at.poll(hours=7)

        assert at.stands() == {comment: GONE}


def test_what_a_list_leaves_out_and_still_stands_is_kept(transactional_db: None, sandbox: Sandbox) -> None:
    """As when it grows while it is read, page by page."""
    with world(sandbox, "linkedin") as at:
        first, second = at.comment("One"), at.comment("Two")
        at.poll(minutes=20)
        client: Any = at.stage.provider._client
        whole = client.comments
        client.comments = lambda *args, **more: (each for each in whole(*args, **more) if each["commentUrn"] != first)

        at.poll(hours=7)

        assert at.stands() == {first: ("One", Visibility.VISIBLE), second: ("Two", Visibility.VISIBLE)}
        assert len(sandbox.calls("linkedin.comments.get")) == 1

"""An organisation ends: announced, read-only, taken back or carried out in order; only a certificate remains."""

from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Invitation, Membership, Organisation
from accounts.permissions import Role
from eventlog.models import Event
from gallery.storage import NoFile, new_key, read_all, storage
from integrations import register, vault
from integrations.engagement import Delivered
from integrations.errors import TransientError
from integrations.models import Grant, SocialAccount
from integrations.services import refreshing
from integrations.services.refreshing import NOT_REVOKED
from lib.crypto.keyring import SealError
from lib.tenancy.scope import scope
from moderation.models import Message
from moderation.services.receiving import _write
from privacy import terminating
from privacy.certificates import address_of
from privacy.models import LegalHold, RetentionPolicy, Termination
from privacy.registry import registry
from privacy.services.holds import release_hold
from privacy.services.terminations import NotEnded, announce_end, undo_end
from tests.factories import make_asset, make_grant, make_publication, make_social_account
from tests.houses import House, signed_in
from tests.moderation.factories import make_item, make_message
from tests.privacy.planting import found_anywhere, plant
from tests.privacy.test_planted import make_everything

pytestmark = pytest.mark.django_db(transaction=True)

PLANTED = "zqxv8852"


def announce(house: House, *, days: int = 30, at: datetime | None = None) -> Termination:
    with scope(organisation=house.acme.pk):
        return announce_end(
            house.acme, typed_name="Acme", days=days, at_once=days == 0, actor=house.alice, at=at or timezone.now()
        )


def _later(at: datetime, minutes: int) -> datetime:
    return at + minutes * terminating.SOON


def carry_out(house: House, at: datetime) -> Termination:
    """Work on it as bells would, the networks having answered meanwhile."""
    for minutes in range(4):
        terminating.run_due(partial(_later, at, minutes))
        with scope(organisation=house.acme.pk):
            Grant.objects.update(available_at=None, sealed=None)
            SocialAccount.objects.update(look_at=None)
    with scope(organisation=house.acme.pk):
        return Termination.objects.get()


def test_an_owner_announces_it_by_its_name_and_takes_it_back(house: House, alice: Client) -> None:
    wrong = alice.post(house.path("retention/end/"), {"typed_name": "Acmee", "days": "30"})
    unsure = alice.post(house.path("retention/end/"), {"typed_name": "Acme", "days": "0"})
    announced = alice.post(house.path("retention/end/"), {"typed_name": "Acme", "days": "30"})

    assert (wrong.status_code, unsure.status_code, announced.status_code) == (422, 422, 302)
    page = alice.get(house.path("people/")).content.decode()
    assert "Acme ends on" in page
    refused = alice.post(house.path("people/invite/"), {"email": "new@example.org", "role": "agent"})
    assert refused.status_code == 403
    assert "it can only be read" in refused.content.decode()
    with scope(organisation=house.acme.pk):
        assert not Invitation.objects.exists()

    alice.post(house.path("retention/end/undo/"))
    assert "Acme ends on" not in alice.get(house.path("people/")).content.decode()
    alice.post(house.path("people/invite/"), {"email": "new@example.org", "role": "agent"})
    with scope(organisation=house.acme.pk):
        assert Invitation.objects.exists()


def test_an_administrator_may_not(house: House) -> None:
    assert house.browser_of(Role.ADMINISTRATOR).get(house.path("retention/end/")).status_code == 403


def test_until_then_nothing_goes_out_and_nothing_is_kept_of_what_comes_in(house: House) -> None:
    with scope(organisation=house.acme.pk):
        account = make_social_account(network_id="page-of-bakers")
        publication = make_publication(social_account=account)
    announce(house)

    received, unknown = _write(
        "facebook", [Delivered(account_id="page-of-bakers", key="k", payload={})], now=timezone.now()
    )
    with scope(organisation=house.acme.pk):
        publication.lane.refresh_from_db()
        held = publication.lane.not_before
        undo_end(house.acme, at=timezone.now())
        publication.lane.refresh_from_db()

    assert (received, unknown) == (0, ["page-of-bakers"])
    assert held is not None
    assert held > timezone.now() + timedelta(days=365)
    assert publication.lane.not_before is None


def test_on_the_day_it_ends_in_order_and_a_certificate_remains(house: House) -> None:
    now = timezone.now()
    key = new_key(house.acme.pk, "assets", "jpg")
    storage().save(key, b"a picture", content_type="image/jpeg")
    with scope(organisation=house.acme.pk):
        grant = make_grant(outside_id="person-7")
        grant.sealed = vault.seal_text("token", organisation_id=house.acme.pk, purpose="p")
        grant.save()
        sealed = bytes(grant.sealed)
        make_social_account(grant=grant, network_id="page-of-bakers")
        register.use("facebook", register.Kind.PERSON, ["person-7"])
        make_message(make_item())
        make_asset(storage_key=key)
    announce(house, at=now)

    assert terminating.run_due(lambda: now + timedelta(days=29, hours=23)) == 0
    found = carry_out(house, now + timedelta(days=30))

    assert found.state == Termination.State.DONE
    hours = [found.stages[stage] for stage in terminating.STAGES]
    assert hours == sorted(hours)
    assert (found.files, found.owner_ids, found.asked_by_id) == (1, [], None)
    assert found.ended["moderation.Message"] == 1
    with pytest.raises(NoFile):
        read_all(key)
    with pytest.raises(SealError):
        vault.open_text(sealed, organisation_id=house.acme.pk, purpose="p")
    assert not register.is_used("facebook", register.Kind.PERSON, "person-7")
    with scope(organisation=house.acme.pk):
        left = [entry.label for entry in registry() if entry.is_owned and entry.rows().exists()]
        assert left == []
        assert Event.objects.filter(organisation_id=house.acme.pk, name="privacy.organisation.ended").exists()
        assert not Organisation.objects.get(pk=house.acme.pk).name
    assert signed_in(house.alice).get(house.path("people/")).status_code == 404

    assert mail.outbox[-1].to == ["alice@acme.example"]
    path = urlsplit(address_of(found)).path
    assert path in mail.outbox[-1].body
    page = Client().get(path).content.decode()
    assert "The data of Acme was deleted" in page
    assert "Alice" not in page


def test_others_live_on_and_keep_what_they_share(house: House) -> None:
    now = timezone.now()
    for organisation in (house.acme, house.elsewhere):
        with scope(organisation=organisation.pk):
            grant = make_grant(outside_id="person-7", sealed=b"sealed")
            make_social_account(grant=grant, network_id="page-of-bakers")
            make_message(make_item())
            register.use("facebook", register.Kind.PERSON, ["person-7"])
            register.use("facebook", register.Kind.PRESENCE, ["page-of-bakers"])
    announce(house, days=0, at=now)
    carry_out(house, now)

    with scope(organisation=house.elsewhere.pk):
        assert Message.objects.count() == 1
        assert Membership.objects.count() == 1
        assert register.is_used("facebook", register.Kind.PERSON, "person-7")
        assert Grant.objects.filter(state=Grant.State.ACTIVE, outside_id="person-7").exists()


def test_a_legal_hold_stops_it_until_it_is_released(house: House) -> None:
    now = timezone.now()
    with scope(organisation=house.acme.pk):
        make_message(make_item())
        hold = LegalHold.objects.create(title="Claim", reason="Court", scope="everything")
    announce(house, days=0, at=now)
    found = carry_out(house, now)

    assert found.state == Termination.State.HELD
    with scope(organisation=house.acme.pk):
        assert Message.objects.exists()
        release_hold(hold, actor=house.alice, at=now)
    assert carry_out(house, now).state == Termination.State.DONE


def test_a_killed_worker_loses_one_batch(house: House) -> None:
    now = timezone.now()
    with scope(organisation=house.acme.pk):
        make_message(make_item())
    announce(house, days=0, at=now)
    turn = terminating.claim(now)
    assert turn is not None
    terminating._step(turn, lambda: now)

    assert terminating.claim(now) is None
    later = now + terminating.LEASE + timedelta(seconds=1)
    assert carry_out(house, later).state == Termination.State.DONE
    with pytest.raises(terminating.Superseded):
        terminating._step(turn, lambda: now)


def test_once_it_has_begun_it_cannot_be_taken_back(house: House) -> None:
    now = timezone.now()
    announce(house, days=0, at=now)
    with scope(organisation=house.acme.pk), pytest.raises(NotEnded):
        undo_end(house.acme, at=now)


def test_nothing_finds_what_an_organisation_held(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="")
    now = timezone.now()
    with scope(organisation=house.acme.pk):
        make_everything(house)
        for entry in registry():
            if entry.is_owned and entry.label not in {"gallery.Rendition", "gallery.Asset"}:
                plant(entry, PLANTED)
        LegalHold.objects.update(released_at=now)
        key = new_key(house.acme.pk, "assets", "txt")
        make_asset(storage_key=key, name=PLANTED)
    storage().save(key, PLANTED.encode(), content_type="text/plain")
    assert len(found_anywhere(PLANTED)) > 20
    announce(house, days=0, at=now)

    carry_out(house, now)

    # The law keeps the event log for a year after the end, names of accounts included; nothing else may remain.
    assert found_anywhere(PLANTED) in ([], ['"eventlog_event"'])
    assert PLANTED not in caplog.text


def test_the_organisations_own_rule_says_after_how_many_days(house: House, alice: Client) -> None:
    now = timezone.now()
    with scope(organisation=house.acme.pk):
        RetentionPolicy.objects.create(
            record_class="contract_end", period="P60D", chosen_at=now, effective_at=now - timedelta(seconds=1)
        )
    assert 'value="60"' in alice.get(house.path("retention/end/")).content.decode()

    alice.post(house.path("retention/end/"), {"typed_name": "Acme", "days": ""})

    with scope(organisation=house.acme.pk):
        found = Termination.objects.get()
    assert found.ends_at - found.asked_at == timedelta(days=60)


def test_the_certificate_says_which_networks_stayed_silent(house: House) -> None:
    """One grant was given up before; another is asked for again until the patience of the end is over."""
    now = timezone.now()
    with scope(organisation=house.acme.pk):
        for name in ("person-1", "person-2", "person-3"):
            sealed = vault.seal_text("token", organisation_id=house.acme.pk, purpose="p")
            make_social_account(grant=make_grant(outside_id=name, sealed=sealed))
            register.use("facebook", register.Kind.PERSON, [name])
        Grant.objects.filter(outside_id="person-1").update(
            state=Grant.State.WITHDRAWN, state_reason=NOT_REVOKED, sealed=None
        )
        SocialAccount.objects.filter(grant__outside_id="person-1").update(grant=None, state="disconnected")
    announce(house, days=0, at=now)
    terminating.run_due(lambda: now)
    with scope(organisation=house.acme.pk):
        Grant.objects.filter(outside_id="person-2").update(available_at=None, sealed=None)  # it answered
        assert Termination.objects.get().stage == "grants"
        assert Grant.objects.get(outside_id="person-3").sealed is not None

    terminating.run_due(lambda: now + terminating.PATIENCE)

    with scope(organisation=house.acme.pk):
        found = Termination.objects.get()
    assert (found.state, found.grants, found.unrevoked) == (Termination.State.DONE, 3, {"facebook": 2})
    page = Client().get(urlsplit(address_of(found)).path).content.decode()
    assert "Some networks did not confirm" in page
    assert "Facebook: 2 grants." in page


def test_revoking_is_not_given_up_while_the_keys_last(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = TransientError("unavailable", network="facebook")
    with scope(organisation=house.acme.pk):
        grants = [
            make_grant(outside_id=name, state="withdrawn", sealed=b"token", attempts=refreshing.REVOKE_TRIES)
            for name in ("a", "b")
        ]
        refreshing._finish_revocation(grants[0], silent, now=timezone.now())
        Organisation.objects.filter(pk=house.acme.pk).update(closed_at=timezone.now())
        refreshing._finish_revocation(grants[1], silent, now=timezone.now())
        for grant in grants:
            grant.refresh_from_db()

    assert (grants[0].sealed, grants[0].state_reason, grants[0].available_at) == (None, NOT_REVOKED, None)
    assert (bytes(grants[1].sealed or b""), grants[1].available_at is not None) == (b"token", True)

"""Meta's data-deletion call-back: what the network asks for begins at once, in every organisation, under a code."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client as Browser
from django.utils import timezone

from integrations import register, registry
from integrations.contract import AppKeys
from integrations.models import Grant
from integrations.networks.facebook.provider import FacebookProvider
from lib.http import Client
from lib.tenancy.scope import scope
from moderation.models import Identity
from privacy import erasing
from privacy.models import DataSubjectRequest, LegalHold, NetworkErasure
from tests.factories import make_grant
from tests.houses import House
from tests.moderation.factories import make_identity, make_item, make_message

pytestmark = pytest.mark.django_db(transaction=True)

PERSON = "7001234567"
SECRET = "the app's secret"
URL = "https://graph.example"


@pytest.fixture(autouse=True)
def facebook() -> Iterator[None]:
    """Facebook as it signs for our app."""
    keys = AppKeys(client_id="app", client_secret=SECRET)
    spoken = FacebookProvider(keys=keys, graph_url=URL, dialog_url=URL, version="v26.0", http=Client([URL]))
    with registry.replaced({"facebook": spoken}):
        yield


def ask(secret: str = SECRET) -> tuple[int, dict[str, str]]:
    payload = base64.urlsafe_b64encode(json.dumps({"algorithm": "HMAC-SHA256", "user_id": PERSON}).encode())
    signature = base64.urlsafe_b64encode(hmac.new(secret.encode(), payload, hashlib.sha256).digest())
    body = {"signed_request": f"{signature.decode().rstrip('=')}.{payload.decode()}"}
    form = "application/x-www-form-urlencoded"
    response = Browser().post("/webhooks/facebook/erasure", urlencode(body), content_type=form)
    return response.status_code, json.loads(response.content) if response.status_code == 200 else {}


def wrote_to(organisation_id: int) -> None:
    with scope(organisation=organisation_id):
        make_message(make_item(identity=make_identity("Camille Fontaine", network_id=PERSON)))


def test_every_organisation_erases_whoever_the_network_names(house: House) -> None:
    for organisation in (house.acme, house.elsewhere):
        wrote_to(organisation.pk)

    status, answer = ask()
    page = Browser().get(urlsplit(answer["url"]).path).content.decode()
    erasing.run_due(timezone.now)

    assert status == 200
    assert answer["url"].endswith(f"/erasures/{answer['confirmation_code']}/")
    assert "It is under way." in page
    assert "It is done." in Browser().get(urlsplit(answer["url"]).path).content.decode()
    for organisation in (house.acme, house.elsewhere):
        with scope(organisation=organisation.pk):
            assert not Identity.objects.exists()
            assert DataSubjectRequest.objects.get().source == DataSubjectRequest.Source.NETWORK


def test_whoever_connected_an_account_is_blanked_as_well(house: House) -> None:
    with scope(organisation=house.acme.pk):
        grant = make_grant(outside_id=PERSON, name="Camille Fontaine")
        register.use("facebook", register.Kind.PERSON, [PERSON])

    ask()

    with scope(organisation=house.acme.pk):
        grant.refresh_from_db()
    assert (grant.name, grant.outside_id, grant.sealed) == ("", f"ended-{grant.pk}", None)
    assert grant.state == Grant.State.LOST


def test_what_a_hold_keeps_is_said_on_the_page(house: House) -> None:
    wrote_to(house.acme.pk)
    with scope(organisation=house.acme.pk):
        LegalHold.objects.create(title="Claim", reason="Court", scope="everything")

    _status, answer = ask()
    erasing.run_due(timezone.now)

    assert "Part of it must be kept" in Browser().get(urlsplit(answer["url"]).path).content.decode()


def test_who_is_unknown_gets_a_code_too(house: House) -> None:
    _status, answer = ask()

    assert "It is done." in Browser().get(urlsplit(answer["url"]).path).content.decode()


def test_an_unsigned_request_is_refused(house: House) -> None:
    wrote_to(house.acme.pk)

    assert ask(secret="another")[0] == 403
    assert not NetworkErasure.objects.exists()

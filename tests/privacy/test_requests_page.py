"""The pages on which an organisation works people's requests."""

from django.test import Client

from accounts.permissions import Role
from lib.tenancy.scope import scope
from moderation.models import Note
from privacy.models import DataSubjectRequest
from tests.factories import make_post
from tests.houses import House
from tests.moderation.factories import make_identity, make_item, make_message


def test_one_finds_a_person_and_sees_what_would_go_and_what_must_stay(house: House, alice: Client) -> None:
    with scope(organisation=house.acme.pk):
        item = make_item(identity=make_identity("Camille Fontaine", handle="camille_f"))
        make_message(item)
        make_post(text="Thanks to Camille Fontaine!")

    found = alice.get(house.path("retention/requests/?q=fontaine")).content.decode()
    page = alice.get(house.path(f"retention/requests/identity/{item.identity_id}/")).content.decode()

    assert f"retention/requests/identity/{item.identity_id}/" in found
    assert '<dt>message</dt><dd class="figure">1</dd>' in page
    assert '<dt>post</dt><dd class="figure">1</dd>' in page
    assert "<q>Camille Fontaine</q>, <q>camille_f</q>" in page
    assert "French hosting law" in page


def test_asking_makes_a_request_that_the_list_shows(house: House, alice: Client) -> None:
    with scope(organisation=house.acme.pk):
        identity = make_identity("Camille Fontaine")

    path = house.path(f"retention/requests/identity/{identity.pk}/")
    response = alice.post(path, {"wanted": "anonymise", "more": "C. Fontaine\n\ncamille@example.org"})

    assert response.status_code == 302
    with scope(organisation=house.acme.pk):
        request = DataSubjectRequest.objects.get()
        assert (request.mode, request.asked_by, request.identity_ids) == ("anonymise", house.alice, [identity.pk])
        assert request.called[:2] == ["C. Fontaine", "camille@example.org"]
    page = alice.get(house.path("retention/requests/")).content.decode()
    assert "Under way" in page
    assert "Camille" not in page


def test_somebody_who_never_wrote_is_found_where_they_are_named(house: House, alice: Client) -> None:
    with scope(organisation=house.acme.pk):
        Note.objects.create(item=make_item(), user=house.alice, client_key="1" * 32, text="Ask c.fontaine@example.org")

    path = house.path("retention/requests/somebody/?more=c.fontaine@example.org")
    assert '<dt>note</dt><dd class="figure">1</dd>' in alice.get(path).content.decode()


def test_nobody_cannot_be_erased(house: House, alice: Client) -> None:
    response = alice.post(house.path("retention/requests/somebody/"), {"more": "no"})

    assert response.status_code == 422
    assert "Nobody could be found by this" in response.content.decode()


def test_an_agent_may_not(house: House) -> None:
    assert house.browser_of(Role.AGENT).get(house.path("retention/requests/")).status_code == 403

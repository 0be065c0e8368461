"""The way in: the root of the site leads a person to the organisation they work in."""

import pytest
from django.test import Client

from tests.factories import make_membership, make_organisation, make_user


@pytest.mark.django_db
def test_the_root_leads_to_the_only_organisation_and_back_to_the_last_one(client: Client) -> None:
    bob = make_user("Bob")
    organisations = [make_organisation(name) for name in ("Acme", "Zenith")]
    for organisation in organisations:
        make_membership(organisation, bob)
    client.force_login(bob)

    assert client.get("/").headers["Location"] == "/o/acme/"
    client.cookies["organisation"] = "zenith"
    assert client.get("/").headers["Location"] == "/o/zenith/"
    client.cookies["organisation"] = "somebody-elses"
    assert client.get("/").headers["Location"] == "/o/acme/"

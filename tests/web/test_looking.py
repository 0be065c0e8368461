"""Looking at a page costs no more than looking: nothing is written, and nothing sealed is opened."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lib.crypto.keyring import Keyring
from lib.tenancy.scope import scope
from tests.factories import make_asset, make_publication, make_social_account
from tests.houses import House
from tests.moderation.factories import make_item, make_message

pytestmark = pytest.mark.django_db

PAGES = ["", "posts/", "compose/", "accounts/", "inbox/", "gallery/", "notices/", "people/", "events/", "settings/"]
WRITES = ("INSERT", "UPDATE", "DELETE")


def test_no_page_opens_a_token_or_writes(house: House, alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with scope(organisation=house.acme.pk):
        for network in ("facebook", "x"):
            make_publication(social_account=make_social_account(network))
        make_asset()
        item = make_item()
        make_message(item)
    monkeypatch.setattr(Keyring, "open", lambda *_args, **_more: pytest.fail("a page opened a token"))

    for page in [*PAGES, "retention/", f"inbox/{item.pk}/", f"accounts/{item.social_account_id}/"]:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert alice.get(house.path(page)).status_code == 200
        assert not [each["sql"] for each in asked if each["sql"].startswith(WRITES)], page

"""Accounts are looked after: names and pictures stay fresh, and a dead access is noticed before the hour of a post."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image

from accounts.permissions import Role
from config.env import env
from gallery.storage import NoFile, read_all
from integrations.contract import Presence
from integrations.models import SocialAccount
from integrations.services import looking
from integrations.services.refreshing import tend_grants
from lib.http import Fetched
from lib.tenancy.scope import scope
from tests.factories import make_membership, make_user
from tests.integrations.conftest import Acme
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.twins import HARTLEY
from tests.integrations.test_connecting import connect_x, rows


def drawn(colour: str) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (400, 300), colour).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def watched(acme: Acme, twins: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Acme:
    def fetch(address: str, **how: object) -> Fetched:
        return Fetched(content_type="image/png", body=drawn("teal"))

    monkeypatch.setattr(looking, "fetch", fetch)
    connect_x(acme)
    return acme


def test_a_new_account_gets_our_own_copy_of_its_picture(watched: Acme) -> None:
    looking.look_at_accounts(now=timezone.now())

    (account,) = rows(watched)
    answer = watched.client.get(f"{watched.base}{account.pk}/picture/")
    assert answer.headers["Content-Type"] == "image/jpeg"
    with Image.open(BytesIO(answer.content)) as picture:
        assert picture.size == (96, 96)
    assert "http" not in account.picture
    approver = make_membership(watched.organisation, make_user("Grace"), Role.APPROVER)
    watched.client.force_login(approver.user)  # sees no accounts, but posts, which show their pictures
    assert watched.client.get(f"{watched.base}{account.pk}/picture/").status_code == 200


def test_a_picture_that_a_network_serves_is_taken(acme: Acme, twins: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "env", replace(env, sandbox=True, sandbox_url=twins.origin))
    connect_x(acme)

    looking.look_at_accounts(now=timezone.now())

    (account,) = rows(acme)
    with Image.open(BytesIO(read_all(account.picture))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (96, 96))
    assert f'src="{acme.base}{account.pk}/picture/"' in acme.client.get(acme.base).content.decode()


def test_no_page_links_to_a_networks_picture(watched: Acme) -> None:
    (account,) = rows(watched)
    assert account.picture_url

    assert account.picture_url not in watched.client.get(f"{watched.base}{account.pk}/").content.decode()


def test_a_picture_that_is_not_there_is_404(watched: Acme) -> None:
    (account,) = rows(watched)

    assert watched.client.get(f"{watched.base}{account.pk}/picture/").status_code == 404


@pytest.mark.parametrize("address", ["http://169.254.169.254/latest", "http://127.0.0.1:1/x", "file:///etc/passwd", ""])
def test_an_address_inside_our_own_network_is_not_fetched(address: str) -> None:
    assert looking._small_picture(address) is None


def test_the_next_look_is_a_day_away(watched: Acme) -> None:
    now = timezone.now()

    assert looking.look_at_accounts(now=now) == 1
    assert looking.look_at_accounts(now=now + timedelta(hours=23)) == 0
    assert looking.look_at_accounts(now=now + timedelta(hours=25)) == 1


def test_a_withdrawn_access_is_noticed_before_a_post_needs_it(watched: Acme, twins: Sandbox) -> None:
    twins.control("withdraw", network="x", account=HARTLEY, reason="revoked")
    now = timezone.now()

    looking.look_at_accounts(now=now)
    # A refresh might help: it is asked first, and its refusal is the network's last word.
    later = now + timedelta(minutes=2)
    with scope(organisation=watched.organisation.pk):
        SocialAccount.objects.update(look_at=later)
    looking.look_at_accounts(now=later)
    tend_grants(now=later + timedelta(seconds=1))

    (account,) = rows(watched)
    assert account.state == "lost"


def test_files_go_with_the_picture_that_is_replaced(watched: Acme, django_capture_on_commit_callbacks: object) -> None:
    looking.look_at_accounts(now=timezone.now())
    (account,) = rows(watched)
    first = account.picture
    [look] = looking._begin(watched.organisation.pk, [account.pk], now=timezone.now())
    presence = Presence(network_id=account.network_id, name=account.name)

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        looking._note(look, looking._Seen(presence=presence, picture=drawn("red")), now=timezone.now())

    (account,) = rows(watched)
    assert account.picture != first
    assert read_all(account.picture) == drawn("red")
    with pytest.raises(NoFile):
        read_all(first)

"""What agents write down about a person, from an item's page."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.permissions import Role
from moderation.models import Contact, Identity, Item
from tests.moderation.inbox.pages import browser, join, open_accounts, write
from tests.scheduler.pages import House


def save(house: House, item: Item, *, by: Any = None, version: int = 0, **fields: str) -> Any:
    fields = {"name": "Camille", "company": "", "emails": "", "phones": "", "language": "", "remark": "", **fields}
    client = by or house.browser()
    return client.post(house.url(f"inbox/{item.pk}/contact/"), {**fields, "version": version})


def test_the_first_words_make_the_contact_and_later_ones_change_it(house: House) -> None:
    item = write(house)

    first = save(house, item, emails="camille@fontaine.example, c@f.example", remark="Comes on Saturdays.")
    second = save(house, item, version=1, company="Fontaine SARL")

    assert "camille@fontaine.example" in first.content.decode()
    assert "Fontaine SARL" in second.content.decode()
    with house.scope():
        contact = Contact.objects.get()
        assert (contact.company, contact.emails, contact.version) == ("Fontaine SARL", [], 2)
        assert Identity.objects.get().contact_id == contact.pk


def test_a_colleagues_change_is_shown_and_what_was_typed_is_kept(house: House) -> None:
    item = write(house)
    save(house, item, name="First")

    answer = save(house, item, version=0, name="Second")

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "now it says “First”" in page
    assert 'value="Second"' in page
    assert 'name="version" value="1"' in page


def test_an_address_that_is_none_is_said_in_its_field(house: House) -> None:
    answer = save(house, write(house), emails="not an address")

    assert answer.status_code == 422
    assert "id_emails_error" in answer.content.decode()


def test_it_says_until_when_it_is_kept(house: House) -> None:
    item = write(house)
    with house.scope():
        Identity.objects.update(last_activity_at=timezone.now().replace(year=2026, month=3, day=9))

    card = house.browser().get(house.url(f"inbox/{item.pk}/contact/")).content.decode()

    assert "Deleted, unless they write again, on" in card
    assert "2028-03-09" in card


def test_readers_read_and_those_without_the_account_meet_nothing(house: House) -> None:
    item = write(house, at=timezone.now() - timedelta(days=1))
    analyst, agent = browser(join(house, "Ann", Role.ANALYST)), join(house, "Ines")
    with house.scope():
        open_accounts(agent, house.x)

    assert "Write down" not in analyst.get(house.url(f"inbox/{item.pk}/contact/?edit=1")).content.decode()
    assert save(house, item, by=analyst).status_code == 403
    assert save(house, item, by=browser(agent)).status_code == 404

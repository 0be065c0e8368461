"""The demonstration, made with real twins: everything a newcomer should find, and walls that agree with it."""

import logging
from collections import Counter
from datetime import datetime, timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import Max, Min
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.permissions import Role
from demo.answers import SAVED, language_of
from demo.people import HARTLEY, HOUSES, PASSWORD, PEOPLE
from eventlog.models import Event
from gallery.models import Asset
from integrations.models import SocialAccount
from lib.tenancy.scope import scope
from moderation.models import Draft, Item, Message, ModerationAction, Note, SavedReply
from moderation.services.counting import find_drift
from moderation.states import ItemState, Visibility, WayOut
from scheduler.models import Look, Publication
from scheduler.states import State
from tests.integrations.networks.sandbox import Sandbox


def run() -> str:
    out = StringIO()
    call_command("demo", stdout=out, stderr=StringIO())
    return out.getvalue()


def organisation_id(slug: str) -> int:
    return next(house.pk for house in organisations() if house.slug == slug)


def organisations() -> list[Organisation]:
    user = User.objects.get(email=PEOPLE[0].email)
    with scope(user=user.pk):
        return [each.organisation for each in user.memberships(manager="mine").select_related("organisation")]


def test_it_refuses_where_the_networks_are_real(db: None) -> None:
    with pytest.raises(CommandError, match="SANDBOX=1"):
        run()

    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_makes_a_world_to_look_at_once(stage: Sandbox) -> None:
    """One test: a month takes some seconds, so it is lived through once."""
    began = timezone.now()
    said = run()

    assert logging.getLogger("demo").isEnabledFor(logging.WARNING)  # it was quiet for its own length only
    everybody_signs_in(said)
    every_state_is_seen(began)
    walls_and_stories_agree(stage)
    the_inbox_is_worth_exploring()
    assert stage.ask("life")["on"]
    count = stage.ask("published")["count"]
    assert run() == said
    assert stage.ask("published")["count"] == count
    assert User.objects.count() == len(PEOPLE)


def everybody_signs_in(said: str) -> None:
    for person in PEOPLE:
        user = User.objects.get(email=person.email)
        assert person.email in said
        assert user.check_password(PASSWORD)
        assert EmailAddress.objects.get(user=user).verified
    assert {role for person in PEOPLE for role in person.roles.values()} == set(Role)
    assert {each.slug for each in organisations()} == {house.key for house in HOUSES}


def every_state_is_seen(began: datetime) -> None:
    with scope(organisation=organisation_id(HARTLEY)):
        states = Counter(Publication.objects.values_list("state", flat=True))
        assert states.keys() == set(State) - {State.SENDING, State.CANCELLED}
        assert (states[State.FAILED], states[State.OUTCOME_UNKNOWN]) == (1, 1)
        assert Publication.objects.get(state=State.FAILED).reason == "x_duplicate"
        assert Look.objects.filter(verdict=Look.Verdict.ALIKE).count() == 1
        lost = SocialAccount.objects.get(state=SocialAccount.State.LOST)
        assert lost.network == "x"
        assert lost.publications.filter(state=State.SCHEDULED, publish_at__lt=began).count() == 1
        assert Asset.objects.filter(alt_text="").count() == 1
        soon = (began, began + timedelta(minutes=10))
        assert Publication.objects.filter(state=State.SCHEDULED, publish_at__range=soon).count() == 3


def walls_and_stories_agree(stage: Sandbox) -> None:
    answers = {answer["id"] for answer in stage.ask("answered")["answers"]}  # posts as well, at X
    outside = {post["id"] for post in stage.ask("published")["posts"]} - answers
    for house in organisations():
        with scope(organisation=house.pk):
            for publication in Publication.objects.filter(state=State.PUBLISHED):
                assert publication.network_id in outside
                outside.discard(publication.network_id)
                assert publication.published_at is not None
                assert publication.publish_at is not None
                assert abs(publication.published_at - publication.publish_at) < timedelta(minutes=2)
            published = Event.objects.filter(organisation_id=house.pk, name="scheduler.publication.published")
            assert all(event.at < timezone.now() - timedelta(hours=1) for event in published)
    assert len(outside) == 1  # what somebody wrote by hand, and a person must compare


def the_inbox_is_worth_exploring() -> None:
    states: Counter[str] = Counter()
    origins: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for house in organisations():
        with scope(organisation=house.pk):
            assert SavedReply.objects.count() == len(SAVED[house.language])
            assert Note.objects.exists()
            assert find_drift() == {}
            states.update(Item.objects.values_list("state", flat=True))
            origins.update(Message.objects.values_list("origin", flat=True))
            ours = Message.objects.filter(origin=Message.Origin.AGENT)
            languages.update(map(language_of, ours.values_list("text", flat=True)))
            ages = Message.objects.aggregate(first=Min("written_at"), last=Max("written_at"))
            assert ages["last"] - ages["first"] > timedelta(days=20)
    assert origins[Message.Origin.STRANGER] > 200
    assert origins[Message.Origin.AGENT] > 40
    assert origins[Message.Origin.NATIVE] > 2
    assert states.keys() == set(ItemState)
    assert min(languages["en"], languages["fr"]) > 5
    with scope(organisation=organisation_id(HARTLEY)):
        assert Message.objects.filter(visibility=Visibility.HIDDEN).exists()
        assert Draft.objects.exists()
        assert not ModerationAction.objects.filter(social_account__state="active").exclude(state=WayOut.SENT).exists()

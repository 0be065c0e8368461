"""Figures that a network tells by itself, of what cannot be asked for any more when it is over."""

from insights.models import PostMeasure
from insights.series import latest_of_posts
from moderation.models import InboundEvent, Message
from moderation.services import reading
from moderation.services.receiving import receive
from tests.factories import make_publication
from tests.moderation.conftest import Inbox


def test_they_are_kept_for_posts_of_ours_where_figures_are_wanted(inbox: Inbox) -> None:
    with inbox.scope():
        story = make_publication(social_account=inbox.account, network_id="story-1")
    for capabilities in (["engage"], ["engage", "insights"]):
        with inbox.scope():
            assert not PostMeasure.objects.exists()
            inbox.account.capabilities = capabilities
            inbox.account.save(update_fields=["capabilities"])
        inbox.network.tell_figures("bakery", "story-1", reach=9, exits=2)
        inbox.network.tell_figures("bakery", "somebody-else-s", reach=5)

        receive("memory", inbox.network, inbox.network.webhook(), now=inbox.now)
        reading.read_due(inbox.clock)

    with inbox.scope():
        assert latest_of_posts([story.pk]) == {story.pk: {"reach": 9, "exits": 2}}
        assert [each.day for each in PostMeasure.objects.all()] == [inbox.now.date()] * 2
        assert not Message.objects.exists()
        assert set(InboundEvent.objects.values_list("state", flat=True)) == {"read"}

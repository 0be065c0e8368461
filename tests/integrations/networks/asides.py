"""What providers do that let a comment be answered in private, or its author be blocked: in memory and per twin."""

import pytest

from integrations.contract import Feature
from integrations.engagement import Act, MessageKind, PrivatelyAnswering
from integrations.errors import OutcomeUnknown, PermanentError
from tests.integrations.networks.engaging import EngagingStage, commented, polled
from tests.integrations.networks.stage import Fault, now

WORDS = "Your parcel is at the side door."


class AsidesContract:
    """Subclasses give the ``stage`` fixture, and say which operation of the network sends a private answer."""

    sends = "reply"

    def private(self, stage: EngagingStage) -> PrivatelyAnswering:
        provider = stage.provider
        assert isinstance(provider, PrivatelyAnswering)
        return provider

    def test_a_comment_is_answered_in_private_once(self, stage: EngagingStage) -> None:
        account, private = stage.account(), self.private(stage)
        message = commented(stage, account)

        sent = private.reply_privately(account, message.target, WORDS, now=now())

        assert Feature.MESSAGES in account.features
        assert private.private_limits().text_max >= len(WORDS)
        assert [each.text for each in stage.said(account, message.thread_id) if each.by_account] == []
        told = [each.message for each in polled(stage, account)[0] if each.message_id == sent.network_id]
        assert [(each.kind, each.by_account, each.text) for each in told if each] == [
            (MessageKind.PRIVATE, True, WORDS)
        ]
        with pytest.raises(PermanentError, match="answered_privately"):
            private.reply_privately(account, message.target, "And again", now=now())

    @pytest.mark.parametrize(("fault", "arrived"), [(Fault.LOST_ANSWER, True), (Fault.LOST_REQUEST, False)])
    def test_a_private_answer_whose_answer_was_lost_is_looked_for(
        self, stage: EngagingStage, fault: Fault, arrived: bool
    ) -> None:
        account, private = stage.account(), self.private(stage)
        message, since = commented(stage, account), now()
        stage.strike_engaging(self.sends, fault)
        with pytest.raises(OutcomeUnknown):
            private.reply_privately(account, message.target, WORDS, now=now())

        findings = private.find_private_reply(account, message.target, WORDS, since=since, now=now())

        assert (findings.published is not None, findings.candidates, findings.covered) == (arrived, (), True)

    def test_its_author_is_blocked_and_let_in_again(self, stage: EngagingStage) -> None:
        if Act.BLOCK not in stage.provider.acts(MessageKind.COMMENT):
            pytest.skip("this network lets nobody be blocked")
        account = stage.account()
        message = commented(stage, account)

        for act in (Act.BLOCK, Act.BLOCK, Act.UNBLOCK, Act.UNBLOCK):
            stage.provider.act(account, act, message.target, now=now())
            assert self.is_blocked(stage, message.target.author_id) is (act is Act.BLOCK)

    def is_blocked(self, stage: EngagingStage, author_id: str) -> bool:
        """Ask the network itself."""
        raise NotImplementedError

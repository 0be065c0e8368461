import hashlib
import hmac
from datetime import timedelta

import pytest

from integrations.contract import Composition, Feature, Kind
from integrations.errors import AuthorisationLost, PermanentError
from tests.integrations.networks.contract import publish
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Fault, Step, composition, now
from tests.integrations.networks.twins import NADIA, FacebookStage

MAREK = "10150000000000005"


@pytest.fixture
def stage(sandbox: Sandbox) -> FacebookStage:
    return FacebookStage(sandbox)


def test_what_was_unticked_is_named_as_missing(stage: FacebookStage) -> None:
    access = stage.connect([Feature.PUBLISH, Feature.INSIGHTS], refused=["read_insights"])

    assert access.missing == {"read_insights"}
    assert "pages_manage_posts" in access.credentials.scopes


def test_a_first_comment_is_refused_where_the_grant_has_no_room_for_it(stage: FacebookStage) -> None:
    access = stage.connect([Feature.PUBLISH])
    presence = next(stage.provider.list_presences(access.credentials, now=now()))

    problems = stage.provider.validate(Composition(text="Bread", first_comment="#rye"), details=presence.details)

    assert [(each.field, each.key) for each in problems] == [("first_comment", "first_comment_not_allowed")]
    assert stage.provider.validate(Composition(text="Bread"), details=presence.details) == ()


def test_the_grant_is_long_lived_from_the_start(stage: FacebookStage) -> None:
    access = stage.connect([Feature.PUBLISH])

    assert access.credentials.expires_at is not None
    assert access.credentials.expires_at > now() + timedelta(days=50)


def test_a_token_that_could_not_be_extended_is_kept_for_later(stage: FacebookStage, sandbox: Sandbox) -> None:
    sandbox.control("faults", operation="facebook.token.exchange", fault="status", status=503)

    access = stage.connect([Feature.PUBLISH])

    assert access.credentials.expires_at is not None
    assert access.credentials.expires_at < now() + timedelta(hours=3)
    assert stage.provider.refresh(access.credentials, now=now()).expires_at is not None


def test_every_page_has_a_token_of_its_own(stage: FacebookStage) -> None:
    presences = stage.presences()

    tokens = {each.credentials.access_token for each in presences if each.credentials}
    assert len(tokens) == len(presences) > 1
    assert all(each.credentials and each.credentials.expires_at is None for each in presences)


def test_many_pages_are_all_listed(stage: FacebookStage, sandbox: Sandbox) -> None:
    sandbox.control("accounts", network="facebook", person=NADIA, count=230)

    presences = stage.presences()

    assert len({each.network_id for each in presences}) == len(presences) >= 230


def test_a_role_that_may_not_publish_is_seen(sandbox: Sandbox) -> None:
    presences = FacebookStage(sandbox, person=MAREK).presences()

    assert any(Feature.PUBLISH not in each.able for each in presences)


def test_alternative_texts_arrive(stage: FacebookStage, sandbox: Sandbox) -> None:
    account = stage.account()

    publish(stage, account, composition(Kind.IMAGES))

    shown = sandbox.alt_texts("facebook", account.network_id)
    assert {"A plain red picture", "A plain green picture", "A plain blue picture"} <= set(shown)


def test_the_permalink_comes_with_the_post(stage: FacebookStage, sandbox: Sandbox) -> None:
    account = stage.account()
    before = len(sandbox.calls("facebook.read"))

    published = publish(stage, account, composition(Kind.TEXT))

    assert published.permalink.startswith("http")
    assert len(sandbox.calls("facebook.read")) == before


def test_each_call_is_signed_by_the_app(stage: FacebookStage) -> None:
    token = stage.account().credentials.access_token

    proof = hmac.new(b"sandbox-facebook-secret", token.encode(), hashlib.sha256).hexdigest()
    assert stage.provider._client.proof_for(token) == proof


def test_a_post_whose_text_was_changed_is_known_by_its_photos(stage: FacebookStage) -> None:
    account, wanted, since = stage.account(), composition(Kind.IMAGE), now()
    progress = stage.provider.prepare(account, wanted, {}, save=lambda _: None, now=now())
    stage.strike(Step.COMMIT, Fault.LOST_ANSWER)
    with pytest.raises(Exception, match="no_answer"):
        stage.provider.commit(account, wanted, progress, now=now())
    changed = Composition(text="Quite another text", media=wanted.media)

    findings = stage.provider.find_published(account, changed, progress, since=since, now=now())

    assert findings.published is not None


def test_a_lost_role_concerns_the_account_only(stage: FacebookStage, sandbox: Sandbox) -> None:
    account = stage.account()
    sandbox.control("withdraw", network="facebook", person=NADIA, reason="role", page=account.network_id)

    with pytest.raises(AuthorisationLost) as raised:
        stage.provider.commit(account, composition(Kind.TEXT), {}, now=now())

    assert raised.value.key == "facebook_role_lost"


def test_a_dead_code_is_told_apart_from_a_dead_grant(stage: FacebookStage) -> None:
    with pytest.raises(PermanentError) as raised:
        stage.provider.exchange_code(
            code="never-given", redirect_uri="http://127.0.0.1/back", code_verifier="", features=[], now=now()
        )

    assert raised.value.key == "connect_failed"


def test_rules_are_known_beforehand(stage: FacebookStage) -> None:
    picture = composition(Kind.IMAGE).media[0]

    def keys(wanted: Composition) -> list[str]:
        return [each.key for each in stage.provider.validate(wanted)]

    assert keys(Composition(link="https://bakery.example")) == []
    assert keys(Composition(link="bakery.example")) == ["link_malformed"]
    assert keys(Composition(text="a", link="https://bakery.example", media=(picture,))) == ["link_with_media"]
    assert keys(Composition(media=(picture,) * 11)) == ["media_too_many"]
    assert keys(Composition(text="a", options={"poll": "yes"})) == ["option_unknown"]

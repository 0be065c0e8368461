from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any, BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from integrations.contract import (
    Account,
    Composition,
    Credentials,
    Feature,
    Form,
    Kind,
    Media,
    MediaKind,
    Operation,
    Published,
)
from integrations.engagement import Act
from integrations.errors import AuthorisationLost, OutcomeUnknown, PermanentError, RateLimited
from tests.integrations.networks.contract import prepared, publish, settled
from tests.integrations.networks.engaging import polled
from tests.integrations.networks.linkedin.stage import HARTLEY, NADIA, LinkedInStage
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Fault, Shelf, Step, Stopped, composition, film, moving, now, picture

MUSEUM = "urn:li:organization:26000103"
DEVELOPING = ("other-linkedin-client", "other-linkedin-secret")
MIB = 1024 * 1024


@pytest.fixture
def stage(sandbox: Sandbox) -> LinkedInStage:
    return LinkedInStage(sandbox)


def keys(stage: LinkedInStage, wanted: Composition) -> list[str]:
    return [each.key for each in stage.provider.validate(wanted)]


def read(stage: LinkedInStage, account: Account, published: Published) -> Mapping[str, Any]:
    """Return a post as LinkedIn's API gives it back."""
    return stage.provider._client.post(account.credentials.access_token, published.network_id, now=now())


def long_film(size_bytes: int, name: str = "long") -> Media:
    content = b"\x00\x00\x00\x18ftypmp42" + bytes(size_bytes - 12)

    def open_at(offset: int = 0) -> BinaryIO:
        return BytesIO(content[offset:])

    return Media(
        key=name,
        kind=MediaKind.VIDEO,
        content_type="video/mp4",
        size_bytes=size_bytes,
        width=640,
        height=480,
        open=open_at,
        duration=timedelta(seconds=30),
    )


# connecting


def test_everything_is_asked_for_at_once_whatever_is_wanted(stage: LinkedInStage) -> None:
    asked = {
        tuple(
            parse_qs(
                urlsplit(
                    stage.provider.authorisation_url(
                        redirect_uri="http://127.0.0.1/back", state="s", code_verifier="v", features=features
                    )
                ).query
            )["scope"][0].split()
        )
        for features in ([Feature.PUBLISH], [Feature.INSIGHTS], list(Feature))
    }

    [scopes] = asked
    assert set(scopes) == set().union(*stage.provider.scopes.values())


def test_connecting_for_another_organisation_leaves_earlier_access_alive(stage: LinkedInStage) -> None:
    first = stage.connect([Feature.PUBLISH])

    stage.connect([Feature.INSIGHTS])

    assert list(stage.provider.list_presences(first.credentials, now=now()))


def test_pages_are_listed_with_what_the_role_allows(stage: LinkedInStage, sandbox: Sandbox) -> None:
    sandbox.control("accounts", network="linkedin", person=NADIA, count=230)
    access = stage.connect([Feature.PUBLISH])

    found = {each.network_id: each for each in stage.provider.list_presences(access.credentials, now=now())}

    assert len(found) == 234
    assert found[HARTLEY].able == {Feature.PUBLISH, Feature.ENGAGE, Feature.INSIGHTS}
    assert found[MUSEUM].able == {Feature.PUBLISH}
    assert found[HARTLEY].permalink == "https://www.linkedin.com/company/hartleyandrye"
    assert len(sandbox.calls("linkedin.organizations.lookup")) == 5


def test_a_page_is_described_with_its_picture(stage: LinkedInStage) -> None:
    described = stage.provider.describe(stage.account(), now=now())

    assert described.picture_url.endswith(f"/pictures/linkedin/{HARTLEY}.png")
    assert described.details == {"member": NADIA, "administrator": "yes"}


def test_who_lost_the_role_must_be_replaced(stage: LinkedInStage, sandbox: Sandbox) -> None:
    account = stage.account()
    sandbox.control("withdraw", network="linkedin", person=NADIA, reason="role", page=HARTLEY)

    with pytest.raises(AuthorisationLost) as described:
        stage.provider.describe(account, now=now())
    with pytest.raises(AuthorisationLost) as published:
        publish(stage, account, composition(Kind.TEXT))

    assert {each.value.key for each in (described, published)} == {"linkedin_role_lost"}


def test_an_app_in_development_works_without_batches(sandbox: Sandbox) -> None:
    stage = LinkedInStage(sandbox, app=DEVELOPING, options={"development": True, "openid": True})
    access = stage.connect([Feature.PUBLISH])

    found = [each.network_id for each in stage.provider.list_presences(access.credentials, now=now())]

    assert HARTLEY in found
    assert access.person_id == NADIA
    assert access.credentials.refresh_token == ""
    assert access.credentials.consent_ends_at == access.credentials.expires_at
    assert not stage.provider.has_webhooks
    assert {each.limit for each in stage.provider.budgets} == {500, 100}
    with pytest.raises(AuthorisationLost):
        stage.provider.refresh(access.credentials, now=now())


def test_a_year_after_the_consent_only_a_person_helps(stage: LinkedInStage, sandbox: Sandbox) -> None:
    access = stage.connect([Feature.PUBLISH])
    fresh = stage.provider.refresh(access.credentials, now=now())
    assert fresh.consent_ends_at is not None
    assert access.credentials.consent_ends_at is not None
    assert abs(fresh.consent_ends_at - access.credentials.consent_ends_at) < timedelta(minutes=1)
    sandbox.control("withdraw", network="linkedin", person=NADIA, reason="consent")

    with pytest.raises(AuthorisationLost) as raised:
        stage.provider.refresh(fresh, now=now())

    assert not raised.value.refresh_may_help


def test_a_day_used_up_waits_until_midnight(stage: LinkedInStage) -> None:
    account = stage.account()
    stage.strike(Step.COMMIT, Fault.RATE_LIMITED)

    with pytest.raises(RateLimited) as raised:
        stage.provider.commit(account, composition(Kind.TEXT), {}, now=now())

    assert raised.value.reset_at is not None
    assert (raised.value.reset_at.hour, raised.value.reset_at.minute) == (0, 0)


# publishing


def test_words_arrive_whole_whatever_letters_they_have(stage: LinkedInStage) -> None:
    account = stage.account()
    text = "Two for one (today only)! #rye by @[Tidewater Museum](urn:li:organization:26000103) _and_ <more> \\o/"

    published = publish(stage, account, Composition(text=text))

    [out] = stage.out(account)
    assert out.text == "Two for one (today only)! #rye by Tidewater Museum _and_ <more> \\o/"
    findings = stage.provider.find_published(
        account, Composition(text=text), {}, since=now() - timedelta(minutes=1), now=now()
    )
    assert findings.published is not None
    assert findings.published.network_id == published.network_id


def test_a_card_shows_what_it_was_given(stage: LinkedInStage) -> None:
    account = stage.account()
    wanted = replace(
        composition(Kind.LINK), options={"title": "Stollen", "description": "From Monday"}, cover=picture("card")
    )

    published = publish(stage, account, wanted)

    article = read(stage, account, published)["content"]["article"]
    assert (article["title"], article["description"]) == ("Stollen", "From Monday")
    assert article["thumbnail"].startswith("urn:li:image:")


def test_a_card_without_a_title_goes_by_its_host(stage: LinkedInStage) -> None:
    account = stage.account()
    wanted = Composition(text="Read this", link="https://bakery.example/", cover=picture("card"))

    published = publish(stage, account, wanted)

    article = read(stage, account, published)["content"]["article"]
    assert (article["source"], article["title"]) == ("https://bakery.example/", "bakery.example")
    assert article["thumbnail"].startswith("urn:li:image:")
    assert stage.provider.takes_cover(wanted)
    assert not stage.provider.takes_cover(Composition(text="Read this"))
    assert keys(stage, replace(wanted, link="")) != []


def test_a_poll_asks_its_question(stage: LinkedInStage) -> None:
    account = stage.account()
    options = {"question": "Which?", "choices": ["Rye", "Spelt"], "duration": "ONE_DAY"}

    published = publish(stage, account, Composition(text="Vote", form=Form.POLL, options=options))

    assert read(stage, account, published)["content"]["poll"] == {
        "question": "Which?",
        "options": [{"text": "Rye"}, {"text": "Spelt"}],
        "settings": {"duration": "ONE_DAY"},
    }


def test_a_post_is_shared_again(stage: LinkedInStage) -> None:
    account = stage.account()
    first = publish(stage, account, composition(Kind.TEXT))

    second = publish(
        stage, account, Composition(text="Look", options={"reshare": first.permalink, "no_reshares": True})
    )

    found = read(stage, account, second)
    assert found["reshareContext"]["parent"] == first.network_id
    assert found["isReshareDisabledByAuthor"] is True


def test_pictures_arrive_with_their_descriptions(stage: LinkedInStage, sandbox: Sandbox) -> None:
    account = stage.account()

    publish(stage, account, composition(Kind.IMAGES))

    shown = sandbox.alt_texts("linkedin", account.network_id)
    assert {"A plain red picture", "A plain green picture", "A plain blue picture"} <= set(shown)


def test_a_film_goes_in_parts_and_goes_on_where_it_stood(stage: LinkedInStage, sandbox: Sandbox) -> None:
    account, wanted = stage.account(), Composition(text="Film", media=(long_film(9 * MIB),))
    stopped = Shelf(stop_after=3)  # begun, two of three parts
    with pytest.raises(Stopped):
        stage.provider.prepare(account, wanted, {}, save=stopped, now=now())

    progress = stage.provider.prepare(account, wanted, stopped.saved[-1], save=Shelf(), now=now())

    assert len(sandbox.calls("linkedin.upload")) == 3
    assert len(sandbox.calls("linkedin.videos.initialize")) == 1
    assert stage.provider.check(account, wanted, progress, now=now()).check_after is not None
    sandbox.control("clock", move=5)
    assert stage.provider.check(account, wanted, progress, now=now()).ready
    published = stage.provider.commit(account, wanted, progress, now=now())
    assert not published.judged
    assert settled(stage, account, published).network_id == published.network_id
    sandbox.control("clock", real=True)


def test_closing_a_film_whose_answer_was_lost_is_repeated(stage: LinkedInStage, sandbox: Sandbox) -> None:
    account, wanted = stage.account(), Composition(text="Film", media=(long_film(5 * MIB),))
    shelf = Shelf()
    sandbox.control("faults", operation="linkedin.videos.finalize", fault="lost_answer")
    with pytest.raises(Exception, match="unavailable"):
        stage.provider.prepare(account, wanted, {}, save=shelf, now=now())

    progress = stage.provider.prepare(account, wanted, shelf.saved[-1], save=Shelf(), now=now())

    assert progress["media"]["long"]["finished"]
    assert len(sandbox.calls("linkedin.upload")) == 2


def test_a_films_cover_is_sent_with_it(stage: LinkedInStage, sandbox: Sandbox) -> None:
    account = stage.account()
    wanted = Composition(text="Film", media=(film("oven"),), cover=picture("cover"))

    progress = prepared(stage, account, wanted)

    assert [each["path"].rpartition("/")[2] for each in sandbox.calls("linkedin.upload")] == ["0", "thumbnail"]
    assert stage.provider.check(account, replace(wanted, cover=picture("other")), progress, now=now()).prepare_again


def test_addresses_that_ended_are_asked_for_anew(stage: LinkedInStage, sandbox: Sandbox) -> None:
    account, wanted = stage.account(), composition(Kind.IMAGE)
    begun = Shelf(stop_after=1)
    with pytest.raises(Stopped):
        stage.provider.prepare(account, wanted, {}, save=begun, now=now())
    sandbox.control("clock", move=25 * 3600)

    stage.provider.prepare(account, wanted, begun.saved[-1], save=Shelf(), now=now())
    sandbox.control("clock", real=True)

    assert len(sandbox.calls("linkedin.images.initialize")) == 2


def test_a_file_that_linkedin_cannot_read_has_failed(stage: LinkedInStage, sandbox: Sandbox) -> None:
    account, wanted = stage.account(), composition(Kind.IMAGE)
    sandbox.control("faults", operation="linkedin.upload", fault="media_failed")

    progress = stage.provider.prepare(account, wanted, {}, save=Shelf(), now=now())

    failed = stage.provider.check(account, wanted, progress, now=now()).failed
    assert failed is not None
    assert failed.key == "media_refused"


# unknown outcomes


def test_a_duplicate_that_names_our_lost_post_is_adopted(stage: LinkedInStage) -> None:
    account, wanted, since = stage.account(), composition(Kind.TEXT), now()
    stage.strike(Step.COMMIT, Fault.LOST_ANSWER)
    with pytest.raises(OutcomeUnknown):
        stage.provider.commit(account, wanted, {}, now=now())

    with pytest.raises(PermanentError) as raised:
        stage.provider.commit(account, wanted, {}, now=now())
    named = raised.value.same_as
    findings = stage.provider.find_named(account, wanted, named, since=since, now=now())
    others = stage.provider.find_named(account, wanted, named, since=since, known=[named], now=now())

    assert raised.value.look_first
    assert findings.published is not None
    assert [findings.published.network_id] == [each.network_id for each in stage.out(account)]
    assert others.published is None


@pytest.mark.parametrize("named", ["urn:li:person:abc", "urn:li:share:1", ""])
def test_a_duplicate_that_names_something_else_proves_nothing(stage: LinkedInStage, named: str) -> None:
    account, wanted = stage.account(), composition(Kind.TEXT)

    findings = stage.provider.find_named(account, wanted, named, since=now(), now=now())

    assert (findings.published, findings.candidates, findings.covered) == (None, (), False)


def test_an_earlier_post_with_the_same_words_is_not_adopted(stage: LinkedInStage) -> None:
    account, wanted = stage.account(), composition(Kind.TEXT)
    earlier = publish(stage, account, wanted)

    findings = stage.provider.find_named(
        account, wanted, earlier.network_id, since=now() + timedelta(minutes=10), now=now()
    )

    assert findings.published is None


def test_all_is_done_as_the_page_and_never_as_the_member(stage: LinkedInStage) -> None:
    account, wanted = stage.account(), replace(composition(Kind.IMAGE), first_comment="Ask us anything")
    published = publish(stage, account, wanted)
    stage.provider.follow_up(account, wanted, "first_comment", published, {}, now=now())
    stage.comment(account, published.network_id, "When?")
    found = [each.message for each in polled(stage, account, watched=[published.network_id])[0]]
    message = next(each for each in found if each is not None and not each.by_account)
    sent = stage.provider.reply(account, message.target, "At seven.", now=now())
    stage.provider.act(account, Act.LIKE, message.target, now=now())
    stage.provider.act(account, Act.UNLIKE, message.target, now=now())
    ours = replace(message.target, message_id=sent.network_id, author_id=HARTLEY)
    stage.provider.act(account, Act.DELETE, ours, now=now())

    written = [
        unquote(f"{path} {rest.get('document')}")
        for method, path, rest in stage.http.sent
        if path.startswith("/rest/") and method != "GET"
    ]
    assert len(written) == 7
    assert all(HARTLEY in each for each in written)
    assert not any("urn:li:person:" in each for each in written)
    assert [each.by_account for each in stage.said(account, published.network_id)] == [True, False]


# composing


def test_letters_that_need_a_backslash_count_twice(stage: LinkedInStage) -> None:
    assert stage.provider.count_text(Composition(text="(a)")) == 5
    assert keys(stage, Composition(text="(" * 1500)) == []
    assert keys(stage, Composition(text="(" * 1501)) == ["text_too_long"]


def test_what_linkedin_would_refuse_is_known_beforehand(stage: LinkedInStage) -> None:
    one, clip = picture("red"), film("oven")
    poll = Composition(text="Vote", form=Form.POLL, options={"question": "Which?", "choices": ["One"]})

    assert keys(stage, Composition(text="a", media=(one, clip))) == ["kind_not_offered", "kind_not_offered"]
    assert keys(stage, Composition(text="a", media=(replace(clip, duration=timedelta(seconds=2)),))) == [
        "linkedin_video_short"
    ]
    assert keys(stage, Composition(text="a", media=(replace(one, width=7000, height=7000),))) == ["linkedin_pixels"]
    assert keys(stage, Composition(text="a", media=(moving("wave"), moving("bow")))) == []
    assert keys(stage, Composition(text="a", media=(replace(moving("wave"), frames=251),))) == ["frames_too_many"]
    assert keys(stage, poll) == ["linkedin_poll_choices"]
    assert keys(stage, Composition(text="a", options={"reshare": "https://example.org/"})) == ["linkedin_no_post"]
    assert keys(stage, Composition(text="a", options={"title": "t"})) == ["option_unknown"]
    assert keys(stage, Composition(text="a", link="https://a.example/", media=(one,))) == ["link_with_media"]
    assert keys(stage, Composition(text="a", media=(one,) * 21)) == ["media_too_many"]


def test_costs_are_counted_for_the_app_and_the_member(stage: LinkedInStage) -> None:
    assert stage.provider.cost(Operation.COMMIT) == {"linkedin.posts.app": 1, "linkedin.posts": 1}
    assert stage.provider.cost(Operation.POLL, count=40)["linkedin.comments"] == 52
    assert all(each.limit is None and each.day_in == "UTC" for each in stage.provider.budgets)


def test_without_a_refresh_token_only_a_person_helps(stage: LinkedInStage) -> None:
    with pytest.raises(AuthorisationLost):
        stage.provider.refresh(Credentials(access_token="a"), now=now())


def test_the_version_is_named_with_its_end(stage: LinkedInStage) -> None:
    version = stage.provider.api_version

    assert version is not None
    assert version.setting == "LINKEDIN_VERSION"
    assert version.ends_on is not None

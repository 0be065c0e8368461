"""What is Business Profile's own: many profiles, standing, verdicts, events and offers, figures."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from integrations.contract import Account, Composition, Feature, Form, Kind
from integrations.errors import AuthorisationLost, PermanentError, RateLimited, Reach
from integrations.networks.google_business import measuring
from integrations.sentences import sentence
from tests.integrations.networks.contract import compose, publish, settled
from tests.integrations.networks.google_business.stage import HARTLEY, OWEN, BusinessStage
from tests.integrations.networks.stage import now, picture
from tests.sandbox import discovery

OPTIONS: dict[str, Any] = {
    "title": "Stollen evening",
    "starts_at": "2026-12-05T18:00:00+01:00",
    "ends_at": "2026-12-05T21:30:00+01:00",
}


def test_two_hundred_profiles_in_five_accounts_are_listed_once_each(stage: BusinessStage) -> None:
    stage.person = OWEN
    access = stage.connect([Feature.PUBLISH])

    presences = list(stage.provider.list_presences(access.credentials, now=now()))

    assert len(presences) == len({each.network_id for each in presences}) == 200
    assert len({each.details["account"] for each in presences}) == 5
    assert all(each.details["profile"].endswith(f"/locations/{each.network_id}") for each in presences)
    assert len({each.name for each in presences}) == 200  # told apart by their addresses


def test_a_profile_in_two_accounts_is_listed_once_and_posts_go_out_through_the_one_kept(stage: BusinessStage) -> None:
    account = stage.account()

    published = publish(stage, account, compose(stage, Kind.TEXT))

    access = stage.connect([Feature.PUBLISH])
    ids = [each.network_id for each in stage.provider.list_presences(access.credentials, now=now())]
    assert ids.count(HARTLEY) == 1
    assert published.network_id in {each.network_id for each in stage.out(account)}


def test_what_a_person_unticks_is_missing(stage: BusinessStage) -> None:
    access = stage.connect([Feature.PUBLISH], ticked=[])

    assert access.missing == {"https://www.googleapis.com/auth/business.manage"}
    with pytest.raises(AuthorisationLost) as raised:
        list(stage.provider.list_presences(access.credentials, now=now()))
    assert raised.value.key == "permission_missing"


def test_access_in_testing_says_when_it_ends(stage: BusinessStage) -> None:
    stage.sandbox.control("settings", google_testing=True)

    access = stage.connect([Feature.PUBLISH])

    ends_at = access.credentials.consent_ends_at
    assert ends_at is not None
    assert timedelta(days=6) < ends_at - now() <= timedelta(days=7)
    assert stage.provider.refresh(access.credentials, now=now()).consent_ends_at == ends_at


@pytest.mark.parametrize("standing", ["waiting", "unverified", "contested", "suspended", "disabled"])
def test_a_profile_out_of_standing_is_told_before_scheduling(stage: BusinessStage, standing: str) -> None:
    account = stage.account()
    good = stage.provider.describe(account, now=now())
    stage.sandbox.control("withdraw", network="google_business", reason=standing, location=HARTLEY)

    described = stage.provider.describe(account, now=now())

    wanted = compose(stage, Kind.TEXT)
    assert stage.provider.validate(wanted, details=good.details) == ()
    assert [each.key for each in stage.provider.validate(wanted, details=described.details)] == [
        f"google_business_{standing}"
    ]
    with pytest.raises(PermanentError) as raised:
        publish(stage, account, wanted)
    assert (raised.value.key, raised.value.reach) == ("google_business_not_live", Reach.ACCOUNT)


def test_a_profile_keeps_the_picture_that_it_has_on_google(stage: BusinessStage) -> None:
    account = stage.account()
    assert stage.provider.describe(account, now=now()).picture_url == ""
    stage.http.call(
        "POST",
        f"{stage.sandbox.base('mybusiness.googleapis.com')}/v4/{account.details['profile']}/media",
        headers={"Authorization": f"Bearer {account.credentials.access_token}"},
        document={
            "mediaFormat": "PHOTO",
            "locationAssociation": {"category": "PROFILE"},
            "sourceUrl": f"{stage.pictures}/photo.png",
        },
    )

    assert stage.provider.describe(account, now=now()).picture_url.startswith("http")


def test_a_post_is_followed_to_its_verdict(stage: BusinessStage) -> None:
    account = stage.account()
    taken = publish(stage, account, compose(stage, Kind.IMAGE))

    verdict = settled(stage, account, taken)

    assert not taken.judged
    assert verdict.judged
    assert verdict.permalink.startswith("https://local.google.com/")


def test_a_post_that_google_refuses_afterwards_is_refused_with_a_reason(stage: BusinessStage) -> None:
    stage.sandbox.control("settings", google_moderation_seconds=0.0)
    account = stage.account()
    taken = publish(stage, account, Composition(text="Ring +44 117 496 0101"))

    verdict = stage.provider.verdict(account, taken.network_id, now=now())

    assert verdict.refused is not None
    assert verdict.refused.key == "google_business_rejected"
    assert stage.out(account) == []


def test_a_post_that_vanished_before_its_verdict_is_gone(stage: BusinessStage) -> None:
    account = stage.account()
    taken = publish(stage, account, compose(stage, Kind.TEXT))
    stage.provider.delete_published(account, taken.network_id, now=now())

    verdict = stage.provider.verdict(account, taken.network_id, now=now())

    assert verdict.refused is not None
    assert verdict.refused.key == "post_gone"


def sent(stage: BusinessStage) -> dict[str, Any]:
    """Return the last post that was sent."""
    documents: list[dict[str, Any]] = [
        rest["document"] for method, path, rest in stage.http.sent if method == "POST" and path.endswith("/localPosts")
    ]
    return documents[-1]


def test_a_link_becomes_the_button_that_was_chosen(stage: BusinessStage) -> None:
    account, link = stage.account(), "https://bakery.example/christmas"

    publish(stage, account, Composition(text="Order now", link=link))
    assert sent(stage)["callToAction"] == {"actionType": "LEARN_MORE", "url": link}
    publish(stage, account, Composition(text="Order now", link=link, options={"call_to_action": "ORDER"}))
    assert sent(stage)["callToAction"] == {"actionType": "ORDER", "url": link}
    publish(stage, account, Composition(text="Call us", options={"call_to_action": "CALL"}))
    assert sent(stage)["callToAction"] == {"actionType": "CALL"}
    assert sent(stage)["languageCode"] == "en"


def test_an_event_keeps_the_clock_of_its_author(stage: BusinessStage) -> None:
    publish(stage, stage.account(), Composition(text="Come", form=Form.EVENT, options=OPTIONS))

    assert sent(stage)["event"] == {
        "title": "Stollen evening",
        "schedule": {
            "startDate": {"year": 2026, "month": 12, "day": 5},
            "startTime": {"hours": 18, "minutes": 0},
            "endDate": {"year": 2026, "month": 12, "day": 5},
            "endTime": {"hours": 21, "minutes": 30},
        },
    }


def test_an_offer_carries_its_code_conditions_and_address(stage: BusinessStage) -> None:
    options = {**OPTIONS, "coupon": "RYE10", "terms": "One each"}

    publish(
        stage, stage.account(), Composition(text="Ten off", form=Form.OFFER, link="https://b.example", options=options)
    )

    assert sent(stage)["topicType"] == "OFFER"
    assert sent(stage)["offer"] == {
        "couponCode": "RYE10",
        "redeemOnlineUrl": "https://b.example",
        "termsConditions": "One each",
    }
    assert "callToAction" not in sent(stage)


def test_a_changed_event_keeps_what_was_not_changed(stage: BusinessStage) -> None:
    account = stage.account()
    event = Composition(text="Come", form=Form.EVENT, options=OPTIONS)
    taken = publish(stage, account, event)

    changed = replace(event, options={**OPTIONS, "title": "Stollen night"})
    stage.provider.edit_published(account, changed, taken.network_id, now=now())

    post = stage.provider._client.post(
        account.credentials.access_token, account.details["profile"], taken.network_id, now=now()
    )
    assert (post["event"]["title"], post["summary"], post["topicType"]) == ("Stollen night", "Come", "EVENT")


@pytest.mark.parametrize(
    ("wanted", "field", "key"),
    [
        (Composition(text="x", options={"call_to_action": "BOOK"}), "link", "google_business_action_without_link"),
        (Composition(text="x", link="https://b.example", options={"call_to_action": "CALL"}), "link",
         "google_business_call_with_link"),
        (Composition(text="x", form=Form.EVENT, options={**OPTIONS, "ends_at": "2026-12-05T17:00:00+01:00"}),
         "options.ends_at", "google_business_ends_before"),
        (Composition(text="x", form=Form.EVENT, options={**OPTIONS, "coupon": "RYE"}), "options.coupon",
         "option_unknown"),
        (Composition(text="x", form=Form.EVENT), "options.title", "option_missing"),
        (Composition(text="x", form=Form.EVENT, options={**OPTIONS, "starts_at": ""}), "options.starts_at",
         "option_missing"),
        (Composition(text="x", form=Form.OFFER, options={**OPTIONS, "ends_at": "soon"}), "options.ends_at",
         "option_no_moment"),
        (Composition(text="x", form=Form.OFFER, options={**OPTIONS, "call_to_action": "BOOK"}),
         "options.call_to_action", "option_unknown"),
        (Composition(text="x", form=Form.OFFER, options={**OPTIONS, "coupon": "R" * 59}), "options.coupon",
         "option_too_long"),
        (Composition(text="x", form=Form.STORY), "form", "kind_not_offered"),
        (Composition(text="x", first_comment="First!"), "first_comment", "first_comment_not_offered"),
        (Composition(text="x", cover=picture("red")), "cover", "cover_not_offered"),
        (Composition(text=" ", media=()), "text", "text_missing"),
        (Composition(text="Ring 0117 496 0101 now"), "text", "google_business_telephone"),
        (Composition(text="Rue de Rivoli, 01 42 60 00 00"), "text", "google_business_telephone"),
    ],
)  # fmt: skip
def test_what_google_would_refuse_is_said_before(
    stage: BusinessStage, wanted: Composition, field: str, key: str
) -> None:
    [found] = [each for each in stage.provider.validate(wanted) if (each.field, each.key) == (field, key)]
    said = []
    for language in ("en", "fr"):
        with override(language):
            said.append(sentence(key, found.parameters, network="google_business"))
    assert said[0] != said[1]
    assert not any("?" in each or "%(" in each for each in said)


@pytest.mark.parametrize("text", ["Open 12:30:59.123456", "On 2026-12-05 from 10 to 17", "£1,200 for 300 loaves"])
def test_hours_and_prices_are_no_telephone_numbers(stage: BusinessStage, text: str) -> None:
    assert stage.provider.validate(Composition(text=text)) == ()


def test_two_pictures_and_small_ones_are_refused(stage: BusinessStage) -> None:
    image = compose(stage, Kind.IMAGE)
    [large] = image.media

    two = stage.provider.validate(replace(image, media=(large, replace(large, key="other"))))
    small = stage.provider.validate(replace(image, media=(replace(large, width=200, height=200),)))

    assert [each.key for each in two] == ["media_too_many"]
    assert [(each.key, each.field) for each in small] == [("google_business_small", "media.0")]


def test_a_picture_that_google_cannot_fetch_is_the_pictures_fault(stage: BusinessStage) -> None:
    account, wanted = stage.account(), compose(stage, Kind.IMAGE)
    stage.sandbox.control("faults", operation="google_business.posts.create", fault="media_failed")

    with pytest.raises(PermanentError) as raised:
        publish(stage, account, wanted)

    assert raised.value.key == "media_refused"


def test_a_project_that_was_not_let_in_is_the_operators_to_mend(stage: BusinessStage) -> None:
    account = stage.account()
    stage.sandbox.control("settings", google_business_approved=False)

    with pytest.raises(PermanentError) as raised:
        stage.provider.describe(account, now=now())

    assert (raised.value.key, raised.value.reach) == ("google_business_not_let_in", Reach.APP)


def test_the_eleventh_change_waits_a_minute(stage: BusinessStage) -> None:
    account, at = stage.account(), now()
    stage.sandbox.control("clock", frozen=True)
    for _ in range(10):
        publish(stage, account, compose(stage, Kind.TEXT))

    with pytest.raises(RateLimited) as raised:
        stage.provider.commit(account, compose(stage, Kind.TEXT), {}, now=at)

    assert raised.value.reset_at == at + timedelta(minutes=1)
    assert raised.value.reach is Reach.ACCOUNT


def test_a_lost_role_is_the_accounts_and_not_the_grants(stage: BusinessStage) -> None:
    account = stage.account()
    stage.sandbox.control("withdraw", network="google_business", reason="role", location=HARTLEY, person="Nadia Benali")

    with pytest.raises(AuthorisationLost) as raised:
        stage.provider.describe(account, now=now())

    assert (raised.value.key, raised.value.reach) == ("google_business_role_lost", Reach.ACCOUNT)
    assert not raised.value.refresh_may_help
    assert list(stage.provider.list_presences(account.credentials, now=now())) == []


def test_a_profile_that_was_moved_says_so_and_is_found_again(stage: BusinessStage) -> None:
    here = stage.account()
    elsewhere = "accounts/1060000000000000001"  # hers too, and without this profile
    details = {**here.details, "account": elsewhere, "profile": f"{elsewhere}/locations/{HARTLEY}"}
    moved = replace(here, details=details)

    with pytest.raises(PermanentError) as raised:
        publish(stage, moved, compose(stage, Kind.TEXT))

    assert (raised.value.key, raised.value.reach) == ("google_business_moved", Reach.ACCOUNT)
    assert raised.value.__cause__ is None
    assert stage.provider.describe(moved, now=now()).details == here.details


# figures


def measured(stage: BusinessStage, account: Account) -> dict[str, int | float]:
    found = stage.provider.measure_account(account, since=date(2026, 1, 5), until=date(2026, 1, 9), now=now())
    totals: dict[str, int | float] = {}
    for each in found:
        totals[each.metric] = totals.get(each.metric, 0) + each.value
    return totals


def test_figures_come_by_day_and_four_kinds_of_impressions_are_views(stage: BusinessStage) -> None:
    totals = measured(stage, stage.account())

    assert totals.keys() == stage.provider.account_metrics
    assert totals["views"] > totals["website_clicks"]
    assert stage.provider.post_metrics == frozenset()
    assert stage.provider.measure_posts(stage.account(), ["1"], now=now()) == {}


def test_a_metric_that_google_no_longer_knows_is_left_out_alone(
    stage: BusinessStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, whole = stage.account(), measured(stage, stage.account())
    monkeypatch.setattr(measuring, "METRICS", {**measuring.METRICS, "BUSINESS_SMILES": "smiles"})

    assert measured(stage, account) == whole


# Google's own descriptions


def test_the_documents_know_every_address_and_parameter_we_use(stage: BusinessStage) -> None:
    account = stage.account()
    stage.provider.describe(account, now=now())
    stage.provider.subscribe(account, now=now())
    measured(stage, account)
    calls = [(method, path, rest) for method, path, rest in stage.http.sent if "googleapis.com/v1" in path]

    used = {path.partition("/v1")[0].strip("/") for _, path, _ in calls}

    assert len(used) == 5
    for method, path, rest in calls:
        assert discovery.knows(method, path.strip("/"), params=rest.get("params") or {}), path
        if rest.get("document"):
            discovery.check("mybusinessnotifications.v1", "NotificationSetting", rest["document"])

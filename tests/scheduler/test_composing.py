"""The composer loses no word, writes over none it has not shown, and does nothing twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.permissions import Role
from integrations.models import AccountAccess
from scheduler.models import Post, PostAsset, Publication
from scheduler.states import State
from tests.factories import make_asset, make_post, make_user
from tests.scheduler.pages import House, at_most

AUTOSAVE = {"X-Autosave": "1"}


def tomorrow() -> dict[str, str]:
    return {"day": (timezone.now() + timedelta(days=1)).date().isoformat(), "hour": "08:00"}


def test_a_page_sent_twice_leaves_one_post(house: House) -> None:
    page = house.sent(account=[house.page.pk])

    for _time in range(2):
        answer = house.browser().post(house.url("compose/"), page, headers=AUTOSAVE)
        assert answer.status_code == 200

    with house.scope():
        assert Post.objects.count() == 1
        assert Publication.objects.count() == 1


def test_an_autosave_keeps_words_own_texts_accounts_pictures_and_hour(house: House) -> None:
    with house.scope():
        asset = make_asset(alt_text="A stollen")
    post = house.compose(**tomorrow(), **{"own-x": "Short", "picture": [str(asset.pk)]})

    assert post.text == "The stollen is back."
    assert post.own_texts == {"x": "Short"}
    assert post.planned_at is not None
    assert [one.state for one in house.publications(post)] == [State.DRAFT]
    with house.scope():
        assert PostAsset.objects.get(post=post).alt_text == "A stollen"


def test_a_stale_page_gets_both_texts_and_changes_nothing(house: House) -> None:
    post = house.compose()
    url = house.url(f"posts/{post.pk}/edit/")
    first = house.sent(key=str(post.key), version=str(post.version), text="First", account=[house.page.pk])
    second = {**first, "text": "Second"}
    house.browser().post(url, first, headers=AUTOSAVE)

    answer = house.browser().post(url, second)

    assert answer.status_code == 409
    assert "First" in answer.content.decode()
    assert "Second" in answer.content.decode()
    with house.scope():
        assert Post.objects.get(pk=post.pk).text == "First"


def test_a_save_whose_answer_was_lost_is_no_conflict(house: House) -> None:
    post = house.compose()
    page = house.sent(key=str(post.key), version=str(post.version), text="Again", account=[house.page.pk])
    url = house.url(f"posts/{post.pk}/edit/")

    answers = [house.browser().post(url, page, headers=AUTOSAVE) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_new_page_whose_first_answer_was_lost_goes_on_writing(house: House) -> None:
    page = house.sent(account=[house.page.pk])
    house.browser().post(house.url("compose/"), page, headers=AUTOSAVE)

    answer = house.browser().post(house.url("compose/"), {**page, "text": "And then some."}, headers=AUTOSAVE)

    assert answer.status_code == 200
    with house.scope():
        assert Post.objects.get().text == "And then some."


def test_a_new_page_that_went_stale_gets_both_texts_until_it_keeps_its_own(house: House) -> None:
    page = house.sent(account=[house.page.pk])
    house.browser().post(house.url("compose/"), page, headers=AUTOSAVE)
    with house.scope():
        post = Post.objects.get()
    colleague = house.join("Bob", Role.PLANNER)
    theirs = {**page, "version": str(post.version), "text": "A colleague's words"}
    house.browser(colleague.user).post(house.url(f"posts/{post.pk}/edit/"), theirs, headers=AUTOSAVE)
    mine = {**page, "text": "My own words"}

    for headers in (AUTOSAVE, {}):
        answer = house.browser().post(house.url("compose/"), mine, headers=headers)
        assert answer.status_code == 409
        assert "A colleague&#x27;s words" in answer.content.decode()
    assert "My own words" in answer.content.decode()
    with house.scope():
        assert Post.objects.get().text == "A colleague's words"

    kept = {**mine, "version": str(post.version + 1)}
    assert house.browser().post(house.url("compose/"), kept, headers=AUTOSAVE).status_code == 200
    with house.scope():
        assert Post.objects.get().text == "My own words"


def test_a_new_page_left_open_does_not_type_into_what_is_scheduled(house: House) -> None:
    page = house.sent(account=[house.page.pk], **tomorrow())
    house.browser().post(house.url("compose/"), {**page, "act": "schedule"})

    house.browser().post(house.url("compose/"), {**page, "text": "Half a sen"}, headers=AUTOSAVE)

    with house.scope():
        assert Post.objects.get().text == "The stollen is back."


def test_scheduling_twice_schedules_once(house: House) -> None:
    page = house.sent(account=[house.page.pk, house.x.pk], act="schedule", **tomorrow())

    answers = [house.browser().post(house.url("compose/"), page) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    with house.scope():
        assert [one.state for one in Publication.objects.all()] == [State.SCHEDULED] * 2


def test_what_a_network_would_refuse_is_not_scheduled_and_stays_typed(house: House) -> None:
    page = house.sent(account=[house.x.pk], act="schedule", text="long " * 80, **tomorrow())

    answer = house.browser().post(house.url("compose/"), page)

    assert answer.status_code == 422
    assert "long long" in answer.content.decode()
    with house.scope():
        assert Publication.objects.get().state == State.DRAFT


def test_an_hour_that_has_passed_is_refused(house: House) -> None:
    page = house.sent(account=[house.page.pk], act="schedule", day="2020-01-01", hour="08:00")

    assert house.browser().post(house.url("compose/"), page).status_code == 422


def test_typing_does_not_change_what_is_scheduled_until_it_is_saved(house: House) -> None:
    page = house.sent(account=[house.page.pk], act="schedule", **tomorrow())
    house.browser().post(house.url("compose/"), page)
    with house.scope():
        post = Post.objects.get()
    page = {**page, "version": str(post.version), "text": "Half a sen"}
    url = house.url(f"posts/{post.pk}/edit/")

    house.browser().post(url, page, headers=AUTOSAVE)
    with house.scope():
        assert Post.objects.get().text == "The stollen is back."

    assert house.browser().post(url, page).status_code == 302
    with house.scope():
        assert Post.objects.get().text == "Half a sen"
        assert Publication.objects.get().state == State.SCHEDULED


def test_a_link_counts_as_x_counts_it(house: House) -> None:
    text = "x" * 250 + " https://example.org/" + "a" * 100
    answer = house.browser().post(house.url("compose/"), house.sent(text=text, account=[house.x.pk]), headers=AUTOSAVE)

    assert "<b>274</b> / 280" in answer.content.decode()


def test_an_hour_that_clocks_skip_is_moved_and_said(house: House) -> None:
    page = house.sent(account=[house.page.pk], day="2027-03-28", hour="01:30")
    answer = house.browser().post(house.url("compose/"), page, headers=AUTOSAVE)

    assert "02:30 (BST)" in answer.content.decode()


def test_a_contributor_asks_and_an_approver_approves_what_was_read(house: House) -> None:
    contributor, approver = house.join("Carol", Role.CONTRIBUTOR), house.join("Ruth", Role.APPROVER)
    page = house.sent(account=[house.page.pk], act="ask", **tomorrow())
    house.browser(contributor.user).post(house.url("compose/"), page)
    with house.scope():
        post = Post.objects.get()
        assert post.publications.get().state == State.IN_REVIEW
    reads = house.browser(approver.user)
    assert reads.get(house.url(f"posts/{post.pk}/edit/")).status_code == 200

    stale = reads.post(house.url(f"posts/{post.pk}/approve/"), {"version": post.version - 1 or 99})
    assert stale.status_code == 302
    assert house.publications(post)[0].state == State.IN_REVIEW

    reads.post(house.url(f"posts/{post.pk}/approve/"), {"version": post.version})
    assert house.publications(post)[0].state == State.APPROVED


@pytest.mark.parametrize("state", [State.APPROVED, State.FAILED])
def test_a_contributor_cannot_schedule_nor_change_what_is_approved(house: House, state: State) -> None:
    contributor = house.join("Carol", Role.CONTRIBUTOR)
    page = house.sent(account=[house.page.pk], act="schedule", **tomorrow())
    assert house.browser(contributor.user).post(house.url("compose/"), page).status_code == 403

    post = house.compose()
    with house.scope():
        post.publications.update(state=state)
    changed = house.sent(key=str(post.key), version=str(post.version), text="Sneaked in", account=[house.page.pk])
    answer = house.browser(contributor.user).post(house.url(f"posts/{post.pk}/edit/"), changed)
    assert answer.status_code == 422
    with house.scope():
        assert Post.objects.get(pk=post.pk).text == "The stollen is back."


def test_a_planner_mends_the_words_of_what_failed(house: House) -> None:
    post = house.compose()
    with house.scope():
        post.publications.update(state=State.FAILED)
    page = house.sent(key=str(post.key), version=str(post.version), text="Shorter", account=[house.page.pk])

    answer = house.browser().post(house.url(f"posts/{post.pk}/edit/"), page)

    assert answer.status_code == 302
    with house.scope():
        assert Post.objects.get().text == "Shorter"


def test_sending_back_says_what_should_change(house: House) -> None:
    post = house.compose()
    with house.scope():
        post.publications.update(state=State.IN_REVIEW)

    house.browser().post(house.url(f"posts/{post.pk}/send-back/"), {"version": post.version, "note": "Shorter, please"})

    assert house.publications(post)[0].state == State.DRAFT
    assert "Shorter, please" in house.browser().get(house.url(f"posts/{post.pk}/edit/")).content.decode()


def test_an_approver_sees_no_draft_and_strangers_see_nothing(house: House) -> None:
    post = house.compose()
    url = house.url(f"posts/{post.pk}/edit/")

    assert house.browser(house.join("Ruth", Role.APPROVER).user).get(url).status_code == 404
    assert house.browser(make_user("Charlie")).get(url).status_code == 404
    assert house.browser().get(house.url("posts/999999/edit/")).status_code == 404


def test_a_member_with_chosen_accounts_cannot_use_others(house: House) -> None:
    member = house.join("Bob", Role.PLANNER)
    with house.scope():
        member.all_accounts = False
        member.save()
        AccountAccess.objects.create(membership=member, social_account=house.x)

    answer = house.browser(member.user).post(house.url("compose/"), house.sent(account=[house.page.pk]))

    assert answer.status_code == 400
    with house.scope():
        assert not Publication.objects.exists()


def test_words_that_went_out_no_longer_change(house: House) -> None:
    post = house.compose()
    with house.scope():
        post.publications.update(state=State.PUBLISHED, network_id="1")

    page = house.sent(key=str(post.key), version=str(post.version), text="Other", account=[house.page.pk])
    assert house.browser().post(house.url(f"posts/{post.pk}/edit/"), page).status_code == 422


def test_the_composer_asks_the_database_at_most_eight_times(house: House) -> None:
    with house.scope():
        post = make_post(author=house.alice)
        for number in range(4):
            PostAsset.objects.create(post=post, asset=make_asset(), position=number)
    browser = house.browser()
    browser.get(house.url(f"posts/{post.pk}/edit/"))

    with at_most(8):
        assert browser.get(house.url(f"posts/{post.pk}/edit/")).status_code == 200

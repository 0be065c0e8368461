"""What a scope shows, and the traps around its edges (each was seen to open a hole, or to lose work, elsewhere)."""

from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.http import StreamingHttpResponse

from accounts.models import Membership
from lib.tenancy.scope import NoScope, Scope, current_scope, scope
from scheduler.models import Post
from tests.factories import make_organisation, make_post, make_user
from tests.tenancy.conftest import Two


def count_raw() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM scheduler_post")
        return int(cursor.fetchone()[0])


def test_only_the_organisations_own_rows_are_seen(two: Two) -> None:
    with scope(organisation=two.acme.pk):
        assert list(Post.objects.all()) == [two.acme_post]


def test_a_raw_query_without_a_scope_returns_no_row(two: Two) -> None:
    assert count_raw() == 0


def test_a_raw_query_in_a_scope_sees_that_scope_only(two: Two) -> None:
    with scope(organisation=two.other.pk):
        assert count_raw() == 1


def test_the_orm_refuses_instead_of_answering_nothing(two: Two) -> None:
    with pytest.raises(NoScope, match="no organisation is in scope"):
        Post.objects.count()


def test_a_query_set_made_inside_and_read_outside_is_refused(two: Two) -> None:
    with scope(organisation=two.acme.pk):
        posts = Post.objects.all()

    with pytest.raises(NoScope):
        list(posts)


@pytest.mark.parametrize("write", ["update", "delete", "create", "bulk_create", "save", "refresh"])
def test_every_door_to_owned_rows_is_guarded(two: Two, write: str) -> None:
    acts: dict[str, Callable[[], object]] = {
        "update": lambda: Post.objects.update(text="x"),
        "delete": lambda: Post.objects.all().delete(),
        "create": lambda: Post.objects.create(text="x", organisation_id=two.acme.pk),
        "bulk_create": lambda: Post.objects.bulk_create([Post(text="x", organisation_id=two.acme.pk)]),
        "save": two.acme_post.save,
        "refresh": two.acme_post.refresh_from_db,
    }

    with pytest.raises(NoScope):
        acts[write]()


def test_a_foreign_row_cannot_be_written(two: Two) -> None:
    with scope(organisation=two.acme.pk):
        assert Post.objects.filter(pk=two.other_post.pk).update(text="stolen") == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Post.objects.create(text="planted", organisation_id=two.other.pk)


def test_a_new_row_takes_its_organisation_from_the_scope(two: Two) -> None:
    with scope(organisation=two.acme.pk):
        assert make_post().organisation_id == two.acme.pk


def test_a_nested_scope_gives_the_outer_one_back(two: Two) -> None:
    with scope(organisation=two.acme.pk):
        with scope(organisation=two.other.pk):
            assert Post.objects.get() == two.other_post
        assert Post.objects.get() == two.acme_post


def test_a_nested_scope_that_fails_gives_the_outer_one_back(two: Two) -> None:
    with scope(organisation=two.acme.pk):
        with pytest.raises(ValueError, match="inside"), scope(organisation=two.other.pk):
            raise ValueError("inside")
        assert Post.objects.get() == two.acme_post


def test_a_failed_savepoint_keeps_the_scope(two: Two) -> None:
    with scope(organisation=two.acme.pk):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")
        assert Post.objects.get() == two.acme_post


def test_a_nested_scope_that_sql_broke_gives_the_outer_one_back(two: Two) -> None:
    with scope(organisation=two.acme.pk):
        with pytest.raises(ProgrammingError), scope(organisation=two.other.pk), connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")
        assert count_raw() == 1
        assert Post.objects.get() == two.acme_post


def test_an_on_commit_call_back_is_outside(two_committed: Two) -> None:
    seen: list[object] = []

    def look() -> None:
        with pytest.raises(NoScope):
            Post.objects.count()
        seen.append(count_raw())

    with scope(organisation=two_committed.acme.pk):
        transaction.on_commit(look)

    assert seen == [0]


def test_a_streamed_answer_is_outside(two_committed: Two) -> None:
    def lines() -> Iterator[str]:
        for post in Post.objects.all():
            yield post.text

    with scope(organisation=two_committed.acme.pk):
        response = StreamingHttpResponse(lines())

    with pytest.raises(NoScope):
        list(response)


def test_a_thread_begun_inside_is_outside(two_committed: Two) -> None:
    seen: list[Scope | int] = []

    def look() -> None:
        seen.extend([current_scope(), count_raw()])
        connection.close()

    with scope(organisation=two_committed.acme.pk):
        thread = Thread(target=look)
        thread.start()
        thread.join()

    assert seen == [Scope(), 0]


def test_nothing_of_a_scope_stays_on_the_connection(two_committed: Two) -> None:
    # A pooler in transaction mode hands the same session to the next customer.
    with scope(organisation=two_committed.acme.pk):
        count_raw()

    assert count_raw() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.organisation_id', true)")
        assert cursor.fetchone()[0] in (None, "")


def test_a_scope_is_one_round_trip(two_committed: Two) -> None:
    with scope(organisation=two_committed.acme.pk), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.organisation_id'), pg_current_xact_id_if_assigned() IS NULL")
        assert cursor.fetchone() == (str(two_committed.acme.pk), True)


def test_a_key_to_another_organisations_row_is_refused_by_the_database(two: Two) -> None:
    from scheduler.models import PostAsset
    from tests.factories import make_asset

    with scope(organisation=two.other.pk):
        foreign = make_asset()

    refusal = pytest.raises(IntegrityError, match="post_asset_and_asset_share_organisation")
    with scope(organisation=two.acme.pk), refusal, transaction.atomic():
        PostAsset.objects.create(post=two.acme_post, asset_id=foreign.pk, position=0)
        connection.check_constraints()


def test_a_user_sees_own_memberships_only_before_choosing(db: None) -> None:
    alice, charlie = make_user("Alice"), make_user("Charlie")
    acme = make_organisation("Acme", owner=alice)
    make_organisation("Elsewhere", owner=alice)
    make_organisation("Charlie's", owner=charlie)

    with scope(user=alice.pk):
        assert sorted(m.organisation.name for m in Membership.mine.select_related("organisation")) == [
            "Acme",
            "Elsewhere",
        ]
    with scope(organisation=acme.pk, user=alice.pk):
        assert [m.organisation_id for m in Membership.mine.all()] == [acme.pk]


def test_the_app_role_may_not_step_round_the_walls(two: Two) -> None:
    for attempt in [
        "SET ROLE portevoix_owner",
        "SET ROLE passage",
        "TRUNCATE scheduler_post",
        "ALTER TABLE scheduler_post DISABLE ROW LEVEL SECURITY",
    ]:
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attempt)


def test_turning_row_security_off_refuses_instead_of_showing(two: Two) -> None:
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL row_security = off")
        cursor.execute("SELECT count(*) FROM scheduler_post")


def test_tests_run_as_the_app_on_a_test_database(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_database(), rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        name, role, above = cursor.fetchone()

    assert name.startswith("test_")
    assert (role, above) == ("portevoix", False)


def test_events_can_be_added_but_not_changed(two: Two) -> None:
    from eventlog.models import Event

    with scope(organisation=two.acme.pk):
        assert Event.objects.filter(name="accounts.organisation.created").count() == 1
        changes: list[Callable[[], object]] = [lambda: Event.objects.update(name="x"), Event.objects.all().delete]
        for change in changes:
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                change()


def test_a_question_travels_with_the_opening_and_is_asked_in_the_scope(two: Two) -> None:
    with scope(organisation=two.acme.pk, asking="SELECT (SELECT count(*) FROM scheduler_post), 'and more'") as opened:
        assert opened.answers == [1, "and more"]


@pytest.mark.django_db(transaction=True)
def test_the_outermost_scope_asks_its_question_in_the_message_that_begins_it(two_committed: Two) -> None:
    acme = two_committed.acme.pk
    with scope(organisation=acme, asking="SELECT current_setting('app.organisation_id')") as opened:
        assert opened.answers == [str(acme)]
        assert Post.objects.count() == 1

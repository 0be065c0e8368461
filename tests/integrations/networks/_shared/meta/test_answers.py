import json
from datetime import UTC, datetime, timedelta

from integrations.errors import Reach
from integrations.networks._shared.meta import answers

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BUDGETS = {"network": "facebook", "app_budget": "facebook.app", "account_budget": "facebook.page"}


def test_a_list_ends_where_next_is_missing() -> None:
    assert (
        answers.next_cursor({"data": [], "paging": {"cursors": {"after": "b"}, "next": "https://graph.example/2"}})
        == "b"
    )
    assert answers.next_cursor({"data": [], "paging": {"cursors": {"after": "b"}}}) == ""
    assert answers.next_cursor({"data": []}) == ""


def test_only_what_is_granted_counts() -> None:
    permissions = {
        "data": [
            {"permission": "pages_show_list", "status": "granted"},
            {"permission": "pages_manage_posts", "status": "declined"},
            {"permission": "read_insights", "status": "expired"},
        ]
    }

    assert answers.granted(permissions) == {"pages_show_list"}


def test_usage_headers_become_reports() -> None:
    headers = {
        "X-App-Usage": '{"call_count":28,"total_time":25,"total_cputime":30}',
        "X-Business-Use-Case-Usage": json.dumps(
            {"102": [{"type": "pages", "call_count": 97, "total_time": 1, "estimated_time_to_regain_access": 7}]}
        ),
    }

    app, page = answers.usage(headers, app="260", now=NOON, **BUDGETS)

    assert (app.budget, app.reach, app.subject, app.used) == ("facebook.app", Reach.APP, "260", 30)
    assert (page.budget, page.reach, page.subject, page.used) == ("facebook.page", Reach.ACCOUNT, "102", 97)
    assert page.reset_at == NOON + timedelta(minutes=7)


def test_headers_that_make_no_sense_are_left_out() -> None:
    headers = {"X-App-Usage": "soon", "X-Business-Use-Case-Usage": "[1]"}

    assert list(answers.usage(headers, app="260", now=NOON, **BUDGETS)) == []

"""Accounts, profiles, standing and figures, checked against Google's discovery documents and with its own client."""

from typing import Any

import pytest

from tests.sandbox import discovery
from tests.sandbox.conftest import Process
from tests.sandbox.google import OWEN, tokens
from tests.sandbox.google_business.steps import CORRIE, HARTLEY, HARTLEY_GROUP, MUSEUM, SEMAPHORE, Business, business

ACCOUNTS = "mybusinessaccountmanagement.v1"
INFORMATION = "mybusinessbusinessinformation.v1"
VERIFICATIONS = "mybusinessverifications.v1"
NOTIFICATIONS = "mybusinessnotifications.v1"
PERFORMANCE = "businessprofileperformance.v1"
MASK = "name,title,storefrontAddress,metadata,languageCode"
RANGE = {
    "dailyRange.startDate.year": "2026",
    "dailyRange.startDate.month": "1",
    "dailyRange.startDate.day": "5",
    "dailyRange.endDate.year": "2026",
    "dailyRange.endDate.month": "1",
    "dailyRange.endDate.day": "9",
}


def all_pages(collection: Any, field: str, **query: Any) -> list[dict[str, Any]]:
    """Follow pages as Google's client offers it."""
    found, request = [], collection.list(**query)
    while request is not None:
        answer = request.execute()
        found += answer.get(field, [])
        request = collection.list_next(request, answer)
    return found


def test_googles_own_client_lists_two_hundred_profiles_in_groups(sandbox: Process) -> None:
    token = tokens(sandbox, person=OWEN)["access_token"]
    with discovery.client(sandbox, ACCOUNTS, token) as management:
        accounts = all_pages(management.accounts(), "accounts", pageSize=2)

    with discovery.client(sandbox, INFORMATION, token) as information:
        locations = information.accounts().locations()
        by_account = {
            account["name"]: all_pages(locations, "locations", parent=account["name"], readMask=MASK, pageSize=30)
            for account in accounts
        }
        everything = all_pages(locations, "locations", parent="accounts/-", readMask=MASK, pageSize=100)

    assert [account["type"] for account in accounts] == ["PERSONAL", *["LOCATION_GROUP"] * 4]
    assert len({each["name"] for found in by_account.values() for each in found}) == 200
    assert len(everything) == 200


def test_answers_are_what_the_documents_describe(nadia: Business) -> None:
    checked = [
        (ACCOUNTS, "ListAccountsResponse", nadia.call("GET", "mybusinessaccountmanagement", "v1/accounts")),
        (
            INFORMATION,
            "ListLocationsResponse",
            nadia.call(
                "GET",
                "mybusinessbusinessinformation",
                f"v1/accounts/{SEMAPHORE}/locations",
                params={"readMask": "*", "pageSize": 2},
            ),
        ),
        (
            INFORMATION,
            "Location",
            nadia.call("GET", "mybusinessbusinessinformation", f"v1/locations/{HARTLEY}", params={"readMask": MASK}),
        ),
        (
            NOTIFICATIONS,
            "NotificationSetting",
            nadia.call("GET", "mybusinessnotifications", f"v1/accounts/{SEMAPHORE}/notificationSetting"),
        ),
        (
            PERFORMANCE,
            "FetchMultiDailyMetricsTimeSeriesResponse",
            nadia.call(
                "GET",
                "businessprofileperformance",
                f"v1/locations/{HARTLEY}:fetchMultiDailyMetricsTimeSeries",
                params={"dailyMetrics": ["CALL_CLICKS", "WEBSITE_CLICKS"], **RANGE},
            ),
        ),
        (
            PERFORMANCE,
            "GetDailyMetricsTimeSeriesResponse",
            nadia.call(
                "GET",
                "businessprofileperformance",
                f"v1/locations/{HARTLEY}:getDailyMetricsTimeSeries",
                params={"dailyMetric": "CALL_CLICKS", **RANGE},
            ),
        ),
        (
            PERFORMANCE,
            "ListSearchKeywordImpressionsMonthlyResponse",
            nadia.call(
                "GET", "businessprofileperformance", f"v1/locations/{HARTLEY}/searchkeywords/impressions/monthly"
            ),
        ),
    ]
    for document, schema, answer in checked:
        assert answer.status_code == 200, answer.text
        discovery.check(document, schema, answer.json())


@pytest.mark.parametrize("location", [HARTLEY, MUSEUM, CORRIE])
def test_every_standing_is_described(sandbox: Process, location: str) -> None:
    tom, marek = "104600000000000000003", "104600000000000000005"
    person = {MUSEUM: tom, CORRIE: marek}.get(location, "104600000000000000001")

    answer = business(sandbox, person=person).call(
        "GET", "mybusinessverifications", f"v1/locations/{location}/VoiceOfMerchantState"
    )

    discovery.check(VERIFICATIONS, "VoiceOfMerchantState", answer.json())
    assert answer.json().get("hasVoiceOfMerchant", False) is (location == HARTLEY)


def test_a_list_needs_its_mask_and_knows_its_fields(nadia: Business) -> None:
    path = f"v1/accounts/{HARTLEY_GROUP}/locations"

    for query in ({}, {"readMask": "title,stars"}):
        answer = nadia.call("GET", "mybusinessbusinessinformation", path, params=query)
        assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_others_accounts_are_closed_and_what_is_not_there_is_absent(nadia: Business) -> None:
    toms = nadia.call("GET", "mybusinessaccountmanagement", "v1/accounts/1060000000000000005")
    nobodys = nadia.call("GET", "mybusinessaccountmanagement", "v1/accounts/1")

    assert toms.json()["error"]["status"] == "PERMISSION_DENIED"
    assert nobodys.json()["error"]["status"] == "NOT_FOUND"


def test_a_token_without_the_scope_and_one_that_died_are_told_apart(sandbox: Process, nadia: Business) -> None:
    narrow = business(sandbox, ticked=[]).call("GET", "mybusinessaccountmanagement", "v1/accounts")
    assert narrow.status_code == 403
    assert narrow.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"

    sandbox.control("POST", "clock", move=3600)

    dead = nadia.call("GET", "mybusinessaccountmanagement", "v1/accounts")
    assert (dead.status_code, dead.json()["error"]["status"]) == (401, "UNAUTHENTICATED")


def test_the_minutes_quota_ends_and_comes_back(sandbox: Process, nadia: Business) -> None:
    sandbox.control("POST", "clock", frozen=True)
    for _ in range(300):
        assert nadia.call("GET", "mybusinessaccountmanagement", "v1/accounts").ok

    over = nadia.call("GET", "mybusinessaccountmanagement", "v1/accounts")

    assert over.json()["error"]["status"] == "RESOURCE_EXHAUSTED"
    assert over.json()["error"]["details"][0]["metadata"]["quota_limit_value"] == "300"
    assert nadia.call("GET", "mybusinessnotifications", f"v1/accounts/{SEMAPHORE}/notificationSetting").ok
    sandbox.control("POST", "clock", move=60)
    assert nadia.call("GET", "mybusinessaccountmanagement", "v1/accounts").ok


def test_a_project_that_was_not_let_in_has_a_quota_of_nothing(sandbox: Process, nadia: Business) -> None:
    sandbox.control("POST", "settings", google_business_approved=False)

    answer = nadia.call("GET", "mybusinessaccountmanagement", "v1/accounts")

    assert answer.status_code == 429
    assert answer.json()["error"]["details"][0]["metadata"]["quota_limit_value"] == "0"


def test_one_unknown_metric_refuses_all_and_zero_has_no_value(nadia: Business) -> None:
    path = f"v1/locations/{HARTLEY}:fetchMultiDailyMetricsTimeSeries"
    refused = nadia.call(
        "GET", "businessprofileperformance", path, params={"dailyMetrics": ["CALL_CLICKS", "SMILES"], **RANGE}
    )
    quiet = nadia.call(
        "GET", "businessprofileperformance", path, params={"dailyMetrics": "BUSINESS_CONVERSATIONS", **RANGE}
    ).json()

    [series] = quiet["multiDailyMetricTimeSeries"][0]["dailyMetricTimeSeries"]
    assert refused.status_code == 400
    assert len(series["timeSeries"]["datedValues"]) == 5
    assert not any("value" in each for each in series["timeSeries"]["datedValues"])

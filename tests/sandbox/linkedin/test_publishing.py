from typing import Any

import pytest
import requests

from sandbox.networks.linkedin import little
from tests.sandbox.conftest import PNG, Process
from tests.sandbox.linkedin.conftest import HARTLEY, MAREK, MUSEUM, NADIA, Member, enc, member

PDF = b"%PDF-1.7 a deck"


def test_a_version_must_be_there_and_alive(nadia: Member) -> None:
    nadia.version = ""
    missing = nadia.post()
    nadia.version = "202508"
    retired = nadia.post()

    assert (missing.status_code, missing.json()["code"]) == (400, "VERSION_MISSING")
    assert retired.json() == {
        "status": 426,
        "code": "NONEXISTENT_VERSION",
        "message": "Requested version 202508 is not active",
    }


def test_roles_are_listed_page_by_page(nadia: Member) -> None:
    path = "rest/organizationAcls?q=roleAssignee&state=APPROVED&count=2&start="
    pages = [nadia.call("GET", f"{path}{start}").json()["elements"] for start in (0, 2, 4)]

    found = [(each["organization"].rpartition(":")[2], each["role"]) for page in pages for each in page]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert ("26000103", "CONTENT_ADMINISTRATOR") in found
    assert ("26000101", "ADMINISTRATOR") in found


def test_an_organization_is_read_by_its_people_and_looked_up_by_anybody(sandbox: Process, nadia: Member) -> None:
    marek = member(sandbox, member=MAREK)

    assert nadia.call("GET", "rest/organizations/26000101").json()["vanityName"] == "hartleyandrye"
    assert marek.call("GET", "rest/organizations/26000101").status_code == 403
    looked_up = marek.call("GET", "rest/organizationsLookup?ids=List(26000101,1)").json()
    assert looked_up["results"]["26000101"]["localizedName"] == "Hartley & Rye"
    assert looked_up["errors"]["1"]["status"] == 404
    size = nadia.call("GET", f"rest/networkSizes/{enc(HARTLEY)}?edgeType=COMPANY_FOLLOWED_BY_MEMBER").json()
    assert size == {"firstDegreeSize": 4310}


def test_lists_and_names_want_their_own_encoding(nadia: Member) -> None:
    escaped = nadia.call("GET", "rest/organizations?ids=List%2826000101%29")
    bare = nadia.call("GET", f"rest/posts/{HARTLEY}")

    assert (escaped.status_code, escaped.json()["code"]) == (400, "PARAM_INVALID")
    assert (bare.status_code, bare.json()["code"]) == (400, "ILLEGAL_ARGUMENT")


def test_a_text_is_published_read_changed_and_deleted(sandbox: Process, nadia: Member) -> None:
    urn = nadia.published("Rye is *not* \\*back\\*".replace("*not* ", ""))

    patch = {"patch": {"$set": {"commentary": "Rye is here"}}}
    changed = nadia.call("POST", f"rest/posts/{enc(urn)}", json=patch, headers={"X-RestLi-Method": "PARTIAL_UPDATE"})
    assert changed.status_code == 204
    assert nadia.read(urn)["commentary"] == "Rye is here"
    assert nadia.read(urn)["lifecycleStateInfo"] == {"isEditedByAuthor": True}

    assert [nadia.call("DELETE", f"rest/posts/{enc(urn)}").status_code for _ in range(2)] == [204, 204]
    assert nadia.call("GET", f"rest/posts/{enc(urn)}").status_code == 404
    assert urn.startswith("urn:li:share:")


@pytest.mark.parametrize(
    ("commentary", "shown"),
    [
        ("Two for one (today only)", "Two for one "),
        ("Two for one \\(today only\\)", "Two for one (today only)"),
        ("snake_case", "snake"),
        ("#rye and {hashtag|\\#|bread}", "#rye and #bread"),
        ("by @[Tidewater Museum](urn:li:organization:26000103)!", "by Tidewater Museum!"),
        ("mail us @ home", "mail us "),
        ("back\\\\slash", "back\\slash"),
        ("5 < 6", "5 "),
    ],
)
def test_an_unescaped_letter_ends_the_text_without_a_word(
    sandbox: Process, nadia: Member, commentary: str, shown: str
) -> None:
    nadia.published(commentary)

    assert [post["text"] for post in sandbox.published(network="linkedin")["posts"]] == [shown]


def test_what_is_given_back_means_the_same_again() -> None:
    once = little.read("by @[A \\(b\\)](urn:li:organization:1) #rye \\*")

    assert little.read(once.given_back) == once
    assert once.mentions == [("A (b)", "urn:li:organization:1")]


def test_a_mention_needs_the_exact_name(nadia: Member, sandbox: Process) -> None:
    nadia.published("by @[tidewater museum](urn:li:organization:26000103)")
    nadia.published("by @[Tidewater Museum](urn:li:organization:26000103)")

    page = requests.get(f"{sandbox.base}/walls/linkedin/tidewater-museum/posts", timeout=10).text
    assert page.count("by Tidewater Museum") == 1


CONTENTS: dict[str, tuple[dict[str, Any], str]] = {
    "article": ({"article": {"source": "https://a.example/", "title": "A"}}, "share"),
    "poll": (
        {
            "poll": {
                "question": "Which?",
                "options": [{"text": "Rye"}, {"text": "Spelt"}],
                "settings": {"duration": "THREE_DAYS"},
            }
        },
        "ugcPost",
    ),
}


@pytest.mark.parametrize("kind", sorted(CONTENTS))
def test_content_without_files_is_published(nadia: Member, kind: str) -> None:
    content, urn_kind = CONTENTS[kind]

    urn = nadia.published(content=content)

    assert urn.startswith(f"urn:li:{urn_kind}:")
    assert nadia.read(urn)["content"] == content


def test_pictures_and_documents_are_published(sandbox: Process, nadia: Member) -> None:
    one, two = nadia.uploaded("images", PNG), nadia.uploaded("images", PNG)
    images = [{"id": one, "altText": "Rye"}, {"id": two, "altText": "Spelt"}]
    document = nadia.uploaded("documents", PDF)
    sandbox.control("POST", "clock", move=5)

    nadia.published("One", content={"media": {"id": one, "altText": "Rye"}})
    nadia.published("Two", content={"multiImage": {"images": images}})
    nadia.published("Three", content={"media": {"id": document, "title": "deck.pdf"}})
    sandbox.control("POST", "clock", real=True)

    assert [post["media"] for post in sandbox.published(network="linkedin")["posts"]] == [1, 2, 1]


def test_a_reshare_names_its_parent(nadia: Member) -> None:
    parent = nadia.published("First")

    urn = nadia.published("Look", reshareContext={"parent": parent})

    assert nadia.read(urn)["reshareContext"]["parent"] == parent
    assert nadia.post("No", reshareContext={"parent": "urn:li:share:1"}).json()["code"] == "INVALID_URN_ID"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"visibility": "EVERYBODY"}, "INVALID_VALUE_FOR_FIELD"),
        ({"lifecycleState": "DRAFT"}, "INVALID_VALUE_FOR_FIELD"),
        ({"commentary": "a" * 3001}, "FIELD_LENGTH_TOO_LONG"),
        ({"author": "urn:li:member:5"}, "INVALID_URN_TYPE"),
        ({"commentary": ""}, "INVALID_VALUE_BLANK_FIELD"),
        ({"content": {"article": {"source": "https://a.example/"}}}, "MISSING_FIELD"),
        ({"content": {"article": {"source": "a.example", "title": "A"}}}, "INVALID_URL"),
        ({"content": {"media": {"id": "urn:li:image:none"}}}, "INVALID_URN_ID"),
        ({"content": {"multiImage": {"images": [{"id": "urn:li:image:a"}]}}}, "INVALID_VALUE_FOR_FIELD"),
        ({"content": {"carousel": {}}}, "ACCESS_DENIED"),
        ({"scheduledAt": 5}, "ACCESS_DENIED"),
    ],
)
def test_wrong_posts_are_refused(nadia: Member, change: dict[str, Any], code: str) -> None:
    answer = nadia.post(**{"commentary": "Rye", **change})

    assert answer.json()["code"] == code


def test_identical_content_is_a_duplicate_that_names_the_earlier_post(nadia: Member) -> None:
    urn = nadia.published()

    answer = nadia.post()

    assert (answer.status_code, answer.json()["message"]) == (422, f"Content is a duplicate of {urn}")


def test_who_has_no_role_to_publish_is_refused(sandbox: Process) -> None:
    marek = member(sandbox, member=MAREK)

    assert marek.post(author=MUSEUM).json()["code"] == "ACCESS_DENIED"
    assert member(sandbox, member=NADIA).post(author=MUSEUM).status_code == 201


def test_posts_are_listed_by_creation_or_last_change(nadia: Member, sandbox: Process) -> None:
    first, second = nadia.published("First"), nadia.published("Second")
    sandbox.control("POST", "clock", move=60)
    patch = {"patch": {"$set": {"commentary": "First, changed"}}}
    nadia.call("POST", f"rest/posts/{enc(first)}", json=patch, headers={"X-RestLi-Method": "PARTIAL_UPDATE"})
    sandbox.control("POST", "clock", real=True)

    def listed(order: str) -> list[str]:
        answer = nadia.call("GET", f"rest/posts?q=author&author={enc(HARTLEY)}&sortBy={order}&count=10").json()
        return [each["id"] for each in answer["elements"]]

    assert listed("CREATED") == [second, first]
    assert listed("LAST_MODIFIED") == [first, second]


def test_a_video_goes_in_parts_named_by_their_tags(sandbox: Process, nadia: Member) -> None:
    film = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * (5 * 1024 * 1024)
    value = nadia.initialize("videos", fileSizeBytes=len(film), uploadCaptions=False, uploadThumbnail=False)
    parts = value["uploadInstructions"]
    tags = [
        requests.put(part["uploadUrl"], data=film[part["firstByte"] : part["lastByte"] + 1], timeout=10).headers["etag"]
        for part in parts
    ]

    def finalize(ids: list[str]) -> requests.Response:
        request = {"video": value["video"], "uploadToken": value["uploadToken"], "uploadedPartIds": ids}
        return nadia.call("POST", "rest/videos?action=finalizeUpload", json={"finalizeUploadRequest": request})

    content = {"media": {"id": value["video"], "title": "Film"}}
    assert nadia.post("Film", content=content).json()["code"] == "MEDIA_ASSET_WAITING_UPLOAD"
    assert finalize(tags[::-1]).status_code == 400
    assert finalize(tags).status_code == 200
    assert nadia.call("GET", f"rest/videos/{enc(value['video'])}").json()["status"] == "PROCESSING"
    sandbox.control("POST", "clock", move=5)
    assert nadia.call("GET", f"rest/videos/{enc(value['video'])}").json()["status"] == "AVAILABLE"
    assert nadia.published("Film", content=content).startswith("urn:li:ugcPost:")
    sandbox.control("POST", "clock", real=True)
    assert len(parts) == 2


def test_an_upload_address_expires_and_a_bad_file_fails(sandbox: Process, nadia: Member) -> None:
    value = nadia.initialize("images")
    sandbox.control("POST", "clock", move=25 * 3600)
    expired = nadia.put(value["uploadUrl"], PNG)
    sandbox.control("POST", "clock", real=True)
    bad = nadia.uploaded("images", b"no picture")

    assert expired.json()["code"] == "EXPIRED_UPLOAD_URL"
    assert nadia.call("GET", f"rest/images/{enc(bad)}").json()["status"] == "PROCESSING_FAILED"
    answer = nadia.post("Bad", content={"media": {"id": bad}})
    assert answer.json()["code"] == "MEDIA_ASSET_PROCESSING_FAILED"


def test_an_image_wants_the_token_and_a_post_its_own_files(nadia: Member) -> None:
    value = nadia.initialize("images")
    assert requests.put(value["uploadUrl"], data=PNG, timeout=10).status_code == 401
    assert nadia.put(value["uploadUrl"], PNG).status_code == 201

    answer = nadia.post("Not mine", author=MUSEUM, content={"media": {"id": value["image"]}})

    assert answer.json()["code"] == "ACCESS_DENIED"


def test_a_long_query_may_come_as_a_form(nadia: Member) -> None:
    urn = nadia.published()

    tunnelled = nadia.call(
        "POST",
        "rest/socialActions",
        data=f"ids=List({enc(urn)})",
        headers={"X-HTTP-Method-Override": "GET", "Content-Type": "application/x-www-form-urlencoded"},
    )

    assert list(tunnelled.json()["results"]) == [urn]


def test_without_its_protocol_lists_are_not_understood(nadia: Member) -> None:
    plain = nadia.call("GET", "rest/organizations/26000101", headers={"X-Restli-Protocol-Version": ""})
    listed = nadia.call("GET", "rest/organizations?ids=List(26000101)", headers={"X-Restli-Protocol-Version": ""})

    assert (plain.status_code, listed.status_code) == (200, 400)

import contextlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from gallery.storage import Bucket, Disk, NoFile, new_key

KEY = "organisations/1/assets/a.jpg"


def test_a_disk_keeps_whole_files_and_forgets_them(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    disk.save(KEY, b"0123456789", content_type="image/jpeg")

    with disk.open(KEY) as whole, disk.open(KEY, 4) as rest:
        assert (whole.read(), rest.read()) == (b"0123456789", b"456789")
    assert [path.name for path in (tmp_path / KEY).parent.iterdir()] == ["a.jpg"]
    assert disk.address(KEY) is None
    disk.delete(KEY)
    disk.delete(KEY)
    with pytest.raises(NoFile):
        disk.open(KEY)


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", "organisations/1/../../../secret"])
def test_a_disk_never_leaves_its_folder(tmp_path: Path, key: str) -> None:
    (tmp_path / "secret").write_text("secret")

    with pytest.raises(NoFile):
        Disk(tmp_path / "media").open(key)


def test_keys_stand_in_their_organisations_part_and_are_not_guessed() -> None:
    one, other = new_key(7, "assets", "jpg"), new_key(7, "assets", "jpg")

    assert one != other
    assert re.fullmatch(r"organisations/7/assets/[0-9a-f]{32}\.jpg", one)


def test_a_bucket_keeps_whole_files_and_forgets_them(s3: Bucket) -> None:
    s3.save(KEY, b"0123456789", content_type="image/jpeg")

    with contextlib.closing(s3.open(KEY)) as whole, contextlib.closing(s3.open(KEY, 4)) as rest:
        assert (whole.read(), rest.read(3), rest.read()) == (b"0123456789", b"456", b"789")
    s3.delete(KEY)
    s3.delete(KEY)
    with pytest.raises(NoFile):
        s3.open(KEY)


def test_a_bucket_is_private_but_for_whoever_holds_a_signed_address(s3: Bucket) -> None:
    s3.save(KEY, b"a picture", content_type="image/jpeg")
    address = s3.address(KEY, disposition='attachment; filename="a.jpg"')
    assert address is not None

    answer = requests.get(address, timeout=5)

    assert (answer.content, answer.headers["Content-Type"]) == (b"a picture", "image/jpeg")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a.jpg"'
    assert parse_qs(urlsplit(address).query)["X-Amz-Expires"] == ["3600"]
    assert requests.get(address.partition("?")[0], timeout=5).status_code == 403
    assert requests.get(address.replace("a.jpg?", "b.jpg?"), timeout=5).status_code in {403, 404}


def test_both_tell_which_files_they_have_and_since_when(tmp_path: Path, s3: Bucket) -> None:
    for place in (Disk(tmp_path), s3):
        for key in (KEY, "organisations/1/exports/b.part", "organisations/12/assets/c.jpg"):
            place.save(key, b"0123456789", content_type="image/jpeg")

        found = dict(place.keys("organisations/1/"))

        assert set(found) == {KEY, "organisations/1/exports/b.part"}
        assert all(datetime.now(UTC) - at < timedelta(minutes=5) for at in found.values())
        assert list(place.keys("organisations/7/")) == []

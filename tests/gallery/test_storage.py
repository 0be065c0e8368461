from io import BytesIO
from pathlib import Path

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from gallery.storage import Bucket, Disk, NoFile, new_key
from lib.tenancy.scope import NoScope

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


def test_a_key_is_made_in_a_scope_only() -> None:
    with pytest.raises(NoScope):
        new_key("assets", "jpg")


def test_a_bucket_speaks_s3() -> None:
    client = boto3.client("s3", region_name="eu-west-3", aws_access_key_id="id", aws_secret_access_key="secret")
    bucket = Bucket(client, "pictures")
    named = {"Bucket": "pictures", "Key": KEY}
    with Stubber(client) as stub:
        stub.add_response("put_object", {}, {**named, "Body": b"bytes", "ContentType": "image/jpeg"})
        stub.add_response("get_object", {"Body": StreamingBody(BytesIO(b"tes"), 3)}, {**named, "Range": "bytes=2-"})
        stub.add_client_error("get_object", "NoSuchKey", expected_params=named)
        stub.add_response("delete_object", {}, named)

        bucket.save(KEY, b"bytes", content_type="image/jpeg")
        assert bucket.open(KEY, 2).read() == b"tes"
        with pytest.raises(NoFile):
            bucket.open(KEY)
        bucket.delete(KEY)
        address = bucket.address(KEY)

    assert address is not None
    assert KEY in address
    assert "Expires=3600" in address or "Expires=" in address

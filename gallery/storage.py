"""The one door to files: local disk, or any S3 when a bucket is named. No file is public by its path.

Keys read `organisations/<id>/...` and are made here, never from what people typed. Where the files stand in a bucket,
saving, opening and deleting are calls over the network: none of them belongs into a transaction.
"""

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Protocol, cast

from config.env import env

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

ADDRESS_LIFE = timedelta(hours=1)
_PIECE_BYTES = 1024**2


class NoFile(FileNotFoundError):
    """The database names a file that the storage does not have."""


class Storage(Protocol):
    """What a place for files can do."""

    def save(self, key: str, content: bytes, *, content_type: str) -> None:
        """Keep the bytes under the key, whole or not at all."""
        ...

    def save_from(self, key: str, source: BinaryIO, *, content_type: str) -> None:
        """Keep what a stream has from its beginning on, piece by piece; whole or not at all."""
        ...

    def open(self, key: str, offset: int = 0) -> BinaryIO:
        """Return a fresh stream from `offset` on, or raise NoFile; the caller closes it."""
        ...

    def delete(self, key: str) -> None:
        """Remove the file; that it is gone already is no error."""
        ...

    def keys(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """Yield each file whose key begins so, with the hour at which it was last written; unfinished ones as well."""
        ...

    def address(self, key: str, *, disposition: str = "") -> str | None:
        """Return a signed address of the storage's own, good for one hour, or None where it has none.

        Made here, without a call. `disposition` is the header with which the storage is to answer.
        """
        ...


class Disk:
    """Files in a folder that no web server serves."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def save(self, key: str, content: bytes, *, content_type: str) -> None:
        self.save_from(key, BytesIO(content), content_type=content_type)

    def save_from(self, key: str, source: BinaryIO, *, content_type: str) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        source.seek(0)
        # Written aside and renamed: a power cut leaves the whole file or none.
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as aside:
            try:
                shutil.copyfileobj(source, aside, _PIECE_BYTES)
                aside.flush()
                os.fsync(aside.fileno())
                Path(aside.name).replace(path)
            except BaseException:
                Path(aside.name).unlink(missing_ok=True)
                raise

    def open(self, key: str, offset: int = 0) -> BinaryIO:
        try:
            stream = self._path(key).open("rb")
        except FileNotFoundError as error:
            raise NoFile(key) from error
        stream.seek(offset)
        return stream

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def keys(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        for path in self._path(prefix).rglob("*"):
            with contextlib.suppress(FileNotFoundError):  # gone since
                if path.is_file():
                    written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                    yield str(path.relative_to(self.root)), written_at

    def address(self, key: str, *, disposition: str = "") -> str | None:
        return None

    def _path(self, key: str) -> Path:
        path = (self.root / key).resolve()
        if not path.is_relative_to(self.root):
            raise NoFile(key)
        return path


class Bucket:
    """Files in an S3 bucket, private there too."""

    def __init__(self, client: "S3Client", name: str) -> None:
        self.client = client
        self.name = name

    def save(self, key: str, content: bytes, *, content_type: str) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=content, ContentType=content_type)

    def save_from(self, key: str, source: BinaryIO, *, content_type: str) -> None:
        source.seek(0)
        # In parts where it is large; boto3 closes what it is given, so it is given a view of the stream.
        self.client.upload_fileobj(
            cast(IO[bytes], _Unclosed(source)), self.name, key, ExtraArgs={"ContentType": content_type}
        )

    def open(self, key: str, offset: int = 0) -> BinaryIO:
        try:
            if offset:
                answer = self.client.get_object(Bucket=self.name, Key=key, Range=f"bytes={offset}-")
            else:
                answer = self.client.get_object(Bucket=self.name, Key=key)
        except self.client.exceptions.NoSuchKey as error:
            raise NoFile(key) from error
        return cast(BinaryIO, answer["Body"])

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=key)

    def keys(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        for page in pages:
            for found in page.get("Contents", ()):
                yield found["Key"], found["LastModified"]

    def address(self, key: str, *, disposition: str = "") -> str | None:
        wanted = {"Bucket": self.name, "Key": key}
        if disposition:
            wanted["ResponseContentDisposition"] = disposition
        return self.client.generate_presigned_url(
            "get_object", Params=wanted, ExpiresIn=int(ADDRESS_LIFE.total_seconds())
        )


class _Unclosed:
    """A stream that somebody else closes."""

    def __init__(self, stream: BinaryIO) -> None:
        self.read, self.seek, self.tell = stream.read, stream.seek, stream.tell

    def close(self) -> None:
        """Leave it open."""


@cache
def storage() -> Storage:
    """Return where this installation keeps files."""
    if not env.s3_bucket:
        return Disk(env.media_root)
    return bucket(env.s3_bucket, endpoint_url=env.s3_endpoint_url, region=env.s3_region)


def bucket(name: str, *, endpoint_url: str, region: str) -> Bucket:
    """Return a bucket; an empty address is Amazon's own. The client's credentials come the usual ways of boto3."""
    import boto3
    from botocore.config import Config

    # The former signature knows no region but the first; left to itself, Amazon's signed addresses name none either.
    config = Config(signature_version="s3v4", s3={"addressing_style": "path" if endpoint_url else "virtual"})
    client = boto3.client("s3", endpoint_url=endpoint_url or None, region_name=region, config=config)
    return Bucket(client, name)


def new_key(organisation_id: int, folder: str, ending: str) -> str:
    """Return a key that nobody can guess, in an organisation's part of the storage."""
    return f"organisations/{organisation_id}/{folder}/{secrets.token_hex(16)}.{ending}"


def read_all(key: str) -> bytes:
    """Return a whole file; what we keep is small enough by its limits."""
    with contextlib.closing(storage().open(key)) as stream:
        return stream.read()


@contextmanager
def removed_on_failure() -> Iterator[list[str]]:
    """Give a list for keys of files saved inside; if what follows fails, they are deleted again."""
    saved: list[str] = []
    try:
        yield saved
    except BaseException:
        for key in saved:
            storage().delete(key)
        raise

from tests.gallery.bucket import in_bucket, s3, s3_address  # noqa: F401  # fixtures

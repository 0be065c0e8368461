"""App configuration."""

from django.apps import AppConfig


class GalleryConfig(AppConfig):
    name = "gallery"

    def ready(self) -> None:
        from gallery.storage import storage
        from privacy.files import keep_with, remove_with

        remove_with(lambda key: storage().delete(key))
        keep_with(storage)

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The face of the product: base templates, elements, shell, style and scripts. It has no models."""

    name = "web"
    verbose_name = "Face"

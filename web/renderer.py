from django.forms.renderers import TemplatesSetting


class FaceRenderer(TemplatesSetting):
    """Makes `{{ form }}` and `{{ field.as_field_group }}` look like the rest of the product, allauth's forms too."""

    form_template_name = "web/elements/form.html"
    field_template_name = "web/elements/field_group.html"

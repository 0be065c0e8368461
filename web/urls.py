from django.conf import settings
from django.urls import URLPattern, path

from config.env import env
from web import home, views

app_name = "web"

urlpatterns = [
    path("preferences/theme/", views.choose_theme, name="theme"),
    path("preferences/language/", views.choose_language, name="language"),
    path("preferences/shortcuts/", views.choose_shortcuts, name="shortcuts"),
]

#: Inside an organisation's shell.
organisation_urls: list[URLPattern] = [
    path("", home.home, name="organisation_home"),
    path("signs/", views.signs, name="rail_signs"),
]

# For those who build screens: out of the way of those who use them.
if settings.DEBUG or env.sandbox:
    urlpatterns += [path("elements/", views.elements, name="elements")]
    organisation_urls += [path("elements/", views.elements, name="organisation_elements")]

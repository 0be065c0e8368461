from django.conf import settings
from django.urls import path

from config.env import env
from web import views

app_name = "web"

urlpatterns = [
    path("preferences/theme/", views.choose_theme, name="theme"),
    path("preferences/language/", views.choose_language, name="language"),
    path("preferences/shortcuts/", views.choose_shortcuts, name="shortcuts"),
]

if settings.DEBUG or env.sandbox:
    urlpatterns += [path("elements/", views.elements, name="elements")]

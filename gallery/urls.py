"""Pages of the gallery, under /o/<slug>/gallery/; and `media/<token>/`, mounted at the root for networks."""

from django.urls import path

from gallery import views

app_name = "gallery"

urlpatterns = [
    path("", views.assets, name="assets"),
    path("upload/", views.upload, name="upload"),
    path("choose/", views.choose, name="choose"),
    path("<int:asset_id>/", views.asset, name="asset"),
    path("<int:asset_id>/describe/", views.describe, name="describe"),
    path("<int:asset_id>/delete/", views.delete, name="delete"),
    path("<int:asset_id>/original/", views.file, name="file"),
    path("<int:asset_id>/thumbnail/", views.thumbnail, name="thumbnail"),
]

"""The gallery of the design system. It shows samples only and is open to everybody."""

from django.urls import path

from portal.ui import views

app_name = "ui"

urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("bare/", views.bare, name="bare"),
]

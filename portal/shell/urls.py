"""The front door's own pages."""

from django.urls import URLPattern

app_name = "shell"
urlpatterns: list[URLPattern] = []

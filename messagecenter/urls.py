"""Addresses of this room."""

from django.urls import URLPattern

app_name = "messagecenter"
urlpatterns: list[URLPattern] = []

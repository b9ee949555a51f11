"""Addresses of the API's description, below `/v1.0/`; the rooms' resources are included by `portal.urls`."""

from django.urls import path

from portal.api import views

app_name = "api"

urlpatterns = [
    path("openapi.json", views.openapi, name="openapi"),
    path("docs", views.docs, name="docs"),
]

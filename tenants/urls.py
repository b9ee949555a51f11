"""Addresses of the admin centre."""

from django.urls import URLPattern

app_name = "tenants"
urlpatterns: list[URLPattern] = []

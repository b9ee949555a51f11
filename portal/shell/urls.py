"""The front door's own pages."""

from django.urls import path

from portal.shell import views

app_name = "shell"
urlpatterns = [
    path("", views.home, name="home"),
    path("theme/", views.choose_theme, name="theme"),
]

"""The demo's own address; production has none of this."""

from django.urls import path

from portal.demo import views

app_name = "demo"
urlpatterns = [path("mailbox/", views.mailbox, name="mailbox")]

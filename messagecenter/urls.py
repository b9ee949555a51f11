"""Addresses of the Message Center: for readers below their organisation, for publishers below /publishing/."""

from django.urls import path

from messagecenter.views import publishing, reading

app_name = "messagecenter"
urlpatterns = [
    path("organisations/<uuid:customer_id>/messages/", reading.message_list, name="list"),
    path("organisations/<uuid:customer_id>/messages/mark/", reading.message_mark, name="mark"),
    path("organisations/<uuid:customer_id>/messages/<str:reference>/", reading.message_detail, name="detail"),
    path("publishing/messages/", publishing.published_list, name="published"),
    path("publishing/messages/new/", publishing.publish, name="publish"),
    path("publishing/messages/<str:reference>/", publishing.edit, name="edit"),
    path("publishing/messages/<str:reference>/withdraw/", publishing.withdraw, name="withdraw"),
]

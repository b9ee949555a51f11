"""Addresses of this room."""

from django.urls import include, path

from subscriptions import views

app_name = "subscriptions"
one = [
    path("", views.subscription_detail, name="detail"),
    path("quantity/", views.subscription_quantity, name="quantity"),
    path("suspend/", views.subscription_suspend, name="suspend"),
    path("reactivate/", views.subscription_reactivate, name="reactivate"),
    path("name/", views.subscription_rename, name="rename"),
]
urlpatterns = [
    path("organisations/<uuid:customer_id>/subscriptions/", views.subscription_list, name="list"),
    path("organisations/<uuid:customer_id>/subscriptions/<uuid:subscription_id>/", include(one)),
]

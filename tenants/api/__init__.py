"""REST: the caller's own account, and a partner's customers."""

from django.urls import path

from tenants.api.customers import CustomersViewSet, CustomerViewSet
from tenants.api.me import MeViewSet

api_urlpatterns = [
    path("me", MeViewSet.as_view({"get": "retrieve"}), name="me"),
    path("customers", CustomersViewSet.as_view({"get": "list"}), name="customers"),
    path("customers/<uuid:customer_id>", CustomerViewSet.as_view({"get": "retrieve"}), name="customer"),
]

from django.apps import AppConfig

from portal import slots


class TenantsConfig(AppConfig):
    name = "tenants"
    label = "tenants"

    def ready(self) -> None:
        slots.offer(
            "tenants.organisation.panels",
            "An organisation's own page, given the organisation: what the room knows of it, as cards.",
        )
        slots.offer(
            "tenants.customers.columns",
            "The list of a partner's customers, given their ids: a few words about each.",
        )

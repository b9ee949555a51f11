from django.apps import AppConfig

from portal import hooks, slots


class TenantsConfig(AppConfig):
    name = "tenants"
    label = "tenants"

    def ready(self) -> None:
        hooks.declare(
            "tenants.relationship_ending",
            "Before a relationship ends, with `relationship` and the `actor` who ends it: raise RuleBroken to forbid"
            " it, or clear `reach_partner_id` on your rows.",
        )
        slots.offer(
            "tenants.organisation.panels",
            "An organisation's own page, given the organisation: what the room knows of it, as cards.",
        )
        slots.offer(
            "tenants.customers.columns",
            "The list of a partner's customers, given their ids: a few words about each.",
        )

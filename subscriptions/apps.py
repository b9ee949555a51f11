from django.apps import AppConfig

from portal import hooks, slots


class SubscriptionsConfig(AppConfig):
    name = "subscriptions"
    label = "subscriptions"

    def ready(self) -> None:
        # Here because verbs stand on models, which can only be imported once every app is loaded.
        from subscriptions import actions, deeds, panels  # noqa: PLC0415 - see above
        from tenants.deeds import tell  # noqa: PLC0415 - as above

        hooks.fill("tenants.relationship_ending", actions.let_go)
        slots.register("tenants.customers.columns", panels.customer_column)
        slots.register("tenants.organisation.panels", panels.customer_panel)
        tell(self.name, deeds.SENTENCES, deeds.NAMES, deeds.VOCABULARIES, deeds.offers_called)

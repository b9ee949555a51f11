from django.apps import AppConfig

from portal import hooks, slots


class SupportConfig(AppConfig):
    name = "support"
    label = "support"

    def ready(self) -> None:
        from support import deeds, handlers, panels  # noqa: PLC0415 - models are ready only now
        from support.actions.parting import let_go  # noqa: PLC0415 - as above
        from tenants.deeds import tell  # noqa: PLC0415 - as above

        handlers.register()
        hooks.fill("tenants.relationship_ending", let_go)
        slots.register("tenants.organisation.panels", panels.open_requests)
        slots.register("tenants.customers.columns", panels.open_counts)
        tell(self.name, deeds.SENTENCES, deeds.NAMES, deeds.VOCABULARIES)

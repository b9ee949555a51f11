from django.apps import AppConfig

from portal import slots


class MessageCenterConfig(AppConfig):
    name = "messagecenter"
    label = "messagecenter"

    def ready(self) -> None:
        # Here because panels stand on models, which can only be imported once every app is loaded.
        from messagecenter import deeds, panels  # noqa: PLC0415 - see above
        from tenants.deeds import tell  # noqa: PLC0415 - as above

        slots.register("tenants.organisation.panels", panels.latest_messages)
        tell(self.name, deeds.SENTENCES, deeds.NAMES, deeds.VOCABULARIES)

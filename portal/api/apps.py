from django.apps import AppConfig

from portal.checks import register_checks


class ApiConfig(AppConfig):
    name = "portal.api"
    label = "api"

    def ready(self) -> None:
        register_checks()

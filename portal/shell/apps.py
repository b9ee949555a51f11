from django.apps import AppConfig

from portal.checks import register_checks


class ShellConfig(AppConfig):
    name = "portal.shell"
    label = "shell"

    def ready(self) -> None:
        """Here, because a portal without its front door is none: nobody takes the checks away with an app."""
        register_checks()

"""`manage.py issue_token UPN`: a bearer token for one person, alone on standard output."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from portal.errors import PortalError
from tenants.actions.tokens import issue_token
from tenants.actor import Actor, acting_as
from tenants.models import Tenant, User
from tenants.models.token import ALL_SCOPES


class Command(BaseCommand):
    """For whoever runs the portal. The token speaks for the person, and is written to its organisation's audit log."""

    help = "Issue a bearer token for one person and print it. It cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("upn", help="sign-in name, such as anna@fanyun.example")
        parser.add_argument("--tenant", type=UUID, help="a customer's id: the token reaches this one only")
        parser.add_argument("--days", type=int, help="how long it lives; default TOKEN_DAYS")
        parser.add_argument(
            "--scope", action="append", metavar="RIGHT", help="a right it may use; repeatable; default all"
        )
        parser.add_argument("--name", default="", help="what the token is for")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = Actor.system("setup")
        with acting_as(actor):
            user = User.objects.for_system("a token is issued").filter(upn=options["upn"].lower()).first()
            if user is None:
                raise CommandError(f"Nobody signs in as {options['upn']}.")
            try:
                _token, secret = issue_token(
                    user,
                    actor=actor,
                    name=options["name"],
                    days=options["days"],
                    scopes=options["scope"] or (ALL_SCOPES,),
                    customer=_customer(options["tenant"]),
                )
            except PortalError as refusal:
                raise CommandError(str(refusal)) from refusal
        self.stdout.write(secret)


def _customer(tenant_id: UUID | None) -> Tenant | None:
    if tenant_id is None:
        return None
    found = Tenant.objects.for_system("a token is issued").filter(pk=tenant_id).first()
    if found is None:
        raise CommandError(f"There is no organisation {tenant_id}.")
    return found

"""The demo's stand-in for everybody's mail program."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from portal import mail
from portal.database import transaction_as
from portal.mail.models import Letter, LetterState
from portal.paging import keyset
from portal.web import render_page
from tenants.web import PortalRequest

RESET = "password_reset"


@login_not_required
@require_safe
def mailbox(request: PortalRequest) -> HttpResponse:
    """One's own e-mails, newest first. A visitor sees everybody's links to a new password, and nothing else: who forgot
    a password cannot sign in to read.
    """
    reader = request.actor.user_id
    with transaction_as(system="demo", atomic=connection.vendor == "postgresql"):
        letters = mail.mailbox(reader) if reader else Letter.objects.filter(template=RESET)
        found = keyset(letters.filter(state=LetterState.SENT), ("-created_at", "-id"), request.GET.get("after"))
    return render_page(request, "demo/mailbox.html", {"letters": found.rows, "next_token": found.next_token})

"""The demo's stand-in for everybody's mail program."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.database import transaction_as
from portal.mail.models import Letter, LetterState
from portal.paging import keyset
from portal.web import render_page


@login_not_required
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Every letter that the demo has sent, newest first, to anybody: who forgot a password cannot sign in to read."""
    with transaction_as(system="demo"):
        letters = Letter.objects.filter(state=LetterState.SENT)
        found = keyset(letters, ("-created_at", "-id"), request.GET.get("after"))
    return render_page(request, "demo/mailbox.html", {"letters": found.rows, "next_token": found.next_token})

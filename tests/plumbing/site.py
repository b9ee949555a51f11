"""A site of few addresses, most of which only go wrong, to see how the portal says so."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_POST

from portal import errors
from portal.web import redirect_to, render_page, safe_next, toast

handler400 = "portal.problems.bad_request"
handler403 = "portal.problems.permission_denied"
handler404 = "portal.problems.page_not_found"
handler500 = "portal.problems.server_error"

RAISED = {
    "unauthenticated": errors.Unauthenticated(),
    "not-visible": errors.NotVisible(),
    "wrong-method": errors.WrongMethod(["GET", "POST"]),
    "not-allowed": errors.NotAllowed("Only your partner changes quantities.", remedy="Ask Fanyun Cloud."),
    "invalid": errors.InvalidInput(details=[{"target": "quantity", "message": "At least 1."}]),
    "stale": errors.StaleVersion(),
    "rule": errors.RuleBroken("Seats are still assigned.", code="seatsAssigned"),
    "http404": Http404("no such thing"),
    "denied": PermissionDenied("no"),
    "defect": ZeroDivisionError("a defect"),
}


def fail(request: HttpRequest, how: str) -> HttpResponse:
    raise RAISED[how]


def greet(request: HttpRequest) -> HttpResponse:
    return render_page(request, "plumbing/greeting.html", {"name": "<Alice>"}, partial="name")


def leave(request: HttpRequest) -> HttpResponse:
    toast(request, "Saved <b>", "success")
    return redirect_to(request, safe_next(request))


def waiting_toasts(request: HttpRequest) -> HttpResponse:
    return HttpResponse("|".join(f"{message.tags}:{message}" for message in messages.get_messages(request)))


urlpatterns = [
    path("fail/<slug:how>/", login_not_required(fail)),
    path("account/fail/<slug:how>/", login_not_required(fail)),
    path("v1.0/fail/<slug:how>", login_not_required(fail)),
    path("greet/", login_not_required(greet)),
    path("posts-only/", login_not_required(require_POST(greet))),
    path("leave/", login_not_required(leave)),
    path("toasts/", login_not_required(waiting_toasts)),
    path("", include("portal.shell.urls")),  # what the frame of every page leads to
    path("language/", login_not_required(greet), name="set_language"),
    path("sign-in/", login_not_required(greet), name="account_login"),
]

"""The gallery: every component of the design system on one page, with samples instead of anybody's data."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.ui import samples


@login_not_required
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every tone. `/_ui/bare/` shows the frame of sign-in pages."""
    return render(request, "ui/gallery.html", samples.gallery())


@login_not_required
@require_safe
def bare(request: HttpRequest) -> HttpResponse:
    """The frame of pages that are read before or without signing in."""
    return render(request, "ui/bare.html", {"form": samples.SampleSignIn()})

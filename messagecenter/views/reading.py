"""The Message Center of one customer, as its readers see it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_info, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from messagecenter.actions import Mark, mark_posts
from messagecenter.forms import FilterForm, MarkForm
from messagecenter.models import Post
from messagecenter.reading import MOST_COUNTED, readable_posts, unread_badge, unread_count, unread_label
from messagecenter.sanitising import readable_body
from messagecenter.tables import Row, page_of, reader_table, wished
from messagecenter.vocabulary import Language
from portal.errors import Detail, InvalidInput, NotVisible
from portal.paging import page_links
from portal.ui.tables import Cell, Empty
from portal.web import is_fragment, redirect_to, render_page, safe_next, toast
from tenants.access import Permission
from tenants.actor import Actor
from tenants.models import Tenant
from tenants.views.parts import trail
from tenants.web import PortalRequest, page

DONE: dict[Mark, Promise] = {
    Mark.READ: _("Marked as read."),
    Mark.UNREAD: _("Marked as unread."),
    Mark.FAVORITE: _("Added to your favourites."),
    Mark.UNFAVORITE: _("Removed from your favourites."),
    Mark.ARCHIVE: _("Archived. Only your own list changed."),
    Mark.UNARCHIVE: _("Restored to your list."),
}


@dataclass(frozen=True, slots=True)
class MarkButton:
    """One button of a post. Without scripts it returns to the post, or leads `away` to the list."""

    mark: Mark
    label: Promise
    icon: str
    away: bool = False


# For each mark of a reader the button while it is not set, and while it is.
BUTTONS = {
    "is_read": (
        MarkButton(Mark.READ, _("Mark as read"), "envelope-open"),
        MarkButton(Mark.UNREAD, _("Mark as unread"), "envelope", away=True),
    ),
    "is_favorited": (
        MarkButton(Mark.FAVORITE, _("Add to favourites"), "star"),
        MarkButton(Mark.UNFAVORITE, _("Remove from favourites"), "star"),
    ),
    "is_archived": (
        MarkButton(Mark.ARCHIVE, _("Archive"), "archive-box", away=True),
        MarkButton(Mark.UNARCHIVE, _("Restore"), "arrow-uturn-left"),
    ),
}


@page((Tenant, "customer_id"), get=Permission.MESSAGE_READ)
def message_list(request: PortalRequest, customer: Tenant) -> HttpResponse:
    """The current posts that concern the customer, the reader's unread ones in bold."""
    form = FilterForm(request.GET)
    wishes = form.cleaned_data if form.is_valid() else {}
    service, view = wishes.get("service", ""), wishes.get("view", "")
    posts = wished(readable_posts(request.actor, customer).current(), request.actor, service, view)
    rows = page_of(posts, Row, request.GET.get("after"))
    context = {
        "form": form,
        "crumbs": trail(request, customer, (gettext("Message Center"), "")),
        "unread": _unread_words(unread_count(request.actor, customer)),
        "table": reader_table(rows, customer, _nothing(customer, bool(service or view)), **page_links(request, rows)),
        "commands": _commands(view) if rows.rows else [],
        "here": request.get_full_path(),
    }
    return render_page(request, "messagecenter/message_list.html", context, status=200 if form.is_valid() else 422)


def _commands(view: str) -> list[MarkButton]:
    """What can be done with several posts of the list at once."""
    favourites, archived = BUTTONS["is_favorited"], BUTTONS["is_archived"]
    return [*BUTTONS["is_read"], favourites[view == "favorites"], archived[view == "archived"]]


@page((Tenant, "customer_id"), get=Permission.MESSAGE_READ)
def message_detail(request: PortalRequest, customer: Tenant, reference: str) -> HttpResponse:
    """One post in the reader's language as far as there is one. The page itself posts *read*: GET writes nothing."""
    post = _visible_post(request.actor, customer, reference)
    return render_page(request, "messagecenter/message_detail.html", _detail(request, customer, post))


@page((Tenant, "customer_id"), get=Permission.MESSAGE_READ, post=Permission.MESSAGE_MARK)
def message_mark(request: PortalRequest, customer: Tenant) -> HttpResponse:
    """Mark one post or several; htmx gets the buttons of the one back, a plain form goes where it came from.

    A refusal stands at this address: whoever then chooses a language or reloads is led to the list.
    """
    back = safe_next(request, reverse("messagecenter:list", args=[customer.pk]))
    if request.method != "POST":
        return redirect_to(request, back)
    form = MarkForm(request.POST)
    if not form.is_valid():
        if "mark" in form.errors:
            raise InvalidInput(details=[Detail(target="mark", message=" ".join(map(str, form.errors["mark"])))])
        toast(request, gettext("Choose at least one message."), "warning")
        return redirect_to(request, back)
    mark, references = Mark(form.cleaned_data["mark"]), form.cleaned_data["references"]
    mark_posts(references, actor=request.actor, customer=customer, mark=mark)
    if not form.cleaned_data["quietly"]:
        toast(request, DONE[mark])
    return _marked(request, customer, references[0]) if is_fragment(request) else redirect_to(request, back)


def _marked(request: PortalRequest, customer: Tenant, reference: str) -> HttpResponse:
    """The buttons of one post as they are now, and the sidebar's badge."""
    post = _visible_post(request.actor, customer, reference)
    context = {**_marking(customer, post), "count": unread_badge(request.actor, customer)}
    return render_page(request, "messagecenter/message_detail.html", context, partial="actions")


def _marking(customer: Tenant, post: Post) -> dict[str, Any]:
    """What the buttons of one post need."""
    return {
        "post": post,
        "mark_url": reverse("messagecenter:mark", args=[customer.pk]),
        "list_url": reverse("messagecenter:list", args=[customer.pk]),
        "post_url": reverse("messagecenter:detail", args=[customer.pk, post.reference]),
        "buttons": [(flag, pair[getattr(post, flag)]) for flag, pair in BUTTONS.items()],
    }


def _visible_post(actor: Actor, customer: Tenant, reference: str) -> Post:
    """The post with the reader's own marks, or 404: hidden and missing are never told apart."""
    posts = Post.objects.visible_in(actor, customer).with_state_of(actor)
    post = posts.filter(reference=reference).prefetch_related("translations").first()
    if post is None:
        raise NotVisible
    return post


def _detail(request: PortalRequest, customer: Tenant, post: Post) -> dict[str, Any]:
    texts = {row.language: row for row in post.translations.all()}
    reader = get_language() or ""
    asked = request.GET.get("language", reader)
    shown = texts.get(asked) or texts[Language.ENGLISH]
    list_url = reverse("messagecenter:list", args=[customer.pk])
    return {
        "text": shown,
        "body": readable_body(shown.body),
        "languages": [(code, get_language_info(code)["name_local"], code == shown.language) for code in sorted(texts)],
        "is_fallback": asked == reader and reader not in texts,
        "facts": _facts(post),
        "crumbs": trail(request, customer, (gettext("Message Center"), list_url), (post.reference, "")),
        **_marking(customer, post),
    }


def _facts(post: Post) -> list[tuple[str, Any]]:
    return [
        (gettext("Message ID"), post.reference),
        (gettext("Services"), [str(service.label) for service in post.services]),
        (gettext("Category"), Cell(post.get_category_display(), tone=post.category_tone)),
        (gettext("Severity"), Cell(post.get_severity_display(), tone=post.severity_tone)),
        (gettext("Tags"), [Cell(tag.label, tone="neutral") for tag in post.tags]),
        (gettext("Major change"), post.is_major_change),
        (gettext("Published"), post.published_at),
        (gettext("Last updated"), post.last_modified_at),
        (gettext("Shown until"), post.end_at),
    ]


def _unread_words(count: int) -> str:
    if count == 0:
        return gettext("You have read everything.")
    if count > MOST_COUNTED:
        return gettext("%(count)s unread messages.") % {"count": unread_label(count)}
    return ngettext("%(count)s unread message.", "%(count)s unread messages.", count) % {"count": count}


def _nothing(customer: Tenant, filtered: bool) -> Empty:
    if filtered:
        everything = reverse("messagecenter:list", args=[customer.pk])
        return Empty(gettext("No messages match"), gettext("Change the filters."), gettext("All messages"), everything)
    return Empty(gettext("No messages"), gettext("21Vianet announces changes to your services here."), icon="megaphone")

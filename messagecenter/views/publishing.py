"""Where the operator's publishers write posts, change them and take them back."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext

from messagecenter.actions import REFERENCE, publish_post, update_post, withdraw_post
from messagecenter.drafts import Draft, Wording
from messagecenter.forms import MOMENTS, PostForm, WithdrawForm, initial_of
from messagecenter.models import Post, PostTranslation
from messagecenter.sanitising import readable_body
from messagecenter.tables import PublishedRow, page_of, publisher_table, state_of
from messagecenter.vocabulary import EVERY_SUBSCRIBER_HAS, SERVICE_BITS, Language, Tag
from portal.errors import InvalidInput, NotVisible, StaleVersion
from portal.forms import posted, show_refusal
from portal.paging import page_links
from portal.ui.separators import listed
from portal.ui.tables import Column, Table
from portal.ui.values import show
from portal.web import redirect_to, render_page, toast
from tenants.access import Permission
from tenants.actor import Actor
from tenants.submitting import submit
from tenants.web import PortalRequest, page

FORM_PAGE = "messagecenter/publishing_form.html"


@page(get=Permission.MESSAGE_PUBLISH)
def published_list(request: PortalRequest) -> HttpResponse:
    """Every post, the last changed first."""
    posts = Post.objects.for_publisher(request.actor).in_language(request.LANGUAGE_CODE)
    rows = page_of(posts, PublishedRow, request.GET.get("after"))
    context = {"table": publisher_table(rows, **page_links(request, rows)), "crumbs": _crumbs()}
    return render_page(request, "messagecenter/publishing_list.html", context)


@page(get=Permission.MESSAGE_PUBLISH, post=Permission.MESSAGE_PUBLISH)
def publish(request: PortalRequest) -> HttpResponse:
    """Write a new post; *Preview* shows both languages and the audience without publishing.

    `?from=` names a post whose texts it begins with.
    """
    form = PostForm(posted(request), initial=_begun_from(request))
    if "preview" in request.POST:
        return _preview_page(request, form)
    return submit(
        request, form, lambda: _publish(request, form.draft()), lambda status: _form_page(request, form, status=status)
    )


@page(get=Permission.MESSAGE_PUBLISH, post=Permission.MESSAGE_PUBLISH)
def edit(request: PortalRequest, reference: str) -> HttpResponse:
    """Change a post. Who opened it before somebody else's change sees both, and decides."""
    post = _published(request.actor, reference)
    form = PostForm(posted(request), initial=initial_of(post))
    if "preview" in request.POST:
        return _preview_page(request, form, post)
    try:
        return submit(
            request,
            form,
            lambda: _update(request, post, form),
            lambda status: _form_page(request, form, post, status=status),
        )
    except StaleVersion as error:
        return _stale_page(request, form, error.current)


@page(get=Permission.MESSAGE_PUBLISH, post=Permission.MESSAGE_PUBLISH)
def withdraw(request: PortalRequest, reference: str) -> HttpResponse:
    """Ask why, say what follows, and take the post away from every reader."""
    post = _published(request.actor, reference)
    if request.method != "POST":
        post.must_stand()
    form = WithdrawForm(posted(request))
    return submit(
        request,
        form,
        lambda: _withdraw(request, post, form.cleaned_data["reason"]),
        lambda status: _withdraw_page(request, post, form, status),
    )


def _publish(request: PortalRequest, draft: Draft) -> HttpResponse:
    post = publish_post(draft, actor=request.actor)
    toast(request, gettext("%(reference)s was published.") % {"reference": post.reference})
    return redirect_to(request, "messagecenter:edit", post.reference)


def _update(request: PortalRequest, post: Post, form: PostForm) -> HttpResponse:
    update_post(post, form.draft(post), actor=request.actor, version=form.cleaned_data["version"] or 0)
    toast(request, gettext("%(reference)s was updated.") % {"reference": post.reference})
    return redirect_to(request, "messagecenter:edit", post.reference)


def _withdraw(request: PortalRequest, post: Post, reason: str) -> HttpResponse:
    withdraw_post(post, actor=request.actor, reason=reason)
    toast(request, gettext("%(reference)s was withdrawn.") % {"reference": post.reference})
    return redirect_to(request, "messagecenter:edit", post.reference)


def _begun_from(request: PortalRequest) -> dict[str, Any]:
    """What the earlier post says, and about what; when to show it and to act is decided anew."""
    reference = request.GET.get("from")
    if not reference:
        return {}
    if not REFERENCE.fullmatch(reference):
        raise NotVisible
    earlier = initial_of(_published(request.actor, reference))
    return {name: value for name, value in earlier.items() if name not in {*MOMENTS, "version"}}


def _published(actor: Actor, reference: str) -> Post:
    posts = Post.objects.for_publisher(actor).filter(reference=reference)
    post = posts.select_related("author", "withdrawn_by").prefetch_related("translations").first()
    if post is None:
        raise NotVisible
    return post


def _form_page(
    request: PortalRequest, form: PostForm, post: Post | None = None, *, status: int, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "post": post,
        "texts": _withdrawn_texts(form, post),
        "state": state_of(post.start_at, post.end_at, post.withdrawn_at) if post else None,
        "crumbs": _crumbs((post.reference if post else gettext("New message"), "")),
        **more,
    }
    return render_page(request, FORM_PAGE, context, status=status)


def _preview_page(request: PortalRequest, form: PostForm, post: Post | None = None) -> HttpResponse:
    """What readers would see, above the form; 422 with the mistakes when it cannot be published like this."""
    draft = form.draft(post) if form.is_valid() else None
    preview = _preview(form, draft, post) if draft else None
    if draft is None or preview is None:
        return _form_page(request, form, post, status=422)
    hidden_until = draft.start_at if post and draft.hides(post, timezone.now()) else None
    shown = {"preview": preview, "texts": preview, "audience": _audience(draft), "hidden_until": hidden_until}
    return _form_page(request, form, post, status=200, **shown)


def _withdraw_page(request: PortalRequest, post: Post, form: WithdrawForm, status: int) -> HttpResponse:
    edit_url = reverse("messagecenter:edit", args=[post.reference])
    context = {
        "post": post,
        "form": form,
        "title": post.translations.get(language=Language.ENGLISH).title,
        "edit_url": edit_url,
        "crumbs": _crumbs((post.reference, edit_url), (gettext("Withdraw"), "")),
    }
    return render_page(request, "messagecenter/publishing_withdraw.html", context, status=status)


def _stale_page(request: PortalRequest, form: PostForm, current: Post) -> HttpResponse:
    """412 with both values side by side; what was typed stays in the form, now on the newer version."""
    typed = request.POST.copy()
    typed["version"] = str(current.version)
    again = PostForm(typed)
    again.is_valid()
    return _form_page(request, again, current, stale=_differences(form, current), status=412)


def _differences(form: PostForm, current: Post) -> Table:
    published = initial_of(current)
    rows = [
        {
            "field": form.fields[name].label,
            "published": _shown(form, name, published[name]),
            "typed": _shown(form, name, form.cleaned_data[name]),
        }
        for name in published
        if name != "version" and (published[name] or None) != (form.cleaned_data[name] or None)
    ]
    columns = [
        Column("field", gettext("Field")),
        Column("published", gettext("Published version")),
        Column("typed", gettext("Your version")),
    ]
    return Table(gettext("What differs"), columns, rows)


def _shown(form: PostForm, name: str, value: Any) -> Any:
    choices = dict(getattr(form.fields[name], "choices", []))
    if isinstance(value, list):
        return [str(choices.get(code, code)) for code in value]
    return Truncator(choices.get(value, value)).chars(400) if isinstance(value, str) else show(value)


def _preview(form: PostForm, draft: Draft, post: Post | None) -> list[dict[str, Any]] | None:
    """Each language as readers will see it; None when the verb would refuse the draft."""
    try:
        wordings = draft.checked(timezone.now(), post)
    except InvalidInput as error:
        show_refusal(form, error)
        return None
    return [_text(language, wording) for language, wording in wordings.items()]


def _withdrawn_texts(form: PostForm, post: Post | None) -> list[dict[str, Any]]:
    """What a withdrawn post said. A draft that came too late stands in the form instead."""
    if post is None or not post.withdrawn_at or form.is_bound:
        return []
    return [_text(Language(row.language), row) for row in post.translations.all()]


def _text(language: Language, wording: Wording | PostTranslation) -> dict[str, Any]:
    body = readable_body(wording.body)
    return {"language": language, "label": language.label, "title": wording.title, "body": body}


def _audience(draft: Draft) -> list[str]:
    """Who will see it, in words: which customers, and who of each."""
    shared = [service for service in draft.services if SERVICE_BITS.mask([service]) & EVERY_SUBSCRIBER_HAS]
    customers = (
        gettext("Every customer with a subscription, whatever it is for: all of them use %(services)s.")
        if shared
        else gettext("Customers with a subscription to %(services)s.")
    )
    readers = (
        gettext(
            "In each of them only global admins and Message Center privacy readers, because the message is tagged data "
            "privacy. Partners do not see it."
        )
        if Tag.DATA_PRIVACY in draft.tags
        else gettext(
            "In each of them everybody with an admin role, and the partners to whom the customer has granted delegated "
            "administration for all services."
        )
    )
    named = sorted(service.label for service in shared or draft.services)
    return [customers % {"services": listed(named)}, readers]


def _crumbs(*below: tuple[Any, str]) -> list[tuple[Any, str]]:
    list_url = reverse("messagecenter:published") if below else ""
    return [(gettext("Published messages"), list_url), *below]

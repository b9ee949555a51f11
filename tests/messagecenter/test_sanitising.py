"""HTML of posts: nothing dangerous survives being written, nor being read when it came past the verb."""

from collections.abc import Callable

import pytest
from django.test import Client

from messagecenter.models import Post, PostTranslation
from messagecenter.sanitising import clean_body, has_words, is_too_large, readable_body
from portal.demo.cast import Cast
from portal.errors import InvalidInput
from tests.messagecenter.conftest import Publish
from tests.messagecenter.corpus import BODIES, Survivors

LINK = '<a href="https://ok.example/a?b=1&amp;c=2" rel="noopener noreferrer nofollow">more</a>'
GOOD = (
    f"<h2>What changes</h2><p>Read {LINK}, <strong>soon</strong>.</p><ul><li>one<br>two</li></ul>"
    '<table><thead><tr><th scope="col" colspan="2">Day</th></tr></thead><tbody><tr><td rowspan="2">1</td></tr></tbody>'
    "</table><blockquote>q</blockquote><pre><code>x &lt; y</code></pre>"
)


def test_the_corpus_is_large() -> None:
    assert len(BODIES) > 180


@pytest.mark.parametrize("body", BODIES)
def test_nothing_survives_and_cleaning_twice_changes_nothing(body: str) -> None:
    cleaned = clean_body(body)
    assert Survivors(cleaned).found == []
    assert clean_body(cleaned) == cleaned


def test_what_publishers_need_stays() -> None:
    assert clean_body(GOOD) == GOOD
    assert Survivors(GOOD).found == []


def test_a_mail_address_and_plain_http_may_be_linked() -> None:
    for address in ("mailto:help@vianet.example", "http://ok.example/path"):
        assert f'href="{address}"' in clean_body(f'<a href="{address}">x</a>')


def test_the_writing_verb_stores_cleaned_html(publish: Publish) -> None:
    post = publish("Title", '<p onclick="x()">Read</p><script>alert(1)</script>')
    assert post.translations.get().body == "<p>Read</p>"


def test_old_rows_are_cleaned_when_they_are_read(
    owners: Cast, post: Post, browser_of: Callable[[str], Client], rest_of: Callable[[str], Client]
) -> None:
    dirty = "\n".join(BODIES)
    PostTranslation.objects.filter(post=post).update(body=dirty)
    assert Survivors(readable_body(dirty)).found == []
    page = browser_of("rosa").get(f"/organisations/{owners.huaxin.pk}/messages/{post.reference}/").content.decode()
    article = page.split("<article", 1)[1].split(">", 1)[1].split("</article>", 1)[0]
    assert Survivors(article).found == []
    answer = rest_of("rosa").get(f"/v1.0/admin/serviceAnnouncement/messages/{post.reference}").json()
    assert Survivors(answer["body"]["content"]).found == []


def test_a_title_is_text(owners: Cast, publish: Publish, browser_of: Callable[[str], Client]) -> None:
    post = publish("<b hx-get=/x>&amp; bold</b>")
    base = f"/organisations/{owners.huaxin.pk}/messages/"
    for address in (base, f"{base}{post.reference}/"):
        page = browser_of("rosa").get(address).content.decode()
        assert "<b hx-get" not in page
        assert "&lt;b hx-get=/x&gt;&amp;amp; bold&lt;/b&gt;" in page


TAKEN_OUT = [f"<{tag}>Hello</{tag}>" for tag in ("noscript", "title", "template", "iframe", "svg")]


@pytest.mark.parametrize(
    "body",
    ["<p>" + "x" * 65_536, "字" * 22_000, "<b>" * 4_001, "<script>alert(1)</script>", "<p>&nbsp;</p>", *TAKEN_OUT],
)
def test_a_body_that_is_too_large_or_empty_is_refused(publish: Publish, body: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        publish("Title", body)
    assert [detail["target"] for detail in refusal.value.details] == ["body_en"]


def test_sizes_are_bytes_and_words_are_seen() -> None:
    assert not is_too_large("字" * 21_800)
    assert is_too_large("字" * 21_900)
    assert has_words("<ul><li>one</li></ul>")
    assert not has_words("<p><br>&nbsp; </p>")

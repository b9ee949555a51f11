"""The letters that tell a customer's people: rendered in each reader's language, with the link to the subscription."""

from collections.abc import Callable

import pytest

from portal.demo.cast import Cast
from portal.mail.models import Letter
from portal.mail.rendering import Words, render
from subscriptions.actions import change_quantity, reactivate, suspend
from subscriptions.models import Subscription
from tenants.actor import Actor, acting_as

Deed = Callable[[Subscription, Actor], Subscription]


def words_for(reader: str, template: str) -> Words:
    return render(Letter.objects.get(template=template, recipient_name=reader))


def test_a_new_subscription_is_announced(seats: Subscription) -> None:
    words = words_for("Alice Ai", "subscription_created")
    assert words.subject == "Fanyun Cloud bought Office 365 E3 for you"
    assert "25 seats" in words.body
    assert f"http://127.0.0.1:8000{seats.get_absolute_url()}" in words.body
    assert f'href="http://127.0.0.1:8000{seats.get_absolute_url()}"' in words.html


def test_each_reader_gets_the_names_of_its_language(seats: Subscription) -> None:
    words = words_for("Lily Li", "subscription_created")
    assert "Office 365 企业版 E3" in words.subject
    assert "帆云科技" in words.body


@pytest.mark.parametrize(
    ("template", "deed", "phrases"),
    [
        (
            "subscription_quantity_changed",
            lambda seats, anna: change_quantity(seats, actor=anna, quantity=30, version=1),
            ["from 25 to 30"],
        ),
        (
            "subscription_suspended",
            lambda seats, anna: suspend(seats, actor=anna, version=1),
            ["cannot use its services", "All data will be deleted on"],
        ),
        (
            "subscription_reactivated",
            lambda seats, anna: reactivate(suspend(seats, actor=anna, version=1), actor=anna, version=2),
            ["Your people can work again"],
        ),
    ],
)
def test_every_change_is_told(cast: Cast, seats: Subscription, template: str, deed: Deed, phrases: list[str]) -> None:
    with acting_as(cast.actor("anna"), cast.huaxin):
        deed(seats, cast.actor("anna"))
    words = words_for("Alice Ai", template)
    assert all(phrase in words.body and phrase in words.html for phrase in phrases)


def test_a_name_with_markup_stays_text(cast: Cast, seats: Subscription) -> None:
    with acting_as(cast.actor("anna"), cast.huaxin):
        Subscription.objects.filter(pk=seats.pk).update(friendly_name="<b>R&D</b>")
        change_quantity(seats, actor=cast.actor("anna"), quantity=30, version=1)
    words = words_for("Alice Ai", "subscription_quantity_changed")
    assert words.subject.startswith("<b>R&D</b>: 30 seats")
    assert "&lt;b&gt;R&amp;D&lt;/b&gt;" in words.html

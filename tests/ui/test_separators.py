"""Words that are put together: what stands between them comes from the catalogue."""

from portal.ui.separators import aside, listed, listed_lazy, named, side_by_side
from tests.ui.drawing import draw


def test_in_english_lists_have_commas_and_names_a_colon() -> None:
    assert listed(["Exchange Online", "SharePoint Online"]) == "Exchange Online, SharePoint Online"
    assert side_by_side([named("Role") + "Publisher", named("Days") + "30"]) == "Role: Publisher; Days: 30"
    assert f"Keep{aside('days')}" == "Keep (days)"
    assert str(listed_lazy(["one"])) == "one"


def test_a_template_sets_a_note_aside_and_escapes_it() -> None:
    assert draw("{{ text }}{{ note|aside }}", text="12", note="<days>") == "12 (&lt;days&gt;)"

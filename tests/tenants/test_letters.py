"""Letters name organisations in their readers' languages."""

from portal.demo.cast import Cast
from portal.mail.models import Letter
from tenants.letters import write


def test_each_reader_gets_the_names_of_its_own_language(cast: Cast) -> None:
    write("grant_made", [cast.jun, cast.alice, cast.pia], partner=cast.fanyun, level="admin")
    named = {letter.recipient_name: letter.context for letter in Letter.objects.all()}
    assert named == {
        "Jun Jiang": {"partner": "帆云科技", "level": "admin"},
        "Alice Ai": {"partner": "Fanyun Cloud", "level": "admin"},
        "Pia Pi": {"partner": "Fanyun Cloud", "level": "admin"},
    }

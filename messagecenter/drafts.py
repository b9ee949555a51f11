"""What a publisher wrote, before it is a post."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from messagecenter.models import Post
from messagecenter.sanitising import clean_body, has_words, is_too_large
from messagecenter.vocabulary import Category, Language, Severity, Tag
from portal.errors import Detail, InvalidInput, Text
from tenants.services import Service

LONGEST_TITLE = 200
SUFFIXES = {Language.ENGLISH: "en", Language.CHINESE: "zh"}  # title_en, body_zh ... name the fields of forms and errors


@dataclass(frozen=True, slots=True)
class Wording:
    """Title and HTML body in one language."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a publisher decides about a post.

    English is compulsory; without Chinese, readers of Chinese get English and are told so. `start_at` None: at once; a
    post that shows already keeps its start. `end_at` None: until the post is withdrawn.
    """

    category: Category
    services: frozenset[Service]
    wordings: Mapping[Language, Wording]
    severity: Severity = Severity.NORMAL
    tags: frozenset[Tag] = frozenset()
    is_major_change: bool = False
    action_required_by: datetime | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None

    def start(self, moment: datetime, present: Post | None = None) -> datetime:
        """When it shows if it is published at `moment`; `present` is the post that it changes."""
        if self.start_at:
            return self.start_at
        return min(present.start_at, moment) if present else moment

    def hides(self, present: Post, moment: datetime) -> bool:
        """Whether readers who see the post now lose it until it starts again."""
        return present.is_shown(moment) and self.start(moment, present) > moment

    def checked(self, moment: datetime, present: Post | None = None) -> dict[Language, Wording]:
        """The wordings with cleaned bodies; InvalidInput names every field that is wrong when published at `moment`.

        `present` is the post that it changes: a day to act by that has passed since may stay.
        """
        found = self._mistakes(moment, present)
        details = [Detail(target=target, message=str(message)) for target, message in found]
        if details:
            raise InvalidInput(details=details)
        return {
            language: Wording(text.title.strip(), clean_body(text.body)) for language, text in self.wordings.items()
        }

    def _mistakes(self, moment: datetime, present: Post | None) -> Iterator[tuple[str, Text]]:
        if not self.services:
            yield "services", _("Choose at least one service: it decides who sees the message.")
        yield from self._mistakes_of_time(moment, present)
        if Language.ENGLISH not in self.wordings:
            yield "title_en", _("Write the message in English: readers without a translation get it.")
        for language, wording in self.wordings.items():
            yield from _mistakes_of(wording, SUFFIXES[language])

    def _mistakes_of_time(self, moment: datetime, present: Post | None) -> Iterator[tuple[str, Text]]:
        start_at, act_by = self.start(moment, present), self.action_required_by
        stands = present is not None and present.action_required_by == act_by
        if act_by and act_by <= moment and not stands:
            yield "action_required_by", _("This moment has passed. Give readers time to act.")
        elif act_by and act_by <= start_at:
            yield "start_at", _("The message must show before readers must have acted.")
        if self.end_at and self.end_at <= start_at:
            yield "end_at", _("The message must end after it starts.")


def _mistakes_of(wording: Wording, suffix: str) -> Iterator[tuple[str, Text]]:
    if not wording.title.strip():
        yield f"title_{suffix}", _("Give the message a title.")
    elif len(wording.title.strip()) > LONGEST_TITLE:
        yield f"title_{suffix}", _("The title is longer than 200 characters.")
    if is_too_large(wording.body):
        yield f"body_{suffix}", _("The text is too large: at most 64 kB and 4000 tags.")
    elif not has_words(wording.body):
        yield f"body_{suffix}", _("Nothing is left to read once unsafe HTML is taken out.")

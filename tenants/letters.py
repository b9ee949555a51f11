"""Letters that name organisations and things: each reader gets the names of its own language."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils import translation
from django.utils.functional import Promise

from portal import mail
from tenants.models import User


def write(letter: str, readers: Iterable[User], **words: Any) -> None:
    """`mail.queue`, with what is a model or a label among `words` named as each reader's language names it.

    A name is data and not a translation: the letter's template cannot find it out.
    """
    things = {key: word for key, word in words.items() if isinstance(word, Model | Promise)}
    for language, group in groupby(sorted(readers, key=_language), key=_language):
        with translation.override(language):
            names = {key: str(thing) for key, thing in things.items()}
        mail.queue(letter, group, **{**words, **names})


def _language(reader: User) -> str:
    return reader.language or settings.LANGUAGE_CODE

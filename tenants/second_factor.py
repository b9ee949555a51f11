"""Who needs a second factor, and how its secrets rest in the database: encrypted, so that a copy of the database alone
signs nobody in.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from tenants.actor import Actor
from tenants.models import Kind


def must_have_second_factor(actor: Actor) -> bool:
    """Partner and operator people in production: a stolen reseller account opens many customers."""
    return bool(settings.MFA_REQUIRED and actor.kind in {Kind.PARTNER, Kind.OPERATOR})


class PortalMfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is published without types
    """Keys are derived from SECRET_KEY; secrets written under one of SECRET_KEY_FALLBACKS can still be read."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> MultiFernet:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key(str(secret))) for secret in secrets])


def _key(secret: str) -> bytes:
    return urlsafe_b64encode(sha256(f"tenants.second_factor:{secret}".encode()).digest())

"""What the tests change: profile, a database file per process, a cheap hasher, no second factor."""

import os
import tempfile
from pathlib import Path

os.environ["PORTAL_PROFILE"] = "test"

from portal.settings import *  # noqa: E402, F403 - the overrides below stand on the whole of the settings
from portal.settings import DATABASES  # noqa: E402 - the profile has to be set first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MFA_REQUIRED = False
READYZ_SECONDS = 0
# The live server answers in threads that a browser keeps alive; a connection held by one would keep the database.
DATABASES["default"]["CONN_MAX_AGE"] = 0
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(tempfile.gettempdir()) / f"portal-test-{os.getpid()}.sqlite3")}
elif template := os.environ.get("PORTAL_TEST_TEMPLATE"):
    # The run's own database carries the grants that every test database must start with.
    DATABASES["default"]["TEST"] = {"TEMPLATE": template}

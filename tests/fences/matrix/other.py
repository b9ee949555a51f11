"""What belongs to no room: home, theme and language, the account's own pages, health, the gallery, the API's
description.
"""

from tests.fences.matrix.rows import Row, everybody

ALL = everybody(200)
LOOK = {"GET": 200, "HEAD": 200}
DONE = everybody(303)

ROWS = [
    Row(pattern="", address="/", get=ALL),
    # Choosing how the portal looks and speaks is open to everybody, at the sign-in page already.
    Row(pattern="theme/", address="/theme/", post=DONE, visitor={"POST": 303}, body={"theme": "dark"}),
    Row(pattern="i18n/setlang/", address="/i18n/setlang/", post=DONE, visitor={"POST": 303}, body={"language": "fr"}),
    Row(pattern="healthz", address="/healthz", get=ALL, visitor=LOOK),
    Row(pattern="readyz", address="/readyz", get=ALL, visitor=LOOK),
    Row(pattern="_ui/", address="/_ui/", get=ALL, visitor=LOOK),
    Row(pattern="_ui/bare/", address="/_ui/bare/", get=ALL, visitor=LOOK),
    Row(pattern="v1.0/openapi.json", address="/v1.0/openapi.json", get=ALL),
    Row(pattern="v1.0/docs", address="/v1.0/docs", get=ALL),
]

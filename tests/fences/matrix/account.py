"""One's own account: the same for every person. Visitors reach sign-in and the reset of a password, and nothing
else.
"""

from tests.fences.matrix.rows import Door, Row, everybody

# A form that is filled in wrongly is shown again with 200: these are allauth's.
SHOWN, LED = everybody(200), everybody(302)
NONE = everybody(404)
LEAD = {"GET": 302, "HEAD": 302, "POST": 302}
FORM = {"GET": 200, "HEAD": 200, "POST": 200}

ROWS = [
    Row(
        pattern="account/",
        address="/account/",
        get=SHOWN,
        post=everybody(303),
        body={"language": "fr", "time_zone": "Europe/Paris"},
        bad={"language": "fr", "time_zone": "Moon/Tranquility"},
    ),
    # Somebody else's token does not exist, a colleague's neither.
    Row(
        pattern="account/tokens/<uuid:token_id>/revoke/",
        address="/account/tokens/{token.pk}/revoke/",
        reach="CG",
        get={200: "CG"},
        post={303: "CG"},
        foreign=Door(reach="FC", get={200: "FC"}, post={303: "FC"}),
    ),
    Row(pattern="account/login/", address="/account/login/", get=LED, post=LED, visitor=FORM),
    Row(pattern="account/logout/", address="/account/logout/", get=SHOWN, post=LED, visitor=LEAD),
    Row(pattern="account/reauthenticate/", address="/account/reauthenticate/", get=SHOWN, post=SHOWN),
    Row(pattern="account/password/change/", address="/account/password/change/", get=SHOWN, post=SHOWN),
    Row(pattern="account/password/reset/", address="/account/password/reset/", get=SHOWN, post=SHOWN, visitor=FORM),
    Row(
        pattern="account/password/reset/done/",
        address="/account/password/reset/done/",
        get=SHOWN,
        visitor={"GET": 200, "HEAD": 200},
    ),
    Row(
        pattern="account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        address="/account/password/reset/key/abc-def/",
        get=SHOWN,
        post=SHOWN,
        visitor=FORM,
    ),
    Row(
        pattern="account/password/reset/key/done/",
        address="/account/password/reset/key/done/",
        get=SHOWN,
        visitor={"GET": 200, "HEAD": 200},
    ),
    Row(pattern="account/mfa/", address="/account/mfa/", get=SHOWN),
    # The second step of a sign-in; without a first one there is nothing to do but to start.
    Row(
        pattern="account/mfa/authenticate/",
        address="/account/mfa/authenticate/",
        get=LED,
        post=LED,
        visitor=LEAD,
    ),
    Row(pattern="account/mfa/reauthenticate/", address="/account/mfa/reauthenticate/", get=LED, post=LED),
    Row(pattern="account/mfa/totp/activate/", address="/account/mfa/totp/activate/", get=LED, post=LED),
    # Who has no second factor yet has none to take away, and no recovery codes.
    Row(pattern="account/mfa/totp/deactivate/", address="/account/mfa/totp/deactivate/", get=NONE, post=NONE),
    Row(pattern="account/mfa/recovery-codes/", address="/account/mfa/recovery-codes/", get=NONE),
    Row(
        pattern="account/mfa/recovery-codes/generate/",
        address="/account/mfa/recovery-codes/generate/",
        get=LED,
        post=LED,
    ),
    Row(
        pattern="account/mfa/recovery-codes/download/",
        address="/account/mfa/recovery-codes/download/",
        get=NONE,
        post=NONE,
    ),
]

"""The gallery as the server sends it: open to everybody, read only, and clean of what the policy forbids."""

import pytest
from django.test import Client

from tests.ui.test_safe_markup import findings

pytestmark = pytest.mark.django_db
PATHS = ["/_ui/", "/_ui/bare/"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["en", "zh-hans", "fr"])
def test_anybody_may_look_at_the_gallery(client: Client, path: str, language: str) -> None:
    response = client.get(path, headers={"Accept-Language": language})
    assert response.status_code == 200
    assert response.headers["Content-Language"] == language
    assert list(findings(response.content.decode())) == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_gallery_is_only_read(client: Client, path: str, method: str) -> None:
    assert getattr(client, method)(path).status_code == 405


def test_no_style_or_script_is_allowed_inline(client: Client) -> None:
    policy = client.get("/_ui/").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy

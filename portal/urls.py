"""The site map."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from messagecenter.api import api_urlpatterns as messagecenter_api
from portal import health, problems
from portal.shell.views import set_language
from subscriptions.api import api_urlpatterns as subscriptions_api
from support.api import api_urlpatterns as support_api
from tenants.api import api_urlpatterns as tenants_api

handler400 = problems.bad_request
handler403 = problems.permission_denied
handler404 = problems.page_not_found
handler429 = problems.too_many_requests
handler500 = problems.server_error

urlpatterns = [
    path("", include("portal.shell.urls")),
    path("", include("tenants.urls")),
    path("", include("subscriptions.urls")),
    path("", include("messagecenter.urls")),
    path("", include("support.urls")),
    path("account/", include("tenants.account_urls")),
    path("i18n/setlang/", set_language, name="set_language"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("v1.0/", include("portal.api.urls")),
    path("v1.0/", include(tenants_api)),
    path("v1.0/", include(subscriptions_api)),
    path("v1.0/", include(support_api)),
    path("v1.0/", include(messagecenter_api)),
    path("admin/", admin.site.urls),
]
if not settings.PRODUCTION:
    urlpatterns.append(path("_ui/", include("portal.ui.urls")))
if settings.DEMO:
    urlpatterns.append(path("demo/", include("portal.demo.urls")))

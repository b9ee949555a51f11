"""What the scenes are made of: the price list, who bought what, the posts and the requests."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from messagecenter.drafts import Draft, Wording
from messagecenter.vocabulary import Category, Language, Severity, Tag
from support.models import Severity as RequestSeverity
from tenants.services import Service

E3 = [Service.EXCHANGE, Service.SHAREPOINT, Service.TEAMS, Service.OFFICE]
# Prices and costs in fen per seat and term.
OFFERS: list[dict[str, Any]] = [
    {"sku": "O365_E3", "name": "Office 365 E3", "services": E3, "unit_price": 187_200, "unit_cost": 149_800},
    {
        "sku": "EXO_P1",
        "name": "Exchange Online Plan 1",
        "chinese_name": "Exchange Online 计划 1",
        "services": [Service.EXCHANGE],
        "unit_price": 36_000,
        "unit_cost": 28_800,
    },
    {
        "sku": "SPO_P1",
        "name": "SharePoint Online Plan 1",
        "chinese_name": "SharePoint Online 计划 1",
        "services": [Service.SHAREPOINT],
        "unit_price": 42_000,
        "unit_cost": 33_600,
    },
    {
        "sku": "POWER_BI_PRO",
        "name": "Power BI Pro",
        "services": [Service.POWER_BI],
        "unit_price": 73_200,
        "unit_cost": 58_600,
    },
    {"sku": "INTUNE", "name": "Intune", "services": [Service.INTUNE], "unit_price": 57_600, "unit_cost": 46_100},
]
# Partner's agent, customer, SKU, seats.
SUBSCRIPTIONS = (
    ("anna", "huaxin", "O365_E3", 120),
    ("anna", "huaxin", "SPO_P1", 25),
    ("anna", "huaxin", "POWER_BI_PRO", 10),
    ("anna", "jade", "EXO_P1", 18),
    ("boris", "lotus", "EXO_P1", 40),
    ("boris", "lotus", "INTUNE", 15),
)
# Who asks, and what.
REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "mail": (
        "alice",
        {
            "title": "Mail to two customers comes back",
            "description": "Since this morning mail to two of our customers comes back with 5.7.1. All else arrives.",
            "severity": RequestSeverity.MODERATE,
            "service": Service.EXCHANGE,
        },
    ),
    "names": (
        "uma",
        {
            "title": "How do we name shared mailboxes?",
            "description": "Is there a rule for the names of shared mailboxes, and who may open one?",
            "severity": RequestSeverity.MINIMAL,
            "service": Service.EXCHANGE,
        },
    ),
    "sharing": (
        "sven",
        {
            "title": "External sharing is greyed out",
            "description": "A colleague wants to share one library with a supplier, but the switch is grey.",
            "severity": RequestSeverity.MINIMAL,
            "service": Service.SHAREPOINT,
        },
    ),
    "seats": (
        "jun",
        {
            "title": "二十个新邮箱",
            "description": "下个月我们有二十位新同事入职，请增加许可证数量。",
            "severity": RequestSeverity.MINIMAL,
            "service": Service.EXCHANGE,
        },
    ),
    "phones": (
        "mallory",
        {
            "title": "Phones do not enrol",
            "description": "Since the weekend new phones stop at 80 percent of the enrolment.",
            "severity": RequestSeverity.MODERATE,
            "service": Service.INTUNE,
        },
    ),
}


def drafts() -> list[Draft]:
    """The posts, each in English and Chinese; one must be acted on within three weeks, one is for privacy contacts."""
    return [_retirement(), _news(), _privacy(), _reports()]


def _retirement() -> Draft:
    return Draft(
        category=Category.PLAN_FOR_CHANGE,
        services=frozenset({Service.EXCHANGE}),
        wordings=_wordings(
            "Basic authentication for mail programs ends",
            "<p>Mail programs that send a user name and a password will no longer connect.</p>"
            "<p><strong>How to prepare:</strong> update them to a version with modern authentication.</p>",
            "邮件客户端的基本身份验证即将停用",
            "<p>仅发送用户名和密码的邮件客户端将无法再连接。</p>"
            "<p><strong>如何准备：</strong>请将其更新为支持新式身份验证的版本。</p>",
        ),
        severity=Severity.HIGH,
        tags=frozenset({Tag.MAJOR_UPDATE, Tag.ADMIN_IMPACT, Tag.RETIREMENT}),
        is_major_change=True,
        action_required_by=timezone.now() + timedelta(days=21),
    )


def _news() -> Draft:
    return Draft(
        category=Category.STAY_INFORMED,
        services=frozenset({Service.SHAREPOINT, Service.TEAMS}),
        wordings=_wordings(
            "Files open faster in the browser",
            "<p>Documents in libraries now open in about half the time. There is nothing that you need to do.</p>",
            "在浏览器中打开文件更快",
            "<p>现在，库中的文档打开时间约为原来的一半。您无需执行任何操作。</p>",
        ),
        tags=frozenset({Tag.FEATURE_UPDATE, Tag.USER_IMPACT}),
    )


def _privacy() -> Draft:
    return Draft(
        category=Category.PREVENT_OR_FIX_ISSUE,
        services=frozenset({Service.EXCHANGE}),
        wordings=_wordings(
            "Data processing record updated",
            "<p>The list of sub-processors for mail has a new entry. Your privacy contact should read it.</p>",
            "数据处理记录已更新",
            "<p>邮件服务的次级处理者名单新增一项。请贵组织的隐私联系人查阅。</p>",
        ),
        tags=frozenset({Tag.DATA_PRIVACY}),
    )


def _reports() -> Draft:
    return Draft(
        category=Category.STAY_INFORMED,
        services=frozenset({Service.INTUNE, Service.POWER_BI}),
        wordings=_wordings(
            "New reports for devices and data sets",
            "<p>Two new reports are available in the admin portal.</p>",
            "设备和数据集的新报告",
            "<p>管理门户中新增两份报告。</p>",
        ),
        tags=frozenset({Tag.NEW_FEATURE}),
    )


def _wordings(title: str, body: str, chinese_title: str, chinese_body: str) -> dict[Language, Wording]:
    return {Language.ENGLISH: Wording(title, body), Language.CHINESE: Wording(chinese_title, chinese_body)}

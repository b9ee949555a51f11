"""The names of the rights. Grammar: `<room>.<thing>:<deed>`. Who holds which is `tenants.grants.GRANTS`."""

from enum import StrEnum


class Permission(StrEnum):
    """One right, as templates, tokens, the audit log and the API spell it."""

    AUDIT_READ = "tenants.audit:read"
    CUSTOMER_LIST = "tenants.customer:list"
    CUSTOMER_READ = "tenants.customer:read"
    CUSTOMER_CREATE = "tenants.customer:create"
    GRANT_MAKE = "tenants.grant:make"
    GRANT_READ = "tenants.grant:read"
    GRANT_REVOKE = "tenants.grant:revoke"
    PARTNER_APPROVE = "tenants.partner:approve"
    RELATIONSHIP_END = "tenants.relationship:end"
    RELATIONSHIP_START = "tenants.relationship:start"
    ROLE_ASSIGN = "tenants.role:assign"
    SETTING_CHANGE = "tenants.setting:change"
    SETTING_READ = "tenants.setting:read"
    TOKEN_MANAGE = "tenants.token:manage"  # noqa: S105 - the name of a right, not a token
    USER_BLOCK = "tenants.user:block"
    USER_CHANGE = "tenants.user:change"
    USER_CREATE = "tenants.user:create"
    USER_DELETE = "tenants.user:delete"
    USER_LIST = "tenants.user:list"
    USER_RESET_PASSWORD = "tenants.user:reset_password"  # noqa: S105 - the name of a right, not a password
    USER_RESTORE = "tenants.user:restore"

    OFFER_PUBLISH = "subscriptions.offer:publish"
    SUBSCRIPTION_ASK_CHANGE = "subscriptions.subscription:ask_change"
    SUBSCRIPTION_CHANGE_QUANTITY = "subscriptions.subscription:change_quantity"
    SUBSCRIPTION_CREATE = "subscriptions.subscription:create"
    SUBSCRIPTION_LIST = "subscriptions.subscription:list"
    SUBSCRIPTION_READ = "subscriptions.subscription:read"
    SUBSCRIPTION_REACTIVATE = "subscriptions.subscription:reactivate"
    SUBSCRIPTION_RENAME = "subscriptions.subscription:rename"
    SUBSCRIPTION_SUSPEND = "subscriptions.subscription:suspend"

    ESCALATION_ACKNOWLEDGE = "support.escalation:acknowledge"
    ESCALATION_ANSWER = "support.escalation:answer"
    REQUEST_CLOSE = "support.request:close"
    REQUEST_COMMENT = "support.request:comment"
    REQUEST_ESCALATE = "support.request:escalate"
    REQUEST_FILE = "support.request:file_on_behalf"
    REQUEST_NOTE = "support.request:note"
    REQUEST_RAISE = "support.request:raise"
    REQUEST_READ = "support.request:read"
    REQUEST_READ_CASE = "support.request:read_case"
    REQUEST_READ_DELIVERY = "support.request:read_delivery"
    REQUEST_REOPEN = "support.request:reopen"
    REQUEST_RESOLVE = "support.request:resolve"
    REQUEST_WITHDRAW = "support.request:withdraw"

    MESSAGE_MARK = "messagecenter.message:mark"
    MESSAGE_PUBLISH = "messagecenter.message:publish"
    MESSAGE_READ = "messagecenter.message:read"
    MESSAGE_READ_PRIVACY = "messagecenter.message:read_privacy"

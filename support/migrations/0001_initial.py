import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0003_number_sessions_and_name_services"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RequestNumber",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("taken_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SupportRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("reference", models.CharField(editable=False, max_length=24, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("customerRequest", "Customer request")], default="customerRequest", max_length=20
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("description", models.TextField(verbose_name="description")),
                ("impact", models.TextField(blank=True, verbose_name="business impact")),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("critical", "A - critical: nobody can work"),
                            ("moderate", "B - moderate: work is impaired"),
                            ("minimal", "C - minimal: a question, or there is a way around"),
                        ],
                        max_length=10,
                        verbose_name="severity",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "New"),
                            ("inProgress", "In progress"),
                            ("waitingForCustomer", "Waiting for the customer"),
                            ("waitingForPartner", "Waiting for the partner"),
                            ("escalated", "Escalated to 21Vianet"),
                            ("resolved", "Resolved"),
                            ("closed", "Closed"),
                        ],
                        default="open",
                        max_length=20,
                        verbose_name="status",
                    ),
                ),
                (
                    "service",
                    models.CharField(
                        choices=[
                            ("exchange", "Exchange Online"),
                            ("sharepoint", "SharePoint Online"),
                            ("teams", "Teams"),
                            ("office", "Office apps"),
                            ("identity", "Identity Service"),
                            ("intune", "Intune"),
                            ("powerbi", "Power BI Pro"),
                            ("portal", "Admin portal"),
                        ],
                        max_length=40,
                        verbose_name="service",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("resolved_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "assignee",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "reach_partner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "requester",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("training", "We lack the training"),
                            ("documentation", "The documentation is missing or does not help"),
                            ("supportTools", "Our support tools cannot do what is needed"),
                        ],
                        max_length=20,
                        verbose_name="reason",
                    ),
                ),
                ("steps_tried", models.TextField(verbose_name="steps already tried")),
                ("impact", models.TextField(blank=True, verbose_name="business impact")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "Handed to 21Vianet"),
                            ("acknowledged", "21Vianet has opened a case"),
                            ("accepted", "21Vianet works on it"),
                            ("rejected", "Sent back by 21Vianet"),
                            ("resolved", "Solved by 21Vianet"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="submitted",
                        max_length=20,
                    ),
                ),
                ("case_number", models.CharField(blank=True, max_length=40)),
                ("operator_seq", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "escalated_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reach_partner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "support_request",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="support.supportrequest",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "visibility",
                    models.CharField(choices=[("public", "Public"), ("internal", "Internal")], max_length=10),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("customer", "Customer"), ("partner", "Partner"), ("vianet", "21Vianet")],
                        max_length=10,
                    ),
                ),
                ("author_name", models.CharField(max_length=256)),
                ("text", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reach_partner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "support_request",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to="support.supportrequest",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="supportrequest",
            index=models.Index(fields=["tenant", "-updated_at", "-id"], name="request_by_tenant"),
        ),
        migrations.AddIndex(
            model_name="supportrequest",
            index=models.Index(fields=["reach_partner", "-updated_at", "-id"], name="request_by_partner"),
        ),
        migrations.AddConstraint(
            model_name="supportrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["customerRequest"])), name="request_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="supportrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("severity__in", ["critical", "moderate", "minimal"])), name="request_severity"
            ),
        ),
        migrations.AddConstraint(
            model_name="supportrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "open",
                            "inProgress",
                            "waitingForCustomer",
                            "waitingForPartner",
                            "escalated",
                            "resolved",
                            "closed",
                        ],
                    )
                ),
                name="request_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="supportrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("reach_partner", None), ("reach_partner", models.F("partner")), _connector="OR"),
                name="request_reach_is_its_partner",
            ),
        ),
        migrations.AddConstraint(
            model_name="supportrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "closed"), _negated=True), ("closed_at__isnull", False), _connector="OR"
                ),
                name="request_closed_has_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="supportrequest",
            constraint=models.UniqueConstraint(fields=("id", "tenant"), name="request_and_its_tenant"),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["support_request", "-created_at", "-id"], name="escalation_by_request"),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["tenant", "reach_partner"], name="escalation_by_tenant"),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("submitted", "acknowledged", "accepted"))),
                fields=("support_request",),
                name="one_open_escalation",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["training", "documentation", "supportTools"])),
                name="escalation_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["submitted", "acknowledged", "accepted", "rejected", "resolved", "withdrawn"])
                ),
                name="escalation_state",
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["support_request", "created_at", "id"], name="comment_in_order"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["tenant", "reach_partner"], name="comment_by_tenant"),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(("visibility__in", ["public", "internal"])), name="comment_visibility"
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["customer", "partner", "vianet"])), name="comment_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("visibility", "internal"), _negated=True), ("side", "partner"), _connector="OR"
                ),
                name="comment_internal_is_the_partners",
            ),
        ),
    ]

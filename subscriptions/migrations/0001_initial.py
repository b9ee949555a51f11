"""Offers, and the subscriptions that customers hold."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("sku", models.CharField(max_length=60, unique=True, verbose_name="SKU")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("chinese_name", models.CharField(blank=True, max_length=200, verbose_name="Chinese name")),
                ("services", models.JSONField(default=list, verbose_name="services")),
                ("minimum_quantity", models.PositiveIntegerField(default=1, verbose_name="minimum quantity")),
                ("maximum_quantity", models.PositiveIntegerField(default=10000, verbose_name="maximum quantity")),
                (
                    "term",
                    models.CharField(
                        choices=[("P1M", "1 month"), ("P1Y", "1 year"), ("P3Y", "3 years")],
                        default="P1Y",
                        max_length=3,
                        verbose_name="term",
                    ),
                ),
                ("is_trial", models.BooleanField(default=False, verbose_name="trial")),
                ("unit_price", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="retail price")),
                ("unit_cost", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="partner cost")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "operator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.tenant"
                    ),
                ),
            ],
            options={
                "ordering": ("name", "id"),
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "service",
                    models.CharField(
                        blank=True,
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
                    ),
                ),
                ("friendly_name", models.CharField(blank=True, max_length=100, verbose_name="nickname")),
                ("quantity", models.PositiveIntegerField(verbose_name="seats")),
                ("assigned_seats", models.PositiveIntegerField(default=0, verbose_name="assigned seats")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("none", "Unknown"),
                            ("pending", "Being set up"),
                            ("active", "Active"),
                            ("suspended", "Suspended"),
                            ("expired", "Expired"),
                            ("disabled", "Disabled"),
                            ("deleted", "Deleted"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("term_start", models.DateField(verbose_name="start of term")),
                ("term_end", models.DateField(verbose_name="last day of term")),
                ("auto_renew", models.BooleanField(default=True, verbose_name="renews by itself")),
                ("suspended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "suspension_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("customer_request", "The customer asked for it"),
                            ("non_payment", "The customer has not paid"),
                            ("fraud", "Fraud"),
                            ("misuse", "Misuse is being investigated"),
                        ],
                        max_length=20,
                    ),
                ),
                ("unit_price", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="retail price")),
                ("unit_cost", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="partner cost")),
                ("partner_note", models.TextField(blank=True, verbose_name="partner note")),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subscriptions.offer"
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
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscriptions",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(("term__in", ["P1M", "P1Y", "P3Y"])), name="offer_term"
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("maximum_quantity__gte", models.F("minimum_quantity")), ("minimum_quantity__gte", 1)
                ),
                name="offer_quantities",
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(fields=["reach_partner", "-created_at", "-id"], name="subscription_by_partner"),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(fields=["tenant", "-created_at", "-id"], name="subscription_by_tenant"),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["none", "pending", "active", "suspended", "expired", "disabled", "deleted"])
                ),
                name="subscription_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 1), ("quantity__gte", models.F("assigned_seats"))),
                name="subscription_seats",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("reach_partner", None), ("reach_partner", models.F("partner")), _connector="OR"),
                name="subscription_reach_is_of_record",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "suspended"), ("suspended_at__isnull", False)),
                    models.Q(models.Q(("status", "suspended"), _negated=True), ("suspended_at__isnull", True)),
                    _connector="OR",
                ),
                name="subscription_suspended_since",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("suspension_reason__in", ["", "customer_request", "non_payment", "fraud", "misuse"])
                ),
                name="subscription_reason",
            ),
        ),
    ]

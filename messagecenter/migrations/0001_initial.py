"""Posts, their translations, and what each reader has done with them."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PostNumber",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("reference", models.CharField(max_length=16, unique=True, verbose_name="message ID")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("preventOrFixIssue", "Prevent or fix issue"),
                            ("planForChange", "Plan for change"),
                            ("stayInformed", "Stay informed"),
                        ],
                        max_length=20,
                        verbose_name="category",
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[("normal", "Normal"), ("high", "High"), ("critical", "Critical")],
                        default="normal",
                        max_length=10,
                        verbose_name="severity",
                    ),
                ),
                ("service_mask", models.BigIntegerField()),
                ("tag_mask", models.BigIntegerField(default=0)),
                ("is_major_change", models.BooleanField(default=False, verbose_name="major change")),
                ("action_required_by", models.DateTimeField(blank=True, null=True, verbose_name="act by")),
                ("start_at", models.DateTimeField(verbose_name="shown from")),
                ("end_at", models.DateTimeField(blank=True, null=True, verbose_name="shown until")),
                ("published_at", models.DateTimeField(verbose_name="published")),
                ("last_modified_at", models.DateTimeField(verbose_name="last updated")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
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
                    "operator",
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
            name="PostTranslation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "language",
                    models.CharField(choices=[("en", "English"), ("zh-hans", "Simplified Chinese")], max_length=10),
                ),
                ("title", models.CharField(max_length=200)),
                ("body", models.TextField()),
                (
                    "post",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="translations",
                        to="messagecenter.post",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PostView",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("is_read", models.BooleanField(default=False)),
                ("is_archived", models.BooleanField(default=False)),
                ("is_favorited", models.BooleanField(default=False)),
                (
                    "post",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="views",
                        to="messagecenter.post",
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
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["-last_modified_at", "-id"], name="post_list"),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("category__in", ["preventOrFixIssue", "planForChange", "stayInformed"])),
                name="post_category",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("severity__in", ["normal", "high", "critical"])), name="post_severity"
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(condition=models.Q(("service_mask__gt", 0)), name="post_names_a_service"),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("end_at", None), ("end_at__gt", models.F("start_at")), _connector="OR"),
                name="post_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="posttranslation",
            constraint=models.UniqueConstraint(fields=("post", "language"), name="one_translation_per_language"),
        ),
        migrations.AddConstraint(
            model_name="posttranslation",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ["en", "zh-hans"])), name="translation_language"
            ),
        ),
        migrations.AddConstraint(
            model_name="postview",
            constraint=models.UniqueConstraint(fields=("user", "post"), name="one_view_per_reader"),
        ),
    ]

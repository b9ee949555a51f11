"""A grant is for all services, or for one that exists; a tie gives only what some right asks for."""

from django.db import migrations, models

SERVICES = ["", "exchange", "sharepoint", "teams", "office", "identity", "intune", "powerbi", "portal"]


class Migration(migrations.Migration):
    dependencies = [("tenants", "0006_name_services_of_old_settings")]
    operations = [
        migrations.AlterModelOptions(
            "tenant",
            {
                "ordering": ("name", "id"),
                "default_permissions": (),
                "permissions": [
                    ("see_customer", "See the customer"),
                    ("manage_subscriptions", "Manage the customer's subscriptions"),
                    ("administer_on_behalf", "Administer on behalf of the customer"),
                    ("file_requests", "File requests to 21Vianet for the customer"),
                ],
            },
        ),
        migrations.AddConstraint(
            "delegatedadmin",
            models.CheckConstraint(condition=models.Q(("service__in", SERVICES)), name="grant_service"),
        ),
    ]

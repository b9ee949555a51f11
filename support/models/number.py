"""Where the numbers in references come from."""

from django.db import models


class RequestNumber(models.Model):
    """One row per number given out: the database's own sequence, so that two people who ask at once never wait.

    A request that is rolled back leaves a gap. The rows belong to nobody and say nothing.
    """

    id = models.BigAutoField(primary_key=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)

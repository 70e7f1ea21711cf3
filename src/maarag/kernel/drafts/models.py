"""What somebody is writing in a form and has not saved yet: theirs alone, encrypted, for a time."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maarag.database.encryption.fields import EncryptedTextField

KEY = r"[A-Za-z0-9][A-Za-z0-9:._-]{0,119}"
WRITER = r"[A-Za-z0-9-]{8,40}"


class Draft(models.Model):
    """The fields of one form as one window of a browser has them.

    PostgreSQL shows a draft to nobody but its account, whatever the roles of who asks (migration 0001). `key`
    names the form and, where there is one, the row it changes; `writer` the window, so that two windows with
    the same form do not write over each other.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("account")
    )
    key = models.CharField(_("form"), max_length=120, validators=[RegexValidator(rf"\A{KEY}\Z")])
    writer = models.CharField(_("window"), max_length=40, validators=[RegexValidator(rf"\A{WRITER}\Z")])
    content = EncryptedTextField(_("what was written"))
    saved_at = models.DateTimeField(_("kept"), default=timezone.now)

    class Meta:
        verbose_name = _("draft of a form")
        verbose_name_plural = _("drafts of forms")
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(fields=["account", "key", "writer"], name="drafts_draft_once"),
        ]
        indexes = [models.Index(fields=["account", "saved_at"], name="drafts_draft_age")]

    def __str__(self) -> str:
        return f"{self.key} · {self.saved_at:%Y-%m-%d %H:%M}"

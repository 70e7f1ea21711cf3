"""Files that people bring, and every row of them with what it will become."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class FileStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    READING = "reading", _("Being read")
    REFUSED = "refused", _("Cannot be read")
    READY = "ready", _("Ready to load")
    APPLIED = "applied", _("Loaded")


class Mode(models.TextChoices):
    """What to load where some rows cannot be understood."""

    ALL = "all", _("All rows or nothing")
    UNDERSTOOD = "understood", _("All rows that are understood")


class RowStatus(models.TextChoices):
    NEW = "new", _("New")
    CHANGED = "changed", _("Changes")
    UNCHANGED = "unchanged", _("As it is")
    PROBLEM = "problem", _("Problem")
    LEFT_OUT = "left_out", _("Left out")


def _stored_name(import_file: ImportFile, _name: str) -> str:
    """Files are kept under names of ours: what people call them never becomes a path."""
    return f"imports/{uuid.uuid4().hex}"


class ImportFile(models.Model):
    """A file as it came, how far it was read, and whether it was loaded."""

    kind = models.CharField(_("kind"), max_length=40)
    name = models.CharField(_("name"), max_length=255)
    file = models.FileField(_("file"), upload_to=_stored_name, max_length=120)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField(_("size in bytes"))
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    sheet = models.CharField(_("sheet"), max_length=120, blank=True)
    sheets = models.JSONField(_("sheets"), default=list)
    columns = models.JSONField(_("columns"), default=dict, help_text=_("Column name to field."))
    unknown_columns = models.JSONField(_("columns that are not used"), default=list)
    header_row = models.PositiveIntegerField(_("row of the header"), default=0)
    options = models.JSONField(_("options"), default=dict)
    status = models.CharField(max_length=10, choices=FileStatus.choices, default=FileStatus.WAITING)
    mode = models.CharField(max_length=10, choices=Mode.choices, blank=True)
    message = models.TextField(_("message"), blank=True)
    counts = models.JSONField(_("rows by status"), default=dict)
    rows_read = models.PositiveIntegerField(_("rows read"), default=0)
    turn = models.PositiveIntegerField(
        _("number of the reading"), default=0, help_text=_("Rises each time the file is read from its start.")
    )
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="import_files")
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last sign of work"), null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="applied_imports"
    )
    applied_at = models.DateTimeField(_("loaded"), null=True, blank=True)

    class Meta:
        verbose_name = _("import file")
        verbose_name_plural = _("import files")
        ordering = ["-uploaded_at", "-id"]

    def __str__(self) -> str:
        return self.name

    def count(self, *statuses: str) -> int:
        return sum(int(self.counts.get(status, 0)) for status in statuses)

    @property
    def to_apply(self) -> int:
        return self.count(RowStatus.NEW, RowStatus.CHANGED)


class ImportRow(models.Model):
    """One row: as it came, what it will become, and why not."""

    import_file = models.ForeignKey(ImportFile, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    raw = models.JSONField(_("as it came"))
    key = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=10, choices=RowStatus.choices)
    becomes = models.JSONField(_("becomes"), default=dict)
    changes = models.JSONField(_("changes"), default=dict, help_text=_("Field to [before, after]."))
    problems = models.JSONField(_("problems"), default=list)
    notes = models.JSONField(_("notes"), default=list)

    class Meta:
        verbose_name = _("import row")
        verbose_name_plural = _("import rows")
        ordering = ["import_file", "number", "id"]
        indexes = [
            models.Index(fields=["import_file", "status", "number"], name="imports_row_status"),
            models.Index(fields=["import_file", "key"], name="imports_row_key", condition=~models.Q(key="")),
        ]

    def __str__(self) -> str:
        return f"{self.import_file_id}: {self.number}"

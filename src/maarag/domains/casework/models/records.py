"""What happened round a family: contacts, documents, tasks, and how it ended."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.database.encryption.fields import EncryptedTextField
from maarag.domains.families.models import ClosingReason

from .rows import OfFamily, of_file, to_account, within


class ContactKind(models.TextChoices):
    HOME_VISIT = "home_visit", _("Home visit")
    PHONE = "phone", _("Phone call")
    MEETING = "meeting", _("Meeting")
    LETTER = "letter", _("Letter or message")


class Contact(OfFamily):
    """A visit, a call, a meeting or a letter: when, who took part, what was said, the next step."""

    kind = models.CharField(_("kind"), max_length=12, choices=ContactKind.choices)
    at = models.DateTimeField(_("day and hour"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60)],
    )
    people = EncryptedTextField(_("who took part"), max_length=1000)
    said = EncryptedTextField(_("what was said and done"), max_length=20000)
    next_step = EncryptedTextField(_("next step"), max_length=1000, blank=True)
    changed_by = to_account(_("corrected by"), null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(_("corrected"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("contact with a family")
        verbose_name_plural = _("contacts with families")
        ordering = ["-at"]
        constraints = [within("contact")]
        indexes = [models.Index(fields=["authority", "family", "-at"], name="casework_contact_file")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.at:%Y-%m-%d %H:%M}"


class DocumentKind(models.TextChoices):
    CONSENT = "consent", _("Consent")
    IDENTITY = "identity", _("Identity")
    MEDICAL = "medical", _("Medical")
    COURT = "court", _("Court")
    OTHER = "other", pgettext_lazy("document", "Other")


class MediaType(models.TextChoices):
    """The kinds of file that are taken."""

    PDF = "application/pdf", "PDF"
    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"
    WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word"


class Document(OfFamily):
    """A document of the file; what is in it stands in DocumentContent."""

    kind = models.CharField(_("kind"), max_length=10, choices=DocumentKind.choices)
    title = EncryptedTextField(_("what it is"), max_length=200)
    file_name = EncryptedTextField(_("name of the file"), max_length=200, editable=False)
    media_type = models.CharField(_("kind of file"), max_length=80, choices=MediaType.choices, editable=False)
    size = models.PositiveIntegerField(_("size in bytes"), editable=False)
    dated_on = models.DateField(_("day of the document"), null=True, blank=True)
    removed_at = models.DateTimeField(
        pgettext_lazy("document", "removed"), null=True, blank=True, editable=False
    )
    removed_by = to_account(_("removed by"), null=True, blank=True, editable=False)
    removed_why = EncryptedTextField(_("why it was removed"), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("document of a family")
        verbose_name_plural = _("documents of families")
        ordering = ["-written_at"]
        constraints = [
            within("document"),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="casework_document_removed_by",
            ),
        ]
        indexes = [of_file("document")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.written_at:%Y-%m-%d}"


class DocumentContent(OfFamily):
    """What is in a document, apart from it so that lists never carry it."""

    document = models.OneToOneField(
        Document, models.CASCADE, related_name="content", db_constraint=False, verbose_name=_("document")
    )
    content = EncryptedTextField(_("content"), help_text=_("The file in base 64."))

    class Meta:
        verbose_name = _("content of a document")
        verbose_name_plural = _("contents of documents")
        constraints = [within("document_content")]
        indexes = [of_file("document_content")]

    def __str__(self) -> str:
        return str(self.document_id)


class Task(OfFamily):
    """Something to do for a family: what, who, until when."""

    what = EncryptedTextField(_("what is to be done"), max_length=500)
    worker = to_account(_("who does it"))
    due = models.DateField(_("until"))
    done_at = models.DateTimeField(pgettext_lazy("task", "done"), null=True, blank=True, editable=False)
    done_by = to_account(_("done by"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("task for a family")
        verbose_name_plural = _("tasks for families")
        ordering = ["due", "written_at"]
        constraints = [
            within("task"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="casework_task_done_by",
            ),
        ]
        indexes = [
            of_file("task"),
            models.Index(fields=["worker", "due"], name="casework_task_worker", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.due:%Y-%m-%d}"


class Outcome(OfFamily):
    """How the work with a family ended: its goals, its own word on what helped, and what follows."""

    closed_on = models.DateField(_("closed"))
    reason = models.CharField(_("reason for closing"), max_length=20, choices=ClosingReason.choices)
    goals = models.PositiveSmallIntegerField(_("goals"), default=0)
    goals_reached = models.PositiveSmallIntegerField(_("goals reached"), default=0)
    goals_partly = models.PositiveSmallIntegerField(_("goals partly reached"), default=0)
    said_by = EncryptedTextField(_("who of the family said it"), max_length=200, blank=True)
    helped = EncryptedTextField(_("what helped, in the family's words"), max_length=2000, blank=True)
    hindered = EncryptedTextField(_("what did not help, in the family's words"), max_length=2000, blank=True)
    next_steps = EncryptedTextField(_("what follows"), max_length=2000)

    class Meta:
        verbose_name = _("outcome of the work with a family")
        verbose_name_plural = _("outcomes of the work with families")
        ordering = ["-closed_on", "-written_at"]
        constraints = [
            within("outcome"),
            models.CheckConstraint(
                condition=Q(goals__gte=F("goals_reached") + F("goals_partly")), name="casework_outcome_counts"
            ),
        ]
        indexes = [of_file("outcome")]

    def __str__(self) -> str:
        return f"{self.closed_on:%Y-%m-%d}"

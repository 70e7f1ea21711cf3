"""The record of every change and of every reading of a personal file: appended, never edited.

Two kinds of entries share one numbering: what somebody did (`AuditEvent`, written by actions) and what
became of rows (`RowChange`, written by triggers). At commit the entries of a transaction are sealed, chain
by chain: one chain for each authority and one for the nation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NATION = 0
"""The number of the nation's chain; any other chain has the id of its authority."""


class Events(models.Manager["AuditEvent"]):
    """Many events are written by one statement, which also computes their digests."""

    def bulk_create(self, objs: Iterable[AuditEvent], **_options: Any) -> list[AuditEvent]:  # type: ignore[override]
        from .writing import append

        return append(list(objs))


class AuditEvent(models.Model):
    """Who did what to which row, when, and what changed."""

    application_may = ("SELECT", "INSERT")

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("who"),
        related_name="audit_events",
        db_index=False,
    )
    action = models.CharField(_("action"), max_length=80)
    subject_type = models.CharField(_("kind of record"), max_length=80)
    subject_id = models.CharField(_("record"), max_length=80)
    place = models.ForeignKey(
        "places.Place",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("place"),
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    authority = models.ForeignKey(
        "places.Place",
        models.DO_NOTHING,
        null=True,
        blank=True,
        verbose_name=_("local authority"),
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text=_("Whose chain the event is in; empty: the nation's."),
    )
    personal = models.BooleanField(_("about a person"), default=False, db_default=False)
    changes = models.JSONField(_("changes"), default=dict)
    transaction = models.BigIntegerField(_("transaction"), default=0, db_default=0, editable=False)
    salt = models.UUIDField(null=True, editable=False)
    digest = models.BinaryField(default=b"", editable=False)
    erased = models.BinaryField(null=True, editable=False)
    """The digest of what was erased; empty where nothing was."""

    objects = Events()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="audit_subject"),
            models.Index(fields=["transaction"], name="audit_event_transaction"),
            models.Index(
                fields=["authority", "id"], name="audit_event_chain", condition=Q(authority__isnull=False)
            ),
            models.Index(fields=["place", "id"], name="audit_event_place", condition=Q(place__isnull=False)),
            models.Index(fields=["actor", "id"], name="audit_event_actor"),
            models.Index(fields=["action", "id"], name="audit_event_action"),
            # for readers of what is not about people: a few among very many
            models.Index(fields=["id"], name="audit_event_of_no_person", condition=Q(personal=False)),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"


class Operation(models.TextChoices):
    INSERT = "I", _("added")
    UPDATE = "U", pgettext_lazy("rows", "changed")
    DELETE = "D", _("removed")
    FOUND = "F", _("found when the record began")


class RowChange(models.Model):
    """What one statement did to rows of one table and one authority, at most a thousand of them.

    `changes`: one text for each of `row_ids`: for UPDATE the columns that changed, each [before, after]; for
    DELETE the whole row; nothing for INSERT. Texts of personal rows carry a salt; an erased one reads
    `erased:` and its digest.
    """

    application_may = ("SELECT",)

    at = models.DateTimeField(_("when"))
    transaction = models.BigIntegerField(_("transaction"))
    authority = models.ForeignKey(
        "places.Place",
        models.DO_NOTHING,
        null=True,
        blank=True,
        verbose_name=_("local authority"),
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    personal = models.BooleanField(_("about people"), default=False)
    account = models.BigIntegerField(_("account"), null=True)
    login = models.CharField(_("login of the database"), max_length=63)
    of_table = models.CharField(_("table"), max_length=63)
    operation = models.CharField(_("what was done"), max_length=1, choices=Operation.choices)
    row_ids = ArrayField(models.TextField(), verbose_name=_("rows"))
    changes = ArrayField(models.TextField(), verbose_name=_("changes"), default=list)
    digest = models.BinaryField(editable=False)

    class Meta:
        verbose_name = _("change of rows")
        verbose_name_plural = _("changes of rows")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["transaction"], name="audit_change_transaction"),
            GinIndex(fields=["row_ids"], name="audit_change_people", condition=Q(personal=True)),
            # what was removed, for erasing what hung on it
            models.Index(
                fields=["authority", "of_table"],
                name="audit_change_removed",
                condition=Q(personal=True, operation="D"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of_table} {self.operation} {len(self.row_ids)}"


class Seal(models.Model):
    """What one committed transaction added to one chain; each seal holds the digest of the one before it."""

    application_may = ("SELECT",)

    chain = models.BigIntegerField(_("chain"))
    number = models.BigIntegerField(_("number"))
    at = models.DateTimeField(_("when"))
    transaction = models.BigIntegerField(_("transaction"))
    first = models.BigIntegerField(_("first entry"))
    last = models.BigIntegerField(_("last entry"))
    count = models.IntegerField(_("entries"))
    digest = models.BinaryField(editable=False)
    previous = models.BinaryField(editable=False)
    hash = models.BinaryField(editable=False)
    outside = models.BooleanField(_("outside any action"), default=False)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["chain", "number"]
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="audit_seal_once")]
        indexes = [
            models.Index(fields=["last"], name="audit_seal_last"),
            models.Index(fields=["id"], name="audit_seal_outside", condition=Q(outside=True)),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.number}"


class ChainHead(models.Model):
    """The newest seal of a chain."""

    application_may = ("SELECT",)

    chain = models.BigIntegerField(primary_key=True)
    number = models.BigIntegerField(_("number"))
    entries = models.BigIntegerField(_("entries"))
    previous = models.BinaryField(editable=False)
    hash = models.BinaryField(editable=False)

    class Meta:
        verbose_name = _("head of a chain")
        verbose_name_plural = _("heads of chains")

    def __str__(self) -> str:
        return f"{self.chain} {self.number}"


class ChangeCount(models.Model):
    """A number of a table that grows with every committed change of its rows: what is kept is told by it.

    Changes of personal rows are not counted, so that authorities do not wait for one another. Under the name
    of the events: what was done to whatever is not personal.
    """

    application_may = ("SELECT",)

    of_table = models.CharField(_("table"), max_length=63, primary_key=True)
    number = models.BigIntegerField(_("number"))

    class Meta:
        verbose_name = _("count of changes")
        verbose_name_plural = _("counts of changes")

    def __str__(self) -> str:
        return f"{self.of_table} {self.number}"


class SignedHeads(models.Model):
    """The heads of all chains at a moment, signed with a key outside the database."""

    application_may = ("SELECT", "INSERT")

    at = models.DateTimeField(_("when"), auto_now_add=True)
    document = models.TextField(_("what is signed"))
    signature = models.BinaryField(editable=False)
    key = models.CharField(_("key"), max_length=16)

    class Meta:
        verbose_name = _("signed heads")
        verbose_name_plural = _("signed heads")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class Verification(models.Model):
    """One reading of all chains from their beginning, and what it found."""

    application_may = ("SELECT", "INSERT")

    at = models.DateTimeField(_("when"), auto_now_add=True)
    seconds = models.FloatField(_("seconds"))
    entries = models.BigIntegerField(_("entries"))
    seals = models.BigIntegerField(_("seals"))
    faults = models.JSONField(_("faults"), default=list)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"

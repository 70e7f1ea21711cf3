"""Organisations of every sector, people who act for them, and the positions that join the two."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maarag.values import LocalText


class Sector(models.TextChoices):
    CENTRAL_GOVERNMENT = "central_government", _("Central government")
    LOCAL_GOVERNMENT = "local_government", _("Local government")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    BUSINESS = "business", _("Business")
    PHILANTHROPY = "philanthropy", _("Philanthropy")
    ACADEMIA = "academia", _("Academia")
    COMMUNITY = "community", _("Community initiative")


class Organisation(models.Model):
    """A body that acts: a ministry, an authority's department, a non-profit, a business, neighbours."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    name_he = models.CharField(_("name in Hebrew"), max_length=200)
    name_ar = models.CharField(_("name in Arabic"), max_length=200, blank=True)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    sector = models.CharField(_("sector"), max_length=20, choices=Sector.choices)
    registration_number = models.CharField(_("registration number"), max_length=20, blank=True)
    description = models.TextField(_("description"), blank=True)
    website = models.URLField(_("website"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    place = models.ForeignKey(
        "places.Place", models.PROTECT, null=True, blank=True, related_name="organisations"
    )
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="units")
    is_fictional = models.BooleanField(_("fictional"), default=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name_he"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration_number"],
                condition=~Q(registration_number="") & Q(parent=None),
                name="people_registration_number_once",
            )
        ]

    def __str__(self) -> str:
        return self.name_he

    @property
    def name(self) -> LocalText:
        return LocalText(he=self.name_he, ar=self.name_ar, en=self.name_en)


class Person(models.Model):
    """Somebody who acts in a public role; never a person whom services are for."""

    name_he = models.CharField(_("name in Hebrew"), max_length=120)
    name_ar = models.CharField(_("name in Arabic"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    account = models.OneToOneField(
        "access.Account", models.PROTECT, null=True, blank=True, related_name="person"
    )
    is_fictional = models.BooleanField(_("fictional"), default=False)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name_he"]

    def __str__(self) -> str:
        return self.name_he

    @property
    def name(self) -> LocalText:
        return LocalText(he=self.name_he, ar=self.name_ar, en=self.name_en)


class PositionKind(models.TextChoices):
    """The players of an authority's partnership space, and those who work with them."""

    INTEGRATOR = "integrator", _("Integrator")
    VOLUNTEER_COORDINATOR = "volunteer_coordinator", _("Volunteer coordinator")
    COMMUNITY_SOCIAL_WORKER = "community_social_worker", _("Community social worker")
    YOUTH_COORDINATOR = "youth_coordinator", _("Youth coordinator")
    YOUNG_ADULTS_DIRECTOR = "young_adults_director", _("Director of young adults' centre")
    EDUCATION = "education", _("Education department")
    COMMUNITY_CENTRE_DIRECTOR = "community_centre_director", _("Director of community centre")
    RESOURCE_REALISER = "resource_realiser", _("Resource realiser")
    SOCIAL_WORKER = "social_worker", _("Social worker")
    TEAM_LEADER = "team_leader", _("Team leader")
    DEPARTMENT_DIRECTOR = "department_director", _("Director of social services department")
    ENDPOINT = "endpoint", _("Neighbourhood endpoint")
    VOLUNTEER = "volunteer", _("Volunteer")
    OTHER = "other", _("Other")


class Position(models.Model):
    """A person in an organisation, for a place and a period."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="positions")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="positions")
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="positions")
    kind = models.CharField(_("position"), max_length=30, choices=PositionKind.choices)
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ["kind", "person"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="people_position_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_kind_display()}"

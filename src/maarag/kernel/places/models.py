"""Geography of responsibility: nation, districts, clusters, authorities, neighbourhoods."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from maarag.values import LocalText


class PlaceKind(models.TextChoices):
    NATION = "nation", _("Nation")
    DISTRICT = "district", _("District")
    CLUSTER = "cluster", _("Regional cluster")
    AUTHORITY = "authority", _("Local authority")
    NEIGHBOURHOOD = "neighbourhood", _("Neighbourhood")


class AuthorityType(models.TextChoices):
    CITY = "city", _("City")
    LOCAL_COUNCIL = "local_council", _("Local council")
    REGIONAL_COUNCIL = "regional_council", _("Regional council")


class DistrictOf(models.TextChoices):
    """Whose district it is: each ministry divides the land in its own way."""

    INTERIOR = "interior", _("Ministry of the Interior")
    WELFARE = "welfare", _("Ministry of Welfare")


class Place(models.Model):
    """A place with a name; `code` is unique over all kinds.

    Codes: nation "IL"; authority its number at the Central Bureau of Statistics ("472"); cluster "C211";
    district "D-north" (interior) or "W-haifa" (welfare); neighbourhood "<authority>-<number>".
    """

    kind = models.CharField(_("kind"), max_length=16, choices=PlaceKind.choices)
    code = models.CharField(_("code"), max_length=40, unique=True)
    name_he = models.CharField(_("name in Hebrew"), max_length=120)
    name_ar = models.CharField(_("name in Arabic"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    authority_type = models.CharField(
        _("type of authority"), max_length=20, choices=AuthorityType.choices, blank=True
    )
    district_of = models.CharField(_("district of"), max_length=12, choices=DistrictOf.choices, blank=True)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    population_year = models.PositiveSmallIntegerField(_("year of population"), null=True, blank=True)
    socioeconomic_cluster = models.PositiveSmallIntegerField(
        _("socio-economic cluster"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
    )
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    outline = models.JSONField(
        _("outline"), null=True, blank=True, help_text=_("Ring of [longitude, latitude] pairs.")
    )
    is_fictional = models.BooleanField(_("fictional"), default=False)
    source = models.ForeignKey("sources.Source", models.PROTECT, null=True, blank=True, related_name="places")

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["name_he", "code"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="authority") & ~Q(authority_type=""))
                | (~Q(kind="authority") & Q(authority_type="")),
                name="places_only_authorities_have_a_type",
            ),
            models.CheckConstraint(
                condition=(Q(kind="district") & ~Q(district_of=""))
                | (~Q(kind="district") & Q(district_of="")),
                name="places_only_districts_belong_to_a_ministry",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="places_point_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name_he

    @property
    def name(self) -> LocalText:
        return LocalText(he=self.name_he, ar=self.name_ar, en=self.name_en)

    @property
    def is_above_authority(self) -> bool:
        return self.kind in (PlaceKind.NATION, PlaceKind.DISTRICT, PlaceKind.CLUSTER)


class Containment(models.Model):
    """Every pair of a place and a place within it, each place within itself included (depth 0)."""

    ancestor = models.ForeignKey(Place, models.CASCADE, related_name="containments")
    descendant = models.ForeignKey(Place, models.CASCADE, related_name="contained_in")
    depth = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ancestor", "descendant"], name="places_containment_once"),
        ]
        indexes = [models.Index(fields=["descendant", "ancestor"], name="places_containment_up")]

    def __str__(self) -> str:
        return f"{self.ancestor_id} ⊃ {self.descendant_id}"


class PlaceFigure(models.Model):
    """A published figure about a place, such as a socio-economic indicator, with its year and source."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="figures")
    code = models.SlugField(_("figure"), max_length=60)
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=4)
    year = models.PositiveSmallIntegerField(_("year"))
    source = models.ForeignKey("sources.Source", models.PROTECT, related_name="place_figures")

    class Meta:
        verbose_name = _("figure about a place")
        verbose_name_plural = _("figures about places")
        constraints = [
            models.UniqueConstraint(fields=["place", "code", "year", "source"], name="places_figure_once")
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.code} {self.year}"

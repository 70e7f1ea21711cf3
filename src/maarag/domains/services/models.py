"""The directory of services: the model of HSDS 3.1 that a directory of social services needs.

Names follow HSDS where a name is theirs; what HSDS calls an organization is `people.Organisation`, shared by
every domain. Free text that HSDS holds once is held here in Hebrew, Arabic and English.
"""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.values import LocalText


class ServiceStatus(models.TextChoices):
    """The statuses of HSDS."""

    ACTIVE = "active", _("Active")
    INACTIVE = "inactive", _("Inactive")
    DEFUNCT = "defunct", pgettext_lazy("service", "Closed")
    TEMPORARILY_CLOSED = "temporarily closed", _("Closed for now")


class Programme(models.Model):
    """An organised way of working under which an organisation offers services (HSDS: program)."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="programmes")
    name_he = models.CharField(_("name in Hebrew"), max_length=200)
    name_ar = models.CharField(_("name in Arabic"), max_length=200, blank=True)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    description = models.TextField(_("description"))

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["name_he"]

    def __str__(self) -> str:
        return self.name_he

    @property
    def name(self) -> LocalText:
        return LocalText(he=self.name_he, ar=self.name_ar, en=self.name_en)


class Location(models.Model):
    """Where services are given (HSDS: location with one address)."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    organisation = models.ForeignKey(
        "people.Organisation", models.PROTECT, null=True, blank=True, related_name="locations"
    )
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="locations")
    name_he = models.CharField(_("name in Hebrew"), max_length=200, blank=True)
    name_ar = models.CharField(_("name in Arabic"), max_length=200, blank=True)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    address = models.CharField(_("street and number"), max_length=300, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    accessibility = models.TextField(_("accessibility"), blank=True)
    transportation = models.CharField(_("how to get there"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["place", "name_he"]
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="services_location_on_earth",
            )
        ]

    def __str__(self) -> str:
        return self.name_he or self.address or self.code

    def clean(self) -> None:
        if (self.latitude is None) != (self.longitude is None):
            raise ValidationError({"latitude": _now("Give both latitude and longitude, or neither.")})
        if self.latitude is not None and not -90 <= self.latitude <= 90:
            raise ValidationError({"latitude": _now("A latitude lies between -90 and 90 degrees.")})
        if self.longitude is not None and not -180 <= self.longitude <= 180:
            raise ValidationError({"longitude": _now("A longitude lies between -180 and 180 degrees.")})

    @property
    def name(self) -> LocalText:
        return LocalText(he=self.name_he, ar=self.name_ar, en=self.name_en)


class Service(models.Model):
    """What an organisation offers to people (HSDS: service)."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="services")
    programme = models.ForeignKey(Programme, models.PROTECT, null=True, blank=True, related_name="services")
    name_he = models.CharField(_("name in Hebrew"), max_length=300)
    name_ar = models.CharField(_("name in Arabic"), max_length=300, blank=True)
    name_en = models.CharField(_("name in English"), max_length=300, blank=True)
    description_he = models.TextField(_("description in Hebrew"), blank=True)
    description_ar = models.TextField(_("description in Arabic"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    purpose = models.TextField(_("purpose"), blank=True)
    status = models.CharField(
        _("status"), max_length=20, choices=ServiceStatus.choices, default=ServiceStatus.ACTIVE
    )
    terms = models.ManyToManyField(
        "taxonomy.Term", through="ServiceTerm", related_name="services", verbose_name=_("terms")
    )
    eligibility = models.TextField(_("who it is for"), blank=True)
    minimum_age = models.PositiveSmallIntegerField(_("minimum age"), null=True, blank=True)
    maximum_age = models.PositiveSmallIntegerField(_("maximum age"), null=True, blank=True)
    fees = models.TextField(_("fees"), blank=True)
    application_process = models.TextField(_("how to apply"), blank=True)
    website = models.URLField(_("website"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    source = models.ForeignKey("sources.Source", models.PROTECT, related_name="services")
    source_row = models.CharField(_("row of the source"), max_length=120, blank=True)
    as_of = models.DateField(_("as of"))
    is_fictional = models.BooleanField(_("fictional"), default=False)
    modified_at = models.DateTimeField(_("modified"), auto_now=True, db_index=True)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["name_he", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum_age=None) | Q(maximum_age=None) | Q(minimum_age__lte=F("maximum_age")),
                name="services_ages_in_order",
            )
        ]

    def __str__(self) -> str:
        return self.name_he

    def clean(self) -> None:
        if None not in (self.minimum_age, self.maximum_age) and self.minimum_age > self.maximum_age:  # type: ignore[operator]
            raise ValidationError({"maximum_age": _now("The maximum age cannot be below the minimum age.")})

    @property
    def name(self) -> LocalText:
        return LocalText(he=self.name_he, ar=self.name_ar, en=self.name_en)

    @property
    def description(self) -> LocalText:
        return LocalText(he=self.description_he, ar=self.description_ar, en=self.description_en)


class ServiceTerm(models.Model):
    """A response that a service gives, or a situation that it is for (HSDS: attribute)."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="service_terms")
    term = models.ForeignKey("taxonomy.Term", models.PROTECT, related_name="service_terms")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "term"], name="services_term_once"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.term_id}"


class ServiceAtLocation(models.Model):
    """A service as given at one location (HSDS: service_at_location)."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="at_locations")
    location = models.ForeignKey(Location, models.CASCADE, related_name="at_services")
    description = models.TextField(_("description"), blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "location"], name="services_at_location_once"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} @ {self.location_id}"


class ServiceArea(models.Model):
    """A place whose people a service is for; a service without areas is for whoever can reach it."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="areas")
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="service_areas")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "place"], name="services_area_once"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} ⊂ {self.place_id}"


class CapacityUnit(models.TextChoices):
    PEOPLE = "people", _("People")
    FAMILIES = "families", _("Families")


class ServiceCapacity(models.Model):
    """How many people or families a service can serve at once (HSDS: service_capacity with unit).

    `location` is set where the capacity belongs to one location; `is_estimate` where nobody published it.
    """

    service = models.ForeignKey(Service, models.CASCADE, related_name="capacities")
    location = models.ForeignKey(Location, models.CASCADE, null=True, blank=True, related_name="capacities")
    unit = models.CharField(_("unit"), max_length=10, choices=CapacityUnit.choices)
    maximum = models.PositiveIntegerField(_("places"))
    available = models.PositiveIntegerField(_("free places"), null=True, blank=True)
    is_estimate = models.BooleanField(_("estimate"), default=False)
    as_of = models.DateField(_("as of"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "location", "unit"], nulls_distinct=False, name="services_capacity_once"
            ),
            models.CheckConstraint(
                condition=Q(available=None) | Q(available__lte=F("maximum")),
                name="services_free_places_within_capacity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.maximum} {self.unit}"

    def clean(self) -> None:
        if self.available is not None and self.available > self.maximum:
            raise ValidationError({"available": _now("There cannot be more free places than places.")})


class Phone(models.Model):
    """A number to call, of a service or a location."""

    service = models.ForeignKey(Service, models.CASCADE, null=True, blank=True, related_name="phones")
    location = models.ForeignKey(Location, models.CASCADE, null=True, blank=True, related_name="phones")
    number = models.CharField(_("number"), max_length=40)
    extension = models.CharField(_("extension"), max_length=10, blank=True)
    kind = models.CharField(_("kind"), max_length=20, blank=True)
    description = models.CharField(_("description"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(service=None) ^ Q(location=None), name="services_phone_of_service_or_location"
            )
        ]

    def __str__(self) -> str:
        return self.number


class Schedule(models.Model):
    """Weekly opening hours of a service or a location (HSDS: schedule; days as in iCalendar: SU … SA)."""

    service = models.ForeignKey(Service, models.CASCADE, null=True, blank=True, related_name="schedules")
    location = models.ForeignKey(Location, models.CASCADE, null=True, blank=True, related_name="schedules")
    days = models.CharField(_("days"), max_length=30, help_text=_("For example SU,TU,TH."))
    opens_at = models.TimeField(_("opens"), null=True, blank=True)
    closes_at = models.TimeField(_("closes"), null=True, blank=True)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    description = models.CharField(_("description"), max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(service=None) ^ Q(location=None), name="services_schedule_of_service_or_location"
            )
        ]

    def __str__(self) -> str:
        return f"{self.days} {self.opens_at}–{self.closes_at}"


class Language(models.Model):
    """A language in which a service is given (ISO 639-1, and 639-3 where there is none)."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="languages")
    code = models.CharField(_("language"), max_length=3)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "code"], name="services_language_once")]

    def __str__(self) -> str:
        return self.code


class Verdict(models.TextChoices):
    """What a person says of two services that look alike."""

    DUPLICATE = "duplicate", _("Duplicate")
    COMPLEMENTARY = "complementary", _("Complementary")
    UNCLEAR = "unclear", _("Unclear")


class OverlapVerdict(models.Model):
    """A person's verdict on a pair of services; `first` has the smaller key."""

    first = models.ForeignKey(Service, models.CASCADE, related_name="+")
    second = models.ForeignKey(Service, models.CASCADE, related_name="+")
    verdict = models.CharField(_("verdict"), max_length=14, choices=Verdict.choices)
    reason = models.TextField(_("reason"), blank=True)
    score = models.FloatField(_("score when judged"), null=True, blank=True)
    features = models.JSONField(
        _("features when judged"),
        default=dict,
        help_text=_("What the engine measured; later runs learn from it."),
    )
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    judged_at = models.DateTimeField(_("judged"), auto_now=True)

    class Meta:
        verbose_name = _("verdict on an overlap")
        verbose_name_plural = _("verdicts on overlaps")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="services_verdict_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="services_verdict_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ~ {self.second_id}: {self.verdict}"


class OverlapRun(models.Model):
    """One search of the whole directory for services that look alike, with what it stood on."""

    inputs_hash = models.CharField(_("inputs' hash"), max_length=64)
    engine_version = models.CharField(_("version of the engine"), max_length=40)
    computed_at = models.DateTimeField(_("computed"), auto_now_add=True)
    seconds = models.FloatField(_("seconds"))
    services = models.PositiveIntegerField(_("services compared"))
    verdicts = models.PositiveIntegerField(_("verdicts learned from"), default=0)
    weights = models.JSONField(_("weights"), default=dict, help_text=_("By feature; learned from verdicts."))

    class Meta:
        verbose_name = _("search for overlaps")
        verbose_name_plural = _("searches for overlaps")
        ordering = ["-computed_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.computed_at:%Y-%m-%d %H:%M} · {self.services}"


class OverlapFinding(models.Model):
    """Two services that may duplicate each other; `first` has the smaller key.

    `score` is the engine's own estimate; `evidence` a list of [code, value, weight] as the engine gave it.
    Findings of older runs are not kept; verdicts are.
    """

    run = models.ForeignKey(OverlapRun, models.CASCADE, related_name="findings")
    first = models.ForeignKey(Service, models.CASCADE, related_name="findings_as_first")
    second = models.ForeignKey(Service, models.CASCADE, related_name="findings_as_second")
    score = models.FloatField(_("score"))
    evidence = models.JSONField(_("evidence"), default=list)
    features = models.JSONField(_("features"), default=dict)
    group = models.PositiveIntegerField(_("group"), null=True, blank=True)
    judged = models.ForeignKey(
        OverlapVerdict, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("verdict")
    )

    class Meta:
        verbose_name = _("overlap")
        verbose_name_plural = _("overlaps")
        ordering = ["-score", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "first", "second"], name="services_finding_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="services_finding_in_order"),
            models.CheckConstraint(condition=Q(score__range=(0, 1)), name="services_finding_score_is_share"),
        ]
        indexes = [models.Index(fields=["-score", "id"], name="services_finding_likeliest")]

    def __str__(self) -> str:
        return f"{self.first_id} ~ {self.second_id}: {self.score:.2f}"

"""The order to a provider: what, for how much, and whom to ask. No name of the family stands in it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from maarag.ui import figures
from maarag.ui.documents.pdf import Report
from maarag.ui.documents.tables import DocumentColumn, DocumentTable
from maarag.ui.figures import name_in_language

from .models import Request


def order_letter(request: Request) -> Report:
    """The letter in the language in force."""
    family, service = request.family, request.service
    worker = request.asked_by
    provider = name_in_language(service.organisation) if service else ""
    programme = name_in_language(request.basket.quota.programme)
    return Report(
        _("Order %(number)s") % {"number": request.order_number},
        f"{name_in_language(family.authority)} · {figures.day(request.ordered_on)}",
        paragraphs=[
            _("To: %(provider)s") % {"provider": provider},
            _("We order from you, within the programme “%(programme)s”, for a family of our department:")
            % {"programme": programme},
        ],
        tables=[
            DocumentTable(
                _("What is ordered"),
                [
                    DocumentColumn(_("Response")),
                    DocumentColumn(_("Service")),
                    DocumentColumn(_("Counted by")),
                    DocumentColumn(_("How many"), "integer"),
                    DocumentColumn(_("Price of one"), "money"),
                    DocumentColumn(_("Together"), "money"),
                ],
                [
                    [
                        name_in_language(request.response),
                        name_in_language(service) if service else "",
                        request.get_unit_display(),
                        request.quantity,
                        request.unit_price,
                        request.amount,
                    ]
                ],
            )
        ],
        notes=[
            _("We pay what was delivered, against an invoice that bears the number of this order."),
            _("Nothing beyond this order is paid without another one."),
            _("Whom the service is for, and how to reach them, %(worker)s will tell you: %(email)s.")
            % {"worker": worker.name, "email": worker.email},
        ],
        banner=_("Fictional: invented people for demonstration.") if family.authority.is_fictional else "",
    )

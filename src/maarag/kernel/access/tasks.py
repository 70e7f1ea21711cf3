"""Letters about roles that read families' files."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maarag.kernel.jobs.arguments import Code
from maarag.kernel.jobs.registry import task
from maarag.kernel.jobs.running import current_job
from maarag.kernel.places.models import Place

from .letters import family_role
from .models import Account
from .permissions import Role


@task("access.tell_of_grant", title=_("Telling supervisors of a role that reads families' files"))
def tell_of_grant(giver: int, account: int, role: Code, place: int) -> None:
    """Also where the role was withdrawn meanwhile: it held until then."""
    family_role(
        giver=Account.objects.get(pk=giver),
        account=Account.objects.get(pk=account),
        role=Role(role),
        place=Place.objects.defer("outline").get(pk=place),
        key=current_job().key,
    )

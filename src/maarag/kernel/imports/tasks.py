"""Reading and loading large files beside the request."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from maarag.kernel.access.models import Account
from maarag.kernel.jobs.arguments import Code
from maarag.kernel.jobs.registry import task

from .actions import LoadRefused, NotReady, apply_file, read_file
from .models import ImportFile


@task("imports.read", queue="imports", repeatable=True, title=_("Reading a file"))
def read(import_file: int, account: int, language: Code = "he") -> None:
    """Its progress is committed as it goes, for whoever waits; a run that is begun anew starts over."""
    with override(_known(language)):
        try:
            read_file(by=_account(account), import_file=_file(import_file), anew=True)
        except NotReady as why:
            _keep(import_file, str(why))


@task("imports.apply", queue="imports", title=_("Loading a file"))
def apply(import_file: int, account: int, mode: Code, language: Code = "he") -> None:
    """All rows, the status of the file, its audit and the note of the job's effect in one transaction."""
    with override(_known(language)):
        try:
            apply_file(by=_account(account), import_file=_file(import_file), mode=mode)
        except (NotReady, LoadRefused) as why:
            _keep(import_file, str(why))


def _file(pk: int) -> ImportFile:
    return ImportFile.objects.get(pk=pk)


def _account(pk: int) -> Account:
    return Account.objects.get(pk=pk)


def _known(language: str) -> str:
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _keep(import_file: int, message: str) -> None:
    """Show what went wrong where the person looks next."""
    ImportFile.objects.filter(pk=import_file).update(message=message)

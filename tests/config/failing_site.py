"""Addresses that fail in every way in which a text that somebody typed may reach a log."""

from __future__ import annotations

import logging
import threading
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from maarag.desks.health import urls as health

third_party = logging.getLogger("somebody.elses.library")


def raises(request: HttpRequest, word: str = "") -> HttpResponse:
    typed = request.POST.get("secret", word)
    raise ValueError(f"cannot understand {typed}")


def database_error(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::integer", [request.POST["secret"]])
    return HttpResponse()


def twice(request: HttpRequest) -> HttpResponse:
    try:
        database_error(request)
    except Exception as error:
        raise RuntimeError(f"while saving {request.POST['secret']}") from error
    return HttpResponse()


def others_log(request: HttpRequest) -> HttpResponse:
    typed = request.POST["secret"]
    third_party.warning(f"job {typed} failed")
    third_party.error("no such file: %s", typed)
    third_party.error({"what": typed})
    logging.getLogger("django.db.backends").error("slow: %(sql)s", {"sql": typed})
    logging.getLogger("procrastinate.worker").error(f"Job x({typed}) ended", extra={"job": {"args": typed}})
    logging.getLogger("_granian.utils").error(f"Application callable raised an exception\nTraceback: {typed}")
    return HttpResponse()


def suspicious(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation(f"strange: {request.POST['secret']}")


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied(request.POST["secret"])


def in_a_thread(request: HttpRequest) -> HttpResponse:
    typed = request.POST["secret"]

    def fail() -> None:
        raise LookupError(typed)

    thread = threading.Thread(target=fail, name=typed)
    thread.start()
    thread.join()
    return HttpResponse()


urlpatterns: list[Any] = [
    path("raises/<str:word>/", raises, name="raises-from-the-address"),
    path("raises/", raises, name="raises"),
    path("database/", database_error, name="database-error"),
    path("twice/", twice, name="twice"),
    path("others/", others_log, name="others-log"),
    path("suspicious/", suspicious, name="suspicious"),
    path("forbidden/", forbidden, name="forbidden"),
    path("thread/", in_a_thread, name="in-a-thread"),
    *health.urlpatterns,
]

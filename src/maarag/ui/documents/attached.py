"""A document as an answer that the browser saves."""

from __future__ import annotations

from django.http import HttpResponse

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def attached(content: bytes | str, name: str) -> HttpResponse:
    """The content under a file name of ours, whose ending tells its kind; kept by nobody on the way.

    Names that people gave are not for here: they need Django's `content_disposition_header`.
    """
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=MEDIA_TYPES[name.rpartition(".")[2]], headers=headers)

"""What a file that somebody brings really is: told by its content, not by its name."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath

from django.utils.translation import gettext as _

from .models import MediaType

MOST_BYTES = 10 * 1024 * 1024
MOST_MB = MOST_BYTES // (1024 * 1024)
ENDINGS: dict[str, MediaType] = {
    ".pdf": MediaType.PDF,
    ".jpg": MediaType.JPEG,
    ".jpeg": MediaType.JPEG,
    ".png": MediaType.PNG,
    ".docx": MediaType.WORD,
}
ACCEPTED = ",".join(ENDINGS)


class FileRefused(ValueError):
    """The file is not taken; the text tells the user why and what to do."""


def kind_of_file(name: str, content: bytes) -> MediaType:
    """The kind of a file whose name and content agree; raises FileRefused."""
    if not content:
        raise FileRefused(_("The file is empty."))
    if len(content) > MOST_BYTES:
        raise FileRefused(too_large())
    named = ENDINGS.get(PurePath(name).suffix.lower())
    if named is None:
        raise FileRefused(_("PDF, JPEG, PNG and Word files (.docx) are taken; save it as one of them."))
    if named is not _by_content(content):
        raise FileRefused(
            _("What is in the file is not what its name says; save it anew, then choose it again.")
        )
    return named


def too_large() -> str:
    return _("The file is too large: %(limit)s MB at most. Scan it in a lower resolution, or divide it.") % {
        "limit": MOST_MB
    }


def _by_content(content: bytes) -> MediaType | None:
    if content.startswith(b"%PDF-"):
        return MediaType.PDF
    if content.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    return MediaType.WORD if _is_word(content) else None


def _is_word(content: bytes) -> bool:
    """A Word file without macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError):
        return False
    return "word/document.xml" in names and not any(name.endswith("vbaProject.bin") for name in names)

"""Files made to hurt whoever reads them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
ROOT = (
    f'{RELS}<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
BOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
)
BOOK_RELS = (
    f'{RELS}<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)


def text_cell(at: str, text: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


def sheet(rows: str) -> str:
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


HEAD = f'<row r="1">{text_cell("A1", "place")}{text_cell("B1", "number")}</row>'
PLAIN = sheet(HEAD + f'<row r="2">{text_cell("A2", "x")}<c r="B2"><v>1</v></c></row>')


def xlsx(
    sheet_xml: str | bytes = PLAIN,
    more: Mapping[str, str | bytes] | None = None,
    *,
    prolog: Mapping[str, str] | None = None,
) -> bytes:
    """A minimal workbook with this sheet, and further parts; `prolog` replaces parts."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": ROOT,
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": BOOK_RELS,
        "xl/worksheets/sheet1.xml": sheet_xml,
    }
    parts |= dict(more or {}) | dict(prolog or {})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_symlink(content: bytes) -> bytes:
    """The workbook with a link to a file of the machine in it."""
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        link = zipfile.ZipInfo("xl/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def lying(content: bytes, part: bytes, says: int) -> bytes:
    """The workbook whose list of parts says that one of them is smaller than it is."""
    changed = bytearray(content)
    at = changed.rindex(part) - 46  # the fixed part of its entry in the list
    assert changed[at : at + 4] == b"PK\x01\x02"
    changed[at + 24 : at + 28] = struct.pack("<I", says)
    return bytes(changed)


def ods(rows: str) -> bytes:
    """A minimal OpenDocument sheet with these rows."""
    content = (
        '<?xml version="1.0"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return out.getvalue()


BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + f']><sst xmlns="{MAIN}"><si><t>&j;</t></si></sst>'
)
EXTERNAL = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    f'<sst xmlns="{MAIN}"><si><t>&a;</t></si></sst>'
)

"""Files made to hurt: each is refused in words or read as plain text, within bounds of memory and time."""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from maarag.kernel.imports import parsing
from maarag.kernel.imports.reading import FileRefused, open_table
from maarag.kernel.imports.reading.headers import MOST_COLUMNS
from maarag.kernel.imports.reading.text import Utf8Stream

from . import hostile
from .hostile import HEAD, PLAIN, sheet, text_cell, xlsx

HEADERS = {"place": ("place",), "number": ("number",)}
ROW = "place,number\nx,1\n"
SECONDS, MEMORY = 60, 1024 * 1024 * 1024


def read(content: bytes) -> list[dict[str, object]]:
    return [dict(row.values) for row in open_table(io.BytesIO(content), HEADERS).rows()]


EVIL: dict[str, Callable[[], bytes]] = {
    "two cells a world apart": lambda: xlsx(
        sheet(HEAD + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    ),
    "dimensions that lie": lambda: xlsx(
        sheet(HEAD + '<row r="9000000"><c r="ZZZZ9000000"><v>1</v></c></row>')
    ),
    "rows without number of themselves": lambda: xlsx(
        sheet(HEAD + '<row r="99999999999999999999"><c/></row>')
    ),
    "cells repeated in OpenDocument": lambda: hostile.ods(
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell'
        ' table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
        "</table:table-row>"
    ),
    "a billion laughs": lambda: xlsx(more={"xl/sharedStrings.xml": hostile.BILLION_LAUGHS}),
    "laughs in the workbook": lambda: xlsx(
        prolog={"xl/workbook.xml": hostile.BOOK.replace("?>", "?>" + hostile.BILLION_LAUGHS[21:-60], 1)}
    ),
    "huge shared strings": lambda: xlsx(
        more={"xl/sharedStrings.xml": "<sst>" + f"<si><t>{'a' * 1000}</t></si>" * 300_000 + "</sst>"}
    ),
    "a part that is larger than it says": lambda: hostile.lying(
        xlsx(sheet(HEAD + "<row><c><v>1</v></c></row>" * 3_000_000)), b"xl/worksheets/sheet1.xml", 500
    ),
    "cells that fail and never end": lambda: xlsx(sheet(HEAD + '<c t="e"' * 400_000)),
    "open cells without end": lambda: xlsx(sheet(HEAD + '<c t="e"><v>' * 400_000)),
    "zip in a zip": lambda: xlsx(more={"xl/embeddings/inner.zip": xlsx(more={"xl/x": b"\0" * 10_000_000})}),
    "parts by the thousand": lambda: xlsx(more={f"xl/{'n' * 200}{n}": b"" for n in range(20_000)}),
    "an endless line": lambda: b"place,number\n" + b"x" * 60_000_000,
    "a row of cells without end": lambda: b"place,number\n" + b'"a\n",' * 6_000_000,
    "columns without end": lambda: b",".join(b"c%d" % n for n in range(200_000)) + b"\nx,1\n",
    "one header many times": lambda: b"place," * 100_000 + b"\nx\n",
    "a JSON as deep as a well": lambda: b'[{"place": ' + b"[" * 200_000 + b"]" * 200_000 + b"}]",
    "objects as deep as a well": lambda: b'[{"place": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}]",
    "one JSON line without end": lambda: b'{"place":"x"}\n{"place":"' + b"x" * 60_000_000,
    "a number of many digits": lambda: b'[{"place": "x", "number": ' + b"9" * 200_000 + b"}]",
}
JUDGE = """
import resource, sys, time
import django
from django.conf import settings
settings.configure(USE_I18N=False)
django.setup()
from maarag.kernel.imports.reading import FileRefused, open_table
pages = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
allowed = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (pages + allowed, pages + allowed))
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]),) * 2)
try:
    with open(sys.argv[3], "rb") as file:
        print("read", sum(1 for _ in open_table(file, {"place": ("place",), "number": ("number",)}).rows()))
except FileRefused as error:
    print("refused", error)
"""


@pytest.mark.parametrize("name", EVIL)
def test_bounded_in_memory_and_time(name: str, tmp_path: Path) -> None:
    """Under hard limits of address space and computing time, also for what it starts."""
    path = tmp_path / "evil"
    path.write_bytes(EVIL[name]())
    command = [sys.executable, "-c", JUDGE, str(MEMORY), str(SECONDS), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    path.unlink()
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith(("refused ", "read ")), done.stdout
    assert "Traceback" not in done.stdout


def test_the_limits_are_real() -> None:
    """What the reader is spared would have killed it."""
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))"
    code = f"{limit}; bytearray({2 * MEMORY})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY, "only in the other process"


@pytest.mark.parametrize(
    "content",
    [
        hostile.with_symlink(xlsx()),
        xlsx(more={"../../../../tmp/out": "x", "/etc/out": "x", "xl/../../out": "x"}),
        xlsx(more={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 Auto_Open"}),
        xlsx(more={"xl/externalLinks/externalLink1.xml": "<x>file:///etc/passwd</x>"}),
    ],
    ids=["symlink", "paths out of the archive", "macros", "links to other files"],
)
def test_what_is_beside_the_sheet_is_never_touched(content: bytes) -> None:
    assert read(content) == [{"place": "x", "number": 1}]


def test_no_entity_brings_a_file_of_the_machine() -> None:
    cell = '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2"><v>1</v></c></row>'
    content = xlsx(sheet(HEAD + cell), more={"xl/sharedStrings.xml": hostile.EXTERNAL})
    try:
        found = read(content)
    except FileRefused:
        return
    assert "root:" not in repr(found)


def test_two_parts_of_one_name_are_refused() -> None:
    out = io.BytesIO(xlsx())
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/worksheets/sheet1.xml", PLAIN)
    with pytest.raises(FileRefused, match="broken"):
        read(out.getvalue())


@pytest.mark.parametrize(
    "content",
    [
        ROW.encode("utf-8") + "ירושלים,1\n".encode("cp1255"),
        ROW.encode("utf-16")[:-1],
        b"\xff\xfe" + ROW.encode("utf-16-be"),
        ROW.encode() + b"a\x00b,1\n",
        b"\x00" * 5000,
        ROW.encode() + "ירושלים".encode() + b"\xff\xfe\xfd\n",
        bytes(range(256)) * 40,
    ],
    ids=["mixed", "half a letter", "wrong mark", "NUL", "only NUL", "stray bytes", "every byte"],
)
def test_text_in_no_encoding_is_refused_or_read_whole(content: bytes) -> None:
    """Never half a file: it is refused in words, or every row is there."""
    try:
        told = repr(read(content))
    except FileRefused as error:
        told = str(error)
    assert len(told) > 20
    assert told.startswith("[{'place': 'x'") or not told.startswith("[")
    assert "\x00" not in told


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (PLAIN.encode(), "web page or XML"),
        (b"MZ\x90\x00" + b"\x00" * 300, "encoding|table|names"),
        (b"\x7fELF" + bytes(range(200)), "encoding|names"),
        (b"PK\x03\x04" + b"\x00" * 100, "broken"),
        (xlsx()[:-400], "broken"),
        (b",".join([b"place"] * (MOST_COLUMNS + 1)) + b"\n", "columns"),
        (b'[{"place": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}]", "deep|names|broken"),
    ],
    ids=["xml", "program", "binary", "empty zip", "cut off", "too wide", "deep"],
)
def test_wrong_content_is_refused_in_words(content: bytes, why: str) -> None:
    with pytest.raises(FileRefused, match=why):
        read(content)


def test_headers_that_come_twice_are_told_apart() -> None:
    table = open_table(io.BytesIO(b"place,place,place,number\na,b,c,1\n"), HEADERS)
    assert table.columns.names == ("place", "place (2)", "place (3)", "number")
    assert table.columns.twice == ("place (2)", "place (3)")
    assert [row.values["place"] for row in table.rows()] == ["a"]


@pytest.mark.parametrize("formula", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "＝1"])
def test_formulas_come_in_as_the_text_they_are(formula: str) -> None:
    csv_row = f'place,number\n"{formula}",1\n'.encode()
    assert read(csv_row) == [{"place": formula, "number": "1"}]
    escaped = formula.replace("&", "&amp;").replace("<", "&lt;").replace("\t", "&#9;")
    book = xlsx(sheet(HEAD + f'<row r="2">{text_cell("A2", escaped)}<c r="B2"><v>1</v></c></row>'))
    assert read(book)[0]["place"].strip() == formula.strip()


def test_what_neither_database_nor_json_holds_is_marked() -> None:
    content = json.dumps([{"place": "a\x00b\ud800", "number": 1}])
    assert read(content.encode()) == [{"place": "a\ufffdb\ufffd", "number": 1}]
    lines = b'{"place": "y", "number": Infinity}\n{"place": "z", "number": 1}\n'
    assert read(lines)[0] == {"place": "y", "number": "inf"}


HALVES = [
    (r"\ud800", "\ufffd"),
    (r"\uDC00", "\ufffd"),
    (r"a\ud800\u0041b", "a\ufffdAb"),
    (r"\ud800\ud800\udc00\udc00", "\ufffd\U00010000\ufffd"),
    (r"\ud83d\ude00 \u05d0", "\U0001f600 \u05d0"),
    (r"\\ud800\\\ud800", "\\ud800\\\ufffd"),
    (r"\\ud83d\ude00", "\\ud83d\ufffd"),
    ("\\\\" * 7 + "ud83d", "\\" * 7 + "ud83d"),
]


@pytest.mark.parametrize(("written", "text"), HALVES)
def test_halves_of_characters_are_marked_wherever_the_file_is_cut(written: str, text: str) -> None:
    """In a list, read by the quick reader, as in a file of lines, read by Python's."""
    row = f'{{"place": "{written}", "number": 1}}'
    assert read(f"[{row}]".encode()) == [{"place": text, "number": 1}]
    lines = read(f"{row}\n{row}\n".encode())
    assert [one["place"] for one in lines] == [text, text]
    for size in range(1, len(row) + 1):
        stream = Utf8Stream(io.StringIO(row, newline=""))
        pieces = b"".join(iter(lambda size=size, stream=stream: stream.read(size), b""))
        assert json.loads(pieces)["place"] == text, size


@pytest.mark.parametrize(
    "trick", "\u200b\u200c\u200d\u2060\u061c\u202e\u2066\u00ad\ufeff\u180e\u0001\U000e0041"
)
def test_codes_that_look_alike_are_one(trick: str) -> None:
    assert parsing.text(f"human{trick}_services{trick}") == "human_services"
    assert parsing.text(f"9{trick}001") == "9001"


@pytest.mark.parametrize(
    "cell", ["9" * 500, "1e999", "-" * 50, "nan", "inf", "٩" * 400, "1" + "," * 900, 10**400]
)
def test_monstrous_numbers_are_refused(cell: object) -> None:
    with pytest.raises(parsing.NotUnderstood):
        parsing.whole()(cell)

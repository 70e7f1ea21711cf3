"""`maarag messages`: gather the words to translate from code and templates, and compile the catalogues.

Works with Babel alone, so that no system package is needed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent
LOCALE = PACKAGE / "locale"
LANGUAGES = ("he", "ar")
KEYWORDS = {
    "_": None,
    "_g": None,
    "_l": None,
    "_now": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
Message = tuple[str, int, "str | tuple[str, str]", "str | None"]


@click.command()
@click.option("--compile-only", is_flag=True, help="Only compile what is translated.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Only this language.")
def messages(compile_only: bool, language: str | None) -> None:
    """Gather the words to translate, and compile the translations."""
    for code in [language] if language else LANGUAGES:
        _refresh(code, compile_only)


def _refresh(language: str, compile_only: bool) -> None:
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    catalog = read(path, language)
    if not compile_only:
        catalog.update(template(), no_fuzzy_matching=True)
        catalog.obsolete.clear()
        write(catalog, path)
    compile_to(catalog, path.with_suffix(".mo"))
    missing = [message.id for message in catalog if message.id and not _is_translated(message.string)]
    click.echo(f"{language}: {len(catalog)} texts, {len(missing)} to translate")


def read(path: Path, language: str) -> Catalog:
    """The catalogue of a language; an empty one where there is none yet."""
    if not path.exists():
        return Catalog(
            locale=language,
            charset="utf-8",
            project="Maarag",
            header_comment="# Words of Maarag. AGPL-3.0-or-later.",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=language)


def write(catalog: Catalog, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=100, sort_output=True, no_location=True, omit_header=False)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    # Dates in the header would make every gathering a change.
    kept = [line for line in lines if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date'))]
    path.write_text("".join(kept))


def compile_to(catalog: Catalog, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_mo(file, catalog)


def template() -> Catalog:
    """Every text in the code and the templates."""
    catalog = Catalog(charset="utf-8")
    for file, line, text, context in sorted(found(), key=str):
        catalog.add(text, locations=[(file, line)], context=context)
    return catalog


def found() -> Iterator[Message]:
    """(file, line, text or (one, many), context) of every text to translate."""
    from .main import setup_django

    setup_django("maarag.config.settings.test")
    from django.utils.translation.template import templatize

    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix == ".py" and "migrations" not in path.parts:
            source = path.read_text()
        elif path.suffix in (".html", ".txt") and "templates" in path.parts:
            # What is no text to translate comes back as filler, indented as the page was.
            source = "\n".join(line.strip() for line in templatize(path.read_text()).splitlines())
        else:
            continue
        name = path.relative_to(PACKAGE).as_posix()
        for line, text, _comments, context in extract(
            "python", io.BytesIO(source.encode()), keywords=KEYWORDS
        ):
            if isinstance(text, tuple):
                pair = tuple(part for part in text if part)
                if len(pair) == 2:
                    yield name, line, (pair[0], pair[1]), context
                elif pair:
                    yield name, line, pair[0], context
            elif text:
                yield name, line, text, context


def _is_translated(string: str | tuple[str, ...] | list[str]) -> bool:
    return all(string) if isinstance(string, (tuple, list)) else bool(string)

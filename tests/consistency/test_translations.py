"""Every text of the interface has its Hebrew and its Arabic, fit to be filled in and shown."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from gettext import c2py

import pytest
from babel.messages.catalog import Catalog, Message

from maarag.cli.messages import LANGUAGES, LOCALE, read, template

PLACEHOLDER = re.compile(r"%\(\w+\)[.\d]*[a-z]|%[sd%]")
CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "npgettext"}
TAG = re.compile(r"</?[a-z]+")
MARKUP = re.compile(r"<[^>]+>")
LETTERS = {"he": re.compile("[א-ת]"), "ar": re.compile("[ء-ي]")}
# Names that are written in Latin letters whatever the language around them.
SAME_EVERYWHERE = frozenset({"API", "CSV", "Excel", "HSDS", "PDF", "id"})


@pytest.fixture(scope="module")
def texts() -> list[Message]:
    found = [message for message in template() if message.id]
    assert len(found) > 1000, "the texts of the interface were not gathered"
    return found


@pytest.fixture(scope="module", params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return read(LOCALE / request.param / "LC_MESSAGES" / "django.po", request.param)


def test_no_text_hides_from_gathering_within_an_f_string(texts: list[Message]) -> None:
    """Until Python 3.12 an f-string is one token, in which no call is found: the text would stay English."""
    gathered = {one for text in texts for one in sources(text)}
    found = [
        f"{path.name}:{call.lineno}"
        for path in LOCALE.parent.rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in CALLS
        if {str(one.value) for one in call.args if isinstance(one, ast.Constant)}.isdisjoint(gathered)
    ]
    assert found == []


def test_no_text_is_filled_in_while_the_program_is_loaded() -> None:
    """A lazy text with % is text at once, in the language in which the program happened to be loaded."""
    found = []
    for path in LOCALE.parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {
            id(part)
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for part in ast.walk(function)
        }
        found += [
            f"{path.name}:{share.lineno}"
            for share in ast.walk(tree)
            if isinstance(share, ast.BinOp) and isinstance(share.op, ast.Mod) and id(share) not in inside
            if isinstance(share.left, ast.Call) and isinstance(share.left.func, ast.Name)
            if share.left.func.id in CALLS
        ]
    assert found == []


def test_every_text_is_translated(texts: list[Message], catalogue: Catalog) -> None:
    faults = []
    for text in texts:
        message = catalogue.get(text.id, text.context)
        if message is None:
            faults.append(f"not in the catalogue: {text.id!r}")
        elif message.fuzzy:
            faults.append(f"marked as fuzzy: {text.id!r}")
        elif not all(form.strip() for form in forms(message)):
            faults.append(f"empty: {text.id!r}")
    assert not faults, told(catalogue, faults)


def test_no_text_is_left_in_english(texts: list[Message], catalogue: Catalog) -> None:
    letters = LETTERS[str(catalogue.locale)]
    faults = []
    for text, message in translated(texts, catalogue):
        if not any(re.search("[A-Za-z]", bare(one)) for one in sources(text)):
            continue
        if set(sources(text)) <= SAME_EVERYWHERE:
            continue
        faults += [f"{text.id!r} became {form!r}" for form in forms(message) if not letters.search(form)]
    assert not faults, told(catalogue, faults)


def test_no_translation_brings_a_straight_quotation_mark(texts: list[Message], catalogue: Catalog) -> None:
    """It would end the attribute of a page that the text stands in; Hebrew has gershayim for it."""
    faults = [
        f"{text.id!r} became {form!r}"
        for text, message in translated(texts, catalogue)
        for form in forms(message)
        if '"' in form and not any('"' in one for one in sources(text))
    ]
    assert not faults, told(catalogue, faults)


def test_placeholders_are_those_of_the_text(texts: list[Message], catalogue: Catalog) -> None:
    numbers_of_form = numbers_by_form(catalogue)
    faults = []
    for text, message in translated(texts, catalogue):
        wanted = set(PLACEHOLDER.findall(sources(text)[-1]))
        for index, form in enumerate(forms(message)):
            given = set(PLACEHOLDER.findall(form))
            # “One place”, “no places”: a form for a single number need not repeat the number.
            single = isinstance(text.id, tuple) and numbers_of_form[index] == 1
            if given - wanted or len(wanted - given) > single:
                faults.append(f"{text.id!r}: {sorted(wanted)} became {sorted(given)} in {form!r}")
            if "%" in PLACEHOLDER.sub("", form) and wanted:
                faults.append(f"{text.id!r}: a lone % in {form!r}")
    assert not faults, told(catalogue, faults)


def test_markup_and_spaces_round_it_are_those_of_the_text(texts: list[Message], catalogue: Catalog) -> None:
    faults = []
    for text, message in translated(texts, catalogue):
        source = sources(text)[-1]
        for form in forms(message):
            if sorted(TAG.findall(form)) != sorted(TAG.findall(source)):
                faults.append(f"{text.id!r}: other tags in {form!r}")
            if edges(form) != edges(source):
                faults.append(f"{text.id!r}: other spaces at the ends of {form!r}")
    assert not faults, told(catalogue, faults)


def test_every_plural_has_all_forms_of_its_language(texts: list[Message], catalogue: Catalog) -> None:
    faults = [
        f"{text.id!r}: {len(forms(message))} of {catalogue.num_plurals} forms"
        for text, message in translated(texts, catalogue)
        if isinstance(text.id, tuple) and len(forms(message)) != catalogue.num_plurals
    ]
    assert not faults, told(catalogue, faults)


def test_arabic_forms_are_chosen_as_in_arabic() -> None:
    chosen = plural_of(read(LOCALE / "ar" / "LC_MESSAGES" / "django.po", "ar"))
    by_number = {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 11: 4, 99: 4, 100: 5, 102: 5, 103: 3, 111: 4, 1000: 5}
    assert {number: chosen(number) for number in by_number} == by_number


def translated(texts: list[Message], catalogue: Catalog) -> Iterator[tuple[Message, Message]]:
    """Each text with its translation; those without one are told by the first test."""
    for text in texts:
        message = catalogue.get(text.id, text.context)
        if message is not None and all(form.strip() for form in forms(message)):
            yield text, message


def sources(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, (tuple, list)) else (message.id,)


def forms(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (tuple, list)) else (message.string or "",)


def bare(text: str) -> str:
    return MARKUP.sub("", PLACEHOLDER.sub("", text))


def edges(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()


def plural_of(catalogue: Catalog) -> Callable[[int], int]:
    return c2py(catalogue.plural_expr)


def numbers_by_form(catalogue: Catalog) -> list[int]:
    """How many of the numbers below a thousand take each form."""
    chosen = [plural_of(catalogue)(number) for number in range(1000)]
    return [chosen.count(form) for form in range(catalogue.num_plurals)]


def told(catalogue: Catalog, faults: list[str]) -> str:
    head = f"{catalogue.locale}: {len(faults)} texts; gather them with `maarag messages`, and translate."
    return "\n".join([head, *faults[:40]])

"""One key for one word, however it was typed: Hebrew, Arabic and Latin text to a comparable form."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

DOUBLE_QUOTES = '"״“”„‟«»″‶＂'
SINGLE_QUOTES = "'׳‘’‚‛′‵`´ʹʼ＇"

_FINALS = {"ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ"}
_LIGATURES = {"װ": "וו", "ױ": "וי", "ײ": "יי"}
# Letters that writers of Arabic use for one another; hamza carriers fall together by decomposition.
_ARABIC = {
    "ى": "ي",
    "ی": "ي",
    "ې": "ي",
    "ة": "ه",
    "ۀ": "ه",
    "ە": "ه",
    "ہ": "ه",
    "ٱ": "ا",
    "ک": "ك",
    "ء": "",
    "ـ": "",
}
_KEPT_MARKS = "/.()"


def _key_of_character(character: str) -> str:
    """What one character becomes: letters and digits in their plain form, marks nothing, the rest a space."""
    if character in DOUBLE_QUOTES:
        return '"'
    if character in SINGLE_QUOTES:
        return "'"
    if character in _KEPT_MARKS:
        return character
    out = []
    for part in unicodedata.normalize("NFKD", character).casefold():
        part = _LIGATURES.get(part) or _FINALS.get(part) or _ARABIC.get(part, part)
        for letter in part:
            category = unicodedata.category(letter)
            if category in ("Mn", "Me", "Cf"):
                continue
            if category == "Nd":
                out.append(str(unicodedata.digit(letter)))
            elif category[0] in "LN" or category == "Mc":
                out.append(letter)
            else:
                out.append(" ")
    return "".join(out)


class _Table(dict[int, str]):
    """Translation table that works out each character when it is first met."""

    def __missing__(self, code: int) -> str:
        value = self[code] = _key_of_character(chr(code))
        return value


_TABLE = _Table()
_ENGLISH_POSSESSIVE = re.compile(r"(?<=[a-z])'s\b")
_INNER_QUOTES = re.compile(r"""(?<=\w)["']+(?=\w)""")
# נערים/ות, מתנדב.ת, עובד(ת): both genders written at once; the added ending is not a word.
_BOTH_GENDERS = re.compile(r"(?<=[א-ת])(?:[/.](?:יות|ות|ית|ימ|ה|ת|י)(?![א-ת])|\((?:יות|ות|ית|ימ|ה|ת|י)\))")
_DOTTED = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}(?:[^\W\d_](?!\w))?")
_NOT_WORD = re.compile(r"""[/.()"']+""")


def normalise(text: str) -> str:
    """Text as normalised words with one space between them.

    Vowel points, Arabic signs and lengthening, accents, direction marks: removed. Final letters as the
    ordinary ones; alef, ya and ta marbuta variants as one; every script's digits as 0-9; case folded.
    Quotation marks inside a word (gershayim, geresh, any typographic kind) disappear, so that one
    abbreviation is one word; hyphens, maqaf and every other sign become a space.
    """
    key = text.translate(_TABLE)
    if "'" in key or '"' in key:
        key = _ENGLISH_POSSESSIVE.sub("", key)
        key = _INNER_QUOTES.sub("", key)
    if "/" in key or "." in key or "(" in key:
        key = _DOTTED.sub(lambda found: found.group().replace(".", "") + " ", key)
        key = _BOTH_GENDERS.sub("", key)
    return " ".join(_NOT_WORD.sub(" ", key).split())


def tokens(text: str) -> list[str]:
    """The normalised words of a text in their order."""
    return normalise(text).split()


_MARKS = (
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u0300-\u036f\u200c-\u200f"
)
_QUOTE_CLASS = re.escape(DOUBLE_QUOTES + SINGLE_QUOTES)
_RAW_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}]|[{_QUOTE_CLASS}](?=[^\W_]))*")


def word_spans(text: str) -> list[tuple[int, int, str]]:
    """(start, end, normalised word) of each word in the text as written: for marking what was found."""
    spans = []
    for found in _RAW_WORD.finditer(text):
        key = normalise(found.group())
        if key and " " not in key:
            spans.append((found.start(), found.end(), key))
    return spans


def script_of(character: str) -> str:
    """`hebrew`, `arabic`, `latin`, or nothing for other characters."""
    code = ord(character)
    if 0x590 <= code <= 0x5FF or 0xFB1D <= code <= 0xFB4F:
        return "hebrew"
    if 0x600 <= code <= 0x6FF or 0x750 <= code <= 0x77F or 0xFB50 <= code <= 0xFEFC:
        return "arabic"
    if character.isalpha() and code < 0x250:
        return "latin"
    return ""


def detect_script(text: str) -> str:
    """The script of most letters of the text: `hebrew`, `arabic`, `latin`, or `other` where none is."""
    counts = Counter(script for character in text if (script := script_of(character)) and character.isalpha())
    return counts.most_common(1)[0][0] if counts else "other"


_FINAL_OF = {"כ": "ך", "מ": "ם", "נ": "ן", "פ": "ף", "צ": "ץ"}


def with_final_letter(word: str) -> str:
    """A normalised word as it is shown: its last letter in its final form."""
    return word[:-1] + _FINAL_OF.get(word[-1], word[-1]) if len(word) > 1 else word

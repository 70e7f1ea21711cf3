"""One stylesheet for both directions, readable colours, a small first load, templates within the policy."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

SOURCE = Path(__file__).resolve().parents[3] / "src" / "maarag"
CSS = (SOURCE / "ui/static/ui/maarag.css").read_text(encoding="utf-8")
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
FIRST_LOAD = 150 * 1024

PHYSICAL = re.compile(
    r"(?<![-\w])((margin|padding|border|inset|scroll-margin|scroll-padding)-(left|right|top|bottom)(?![\w])"
    r"|(left|right|top|bottom|width|height|min-width|max-width|min-height|max-height|overflow-x-left)\s*:"
    r"|text-align\s*:\s*(left|right)|float\s*:\s*(left|right)|clear\s*:\s*(left|right))"
)


def declarations() -> str:
    """The stylesheet without comments and without the conditions of media queries, which are physical."""
    return re.sub(r"@media[^{]*\{", "{", re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL))


def test_no_rule_names_a_physical_side() -> None:
    assert [match.group() for match in PHYSICAL.finditer(declarations())] == []


def test_the_check_of_physical_sides_finds_them() -> None:
    for bad in (
        "margin-left: 1px",
        "a{left: 0",
        "text-align: right",
        "{ width: 3px",
        "border-top-color: red",
    ):
        assert PHYSICAL.search(bad), bad


def test_the_layers_come_in_their_order() -> None:
    assert "@layer reset, tokens, base, layout, components, states;" in CSS
    assert "@import" not in CSS
    assert len(CSS.splitlines()) < 600


def test_braces_match() -> None:
    assert declarations().count("{") == declarations().count("}")


def colours() -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", CSS))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


WORDS_ON = [
    *[(words, ground) for words in ("ink", "ink-soft", "link") for ground in ("paper", "ground", "sunk")],
    *[(tone, f"{tone}-wash") for tone in ("ok", "attention", "critical", "neutral", "info", "unknown")],
    *[(tone, "paper") for tone in ("ok", "attention", "critical", "neutral", "info", "unknown")],
    ("on-brand", "brand"), ("on-brand", "brand-deep"), ("on-brand-soft", "brand"),
    ("on-brand", "accent"), ("on-brand", "accent-deep"), ("on-brand", "critical"), ("accent-deep", "paper"),
    ("ink", "accent-wash"), ("link", "accent-wash"), ("ink", "attention-wash"),
    # the words that stand on the areas of a map
    ("on-brand", "scale-1"), ("ink", "scale-2"), ("ink", "scale-3"), ("ink", "scale-4"),
    ("on-brand", "scale-5"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "ground"), WORDS_ON)
def test_words_can_be_read_on_their_ground(words: str, ground: str) -> None:
    assert contrast(colours()[words], colours()[ground]) >= 4.5


@pytest.mark.parametrize(
    ("mark", "ground"),
    [("line-strong", "paper"), ("line-strong", "ground"), ("accent", "paper"), ("focus", "focus-ink"),
     *[(f"mark-{tone}", "paper") for tone in ("ok", "attention", "critical", "neutral")],
     ("series-1", "paper")],
)  # fmt: skip
def test_controls_and_marks_stand_out(mark: str, ground: str) -> None:
    assert contrast(colours()[mark], colours()[ground]) >= 3


def test_every_token_that_is_used_exists() -> None:
    defined = set(re.findall(r"(--[\w-]+):", CSS))
    assert set(re.findall(r"var\((--[\w-]+)\)", CSS)) <= defined


def test_there_are_templates_to_check() -> None:
    assert len(TEMPLATES) > 20


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_templates_hold_no_style_and_no_inline_script(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=", source), "the security policy refuses style attributes: use a class"
    assert not re.search(r"<style\b", source)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", source), "no inline handlers: use maarag.js"
    assert "hx-on" not in source, "hx-on needs eval, which the security policy refuses"
    for attributes in re.findall(r"<script\b([^>]*)>", source):
        assert "src=" in attributes or "application/json" in attributes or "nonce=" in attributes
    assert not re.search(r"(?:src|href)\s*=\s*[\"']https?://", source) or "<a " in source, (
        "nothing from elsewhere"
    )


def weight(path: str) -> int:
    """Bytes on the wire: fonts are compressed already, text goes gzipped."""
    content = Path(finders.find(path)).read_bytes()
    return len(content) if path.endswith(".woff2") else len(gzip.compress(content, 6))


@pytest.mark.parametrize(
    ("language", "fonts"), [("he", ["hebrew", "latin"]), ("ar", ["arabic", "latin"]), ("en", ["latin"])]
)
def test_the_first_load_is_small(language: str, fonts: list[str]) -> None:
    page = Client().get("/gallery/", headers={"accept-language": language}).content
    linked = set(re.findall(r'(?:src|href)="/static/([^"]+)"', page.decode()))
    linked = {path for path in linked if not path.endswith(".woff2")}
    assert {"ui/maarag.css", "ui/maarag.js"} <= linked
    total = len(gzip.compress(page, 6)) + sum(map(weight, linked))
    total += sum(weight(f"ui/fonts/rubik-{name}.woff2") for name in fonts)
    assert total <= FIRST_LOAD

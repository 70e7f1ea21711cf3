"""A column may carry the label that the site shows, in any of the three languages."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from maarag.kernel.imports.importer import importers
from maarag.kernel.imports.reading.headers import header_key


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_shown_labels_are_known(language: str):
    for kind, importer in importers().items():
        with override(language):
            shown = {header_key(field.label) for field in importer.fields}
        known = {header_key(name) for names in importer.headers().values() for name in names}
        assert shown <= known, kind

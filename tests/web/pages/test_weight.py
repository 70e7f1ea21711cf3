"""What the first visit to a page costs: everything that travels, as it travels, is at most 150 KB."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import Visitors
from tests.web.pages.addresses import PAGES

pytestmark = pytest.mark.journey
LIMIT = 150 * 1024
MAIN = {(page.path, page.account): page for page in reversed(PAGES) if page.is_main}.values()
"""Once where pages share a path, from which links lead on."""


def weighed(visitors: Visitors, path: str, account: str, language: str) -> dict[str, int]:
    """Bytes of every answer, heads included, on a visit with an empty cache."""
    visitor = visitors.arrive("about:blank", account=account, language=language)
    session = visitor.context.new_cdp_session(visitor)
    addresses: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def answered(event: Any) -> None:
        addresses[event["requestId"]] = event["response"]["url"].removeprefix(visitors.address)

    def finished(event: Any) -> None:
        sizes[event["requestId"]] = int(event["encodedDataLength"])

    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", finished)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    visitor.goto(path, wait_until="networkidle")
    visitor.evaluate("document.fonts.ready.then(() => true)")
    return {addresses[key]: size for key, size in sizes.items() if key in addresses}


@pytest.mark.parametrize(
    "language",
    ["he", pytest.param("ar", marks=pytest.mark.proof), pytest.param("en", marks=pytest.mark.proof)],
)
@pytest.mark.parametrize("page", MAIN, ids=lambda page: page.name)
def test_the_first_visit_is_light(visitors: Visitors, page: Any, language: str) -> None:
    sizes = weighed(visitors, page.path, page.account, language)
    assert any(address.endswith(".css") for address in sizes)
    assert any(address.endswith(".woff2") for address in sizes)
    assert sum(sizes.values()) <= LIMIT, sizes

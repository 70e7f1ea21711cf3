"""A form with a draft goes out once, however often its button is pressed meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from maarag.kernel import drafts

pytestmark = pytest.mark.journey

SCRIPT = Path(drafts.__file__).parent / "static" / "drafts" / "drafts.js"
PAGE = """<!doctype html><html lang="en"><body><template data-draft-words></template>
<form method="post" action="/send"><input name="csrfmiddlewaretoken" value="x">
<div data-draft="key" data-account="1" data-url="/draft" data-sign-in="/"><div data-draft-offers></div>
<span data-draft-state></span><input name="draft_writer"></div>
<input id="text" name="text"><button>Save</button></form><script src="/drafts.js"></script></body></html>"""


@pytest.mark.parametrize("pause", [0, 600])
def test_a_second_click_while_it_goes_out_sends_nothing_more(browser: Any, pause: int) -> None:
    """`pause`: milliseconds between the clicks; the draft is kept before the form goes out, or is just so."""
    page, sent = browser.new_page(), []

    def answer(route: Any) -> None:
        match route.request.url.removeprefix("https://maarag.example").partition("?")[0]:
            case "/send":
                sent.append(route.request.method)
                route.fulfill(status=204)  # the page stays, as it does until a slow answer comes
            case "/drafts.js":
                route.fulfill(path=SCRIPT, content_type="text/javascript")
            case "/draft":
                route.fulfill(json={"drafts": [], "account": "1", "token": "x"})
            case _:
                route.fulfill(body=PAGE, content_type="text/html")

    page.route("**/*", answer)
    page.goto("https://maarag.example/")
    page.locator("#text").fill("x")
    for _time in range(2):
        page.evaluate("document.querySelector('button').click()")
        page.wait_for_timeout(pause)
    page.wait_for_timeout(1500)
    page.close()
    assert sent == ["POST"]

"""A NUL character anywhere is refused, never a server error."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.parametrize(
    "address",
    [
        "/services/?q=a%00b",
        "/?place=%00",
        "/picture/IL%00/",
        "/needs/?place=%00",
        "/api/services/?q=%00",
        "/hsds/services?search=%00",
    ],
)
def test_refused(client: Client, db: None, address: str):
    client.raise_request_exception = False
    assert client.get(address).status_code in (400, 404)

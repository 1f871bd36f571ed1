"""Where a request came to, as an address for links."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import URL

from optviz.web.assets import address


def root(scope: Mapping[str, Any]) -> str:
    """The address of the first page, such as `https://optviz.example.edu/`."""
    # The query of a request may be any bytes.
    url = URL(scope={**scope, "query_string": b""})
    return f"{url.scheme}://{url.netloc}{address('')}"

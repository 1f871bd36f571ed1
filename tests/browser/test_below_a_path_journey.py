"""The whole site below a path, as behind a proxy that shares its address with other sites."""

import pytest

from optviz.settings.experiment import Experiment, encode
from tests.browser.conftest import Server
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser


def test_pages_and_links_work_below_a_path(browser, visitors, tmp_path) -> None:
    runs = f"sqlite:///{tmp_path}/runs.sqlite3"
    server = Server(
        OPTVIZ_DATABASE_URL=runs, OPTVIZ_WORKERS="1", STREAMLIT_SERVER_BASE_URL_PATH="courses/optviz"
    )
    try:
        visitor = visitors()
        steps = encode(Experiment(steps=77))["steps"]
        Stage(visitor.page).open(f"{server.url}/courses/optviz/?v=1&steps={steps}")
        assert Stage(visitor.page).experiment().steps == 77
        (cookie,) = [c for c in visitor.context.cookies() if c["name"] == "optviz_visitor"]
        assert cookie["httpOnly"]
    finally:
        server.stop()

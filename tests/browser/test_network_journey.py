"""The network is cut and comes back: the page goes on where it was."""

from playwright.sync_api import expect

from tests.browser.panel import RATE
from tests.browser.stage import Stage
from tests.wire import Wire


def test_a_network_that_is_cut_and_comes_back_loses_no_change(server, visitors) -> None:
    wire = Wire(("127.0.0.1", 0), ("127.0.0.1", server.port))
    visitor = visitors()
    stage = Stage(visitor.page).open(f"http://127.0.0.1:{wire.port}")
    with stage.panel.answered():
        stage.panel.type("Steps", "44")
    drawn = stage.paths()
    status = stage.page.get_by_test_id("stConnectionStatus")
    with wire.cut():
        expect(status).to_be_visible(timeout=20_000)
        assert stage.paths() == drawn, "the picture stays"
        stage.panel.nudge(RATE)
        stage.page.wait_for_timeout(1000)
        assert stage.paths() != drawn, "and follows the hand"
    expect(status).to_have_count(0, timeout=60_000)
    with stage.panel.answered():
        stage.panel.type("Steps", "45")
    after = stage.experiment()
    assert after.steps == 45
    assert after.entrants[0].values != (("lr", 0.4),), "what was changed meanwhile has arrived too"
    expect(stage.page.get_by_text("Which arrives first?")).to_be_hidden()  # as it is after a first change
    visitor.complaints.clear()  # a browser complains while the server is away
    wire.close()

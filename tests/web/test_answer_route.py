"""A change of settings that is answered without a run of the page's script."""

import asyncio
import gzip
import json
import threading
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.figures.style import DARK, LIGHT
from optviz.settings.experiment import Entrant, Experiment, encode
from optviz.settings.setups import write_setup
from optviz.web import answer_route
from optviz.web.answer_route import answer
from optviz.web.trajectories.page import parts
from optviz.web.work import Asker, BusyError, Work

DEFAULT = Experiment()


def asked(body: bytes, page: str = "trajectories", cookie: str = "", encoding: str = "gzip") -> Request:
    headers = [(b"accept-encoding", encoding.encode())]
    if cookie:
        headers.append((b"cookie", f"optviz_visitor={cookie}".encode()))

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "method": "POST",
        "path": f"/answer/{page}",
        "path_params": {"page": page},
        "query_string": b"",
        "headers": headers,
        "client": ("10.0.0.1", 1234),
        "app": Starlette(),
    }
    return Request(scope, receive)


def post(said: Any, **options: str):
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return asyncio.run(answer(asked(body, **options)))


def told(experiment: Experiment, changes: dict[str, str | None], **more: Any) -> dict[str, Any]:
    found = post({"link": encode(experiment), "changes": changes, **more})
    assert found.status_code == 200, found.body
    assert found.headers["cache-control"] == "no-store"
    return json.loads(gzip.decompress(found.body))


def test_a_change_is_answered_with_the_settings_and_what_shows_them() -> None:
    changed = replace(DEFAULT, steps=77)
    found = told(DEFAULT, {"steps": "77"})
    assert found["values"] == found["address"] == encode(changed)
    assert found["refused"] == {}
    assert found["parts"] == json.loads(json.dumps(parts(changed, LIGHT)))


def test_the_picture_comes_in_the_visitors_colours() -> None:
    found = told(DEFAULT, {}, theme="dark")
    assert found["parts"] == json.loads(json.dumps(parts(DEFAULT, DARK)))


def test_every_optimizer_and_every_landscape_is_answered() -> None:
    for row in OPTIMIZERS.values():
        assert told(DEFAULT, {"o1": write_setup(row, ())})["parts"]["results"]["rows"][0]["cells"][0]
    for key in OBJECTIVES:
        found = told(DEFAULT, {"objective": key, "start": None, "domain": None})
        assert found["values"] == encode(DEFAULT.told_on(key))


def test_what_is_refused_says_why_at_its_place_and_changes_nothing() -> None:
    found = told(DEFAULT, {"o2": "momentum_lr_1e9_momentum_0.5"})
    assert found["refused"].keys() == {"o2.lr"}
    assert found["values"] == encode(DEFAULT)


def test_what_was_typed_before_may_fit_together_with_the_next_change() -> None:
    first = told(DEFAULT, {"objective": "formula", "formula": "x +", "start": None, "domain": None})
    assert first["refused"].keys() == {"formula"}
    second = told(DEFAULT, {"steps": "9"}, typed=first["typed"])
    assert second["values"]["steps"] == "9"


def test_a_link_is_opened_with_a_sentence_for_what_cannot_be_used() -> None:
    said = {"link": {"v": "1", "objective": "everest", "steps": "9"}, "whole": True}
    found = json.loads(gzip.decompress(post(said).body))
    assert found["values"]["steps"] == "9"
    assert "everest" in " ".join(found["notices"])


def test_the_lesson_that_a_page_was_opened_from_stays_in_its_address() -> None:
    said = {"link": {**encode(DEFAULT), "from": "gd-ravine"}, "changes": {"steps": "77"}}
    found = json.loads(gzip.decompress(post(said).body))
    assert found["notices"] == []
    assert found["address"] == {**encode(replace(DEFAULT, steps=77)), "from": "gd-ravine"}
    assert "from" not in found["values"]
    unknown = {"link": {**encode(DEFAULT), "from": "zeppelin"}, "whole": True}
    found = json.loads(gzip.decompress(post(unknown).body))
    assert "“from” is not known here" in " ".join(found["notices"])


def test_another_landscape_brings_its_title() -> None:
    found = told(DEFAULT, {"objective": "rosenbrock", "start": None, "domain": None})
    assert found["parts"]["head"]["name"] == "Rosenbrock"
    assert found["rest"] == "", "nothing of the page is left to the script"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"{",
        b"[" * 50_000,
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"text"',
        {"link": []},
        {"link": {"v": 1}},
        {"changes": {"steps": 7}},
        {"typed": "x"},
        {"find": 1},
        {"theme": "pink"},
        {"theme": ["light"]},
    ],
)
def test_what_is_no_change_is_refused(said: Any) -> None:
    found = post(said)
    assert (found.status_code, found.body) == (400, b"This is no change of settings.")


def found_for(experiment: Experiment, name: str) -> dict[str, Any]:
    return json.loads(gzip.decompress(post({"link": encode(experiment), "find": name}).body))


def test_a_good_rate_is_looked_for_and_nothing_changes() -> None:
    found = found_for(DEFAULT, "o3")
    search = DEFAULT.search(DEFAULT.entrants[2])
    assert found == {"rate": repr(search.best), "sentence": search.sentence()}
    noisy = replace(DEFAULT, noise=0.5, schedule="cosine", schedule_values=(("floor", 0.1),))
    assert "with this noise" in found_for(noisy, "o1")["sentence"]
    resting = replace(DEFAULT, start=(0.0, 0.0))
    assert found_for(resting, "o1")["rate"] is None


def test_a_good_rate_is_found_for_typed_formulas_and_rules() -> None:
    own = replace(
        DEFAULT.on("formula", "x^2 + abs(y)"), entrants=(Entrant.own("lr = 0.1 in 0.01..2\nx = x - lr*g"),)
    )
    assert 0.01 <= float(found_for(own, "o1")["rate"]) <= 2


@pytest.mark.parametrize("name", ["o4", "steps", "o0", "o1.lr", "__class__"])
def test_for_what_is_no_optimizer_nothing_is_looked_for(name: str) -> None:
    found = post({"link": encode(DEFAULT), "find": name})
    assert (found.status_code, found.body) == (400, b"There is nothing to look for here.")


def test_the_cards_say_which_rate_they_show_where_they_do_not_set_it() -> None:
    assert told(DEFAULT, {})["notes"] == {}
    notes = told(DEFAULT, {"rates": "best"})["notes"]
    assert set(notes) == {"o1", "o2", "o3"}
    for name, entrant in zip(notes, DEFAULT.entrants, strict=True):
        best = DEFAULT.search(entrant).best
        assert notes[name].startswith(f"Shown at its best rate {best}. 61 rates from ")
    assert told(DEFAULT, {"rates": "same"})["notes"]["o2"] == "At the rate for all, 0.1."


def test_too_long_a_request_is_refused() -> None:
    assert post(b" " * 64_001).status_code == 413


def test_other_pages_have_no_answers() -> None:
    assert post({}, page="nothing").status_code == 404


def test_an_answer_need_not_be_compressed() -> None:
    found = post({"link": encode(DEFAULT)}, encoding="identity")
    assert "content-encoding" not in found.headers
    assert json.loads(found.body)["values"] == encode(DEFAULT)


def test_a_failure_is_a_sentence_and_shows_no_trace(monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    def broken(*_: object) -> bytes:
        raise RuntimeError("secret")

    monkeypatch.setattr(answer_route, "_answer", broken)
    found = post({"link": encode(DEFAULT)})
    assert found.status_code == 500
    assert b"secret" not in found.body


def crowd(work: Work, askers: list[Asker]) -> list[str]:
    """What becomes of requests that come while nothing is finished."""
    may_end = threading.Event()

    async def one(asker: Asker) -> str:
        try:
            return await work.do(asker, lambda: "done" if may_end.wait(20) else "late")
        except BusyError as error:
            return str(error)

    async def all_of_them() -> list[str]:
        tasks = [asyncio.create_task(one(asker)) for asker in askers]
        await asyncio.sleep(0.05)
        may_end.set()
        return await asyncio.gather(*tasks)

    return asyncio.run(all_of_them())


def test_one_browser_cannot_take_the_whole_queue() -> None:
    work = Work("test", threads=1, most=16, each=2)
    script, student = Asker("script", "a", alone=True), Asker("student", "a", alone=True)
    found = crowd(work, [script] * 4 + [student])
    assert found[:2] == [found[4]] * 2 == ["done", "done"]
    assert all("last requests" in sentence for sentence in found[2:4])


def test_browsers_without_a_cookie_share_what_their_network_may_take() -> None:
    work = Work("test", threads=1, most=16, each=2)
    found = crowd(work, [Asker("", "10.0.0.1", alone=False)] * 5)
    assert found.count("done") == 4


def test_a_full_queue_turns_everybody_away_and_is_empty_again_afterwards() -> None:
    work = Work("test", threads=1, most=3, each=2)
    people = [Asker(str(i), str(i), alone=True) for i in range(5)]
    assert crowd(work, people).count("done") == 3
    assert crowd(work, people[:3]) == ["done"] * 3


def test_a_browser_is_known_by_its_cookie_else_by_its_network() -> None:
    with_cookie, without = Asker.of(asked(b"", cookie="a" * 43)), Asker.of(asked(b""))
    assert with_cookie.alone
    assert "aaa" not in with_cookie.key
    assert without == Asker("", "10.0.0.1", alone=False)


def test_a_network_that_makes_up_cookies_leaves_room_for_others() -> None:
    work = Work("test", threads=1, most=8, each=2)
    made_up = [Asker(str(i), "script", alone=True) for i in range(8)]
    found = crowd(work, [*made_up, Asker("student", "home", alone=True)])
    assert found[:8].count("done") == 6
    assert found[8] == "done"

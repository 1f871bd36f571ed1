"""An experiment as a Plotly figure, and the notebook that shows how."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import optviz
from optviz.settings.experiment import Entrant, Experiment, decode

ROOT = Path(__file__).parents[2]
EXPERIMENTS = {
    "two variables": Experiment(),
    "a curve": Experiment("parabola", "", (9.0,), ((-10.0, 10.0),), 30, (Entrant.of("gd", lr=0.1),)),
    "a linear loss axis": Experiment(log_loss=False),
    "a run that diverges": Experiment(entrants=(Entrant.of("gd", lr=9.0), Entrant.of("adam")), steps=300),
}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_figure_holds_every_run_and_its_loss(name: str) -> None:
    experiment = EXPERIMENTS[name]
    figure = optviz.show(experiment)
    runs = experiment.run()
    for i, run in enumerate(runs, 1):
        path, loss = [trace for trace in figure.data if trace.legendgroup == f"o{i}"]
        seen = np.isfinite(path.x)
        np.testing.assert_array_equal(np.asarray(path.x)[seen], run.points[seen, 0])
        np.testing.assert_array_equal(path.customdata, run.values)
        assert len(loss.y) == run.steps + 1
        floor = run.values - np.asarray(loss.y)
        assert np.nanmax(floor) - np.nanmin(floor) <= 1e-9 * np.abs(run.values).max()
    assert figure.data[-1].x[0] == experiment.start[0]


def test_a_run_that_diverges_leaves_through_the_top_of_the_loss() -> None:
    figure = optviz.show(EXPERIMENTS["a run that diverges"])
    first = EXPERIMENTS["a run that diverges"].run()[0].values[0]
    assert 10 ** figure.layout.yaxis2.range[1] == pytest.approx(1e6 * first)
    assert optviz.show(Experiment()).layout.yaxis2.range is None


def test_the_figure_names_landscape_budget_and_link() -> None:
    figure = optviz.show(Experiment(), dark=True)
    assert "Ravine" in figure.layout.title.text
    assert "200 gradient evaluations each" in figure.layout.title.text
    assert decode(figure.layout.meta["link"]) == (Experiment(), [])


def test_the_notebook_runs() -> None:
    cells = json.loads((ROOT / "docs" / "notebook.ipynb").read_text("utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    ends = "\nassert complaints == []\nassert type(figure).__name__ == 'Figure'"
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", code + ends],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert "(201, 2)" in found.stdout

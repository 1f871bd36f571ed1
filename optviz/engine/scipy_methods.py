"""References of another kind: SciPy's methods, which look along lines or ask for the Hessian.

They are no optimizers of the table: they take as many evaluations as they like for one step. So these are
counted, and a comparison with them is fair only by the number of evaluations. SciPy is imported when the
first of them runs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optviz.engine.landscapes import as_objective
from optviz.engine.objective import Objective
from optviz.engine.outcomes import ARRIVED, AT_REST, nearest_minimum, number, point, steps_said
from optviz.words import Message, listed, mark, tr

MOST_EVALUATIONS = 100_000
#: What is said of one evaluation and of several, for values, gradients and Hessians.
SPENT = (
    (mark("{count} value"), mark("{count} values")),
    (mark("{count} gradient"), mark("{count} gradients")),
    (mark("{count} Hessian"), mark("{count} Hessians")),
)


@dataclass(frozen=True, slots=True)
class Reference:
    """One method of `scipy.optimize.minimize`.

    `gradients` and `curvatures` say whether it asks for gradients and Hessians. `options` are SciPy's, those
    that let it go on until nothing more can be gained.
    """

    key: str
    name: Message
    method: str
    formula: str
    idea: Message
    reference: Message
    gradients: bool = True
    curvatures: bool = False
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class ReferenceRun:
    """The iterates of a reference, row 0 the start: `points` (k+1, d), `values` (k+1,), `gradients`.

    `evaluations` (k+1, 3) counts what had been evaluated by then: values, gradients, Hessians; `spent` is
    all of it, with what came after the last iterate and led nowhere. `kind` is converged, rest, budget,
    stopped or undefined; `sentence` says it in words.
    """

    points: np.ndarray
    values: np.ndarray
    gradients: np.ndarray
    evaluations: np.ndarray
    spent: tuple[int, ...]
    kind: str
    sentence: str

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.points) - 1


REFERENCES: dict[str, Reference] = {
    reference.key: reference
    for reference in (
        Reference(
            "newton",
            "Newton (trust region)",
            "trust-exact",
            r"x_{t+1} = x_t + \arg\min_{\|p\| \le \Delta_t}\; g_t^\top p + \tfrac{1}{2}\, p^\top H_t\, p",
            "Steps to the minimum of the local quadratic, as far as that can be trusted.",
            "J. Nocedal, S. J. Wright, Numerical optimization (2006), chapter 4",
            curvatures=True,
            options={"gtol": 1e-10},
        ),
        Reference(
            "bfgs",
            "BFGS",
            "BFGS",
            r"x_{t+1} = x_t - \alpha_t B_t\, g_t, \qquad B_t \approx H_t^{-1} \text{ from earlier gradients}",
            "Learns the curvature from how the gradient changed, and searches along a line.",
            "J. Nocedal, S. J. Wright, Numerical optimization (2006), chapter 6",
            options={"gtol": 1e-10},
        ),
        Reference(
            "lbfgs",
            "L-BFGS",
            "L-BFGS-B",
            r"x_{t+1} = x_t - \alpha_t B_t\, g_t, \qquad B_t \text{ from the last ten steps only}",
            "BFGS that remembers only the last ten steps, so that it fits large networks.",
            "D. C. Liu, J. Nocedal, On the limited memory BFGS method for large scale optimization (1989)",
            options={"gtol": 1e-10, "ftol": 0.0},
        ),
        Reference(
            "cg",
            "Conjugate gradient",
            "CG",
            r"p_t = -g_t + \beta_t\, p_{t-1}, \qquad x_{t+1} = x_t + \alpha_t\, p_t, \qquad "
            r"\beta_t = \max\left(0, \frac{g_t^\top (g_t - g_{t-1})}{g_{t-1}^\top g_{t-1}}\right)",
            "A momentum that chooses itself: on a quadratic, no new direction spoils what the "
            "last one gained.",
            "E. Polak, G. Ribière, Note sur la convergence de méthodes de directions conjuguées (1969)",
            options={"gtol": 1e-10},
        ),
        Reference(
            "nelder-mead",
            "Nelder–Mead",
            "Nelder-Mead",
            r"x_{\text{worst}} \leftarrow \bar x + \gamma\, (x_{\text{worst}} - \bar x), \qquad "
            r"\gamma \in \{-1, -2, \pm\tfrac{1}{2}\}",
            "A triangle that flips, stretches and shrinks its way down, without any gradient.",
            "J. A. Nelder, R. Mead, A simplex method for function minimization (1965)",
            gradients=False,
            options={"xatol": 1e-10, "fatol": 1e-14},
        ),
    )
}


class _StopError(Exception):
    """Raised inside SciPy's loop when the budget is spent or something is not finite."""


class _Counted:
    """The objective as SciPy calls it; counts, and stops when the budget is spent."""

    def __init__(self, objective: Objective, budget: int) -> None:
        self.objective, self.budget = objective, budget
        self.counts = [0, 0, 0]

    def value(self, x: np.ndarray) -> float:
        return float(self._evaluate(0, self.objective.value, x))

    def gradient(self, x: np.ndarray) -> np.ndarray:
        return self._evaluate(1, self.objective.gradient, x)

    def hessian(self, x: np.ndarray) -> np.ndarray:
        return self._evaluate(2, self.objective.hessian, x)

    def _evaluate(self, order: int, function: Callable[[np.ndarray], Any], x: np.ndarray) -> Any:
        if sum(self.counts) >= self.budget:
            raise _StopError("budget")
        self.counts[order] += 1
        result = function(x)
        # A line search may look where f is infinite and turn back, but it cannot use what is undefined.
        if np.isnan(result).any() or (order and not np.isfinite(result).all()):
            raise _StopError("undefined")
        return result


def run_reference(
    reference: Reference | str,
    objective: Objective | str,
    start: Sequence[float] | float | None = None,
    budget: int = 1000,
) -> ReferenceRun:
    """Run a reference from `start` (d numbers) until it rests or has spent `budget` evaluations.

    A value, a gradient and a Hessian count as one evaluation each. Every row of the result is an iterate
    that the method itself reports; the values and gradients shown beside it are not counted.

    Raises:
        FormulaError: for a formula that is not allowed.
        KeyError: for an unknown reference.
        ValueError: for a start or a budget that makes no sense.
    """
    from scipy.optimize import minimize  # only here: a page without references need not wait for it

    reference = REFERENCES[reference] if isinstance(reference, str) else reference
    objective = as_objective(objective)
    x = np.atleast_1d(np.asarray(objective.start if start is None else start, dtype=float))
    if x.shape != (objective.dimension,) or not np.isfinite(x).all():
        raise ValueError(tr("The start must be {count} finite numbers.", count=objective.dimension))
    if not 1 <= budget <= MOST_EVALUATIONS:
        raise ValueError(tr("The budget must be 1 to {most} evaluations.", most=f"{MOST_EVALUATIONS:,}"))
    counted = _Counted(objective, budget)
    points, evaluations = [x], [[0, 0, 0]]

    def note(intermediate_result: Any) -> None:
        points.append(np.array(intermediate_result.x, dtype=float))
        evaluations.append(list(counted.counts))

    why = "stopped"
    with np.errstate(all="ignore"):
        try:
            result = minimize(
                counted.value,
                x,
                method=reference.method,
                jac=counted.gradient if reference.gradients else None,
                hess=counted.hessian if reference.curvatures else None,
                callback=note,
                options={**reference.options, "maxiter": budget},
            )
            why = "stopped" if result.status else "rest"
        except _StopError as stop:
            why = str(stop)
        path = np.array(points)
        values, gradients = objective.value(path), objective.gradient(path)
    kind, sentence = _judge(objective, path, gradients, counted.counts, why)
    return ReferenceRun(path, values, gradients, np.array(evaluations), tuple(counted.counts), kind, sentence)


def _judge(
    objective: Objective, path: np.ndarray, gradients: np.ndarray, counts: list[int], why: str
) -> tuple[str, str]:
    """Say what became of the run, and what it cost."""
    end, steps = path[-1], len(path) - 1
    spent = [tr(one if n == 1 else many, count=n) for n, (one, many) in zip(counts, SPENT, strict=True) if n]
    cost = listed([steps_said(steps), " + ".join(spent) or tr("no evaluations")])
    index, distance = nearest_minimum(objective, end)
    length = float(np.linalg.norm(gradients[-1]))
    if index >= 0 and distance <= ARRIVED:
        place = point(np.array(objective.minima[index]))
        return "converged", tr("Reached the minimum at {place}: {cost}.", place=place, cost=cost)
    told = {"place": point(end), "cost": cost}
    if why == "undefined":
        return why, tr("Stopped where f or its gradient is not finite, last at {place}: {cost}.", **told)
    told["length"] = number(length)
    if length <= AT_REST:
        return "rest", tr("At rest at {place}, where the gradient is {length} long: {cost}.", **told)
    if why == "budget":
        return why, tr("Still on its way at {place} when the budget was spent: {cost}.", **told)
    return "stopped", tr(
        "Made no further progress at {place}, where the gradient is {length} long: {cost}.", **told
    )

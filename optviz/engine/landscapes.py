"""The objectives: every landscape that optviz knows, each one row of `curves` or `surfaces`.

The formula is the definition: value, gradient, Hessian, LaTeX and exported code derive from it. Minima
are global and local ones, found numerically and re-minimised in a test; where a function has dozens of
them (Rastrigin, Ackley, …) only the global ones are listed. Most of the functions are collected in
M. Jamil, X.-S. Yang, A literature survey of benchmark functions for global optimisation problems (2013).
"""

from optviz.engine.curves import CURVES
from optviz.engine.objective import Objective, parse
from optviz.engine.surfaces import SURFACES
from optviz.words import mark

GROUPS = (
    mark("convex"),
    mark("ravine"),
    mark("many minima"),
    mark("saddle"),
    mark("plateau"),
    mark("non-smooth"),
    mark("unbounded"),
)

OBJECTIVES: dict[str, Objective] = {objective.key: objective for objective in (*CURVES, *SURFACES)}


def as_objective(objective: Objective | str) -> Objective:
    """The objective of that key, or the one that a formula describes; raises FormulaError."""
    if isinstance(objective, Objective):
        return objective
    return OBJECTIVES[objective] if objective in OBJECTIVES else parse(objective)

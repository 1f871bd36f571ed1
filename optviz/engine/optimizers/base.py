"""What an optimizer is: data plus a pure function. And the hyperparameters that many of them share."""

import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from optviz.engine.hyperparameters import Hyperparameter, complete
from optviz.engine.symbols import Symbol
from optviz.words import Message, mark

Step = Callable[..., tuple[Any, ...]]

GROUPS: dict[str, str] = {
    "classic": mark("The classic six"),
    "averaging": mark("Averages of gradients and points"),
    "adaptive": mark("A rate for each coordinate"),
    "sign": mark("Only the sign of the gradient"),
    "elsewhere": mark("Gradients at other points"),
    "matrices": mark("Whole matrices, on networks only"),
    "own": mark("Your own"),
}


@dataclass(frozen=True, slots=True)
class Term:
    r"""A variable of a step whose symbol or meaning does not follow from its name and from its line.

    `symbol` is LaTeX without the time index, "" for the usual one. `meaning` is one sentence for a first
    reader about the line that computes it, `title` its name in two or three words, where it is no part of the
    state. `before` and `after` are the index before and after that line.
    """

    symbol: str = ""
    meaning: Message = ""
    title: Message = ""
    before: str = "t-1"
    after: str = "t"


@dataclass(frozen=True, slots=True)
class Optimizer:
    """One optimizer: its update rule, its hyperparameters, and what torch calls it.

    `torch` names the class in `torch.optim` ("" where torch has none). `torch_arguments` maps each of
    its keywords to a hyperparameter's name, a tuple of names, or a constant that is not a string.
    `on_networks` holds the defaults that differ when a network is trained instead of a plot.
    `edge` gives, for a quadratic, the largest stable learning rate times the largest curvature.
    `group` is a key of GROUPS. `text` is what a person wrote, and `written` the step's source, where the
    step was compiled from a text. `terms` tells of the step's own variables, by name, what their names and
    lines do not: most need no row there. `asks` is about how many gradients and values of f a step takes.
    """

    key: str
    name: Message
    step: Step
    formula: str
    hyperparameters: tuple[Hyperparameter, ...]
    state: tuple[Message, ...] = ()
    torch: str = ""
    torch_arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)
    reference: Message = ""
    idea: Message = ""
    remark: Message = ""
    on_networks: Mapping[str, float] = field(default_factory=dict, hash=False)
    edge: Callable[..., float] | None = None
    group: str = "classic"
    text: str = ""
    written: str = ""
    terms: Mapping[str, Term] = field(default_factory=dict, hash=False)
    asks: int = 1

    def symbol(self, variable: str) -> Symbol:
        """The symbol of one of the step's own names: of a hyperparameter, a part of the state, and so on."""
        if (term := self.terms.get(variable)) and term.symbol:
            return Symbol.of(term.symbol)
        own = next((h.symbol for h in self.hyperparameters if h.name == variable), "")
        return Symbol.of(own) if own else Symbol.named(variable)

    @property
    def source(self) -> str:
        """The step's own Python source, as the engine runs it."""
        return self.written or textwrap.dedent(inspect.getsource(self.step))

    @property
    def looks(self) -> bool:
        """Whether the step asks for gradients itself, as those of `optimizers/elsewhere.py` do."""
        return inspect.isgeneratorfunction(self.step)

    @property
    def defaults(self) -> dict[str, float]:
        """Every hyperparameter's default, by name."""
        return {h.name: h.default for h in self.hyperparameters}

    @property
    def network_defaults(self) -> dict[str, float]:
        """The defaults for training a network, by name."""
        return {**self.defaults, **self.on_networks}

    def complete(self, given: Mapping[str, float]) -> dict[str, float]:
        """Validate `given` and fill in the defaults; raises HyperparameterError."""
        return complete(self.hyperparameters, given)

    def torch_keywords(self, values: Mapping[str, float]) -> dict[str, Any]:
        """Keyword arguments for the class in `torch.optim`, from hyperparameters by name."""

        def translate(argument: Any) -> Any:
            if isinstance(argument, str):
                return values[argument]
            if isinstance(argument, tuple):
                return tuple(values[name] for name in argument)
            return argument

        return {keyword: translate(argument) for keyword, argument in self.torch_arguments.items()}

    def stable_rate(self, values: Mapping[str, float], curvature: float) -> float | None:
        """The largest stable learning rate on a quadratic of that largest curvature, or None."""
        if self.edge is None or not curvature > 0:
            return None
        return self.edge(**{k: v for k, v in values.items() if k != "lr"}) / curvature


def rate(default: float) -> Hyperparameter:
    """The learning rate, with the default that suits one optimizer on the plots."""
    return Hyperparameter(
        "lr",
        r"\eta",
        default,
        1e-6,
        10.0,
        log=True,
        label="learning rate",
        help="Learning rate: how far one step goes.",
    )


def epsilon(default: float) -> Hyperparameter:
    """The small number that keeps a division finite, outside the root as in PyTorch."""
    return Hyperparameter(
        "eps",
        r"\epsilon",
        default,
        1e-16,
        1.0,
        log=True,
        advanced=True,
        label="small constant",
        help="Added to the root in the denominator, so that nothing is divided by zero.",
    )


MOMENTUM = Hyperparameter(
    "momentum", r"\beta", 0.9, 0.0, 0.999, help="The share of the velocity that survives a step."
)
BETA1 = Hyperparameter(
    "beta1",
    r"\beta_1",
    0.9,
    0.0,
    0.9999,
    label="first-moment decay",
    help="Decay of the first moment, the mean of the gradient.",
)
BETA2 = Hyperparameter(
    "beta2",
    r"\beta_2",
    0.999,
    0.0,
    0.99999,
    label="second-moment decay",
    help="Decay of the second moment, the mean of its square.",
)
DECAY = Hyperparameter(
    "decay",
    r"\lambda",
    0.01,
    0.0,
    1.0,
    label="weight decay",
    help="Decoupled weight decay: each step shrinks the point itself by η·λ, apart from the gradient.",
)

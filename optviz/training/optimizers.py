"""The optimizers that can train a network: those of torch, other elementwise ones, and rules as text."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError, complete
from optviz.engine.optimizers import ELEMENTWISE, OF_MATRICES, Optimizer
from optviz.engine.own_optimizer import KEY as OWN
from optviz.engine.own_optimizer import own_optimizer
from optviz.engine.rule_expressions import RuleError
from optviz.engine.rule_starters import STARTERS
from optviz.settings.fields import relabelled
from optviz.settings.link import Link, Reader
from optviz.settings.setups import Entrant, Spread, describe_own, read_rule_key, rule_key
from optviz.training.network_fields import known
from optviz.words import mark, tr

#: Those of a table. Torch computes those that it has; `step_optimizer` takes the steps of the others.
NETWORK_OPTIMIZERS: dict[str, Optimizer] = ELEMENTWISE | OF_MATRICES
#: Classes of torch.optim that take no weight decay.
WITHOUT_WEIGHT_DECAY = {"Rprop"}
#: What a step of an optimizer of torch costs at most, in images: it goes through all parameters.
STEP_IMAGES = 40
#: What one operation of a rule costs, in images: it goes through all parameters by itself.
OPERATION_IMAGES = 8
#: What a step of Muon costs, in images for each row or column of a matrix, whichever are fewer.
MUON_IMAGES = 5


def on_networks(optimizer: Optimizer) -> list[Hyperparameter]:
    """Its hyperparameters, with the defaults for networks."""
    return relabelled(optimizer.hyperparameters, optimizer.network_defaults)


#: The same optimizers, each with its defaults for networks.
ROWS = {
    key: replace(optimizer, hyperparameters=tuple(on_networks(optimizer)))
    for key, optimizer in NETWORK_OPTIMIZERS.items()
}


def takes_weight_decay(optimizer: str) -> bool:
    """Whether `weight_decay` may be set beside this optimizer, given by its key or OWN."""
    entry = NETWORK_OPTIMIZERS.get(optimizer)
    if entry is None or not entry.torch:
        return False
    return "weight_decay" not in entry.torch_arguments and entry.torch not in WITHOUT_WEIGHT_DECAY


def no_weight_decay(entrant: Entrant) -> str:
    """Why a weight decay cannot be used with this optimizer, as a sentence."""
    row = entrant.row
    name = tr(row.name)
    if entrant.optimizer == OWN:
        return tr("{name} has only the weight decay that its text writes; weight_decay must be 0.", name=name)
    if row.torch in WITHOUT_WEIGHT_DECAY:
        return tr("{name} takes no weight decay in torch; weight_decay must be 0.", name=name)
    if "decay" in row.defaults:
        return tr("{name} has a decay among its own hyperparameters; weight_decay must be 0.", name=name)
    return tr("{name} has no weight decay in its equations; weight_decay must be 0.", name=name)


def entrant_of(optimizer: str, values: Mapping[str, float], text: str = "") -> Entrant:
    """An optimizer on networks, with its defaults there where nothing is given.

    Raises:
        HyperparameterError: for an unknown key, a text that cannot be used, or values that are not allowed.
    """
    if optimizer == OWN:
        try:
            row = own_optimizer(text)
        except RuleError as error:
            raise HyperparameterError(str(error)) from error
        return Entrant(OWN, tuple(row.complete(values).items()), row.text)
    if optimizer not in ROWS:
        known(mark("optimizer"), optimizer, ROWS)
    return Entrant(optimizer, tuple(complete(ROWS[optimizer].hyperparameters, values).items()))


def step_images(entrant: Entrant, widths: Sequence[int]) -> int:
    """What one step costs, in images that the network of these layers is trained on."""
    row = entrant.row
    if row.key in OF_MATRICES:
        matrices = [(min(pair), pair[0] * pair[1]) for pair in pairwise(widths)]
        return MUON_IMAGES * sum(n * size for n, size in matrices) // sum(size for _, size in matrices)
    if row.torch:
        return STEP_IMAGES
    operations = sum(isinstance(node, ast.BinOp | ast.Call) for node in ast.walk(ast.parse(row.source)))
    return max(STEP_IMAGES, OPERATION_IMAGES * operations)


def starters() -> dict[str, Any]:
    """What the panel offers to write a rule from, with learning rates for networks."""
    said = describe_own()
    for starter in said["starters"]:
        starter["text"] = STARTERS[starter["key"]].for_networks
    return said


@dataclass(frozen=True, slots=True)
class Trained(Spread):
    """The optimizer of a network in three attributes: its key, its values, and the text of one's own rule.

    In the link a rule stands packed behind its key, as in opt=own_1q1bIzU and o.lr=0.1.
    """

    own: bool = field(default=True)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The key, the values and the text."""
        attribute = self.attribute or self.name
        return attribute, f"{attribute}_values", f"{attribute}_text"

    def write(self, settings: Any) -> Link:
        """The key, and every number."""
        entrant = Entrant(*(getattr(settings, attribute) for attribute in self.attributes))
        if entrant.optimizer != OWN:
            return Spread.write_row(self, entrant.optimizer, entrant.values)
        numbers = {h.name: h.write(dict(entrant.values)[h.name]) for h in entrant.row.hyperparameters}
        return {self.name: rule_key(entrant.text), **{self.prefix + k: v for k, v in numbers.items()}}

    def read(self, reader: Reader, usual: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The optimizer, and each number that the link says or its default."""
        text = reader.take(self.name)
        if text is None or text.split("_")[0] != OWN:
            found = Spread.read(self, reader, usual, values)
            return {**found, self.attributes[2]: ""}
        try:
            row = read_rule_key(text)
        except RuleError as error:
            default = getattr(usual, self.attributes[0])
            fate = tr("This link gets {value} instead.", value=default)
            reader.complain((self.name,), str(error), fate, f"{self.name}.text")
            return {**self.fallen_back(reader, default), self.attributes[2]: ""}
        numbers = self.read_numbers(reader, row.hyperparameters)
        return dict(zip(self.attributes, (OWN, numbers, row.text), strict=True))

    def describe(self, usual: Any) -> dict[str, Any]:
        """With all rows and their numbers, and rules to begin from."""
        return Spread.describe(self, usual) | {"own": starters()}

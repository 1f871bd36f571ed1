"""What a change of the panel brings along on Trajectories: another landscape, with rates that tell there."""

from optviz.engine.landscapes import OBJECTIVES
from optviz.settings.experiment import Experiment, encode
from optviz.web.page import Changes


def arrange(before: Experiment, changes: Changes) -> Changes:
    """Another landscape gets rates and steps that tell something on it, unless a person has set them.

    A change that says optimizers or steps itself, as a preset does, stays as it is.
    """
    key = changes.get("objective")
    said = {name for name in changes if name == "steps" or (name[:1] == "o" and name[1:].isdigit())}
    if said or key not in OBJECTIVES or key == before.objective:
        return changes
    told = encode(before.told_on(key))
    return {**changes, **{name: told[name] for name in told if name == "steps" or name[1:].isdigit()}}

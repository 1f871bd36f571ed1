"""Muon for the weight matrices of a network, and AdamW for its biases, as torch recommends it."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch

#: Steps are scaled so that rates and decays that suit AdamW suit Muon: both share them.
ALWAYS: dict[str, Any] = {"adjust_lr_fn": "match_rms_adamw"}


class MuonWithAdamW(torch.optim.Optimizer):
    """torch's Muon for the parameters with two dimensions, torch's AdamW for the others.

    `matrices` and `others` are the keyword arguments of the two classes. Both work on the groups and the
    state of this optimizer, so that it is saved and brought back as one.
    """

    def __init__(
        self, parameters: Iterable[torch.Tensor], matrices: Mapping[str, Any], others: Mapping[str, Any]
    ) -> None:
        every = list(parameters)
        flat = [p for p in every if p.ndim != 2]
        super().__init__([{"params": [p for p in every if p.ndim == 2]}, {"params": flat}], {})
        self.parts = (
            torch.optim.Muon(self.param_groups[0]["params"], **matrices, **ALWAYS),
            torch.optim.AdamW(self.param_groups[1]["params"], **others),
        )
        self.param_groups = [group for part in self.parts for group in part.param_groups]
        self._share()

    def _share(self) -> None:
        for part, group in zip(self.parts, self.param_groups, strict=True):
            part.param_groups, part.state = [group], self.state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Bring back what `state_dict` gave."""
        super().load_state_dict(state_dict)
        self._share()  # torch has put new dictionaries in place of the old ones

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """One step of both."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for part in self.parts:
            part.step()
        return loss

"""Calls of torch written down as data, so that a table can name them without importing torch."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class TorchCall:
    """A function or class of torch by its name, with the keyword arguments that it always gets."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def on(self, holder: Any, *given: Any, **more: Any) -> Any:
        """Call what `holder` (a module such as `torch.nn`, or a tensor) has under this name."""
        return getattr(holder, self.name)(*given, **self.arguments, **more)

    def source(self, *given: str) -> str:
        """The same call as Python source: `given` first, then the keyword arguments."""
        keywords = (f"{name}={_literal(value)}" for name, value in self.arguments.items())
        return f"{self.name}({', '.join((*given, *keywords))})"


def _literal(value: Any) -> str:
    """Python source of a number or a string; strings in double quotes, as formatters write them."""
    return json.dumps(value) if isinstance(value, str) else repr(value)

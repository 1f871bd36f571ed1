"""What the page “Regularization” shows, as one value and as a link."""

from dataclasses import dataclass, replace
from typing import Any

from optviz.engine.hyperparameters import Hyperparameter
from optviz.settings import fields as page_settings
from optviz.settings.fields import Field, OneOf
from optviz.teaching import constraints, dropout, weight_decay
from optviz.teaching import fits as polynomials

VIEW = OneOf(
    "view",
    {
        "fitting": "Over- and under-fitting",
        "decay": "Weight decay",
        "constraint": "Circle and diamond",
        "dropout": "Dropout",
    },
    "fitting",
)
SEED = Hyperparameter(
    "seed", "s", 0, 0, 2**31 - 1, integer=True, help="Picks everything that is drawn by chance."
)
FIELDS: tuple[Field, ...] = (
    VIEW,
    polynomials.DEGREE,
    polynomials.SAMPLES,
    polynomials.NOISE,
    weight_decay.PENALTY,
    constraints.RADIUS,
    constraints.CENTRE_X,
    constraints.CENTRE_Y,
    constraints.TILT,
    dropout.SHARE,
    SEED,
)


@dataclass(frozen=True, slots=True)
class RegularizationSettings:
    """Every value of the page; each attribute is the field of that name in FIELDS."""

    view: str = VIEW.default
    degree: int = int(polynomials.DEGREE.default)
    samples: int = int(polynomials.SAMPLES.default)
    noise: float = polynomials.NOISE.default
    penalty: float = weight_decay.PENALTY.default
    radius: float = constraints.RADIUS.default
    c1: float = constraints.CENTRE_X.default
    c2: float = constraints.CENTRE_Y.default
    tilt: float = constraints.TILT.default
    share: float = dropout.SHARE.default
    seed: int = int(SEED.default)

    @property
    def bowl(self) -> constraints.Bowl:
        """The loss of the constraint picture."""
        return constraints.Bowl((self.c1, self.c2), self.tilt)


def encode(settings: RegularizationSettings) -> dict[str, str]:
    """The settings as the parameters of a link."""
    return page_settings.encode(FIELDS, settings)


def decode(link: Any) -> tuple[RegularizationSettings, list[str]]:
    """Read settings from a link, with a sentence for each thing that could not be used; never raises."""
    return page_settings.decode(FIELDS, RegularizationSettings, link)


def shown_at(view: str, **values: Any) -> RegularizationSettings:
    """The default settings on one view, for lessons and tests."""
    return replace(RegularizationSettings(), view=view, **values)

"""Optimizers that use the sign of the gradient, not its size."""

from optviz.engine.elementwise import maximum, minimum, sign, where
from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.optimizers.base import DECAY, Optimizer, Term, rate

# Steps of one length


def signsgd(x, g, t, *, lr):
    return (x - lr * sign(g),)


SIGNSGD = Optimizer(
    key="signsgd",
    name="signSGD",
    group="sign",
    step=signsgd,
    formula=r"x_t = x_{t-1} - \eta\, \operatorname{sign}(g_t)",
    hyperparameters=(rate(0.1),),
    reference="J. Bernstein, Y.-X. Wang, K. Azizzadenesheli, A. Anandkumar, signSGD: compressed "
    "optimisation for non-convex problems (2018), Algorithm 1",
    idea="Every coordinate moves by exactly η, downhill: steep or flat makes no difference.",
    remark="With a constant rate it ends hopping by η about the minimum; a schedule lets it settle. "
    "Where the gradient is zero it stays: sign(0) is 0, as in PyTorch.",
    on_networks={"lr": 0.001},
)


# The sign of a mean


def lion(x, g, t, m, *, lr, beta1, beta2, decay):
    direction = sign(beta1 * m + (1 - beta1) * g)
    m = beta2 * m + (1 - beta2) * g
    return x - lr * (direction + decay * x), m


LION = Optimizer(
    key="lion",
    name="Lion",
    group="sign",
    step=lion,
    formula=r"\begin{aligned} x_t &= x_{t-1} - \eta \left( "
    r"\operatorname{sign}(\beta_1 m_{t-1} + (1 - \beta_1)\, g_t) + \lambda x_{t-1} \right), \\ "
    r"m_t &= \beta_2 m_{t-1} + (1 - \beta_2)\, g_t \end{aligned}",
    hyperparameters=(
        rate(0.1),
        Hyperparameter(
            "beta1",
            r"\beta_1",
            0.9,
            0.0,
            0.9999,
            label="share of the mean",
            help="The share of the mean in the step.",
        ),
        Hyperparameter(
            "beta2",
            r"\beta_2",
            0.99,
            0.0,
            0.99999,
            label="decay of the mean",
            help="How long the mean remembers.",
        ),
        Hyperparameter("decay", DECAY.symbol, 0.0, 0.0, 1.0, label=DECAY.label, help=DECAY.help),
    ),
    state=("mean gradient",),
    reference="X. Chen et al., Symbolic discovery of optimization algorithms (2023), Algorithm 2",
    idea="The sign of a mean of old and new gradients; found by an automatic search.",
    remark="One mean steers with β₁ and remembers with β₂. Steps are large for their rate: take a third to "
    "a tenth of Adam's.",
    on_networks={"lr": 3e-4},
    terms={
        "direction": Term(
            "u", "Only the sign of a mean of old and new gradients counts: 1, 0 or −1.", title="direction"
        ),
    },
)


# A step length for each coordinate that grows while the sign stays and shrinks when it turns


def rprop(x, g, t, previous, size, *, lr, shrink, grow, smallest, largest):
    if t == 1:
        size = lr
    agreement = g * previous
    size = size * where(agreement > 0, grow, where(agreement < 0, shrink, 1.0))
    size = minimum(maximum(size, smallest), largest)
    g = where(agreement < 0, 0.0, g)
    return x - size * sign(g), g, size


RPROP = Optimizer(
    key="rprop",
    name="Rprop",
    group="sign",
    step=rprop,
    formula=r"\begin{aligned} \Delta_t &= \begin{cases} \eta^+ \Delta_{t-1} & g_t\, g_{t-1} > 0 \\ "
    r"\eta^- \Delta_{t-1} & g_t\, g_{t-1} < 0, \text{ and then } g_t \leftarrow 0 \\ "
    r"\Delta_{t-1} & \text{otherwise} \end{cases} \\ "
    r"x_t &= x_{t-1} - \Delta_t \operatorname{sign}(g_t), \qquad \Delta_0 = \eta \end{aligned}",
    hyperparameters=(
        rate(0.1),
        Hyperparameter(
            "shrink",
            r"\eta^-",
            0.5,
            0.01,
            0.99,
            label="shrinking factor",
            help="Factor when the sign has turned.",
        ),
        Hyperparameter(
            "grow", r"\eta^+", 1.2, 1.01, 5.0, label="growing factor", help="Factor while the sign stays."
        ),
        Hyperparameter(
            "smallest",
            r"\Delta_{\min}",
            1e-6,
            1e-12,
            1e-3,
            log=True,
            advanced=True,
            label="shortest step",
            help="Shortest step.",
        ),
        Hyperparameter(
            "largest",
            r"\Delta_{\max}",
            50.0,
            10.0,
            1000.0,
            log=True,
            advanced=True,
            label="longest step",
            help="Longest step.",
        ),
    ),
    state=("previous gradient", "step length"),
    torch="Rprop",
    torch_arguments={"lr": "lr", "etas": ("shrink", "grow"), "step_sizes": ("smallest", "largest")},
    reference="M. Riedmiller, H. Braun, A direct adaptive method for faster backpropagation learning: "
    "the RPROP algorithm (1993); in the form iRprop⁻ of C. Igel, M. Hüsken, Improving the Rprop learning "
    "algorithm (2000)",
    idea="Longer steps while the gradient keeps its sign, shorter ones when it changes. Its size is ignored.",
    remark="η is only the first step length, as in PyTorch: a schedule does nothing after step 1. Made for "
    "exact gradients; the noise of small batches turns the signs.",
    on_networks={"lr": 0.001},
    terms={
        "previous": Term("g"),
        "agreement": Term(
            "a",
            "Positive if the gradient has kept its sign, negative if it has turned, 0 after a turn.",
            title="agreement",
        ),
        "size": Term(
            r"\Delta", "The step length of this coordinate: longer if the sign stayed, shorter if it turned."
        ),
        "g": Term(
            meaning="Where the sign has turned, the gradient counts as zero: this coordinate waits one step."
        ),
    },
)

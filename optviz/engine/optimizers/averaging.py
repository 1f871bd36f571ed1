"""Optimizers that average gradients (quasi-hyperbolic momentum) or points (ASGD)."""

from optviz.engine.elementwise import maximum, power, where
from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.optimizers.base import MOMENTUM, Optimizer, Term, rate

# A velocity, and the plain gradient beside it


def qhm(x, g, t, m, *, lr, momentum, nu):
    m = momentum * m + (1 - momentum) * g
    return x - lr * ((1 - nu) * g + nu * m), m


QHM = Optimizer(
    key="qhm",
    name="QHM",
    group="averaging",
    step=qhm,
    formula=r"m_t = \beta m_{t-1} + (1 - \beta)\, g_t, \qquad "
    r"x_t = x_{t-1} - \eta \left( (1 - \nu)\, g_t + \nu\, m_t \right)",
    hyperparameters=(
        rate(0.2),
        Hyperparameter("momentum", r"\beta", 0.9, 0.0, 0.9999, help="How long the mean gradient remembers."),
        Hyperparameter(
            "nu",
            r"\nu",
            0.7,
            0.0,
            1.0,
            label="share of the mean",
            help="The share of the mean; the rest is the plain gradient.",
        ),
    ),
    state=("mean gradient",),
    reference="J. Ma, D. Yarats, Quasi-hyperbolic momentum and Adam for deep learning (2019), section 3",
    idea="Each step mixes the new gradient with the mean of earlier ones.",
    remark="The mean carries the factor 1 - β, so ν = 1 is momentum with its rate multiplied by 1 - β, "
    "and ν = 0 is gradient descent. The paper recommends β = 0.999 for networks.",
    on_networks={"lr": 0.1, "momentum": 0.999},
    # The largest rate at which both roots of z² - (1 + β - ηλ(1 - νβ)) z + β(1 - ηλ(1 - ν)) stay within
    # the unit circle, times λ.
    edge=lambda momentum, nu: 2.0 * (1.0 + momentum) / (1.0 + momentum - 2.0 * nu * momentum),
)


# Gradient descent with fading steps, and the mean of its points


def asgd(x, g, t, eta, average, *, lr, lambd, alpha, t0):
    if t == 1:
        eta = lr
    x = x * (1 - lambd * eta) - eta * g
    average = average + (x - average) / maximum(1.0, t - 1.0 - t0)
    eta = lr / power(1 + lambd * lr * t, alpha)
    return x, eta, average


ASGD = Optimizer(
    key="asgd",
    name="Averaged SGD",
    group="averaging",
    step=asgd,
    formula=r"\begin{aligned} x_t &= (1 - \lambda \eta_t)\, x_{t-1} - \eta_t\, g_t, & "
    r"\eta_{t+1} &= \frac{\eta}{(1 + \lambda \eta\, t)^{\alpha}}, \\ "
    r"\bar x_t &= \bar x_{t-1} + \frac{x_t - \bar x_{t-1}}{\max(1,\, t - 1 - t_0)}, & "
    r"\eta_1 &= \eta \end{aligned}",
    hyperparameters=(
        rate(0.1),
        Hyperparameter(
            "lambd",
            r"\lambda",
            1e-4,
            0.0,
            1.0,
            label="fading speed",
            help="How fast the rate fades; the same number also pulls the point towards zero.",
        ),
        Hyperparameter(
            "alpha",
            r"\alpha",
            0.75,
            0.0,
            1.0,
            label="fading power",
            help="The power with which the rate fades.",
        ),
        Hyperparameter(
            "t0",
            "t_0",
            10,
            1,
            1_000_000,
            log=True,
            integer=True,
            label="steps before averaging",
            help="Steps before averaging starts.",
        ),
    ),
    state=("rate of the next step", "average"),
    torch="ASGD",
    torch_arguments={"lr": "lr", "lambd": "lambd", "alpha": "alpha", "t0": "t0"},
    reference="B. T. Polyak, A. B. Juditsky, Acceleration of stochastic approximation by averaging (1992)",
    idea="Under noise the mean of the path is usually nearer to the minimum than a typical point of it.",
    remark="The path shown is x; the average is beside it and does not steer it. In PyTorch, too, the "
    "parameters are x and the average waits in the state as ax.",
    on_networks={"lr": 0.1, "t0": 1_000_000},
    terms={
        "eta": Term(r"\eta", "The rate of the next step: it fades by itself.", before="t", after="t+1"),
        "average": Term(
            r"\bar x", "The mean of the points, once t0 steps are over. It does not steer the path."
        ),
    },
)


# Momentum that is pulled back to where it came from, now and then


def lookahead(x, g, t, v, slow, *, lr, momentum, period, alpha):
    if t == 1:
        slow = x
    v = momentum * v + g
    fast = x - lr * v
    slow = where(t % period == 0, slow + alpha * (fast - slow), slow)
    return where(t % period == 0, slow, fast), v, slow


LOOKAHEAD = Optimizer(
    key="lookahead",
    name="Lookahead",
    group="averaging",
    step=lookahead,
    formula=r"\begin{aligned} v_t &= \beta v_{t-1} + g_t, \qquad y_t = x_{t-1} - \eta\, v_t, \\ "
    r"x_t &= \begin{cases} s_t = s_{t-1} + \alpha\, (y_t - s_{t-1}) & k \text{ divides } t \\ "
    r"y_t & \text{otherwise} \end{cases} \end{aligned}",
    hyperparameters=(
        rate(0.05),
        MOMENTUM,
        Hyperparameter("period", "k", 5, 1, 100, integer=True, help="Steps between two pulls."),
        Hyperparameter(
            "alpha", r"\alpha", 0.5, 0.0, 1.0, help="How far the slow point follows; 1 is momentum alone."
        ),
    ),
    state=("velocity", "slow point"),
    reference="M. R. Zhang, J. Lucas, G. Hinton, J. Ba, Lookahead optimizer: k steps forward, 1 step back "
    "(2019), Algorithm 1",
    idea="k steps of momentum, then back along the way to a point between start and end of them.",
    remark="Lookahead can be put around any optimizer; here it is around momentum, whose velocity stays when "
    "the point is pulled back, as in the authors' program.",
    on_networks={"lr": 0.01},
    terms={
        "fast": Term("y", "Where momentum alone would go."),
        "slow": Term("s", "Every k steps the slow point follows, and the point is pulled back to it."),
    },
)

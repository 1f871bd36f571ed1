"""Adam that looks ahead, warms up, or remembers how gradients change."""

from optviz.engine.elementwise import maximum, power, sqrt, where
from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.optimizers.base import BETA1, BETA2, DECAY, Optimizer, Term, epsilon, rate

# Adam that looks ahead


def nadam(x, g, t, m, v, product, *, lr, beta1, beta2, eps, psi):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    mu = beta1 * (1 - 0.5 * power(0.96, t * psi))
    mu_next = beta1 * (1 - 0.5 * power(0.96, (t + 1) * psi))
    product = mu if t == 1 else product * mu
    m_hat = mu_next * m / (1 - product * mu_next) + (1 - mu) * g / (1 - product)
    v_hat = v / (1 - beta2**t)
    return x - lr * m_hat / (sqrt(v_hat) + eps), m, v, product


NADAM = Optimizer(
    key="nadam",
    name="NAdam",
    group="adaptive",
    step=nadam,
    formula=r"\begin{aligned} \mu_t &= \beta_1 (1 - \tfrac{1}{2}\, 0.96^{t \psi}), & "
    r"\hat m_t &= \frac{\mu_{t+1}\, m_t}{1 - \prod_{i=1}^{t+1} \mu_i} + "
    r"\frac{(1 - \mu_t)\, g_t}{1 - \prod_{i=1}^{t} \mu_i}, \\ "
    r"m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, & "
    r"v_t &= \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2, \\ "
    r"\hat v_t &= \frac{v_t}{1 - \beta_2^t}, & "
    r"x_t &= x_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon} \end{aligned}",
    hyperparameters=(
        rate(0.2),
        BETA1,
        BETA2,
        epsilon(1e-8),
        Hyperparameter(
            "psi",
            r"\psi",
            0.004,
            0.0,
            1.0,
            advanced=True,
            label="momentum warm-up",
            help="How fast the momentum warms up to β₁.",
        ),
    ),
    state=("first moment", "second moment", "product of momenta"),
    torch="NAdam",
    torch_arguments={
        "lr": "lr",
        "betas": ("beta1", "beta2"),
        "eps": "eps",
        "momentum_decay": "psi",
    },
    reference="T. Dozat, Incorporating Nesterov momentum into Adam (2016), Algorithm 2",
    idea="Adam with Nesterov's look ahead.",
    remark="PyTorch's defaults; the momentum starts at half of β₁ and warms up. PyTorch lets m decay with "
    "the constant β₁, where Dozat uses μₜ.",
    on_networks={"lr": 0.002},
    terms={
        "mu": Term(r"\mu", "The momentum of this step: it warms up towards β₁.", title="momentum"),
        "mu_next": Term(
            r"\mu",
            "The momentum of the step after this one, for the look ahead.",
            title="next momentum",
            after="t+1",
        ),
        "product": Term(
            r"\Pi", "The product of the momenta so far. The corrections need it in place of β₁ᵗ."
        ),
        "m_hat": Term(
            meaning="The first moment with the next momentum and the gradient with this one, "
            "both corrected for the start at zero.",
            title="look ahead",
        ),
    },
)


# Adam that waits until its second moment can be trusted


def radam(x, g, t, m, v, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    limit = 2 / (1 - beta2) - 1
    rho = limit - 2 * t * beta2**t / (1 - beta2**t)
    trust = (rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho)
    adaptive = sqrt(maximum(trust, 0.0)) * sqrt(1 - beta2**t) / (sqrt(v) + eps)
    m_hat = m / (1 - beta1**t)
    return x - lr * m_hat * where(rho > 5, adaptive, 1.0), m, v


RADAM = Optimizer(
    key="radam",
    name="RAdam",
    group="adaptive",
    step=radam,
    formula=r"\begin{aligned} \rho_t &= \rho_\infty - \frac{2 t \beta_2^t}{1 - \beta_2^t}, \qquad "
    r"\rho_\infty = \frac{2}{1 - \beta_2} - 1, \\ "
    r"r_t &= \sqrt{\frac{(\rho_t - 4)(\rho_t - 2)\, \rho_\infty}"
    r"{(\rho_\infty - 4)(\rho_\infty - 2)\, \rho_t}}, \\ "
    r"x_t &= x_{t-1} - \eta\, \hat m_t \begin{cases} "
    r"r_t \sqrt{1 - \beta_2^t} / (\sqrt{v_t} + \epsilon) & \rho_t > 5 \\ 1 & \text{otherwise} \end{cases} "
    r"\end{aligned}",
    hyperparameters=(
        rate(0.1),
        BETA1,
        Hyperparameter("beta2", r"\beta_2", 0.999, 0.9, 0.99999, label=BETA2.label, help=BETA2.help),
        epsilon(1e-8),
    ),
    state=("first moment", "second moment"),
    torch="RAdam",
    torch_arguments={"lr": "lr", "betas": ("beta1", "beta2"), "eps": "eps"},
    reference="L. Liu et al., On the variance of the adaptive learning rate and beyond (2020), Algorithm 2",
    idea="Adam that starts as plain momentum and turns adaptive as its second moment becomes reliable.",
    remark="PyTorch switches at ρ > 5, the paper at ρ > 4. Its first steps are not scaled by the gradient's "
    "size, so a rate that suits Adam may throw it far off. β₂ is 0.9 or more, so that ρ∞ > 4 and the root "
    "is real.",
    on_networks={"lr": 0.001},
    terms={
        "limit": Term(r"\rho_{\infty}", "How many gradients the second moment averages in the long run."),
        "rho": Term(r"\rho", "How many gradients the second moment averages by now."),
        "trust": Term("r^2", "How far the second moment can be trusted: it grows towards 1.", title="trust"),
        "adaptive": Term(
            "a",
            "The rate of this coordinate, for when the second moment can be trusted.",
            title="adaptive rate",
        ),
    },
)


# Adam with a moment for the change of the gradient


def adan(x, g, t, m, v, n, previous, *, lr, beta1, beta2, beta3, eps, decay):
    if t == 1:
        previous = g
    change = g - previous
    m = (1 - beta1) * m + beta1 * g
    v = (1 - beta2) * v + beta2 * change
    ahead = g + (1 - beta2) * change
    n = (1 - beta3) * n + beta3 * ahead * ahead
    # Far below the weights' own last digit; with β = 0 a mean that never moves is 0, not 0/0.
    tiny = 1e-18
    m_hat = m / (1 - (1 - beta1) ** t + tiny)
    v_hat = v / (1 - (1 - beta2) ** t + tiny)
    n_hat = n / (1 - (1 - beta3) ** t + tiny)
    x = (x - lr * (m_hat + (1 - beta2) * v_hat) / (sqrt(n_hat) + eps)) / (1 + decay * lr)
    return x, m, v, n, g


ADAN = Optimizer(
    key="adan",
    name="Adan",
    group="adaptive",
    step=adan,
    formula=r"\begin{aligned} m_t &= (1 - \beta_1)\, m_{t-1} + \beta_1\, g_t, \\ "
    r"v_t &= (1 - \beta_2)\, v_{t-1} + \beta_2\, (g_t - g_{t-1}), \\ "
    r"n_t &= (1 - \beta_3)\, n_{t-1} + \beta_3 \left( g_t + (1 - \beta_2)(g_t - g_{t-1}) \right)^2, \\ "
    r"\hat m_t &= \frac{m_t}{1 - (1 - \beta_1)^t}, \quad "
    r"\hat v_t = \frac{v_t}{1 - (1 - \beta_2)^t}, \quad "
    r"\hat n_t = \frac{n_t}{1 - (1 - \beta_3)^t}, \\ "
    r"x_t &= \frac{1}{1 + \lambda \eta} \left( x_{t-1} - \eta\, "
    r"\frac{\hat m_t + (1 - \beta_2)\, \hat v_t}{\sqrt{\hat n_t} + \epsilon} \right) \end{aligned}",
    hyperparameters=(
        rate(0.1),
        Hyperparameter(
            "beta1",
            r"\beta_1",
            0.02,
            0.0,
            1.0,
            label="weight of the gradient",
            help="Weight of the new gradient in its mean.",
        ),
        Hyperparameter(
            "beta2",
            r"\beta_2",
            0.08,
            0.0,
            1.0,
            label="weight of the change",
            help="Weight of the new change in its mean.",
        ),
        Hyperparameter(
            "beta3",
            r"\beta_3",
            0.01,
            0.0,
            1.0,
            label="weight of the square",
            help="Weight of the new square in its mean.",
        ),
        epsilon(1e-8),
        Hyperparameter("decay", DECAY.symbol, 0.0, 0.0, 1.0, label=DECAY.label, help=DECAY.help),
    ),
    state=("mean gradient", "mean change", "mean square", "previous gradient"),
    reference="X. Xie, P. Zhou, H. Li, Z. Lin, S. Yan, Adan: adaptive Nesterov momentum algorithm for "
    "faster optimizing deep models (2022), as its authors' program runs it",
    idea="Watches how the gradient changes, and steps as if it stood a little further on.",
    remark="Here β weighs the new gradient, opposite to Adam's. As in the authors' program all three means "
    "start at zero and are corrected for it; their Algorithm 1 starts m and n with the first gradient.",
    on_networks={"lr": 0.001},
    terms={
        "previous": Term("g", "There is no earlier gradient yet, so this one is taken.", after="t-1"),
        "change": Term(
            "d", "How the gradient has changed since the step before.", title="change of the gradient"
        ),
        "v": Term(meaning="A mean of the changes so far, in which older ones count less and less."),
        "ahead": Term(
            r"\tilde g",
            "The gradient as it would be a little further on, if it went on changing so.",
            title="gradient ahead",
        ),
        "n": Term(meaning="A mean of the squares of g̃ so far: how large such gradients usually are."),
        "tiny": Term(r"\tau", "Far below the last digit of what it is added to; it only prevents 0/0."),
    },
)

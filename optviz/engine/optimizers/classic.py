"""The classic six, in order of increasing complexity."""

from optviz.engine.elementwise import sqrt
from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.optimizers.base import BETA1, BETA2, MOMENTUM, Optimizer, epsilon, rate

# Gradient descent


def gd(x, g, t, *, lr):
    return (x - lr * g,)


GD = Optimizer(
    key="gd",
    name="Gradient descent",
    step=gd,
    formula=r"x_{t} = x_{t-1} - \eta\, g_t",
    hyperparameters=(rate(0.1),),
    torch="SGD",
    torch_arguments={"lr": "lr"},
    reference="A. Cauchy, Méthode générale pour la résolution des systèmes d'équations simultanées (1847)",
    idea="Steps against the gradient: the steeper the slope, the longer the step.",
    on_networks={"lr": 0.1},
    edge=lambda: 2.0,
)


# Gradient descent with a velocity


def momentum(x, g, t, v, *, lr, momentum):
    v = momentum * v + g
    return x - lr * v, v


HEAVY_BALL = Optimizer(
    key="momentum",
    name="Momentum",
    step=momentum,
    formula=r"v_t = \beta v_{t-1} + g_t, \qquad x_t = x_{t-1} - \eta\, v_t",
    hyperparameters=(rate(0.05), MOMENTUM),
    state=("velocity",),
    torch="SGD",
    torch_arguments={"lr": "lr", "momentum": "momentum"},
    reference="B. T. Polyak, Some methods of speeding up the convergence of iteration methods (1964)",
    idea="Gradients that agree add up in the velocity; gradients that alternate cancel.",
    remark="The velocity is PyTorch's, v = βv + g. Some books write v = βv + ηg: the same path while "
    "the learning rate is constant, another one under a schedule.",
    on_networks={"lr": 0.01},
    edge=lambda momentum: 2.0 * (1.0 + momentum),
)


def nag(x, g, t, v, *, lr, momentum):
    v = momentum * v + g
    return x - lr * (g + momentum * v), v


NAG = Optimizer(
    key="nag",
    name="Nesterov momentum",
    step=nag,
    formula=r"v_t = \beta v_{t-1} + g_t, \qquad x_t = x_{t-1} - \eta\,(g_t + \beta v_t)",
    # torch.optim.SGD refuses nesterov=True without momentum, so zero is no value of this one.
    hyperparameters=(
        rate(0.05),
        Hyperparameter("momentum", r"\beta", 0.9, 0.001, 0.999, help=MOMENTUM.help),
    ),
    state=("velocity",),
    torch="SGD",
    torch_arguments={"lr": "lr", "momentum": "momentum", "nesterov": True},
    reference="Y. Nesterov, A method of solving a convex programming problem with convergence rate "
    "O(1/k²) (1983); in the form of I. Sutskever et al., On the importance of initialization and "
    "momentum in deep learning (2013)",
    idea="Momentum that looks ahead: it slows down before the gradient changes sign.",
    remark="PyTorch's form keeps the gradient at the present point and adds βv to it; the textbook "
    "evaluates the gradient at the point looked ahead to. Both follow the same path, shifted.",
    on_networks={"lr": 0.01},
    edge=lambda momentum: 2.0 * (1.0 + momentum) / (1.0 + 2.0 * momentum),
)


# A learning rate for each coordinate


def adagrad(x, g, t, s, *, lr, eps):
    s = s + g * g
    return x - lr * g / (sqrt(s) + eps), s


ADAGRAD = Optimizer(
    key="adagrad",
    name="AdaGrad",
    step=adagrad,
    formula=r"s_t = s_{t-1} + g_t^2, \qquad x_t = x_{t-1} - \eta\, \frac{g_t}{\sqrt{s_t} + \epsilon}",
    hyperparameters=(rate(0.5), epsilon(1e-10)),
    state=("sum of squares",),
    torch="Adagrad",
    torch_arguments={"lr": "lr", "eps": "eps"},
    reference="J. Duchi, E. Hazan, Y. Singer, Adaptive subgradient methods for online learning and "
    "stochastic optimization (2011)",
    idea="Coordinates that have seen steep gradients get a smaller rate. While gradients keep their size, "
    "steps fade as 1/√t.",
    remark="ε stands outside the root, as in PyTorch. Some books put it inside, √(s + ε).",
    on_networks={"lr": 0.01},
)


def rmsprop(x, g, t, s, *, lr, alpha, eps):
    s = alpha * s + (1 - alpha) * g * g
    return x - lr * g / (sqrt(s) + eps), s


RMSPROP = Optimizer(
    key="rmsprop",
    name="RMSProp",
    step=rmsprop,
    formula=r"s_t = \alpha s_{t-1} + (1 - \alpha)\, g_t^2, \qquad "
    r"x_t = x_{t-1} - \eta\, \frac{g_t}{\sqrt{s_t} + \epsilon}",
    hyperparameters=(
        rate(0.1),
        Hyperparameter(
            "alpha",
            r"\alpha",
            0.99,
            0.0,
            0.9999,
            label="mean-square decay",
            help="How long the mean square remembers.",
        ),
        epsilon(1e-8),
    ),
    state=("mean square",),
    torch="RMSprop",
    torch_arguments={"lr": "lr", "alpha": "alpha", "eps": "eps"},
    reference="T. Tieleman, G. Hinton, Lecture 6.5: RMSProp, Neural networks for machine learning (2012)",
    idea="AdaGrad with a fading memory, so its steps do not fade away.",
    remark="ε stands outside the root, as in PyTorch. Some books put it inside, √(s + ε).",
    on_networks={"lr": 0.001},
)


# Both: a velocity, and a learning rate for each coordinate


def adam(x, g, t, m, v, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return x - lr * m_hat / (sqrt(v_hat) + eps), m, v


ADAM = Optimizer(
    key="adam",
    name="Adam",
    step=adam,
    formula=r"\begin{aligned} m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, & "
    r"\hat m_t &= \frac{m_t}{1 - \beta_1^t}, \\ v_t &= \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2, & "
    r"\hat v_t &= \frac{v_t}{1 - \beta_2^t}, \\ "
    r"x_t &= x_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon} \end{aligned}",
    hyperparameters=(rate(0.2), BETA1, BETA2, epsilon(1e-8)),
    state=("first moment", "second moment"),
    torch="Adam",
    torch_arguments={"lr": "lr", "betas": ("beta1", "beta2"), "eps": "eps"},
    reference="D. P. Kingma, J. Ba, Adam: a method for stochastic optimization (2015)",
    idea="Momentum and RMSProp together, both corrected for starting at zero.",
    remark="The correction divides by 1 - βᵗ and fades with t. Dividing by 1 - β, as some demos do, "
    "is another optimizer.",
    on_networks={"lr": 0.001},
)

"""The rows of the table as a person would write them, for the tests of rules of one's own."""

from optviz.engine.optimizers import OPTIMIZERS

ADAM = """\
m = beta1*m + (1 - beta1)*g
v = beta2*v + (1 - beta2)*g*g
"""
CORRECTED = """\
m_hat = m/(1 - beta1**t)
v_hat = v/(1 - beta2**t)
"""
ROWS: dict[str, str] = {
    "gd": "x = x - lr*g",
    "momentum": "v = momentum*v + g\nx = x - lr*v",
    "nag": "v = momentum*v + g\nx -= lr*(g + momentum*v)",
    "adagrad": "s = s + g*g\nx = x - lr*g/(sqrt(s) + eps)",
    "rmsprop": "s = alpha*s + (1 - alpha)*g*g\nx = x - lr*g/(sqrt(s) + eps)",
    "adam": ADAM + CORRECTED + "x = x - lr*m_hat/(sqrt(v_hat) + eps)",
    "qhm": "m = momentum*m + (1 - momentum)*g\nx = x - lr*((1 - nu)*g + nu*m)",
    "asgd": """\
eta = where(t == 1, lr, eta)
x = x*(1 - lambd*eta) - eta*g
average = average + (x - average)/max(1, t - 1 - t0)
eta = lr/power(1 + lambd*lr*t, alpha)""",
    "lookahead": """\
slow = where(t == 1, x, slow)
v = momentum*v + g
fast = x - lr*v
slow = where(t % period == 0, slow + alpha*(fast - slow), slow)
x = where(t % period == 0, slow, fast)""",
    "adadelta": """\
s = rho*s + (1 - rho)*g*g
move = sqrt(d + eps)/sqrt(s + eps)*g
d = rho*d + (1 - rho)*move*move
x = x - lr*move""",
    "adamax": """\
m = beta1*m + (1 - beta1)*g
u = maximum(beta2*u, abs(g) + eps)
x = x - lr/(1 - beta1**t)*m/u""",
    "amsgrad": ADAM
    + """\
v_max = max(v_max, v)
m_hat = m/(1 - beta1**t)
v_hat = v_max/(1 - beta2**t)
x = x - lr*m_hat/(sqrt(v_hat) + eps)""",
    "adamw": "x = x*(1 - lr*decay)\n" + ADAM + CORRECTED + "x = x - lr*m_hat/(sqrt(v_hat) + eps)",
    "yogi": """\
m = beta1*m + (1 - beta1)*g
v = v - (1 - beta2)*sign(v - g*g)*g*g
x = x - lr*m/(sqrt(v) + eps)""",
    "adabelief": """\
m = beta1*m + (1 - beta1)*g
s = beta2*s + (1 - beta2)*(g - m)*(g - m) + eps
m_hat = m/(1 - beta1**t)
s_hat = s/(1 - beta2**t)
x = x - lr*m_hat/(sqrt(s_hat) + eps)""",
    "nadam": ADAM
    + """\
mu = beta1*(1 - 0.5*power(0.96, t*psi))
next = beta1*(1 - 0.5*power(0.96, (t + 1)*psi))
product = mu if t == 1 else product*mu
m_hat = next*m/(1 - product*next) + (1 - mu)*g/(1 - product)
v_hat = v/(1 - beta2**t)
x = x - lr*m_hat/(sqrt(v_hat) + eps)""",
    "radam": ADAM
    + """\
limit = 2/(1 - beta2) - 1
rho = limit - 2*t*beta2**t/(1 - beta2**t)
trust = (rho - 4)*(rho - 2)*limit/((limit - 4)*(limit - 2)*rho)
scale = sqrt(max(trust, 0))*sqrt(1 - beta2**t)/(sqrt(v) + eps)
m_hat = m/(1 - beta1**t)
x = x - lr*m_hat*where(rho > 5, scale, 1)""",
    "adan": """\
old = where(t == 1, g, old)
change = g - old
m = (1 - beta1)*m + beta1*g
v = (1 - beta2)*v + beta2*change
ahead = g + (1 - beta2)*change
n = (1 - beta3)*n + beta3*ahead*ahead
m_hat = m/(1 - (1 - beta1)**t + 1e-18)
v_hat = v/(1 - (1 - beta2)**t + 1e-18)
n_hat = n/(1 - (1 - beta3)**t + 1e-18)
x = (x - lr*(m_hat + (1 - beta2)*v_hat)/(sqrt(n_hat) + eps))/(1 + decay*lr)
old = g""",
    "signsgd": "x = x - lr*sign(g)",
    "lion": """\
way = sign(beta1*m + (1 - beta1)*g)
m = beta2*m + (1 - beta2)*g
x = x - lr*(way + decay*x)""",
    "rprop": """\
size = where(t == 1, lr, size)
agree = g*old
size = size*where(agree > 0, grow, where(agree < 0, shrink, 1))
size = min(max(size, smallest), largest)
old = where(agree < 0, 0, g)
x = x - size*sign(old)""",
}


#: Rules that divide by zero, overflow, or leave the plain numbers in another way.
STRANGE = {
    "a division by zero at the first step": "m = m + g/(t - 1)\nx = x - lr*g/m",
    "a place for everybody": "x = lr",
    "the same number for all": "x = t/10 + 0*lr",
    "a fractional power of what may be negative": "x = x - lr*g**0.5",
    "a power of a power": "x = x - lr*((g**9)**9)**9",
    "a power that overflows": "x = x - lr*9**(t*t)",
    "whole sliders": "k = 3 in 1..9 whole\nx -= where(t % k == 0, lr, lr/2)*((k**64)**64)**64*g",
    "counting": "n = where(t == 1, 2, n*n)\nx = x - lr*g/n",
    "remainders": "x = x - lr*(g // t + t % 3)",
    "a gradient that is changed": "g = min(max(g, -1), 1)\nx -= lr*g",
    "a gap in a state": "m = where(t == 1, 1, 0)/(t - 2)\nx = x - lr*g",
}


def with_sliders(key: str) -> str:
    """The text with a line for each hyperparameter of the row: its default and its range."""
    lines = []
    for h in OPTIMIZERS[key].hyperparameters:
        how = " whole" if h.integer else " log" if h.log else " linear"
        lines.append(f"{h.name} = {h.write(h.default)} in {h.write(h.low)}..{h.write(h.high)}{how}")
    return "\n".join([*lines, ROWS[key]])

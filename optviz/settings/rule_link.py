"""The text of a rule as part of one value of a link: short, and of letters, digits, - and . alone.

A packed text begins with its form. "0" is base64 of the text, which any program writes easily. "1" is base64
of the text compressed with WORDS, which is what we write. Both are read for ever.
"""

import base64
import binascii
import zlib

from optviz.engine.rule_expressions import RuleError
from optviz.engine.rule_text import LONGEST
from optviz.words import tr

PLAIN, COMPRESSED = "0", "1"
TO_LINK, FROM_LINK = str.maketrans("+/", "-.", "="), str.maketrans("-.", "+/")
#: What the compressor knows beforehand. Links that were handed out are read with it: it never changes.
WORDS = b"""# My rule
 whole log linear in 0..0.999 in 1e-6..10 in 1e-16..1 in 0.001..1 in 0..1
eps = 1e-8 in 1e-16..1
maximum(minimum(square(power(where(abs(sign(t == 1, g > 0, v_max = max(min(
momentum*v + gdecay*x - lr*sign(g)alpha*s + (1 - alpha)*g*g
x -= lr*g
x = x*(1 - lr*decay)
average = average + (x - average)
m = b1*m + (1 - b1)*g
v = b2*v + (1 - b2)*g**2
m_hat = m/(1 - b1**t)
v_hat = v/(1 - b2**t)
lr = 0.1 in 1e-6..10
m = beta1*m + (1 - beta1)*g
v = beta2*v + (1 - beta2)*g*g
m_hat = m/(1 - beta1**t)
v_hat = v/(1 - beta2**t)
x = x - lr*g/(sqrt(s) + eps)
x = x - lr*m_hat/(sqrt(v_hat) + eps)
"""


def packed(text: str) -> str:
    """The text as a part of a link."""
    press = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=WORDS)
    data = press.compress(text.encode()) + press.flush()
    return COMPRESSED + base64.b64encode(data).decode().translate(TO_LINK)


def unpacked(part: str) -> str:
    """The text again; of a long one no more is unpacked than is needed to see that it is too long.

    Raises:
        RuleError: for what is no packed text.
    """
    form, data = part[:1], part[1:].translate(FROM_LINK)
    most = 4 * LONGEST + 1  # bytes of that many characters, and one more
    try:
        raw = base64.b64decode(data + "=" * (-len(data) % 4), validate=True)
        if form == COMPRESSED:
            opened = zlib.decompressobj(-zlib.MAX_WBITS, zdict=WORDS)
            raw = opened.decompress(raw, most)
            if not opened.eof and len(raw) < most:
                raise _unreadable()
        elif form != PLAIN:
            raise _unreadable()
        return raw[:most].decode(errors="strict" if len(raw) < most else "replace")
    except (binascii.Error, zlib.error, ValueError) as error:
        if isinstance(error, RuleError):
            raise
        raise _unreadable() from None


def _unreadable() -> RuleError:
    return RuleError(0, tr("The rule in the link cannot be read; a part of the link may be missing."))

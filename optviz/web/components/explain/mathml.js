// Formulas as MathML, which browsers draw and screen readers speak, and as one line of plain text.

const MATHML = "http://www.w3.org/1998/Math/MathML"
const PRINTED_DIGITS = 6
/** @type {Record<string, string>} */
const ACCENT_MARKS = { hat: "^", bar: "¯", tilde: "~" }
/** @type {Record<string, string>} */
const COMBINING = { hat: "\u0302", bar: "\u0304", tilde: "\u0303" }
/** @type {Record<string, (a: number, b: number) => boolean>} */
const COMPARED = {
  "<": (a, b) => a < b, "≤": (a, b) => a <= b, ">": (a, b) => a > b, "≥": (a, b) => a >= b,
  "=": (a, b) => a === b, "≠": (a, b) => a !== b,
}
// How tightly a written expression binds.
const [ANYTHING, SUM, PRODUCT, POWER, ALONE] = [0, 1, 2, 3, 4]

/** @typedef {{ nodes: Element[], level: number }} Written */
/** Writes a line's i-th name, as a symbol or as this step's number. `read` holds its numbers.
 * A line that asks needs those of all coordinates, in `all`, and the name of its own, in `axis`.
 * @typedef {{ name: (i: number) => Written, read: number[], numbers: boolean, all?: number[][], axis?: string }} Filling */

/** @param {string} tag @param {...(Element | string)} parts @returns {Element} */
function mathNode(tag, ...parts) {
  const node = document.createElementNS(MATHML, tag)
  node.append(...parts)
  return node
}

/** @param {string} sign */
const mathSign = sign => mathNode("mo", sign)

/** One element, however many there are. @param {Element[]} nodes */
function mathRow(nodes) {
  return nodes.length === 1 ? /** @type {Element} */ (nodes[0]) : mathNode("mrow", ...nodes)
}

/** @param {Element[]} nodes @param {string} left @param {string} right */
function fenced(nodes, left = "(", right = ")") {
  return [mathSign(left), mathRow(nodes), mathSign(right)]
}

/** A whole formula. @param {Element[]} nodes */
function mathOf(nodes) {
  const math = mathNode("math", mathRow(nodes))
  math.setAttribute("displaystyle", "true") // fractions in full size
  return math
}

/** A number as it is printed: digits and a power of ten, both as text. The power is "" where there is none.
 * @param {number} value @param {number} [digits] @returns {{ digits: string, power: string }} */
function printedParts(value, digits = PRINTED_DIGITS) {
  if (Number.isNaN(value)) return { digits: tr("not defined"), power: "" }
  if (!Number.isFinite(value)) return { digits: value > 0 ? "∞" : "−∞", power: "" }
  const [mantissa = "0", exponent = "0"] = value.toExponential(digits - 1).split("e")
  const power = Number(exponent)
  if (value !== 0 && (power < -4 || power >= digits)) {
    return { digits: minus(String(Number(mantissa))), power: minus(String(power)) }
  }
  return { digits: minus(String(Number(`${mantissa}e${exponent}`))), power: "" }
}

/** @param {string} text */
function minus(text) {
  return text.replace("-", "−")
}

/** @param {number} value @param {number} [digits] */
function printedText(value, digits) {
  const parts = printedParts(value, digits)
  if (!parts.power) return parts.digits
  return `${parts.digits}·`.replace(/^(−?)1·$/, "$1") + `10${raised(parts.power)}`
}

/** @param {number} value @returns {Written} */
function writtenNumber(value) {
  const { digits, power } = printedParts(value)
  if (Number.isNaN(value)) return { nodes: [mathNode("mtext", digits)], level: ALONE }
  const negative = digits.startsWith("−")
  const plain = digits.replace("−", "")
  const nodes = []
  if (!power || plain !== "1") nodes.push(mathNode("mn", plain), ...(power ? [mathSign("×")] : []))
  if (power) nodes.push(mathNode("msup", mathNode("mn", "10"), mathRow(exponent(power))))
  // A row of its own makes the minus a sign of the number, and not an operation between two.
  const row = negative ? [mathNode("mrow", mathSign("−"), ...nodes)] : nodes
  return { nodes: row, level: negative ? SUM : power ? PRODUCT : ALONE }
}

/** @param {string} power @returns {Element[]} */
function exponent(power) {
  return power.startsWith("−") ? [mathSign("−"), mathNode("mn", power.slice(1))] : [mathNode("mn", power)]
}

/** @param {MathSymbol} symbol @returns {Written} */
function writtenSymbol({ base, accent, below, above, primes = 0 }) {
  const letter = mathNode("mi", base)
  const body = accent ? mathNode("mover", letter, mathSign(ACCENT_MARKS[accent] ?? "")) : letter
  if (accent) body.setAttribute("accent", "true")
  const raisedParts = [...(above ? indexParts(above) : []), ...(primes ? [mathSign("′".repeat(primes))] : [])]
  const [low, high] = [below ? [mathRow(indexParts(below))] : [], raisedParts.length ? [mathRow(raisedParts)] : []]
  const tag = low.length && high.length ? "msubsup" : low.length ? "msub" : "msup"
  const node = low.length || high.length ? mathNode(tag, body, ...low, ...high) : body
  return { nodes: [node], level: high.length ? POWER : ALONE }
}

/** Text of an index, such as t−1. @param {string} text @returns {Element[]} */
function indexParts(text) {
  return (text.match(/[0-9]+|[^\W\d]+|\S/gu) ?? []).map(part => {
    if (/^[0-9]+$/.test(part)) return mathNode("mn", part)
    return /^[-+,*]$/.test(part) ? mathSign(minus(part)) : mathNode("mi", part)
  })
}

/** The expression, in parentheses where it binds less tightly than `level`.
 * @param {MathTree} tree @param {Filling} filling @param {number} level @returns {Element[]} */
function writtenAt(tree, filling, level) {
  const made = written(tree, filling)
  return made.level >= level ? made.nodes : fenced(made.nodes)
}

/** @param {MathTree} tree @param {Filling} filling @returns {Written} */
function written(tree, filling) {
  const [kind, first, second, third] = tree
  /** @param {MathTree} part @param {number} level */
  const at = (part, level) => writtenAt(part, filling, level)
  switch (kind) {
    case "n": return writtenNumber(first)
    case "v": return filling.name(first)
    case "neg": return { nodes: [mathSign("−"), ...at(first, PRODUCT)], level: SUM }
    case "+": case "-": return { nodes: [...at(first, SUM), mathSign(minus(kind)), ...at(second, PRODUCT)], level: SUM }
    case "*": return { nodes: [...at(first, PRODUCT), productSign(second, filling), ...at(second, PRODUCT)], level: PRODUCT }
    case "/": return { nodes: [mathNode("mfrac", mathRow(at(first, ANYTHING)), mathRow(at(second, ANYTHING)))], level: POWER }
    case "^": return { nodes: [powerOf(mathRow(at(first, ALONE)), mathRow(at(second, ANYTHING)))], level: POWER }
    case "sqrt": return { nodes: [mathNode("msqrt", ...at(first, ANYTHING))], level: ALONE }
    case "abs": return { nodes: fenced(at(first, ANYTHING), "|", "|"), level: ALONE }
    case "cases": return casesTable(first, second, third, filling)
    case "gradient": case "value": return asked(kind, first, filling)
    case "total": return summed(first, filling)
  }
  const inside = tree.slice(1).flatMap((part, i) => [...(i ? [mathSign(",")] : []), ...at(part, ANYTHING)])
  return { nodes: [mathNode("mi", kind), ...fenced(inside)], level: POWER }
}

/** f or its gradient at a point; with numbers this coordinate's part of the gradient, at all coordinates of the point.
 * @param {string} kind @param {MathTree} point @param {Filling} filling @returns {Written} */
function asked(kind, point, filling) {
  const { all = [filling.read], axis = "" } = filling
  const slope = kind === "gradient"
  if (!filling.numbers) {
    const f = [...(slope ? [mathSign("∇")] : []), mathNode("mi", "f")]
    return { nodes: [...f, ...fenced(writtenAt(point, filling, ANYTHING))], level: POWER }
  }
  const part = axis ? [mathNode("mfrac", mathRow([mathSign("∂"), mathNode("mi", "f")]), mathRow([mathSign("∂"), mathNode("mi", axis)]))] : [mathNode("mi", "f′")]
  const places = all.flatMap((read, i) => [...(i ? [mathSign(",")] : []), ...writtenNumber(evaluated(point, read)).nodes])
  return { nodes: [...(slope ? part : [mathNode("mi", "f")]), ...fenced(places)], level: POWER }
}

/** A sum over all coordinates. @param {MathTree} term @param {Filling} filling @returns {Written} */
function summed(term, filling) {
  const { all = [filling.read] } = filling
  if (!filling.numbers) return { nodes: [mathSign("∑"), ...writtenAt(term, filling, PRODUCT)], level: SUM }
  const terms = all.flatMap((read, i) => {
    const own = { ...filling, read, name: (/** @type {number} */ n) => writtenNumber(read[n] ?? NaN) }
    return [...(i ? [mathSign("+")] : []), ...writtenAt(term, own, PRODUCT)]
  })
  return { nodes: terms, level: SUM }
}

/** @param {Element} base @param {Element} above */
function powerOf(base, above) {
  return base.localName === "msub" ? mathNode("msubsup", ...base.children, above) : mathNode("msup", base, above)
}

/** What stands between two factors: a dot between numbers, else nothing that one sees.
 * @param {MathTree} right @param {Filling} filling */
function productSign(right, filling) {
  return mathSign(filling.numbers || beginsWithNumber(right) ? "·" : "\u2062")
}

/** @param {MathTree} tree @returns {boolean} */
function beginsWithNumber([kind, first]) {
  return kind === "n" || (["^", "*"].includes(kind) && beginsWithNumber(first))
}

/** With symbols both branches, with numbers the one that is taken.
 * @param {MathTree} test @param {MathTree} yes @param {MathTree} no @param {Filling} filling @returns {Written} */
function casesTable(test, yes, no, filling) {
  if (filling.numbers) return written(holds(test, filling.read) ? yes : no, filling)
  const rows = caseRows(test, yes, no, filling)
  const table = mathNode("mtable", ...rows.map(row => mathNode("mtr", ...row.map(cell => mathNode("mtd", ...cell)))))
  return { nodes: [mathSign("{"), table], level: SUM }
}

/** One row for each case: its value, and when it holds.
 * @param {MathTree} test @param {MathTree} yes @param {MathTree} no @param {Filling} filling @returns {Element[][][]} */
function caseRows([sign, left, right], yes, no, filling) {
  const condition = [...writtenAt(left, filling, SUM), mathSign(sign), ...writtenAt(right, filling, SUM)]
  const others = no[0] === "cases" ? caseRows(no[1], no[2], no[3], filling) : [
    [writtenAt(no, filling, ANYTHING), [mathNode("mtext", tr("otherwise"))]],
  ]
  return [[writtenAt(yes, filling, ANYTHING), [mathNode("mtext", tr("if") + "\u00a0"), ...condition]], ...others]
}

/** The branch that is taken with these numbers, as deep as there are cases. @param {MathTree} tree @param {number[]} read
 * @returns {MathTree} */
function takenBranch(tree, read) {
  return tree[0] === "cases" ? takenBranch(holds(tree[1], read) ? tree[2] : tree[3], read) : tree
}

/** @param {MathTree} test @param {number[]} read */
function holds([sign, left, right], read) {
  return Boolean(COMPARED[sign]?.(evaluated(left, read), evaluated(right, read)))
}

/** The value of an expression, as far as conditions need it. @param {MathTree} tree @param {number[]} read @returns {number} */
function evaluated([kind, ...parts], read) {
  if (kind === "n") return parts[0]
  if (kind === "v") return read[parts[0]] ?? NaN
  if (kind === "cases") return evaluated(holds(parts[0], read) ? parts[1] : parts[2], read)
  const [a = NaN, b = NaN] = parts.map(part => evaluated(part, read))
  switch (kind) {
    case "neg": return -a
    case "+": return a + b
    case "-": return a - b
    case "*": return a * b
    case "/": return a / b
    case "^": return Math.pow(a, b)
    case "max": return Math.max(a, b)
    case "min": return Math.min(a, b)
    case "mod": return a - b * Math.floor(a / b)
    case "div": return Math.floor(a / b)
  }
  const plain = /** @type {Record<string, (v: number) => number>} */ (/** @type {unknown} */ (Math))[kind]
  return plain ? plain(a) : NaN
}

const LOWERED_FROM = "0123456789+-−=()aehijklmnoprstuvx"
const LOWERED_TO = "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"
const RAISED_FROM = "0123456789+-−=()aeimntx"
const RAISED_TO = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵉⁱᵐⁿᵗˣ"

/** The text in small characters, or behind a mark where one of them does not exist.
 * @param {string} text @param {string} from @param {string} to @param {string} mark */
function shifted(text, from, to, mark) {
  const [given, wanted] = [[...text.replace(/\s/g, "")], [...to]]
  if (given.every(c => from.includes(c))) return given.map(c => wanted[[...from].indexOf(c)]).join("")
  return given.length === 1 ? mark + text : `${mark}(${text})`
}

/** @param {string} text */
const lowered = text => shifted(text, LOWERED_FROM, LOWERED_TO, "_")
/** @param {string} text */
const raised = text => shifted(text, RAISED_FROM, RAISED_TO, "^")

/** A formula in MathML as one line of plain text. @param {Element} node @returns {string} */
function mathText(node) {
  const parts = [...node.children].map(child => mathText(child))
  const [first = "", second = "", third = ""] = parts
  /** @param {string} text */
  const group = text => (/^[^\s+−·/,]*$|^\([^()]*\)$/u.test(text) ? text : `(${text})`)
  switch (node.localName) {
    case "mo": return { "\u2062": " ", ",": ", ", "{": "", "(": "(", ")": ")", "|": "|" }[node.textContent ?? ""] ?? signText(node)
    case "mi": case "mn": case "mtext": return (node.textContent ?? "").replace("\u00a0", " ")
    case "mfrac": return `${group(first)} / ${group(second)}`
    case "msqrt": return `√${group(parts.join(""))}`
    case "msub": return first + lowered(second)
    case "msup": return first + primed(second)
    case "msubsup": return first + lowered(second) + primed(third)
    case "mover": return first + (Object.entries(ACCENT_MARKS).find(([, mark]) => mark === second.trim()) ?? [""]).slice(0, 1).map(name => COMBINING[name] ?? "").join("")
    case "mtr": return parts.join(" ")
    case "mtable": return parts.join(", ")
  }
  return parts.join("")
}

/** @param {string} text */
function primed(text) {
  const marks = text.trim().match(/′+$/)?.[0] ?? ""
  const rest = text.trim().slice(0, text.trim().length - marks.length)
  return (rest ? raised(rest) : "") + marks
}

/** @param {Element} node a sign with room on both sides, unless it stands first */
function signText(node) {
  const sign = node.textContent ?? ""
  if (sign.startsWith("′")) return sign
  return node.previousElementSibling && node.previousElementSibling.localName !== "mo" ? ` ${sign} ` : sign
}

// “Explain this step”: the lines of an optimizer's step with symbols, with this step's numbers, and in words.

const COORDINATES = ["x", "y"]
/** @type {StepLine} the last line of every explanation, which no step computes for itself */
const EFFECTIVE_RATE = {
  target: "effective rate",
  names: ["before", "after", "gradient"],
  tree: ["/", ["-", ["v", 0], ["v", 1]], ["v", 2]],
  kind: "rate",
  heading: marked("Effective rate"),
  words: marked("What the step made of each unit of gradient. Gradient descent has the learning rate in every coordinate."),
  start: false,
}

/** @param {string} tag @param {string} name @param {...(Node | string)} parts @returns {HTMLElement} */
function explainNode(tag, name, ...parts) {
  const node = document.createElement(tag)
  if (name) node.className = name
  node.append(...parts)
  return node
}

class StepExplanation {
  /** @param {HTMLElement} root an empty element, which becomes the explanation */
  constructor(root) {
    this.root = root
    root.classList.add("optviz-explain")
  }

  /** Explain step k = 1, 2, … of a run; for another k the one sentence why there is nothing to explain.
   * @param {StepEngine} engine @param {StepStates} states @param {number} k */
  show(engine, states, k) {
    if (k < 1 || k > states.steps) {
      const sentence = k < 1
        ? tr("This is the start: no step has been taken yet.")
        : tr("The run ended after step {step}.", { step: states.steps })
      this.root.replaceChildren(explainNode("p", "", sentence))
      return
    }
    const explanation = engine.explain(states, k)
    const lines = linesOf(explanation).map(line => lineNode(line))
    this.root.replaceChildren(
      explainNode("h3", "", tr("Step {step} of {optimizer}", { step: k, optimizer: tr(explanation.row.name) })),
      givenNode(explanation, states),
      explainNode("ol", "lines", ...lines),
      explainNode("h4", "", tr("Why this length?")),
      ...comparisonSentences(explanation).map(sentence => explainNode("p", "why", sentence)),
      explainNode("p", "rounded", tr("Every formula holds in each coordinate. Numbers are rounded to {digits} digits; the browser computes with all of them.", { digits: PRINTED_DIGITS })),
    )
  }
}

/** What the step begins with. @param {Explanation} explanation @param {StepStates} states */
function givenNode({ coordinates, gradient, rate, row, step }, { run }) {
  const scheduled = row.rated && (run.schedule?.key ?? "constant") !== "constant"
  /** @param {string} name @param {string} index */
  const letter = (name, index) => symbolText(indexed(row.names[name]?.symbol ?? { base: name }, index))
  const slope = run.noise ? marked("Gradient {symbol} with its noise") : marked("Gradient {symbol}")
  const pace = scheduled ? marked("Learning rate {symbol} after the schedule") : marked("Learning rate {symbol}")
  const rows = [
    [tr("Step t"), String(step)],
    [tr("Point {symbol}", { symbol: letter(row.point, "t-1") }), vectorText(coordinates.map(one => one.point))],
    ...(row.looks ? [] : [[tr(slope, { symbol: letter("g", "t") }), vectorText(gradient)]]),
    ...("lr" in row.names ? [[tr(pace, { symbol: letter("lr", "") }), printedText(rate)]] : []),
  ]
  return explainNode("dl", "given", ...rows.map(([term = "", value = ""]) =>
    explainNode("div", "", explainNode("dt", "", term), explainNode("dd", "", value))))
}

/** @param {MathSymbol} symbol */
function symbolText(symbol) {
  return mathText(mathOf(writtenSymbol(symbol).nodes))
}

/** @param {number[]} vector */
function vectorText(vector) {
  const numbers = vector.map(v => printedText(v))
  return numbers.length === 1 ? numbers.join("") : `(${numbers.join(", ")})`
}

/** One line, ready to be written: the sides of its formula as symbols, and one row of numbers for each coordinate.
 * @typedef {{ line: StepLine, target: MathSymbol, symbols: MathSymbol[], axes: ShownAxis[], all: number[][] }} ShownLine */
/** @typedef {{ name: string, recorded: RecordedLine }} ShownAxis */

/** The lines that ran. @param {Explanation} explanation @returns {ShownLine[]} */
function linesOf(explanation) {
  const { row, coordinates, effectiveRates, asked } = explanation
  const ran = row.lines.map((_, n) => coordinates.some(one => one.lines[n]?.ran))
  const symbols = versions(row, ran)
  const shown = row.lines.flatMap((line, n) => {
    const told = coordinates.map(one => one.lines[n])
    const [own, axes] = [symbols[n], axesOfLine(told, line.asks)]
    const all = told.map(one => one?.read ?? [])
    return ran[n] && own && axes.length ? [{ line, target: own.target, symbols: own.read, axes, all }] : []
  })
  const rates = axesOfLine(coordinates.map(({ point, next, gradient }, i) => (
    { ran: true, value: effectiveRates[i] ?? NaN, read: [point, next, gradient] }
  )))
  const x = row.names[row.point]?.symbol ?? { base: "x" }
  const used = indexed(row.names[asked.at(-1)?.variable ?? ""]?.symbol ?? { base: "g" }, "t")
  const [before, after] = ["t-1", "t"].map(index => indexed(x, index))
  const last = { line: EFFECTIVE_RATE, target: { base: tr("rate") }, symbols: [before ?? x, after ?? x, used], axes: rates, all: [] }
  return [...shown, last]
}

/** What a line did in each coordinate; one row where it was the same in all, as are answers that all coordinates share.
 * @param {(RecordedLine | undefined)[]} given @param {string} [asks] @returns {ShownAxis[]} */
function axesOfLine(given, asks = "") {
  const names = given.length > 1 ? COORDINATES : [""]
  const rows = given.flatMap((recorded, i) => (recorded?.ran ? [{ name: names[i] ?? "", recorded }] : []))
  if (asks === "gradient") return rows
  const shared = asks === "value" || asks === "total"
  const same = shared || rows.every(({ recorded }) => JSON.stringify(recorded) === JSON.stringify(rows[0]?.recorded))
  return same && rows.length > 1 && rows[0] ? [{ name: names.join(", "), recorded: rows[0].recorded }] : rows
}

/** Which symbol each name has in each line: m with the index t − 1 before its line, with t behind it, and with primes in
 * between. A line of the first step only gives the value from before the step.
 * @param {StepRow} row @param {boolean[]} ran @returns {({ target: MathSymbol, read: MathSymbol[] } | null)[]} */
function versions(row, ran) {
  const counts = row.lines.filter((line, n) => ran[n] && !line.start).map(line => line.target)
  /** @param {string} name */
  const total = name => counts.filter(other => other === name).length
  /** @type {Map<string, number>} */
  const done = new Map()
  /** @param {string} name @param {number} count @returns {MathSymbol} */
  const version = (name, count) => {
    const { symbol, before, after, entry } = row.names[name] ?? { symbol: { base: name }, before: "", after: "", entry: false }
    if (count === 0) return indexed(symbol, before)
    const last = count === total(name) && (before !== after || !entry)
    return { ...indexed(symbol, after), primes: last ? 0 : count }
  }
  return row.lines.map((line, n) => {
    if (!ran[n]) return null
    const read = line.names.map(name => version(name, done.get(name) ?? 0))
    if (!line.start) done.set(line.target, (done.get(line.target) ?? 0) + 1)
    return { target: version(line.target, done.get(line.target) ?? 0), read }
  })
}

/** @param {MathSymbol} symbol @param {string} index @returns {MathSymbol} */
function indexed(symbol, index) {
  if (!index) return symbol
  return { ...symbol, below: [symbol.below, index].filter(Boolean).join(",") }
}

/** @param {ShownLine} shown */
function lineNode({ line, target, symbols, axes, all }) {
  const item = explainNode("li", `line ${line.kind === "step" ? "step" : ""}`.trim())
  if (line.heading || line.words) {
    const words = explainNode("p", "words")
    if (line.heading) words.append(explainNode("b", "", tr("{why}.", { why: titled(line.heading) })), " ")
    const times = axes[0]?.recorded.times ?? 1
    words.append(together(tr(line.words), times > 1 ? tr("Done {count} times in this step; the numbers are those of the last.", { count: times }) : ""))
    item.append(words)
  }
  /** @type {Filling} */
  const letters = { numbers: false, read: [], name: i => writtenSymbol(symbols[i] ?? { base: "?" }) }
  const formula = mathOf([...writtenSymbol(target).nodes, mathSign("="), ...writtenAt(line.tree, letters, ANYTHING)])
  formula.setAttribute("alttext", mathText(formula))
  item.append(explainNode("div", "formula", formula))
  for (const { name, recorded } of axes) item.append(numbersNode(line, name, recorded, all))
  return item
}

/** This step's numbers in one coordinate. Each term of a sum is a formula of its own, so that a long line breaks.
 * @param {StepLine} line @param {string} axis @param {RecordedLine} recorded
 * @param {number[][]} all what was read in every coordinate */
function numbersNode(line, axis, { value, read }, all) {
  /** @type {Filling} */
  const numbers = { numbers: true, read, all, axis, name: i => writtenNumber(read[i] ?? NaN) }
  const row = explainNode("div", "pieces")
  const tree = takenBranch(line.tree, read)
  const pieces = tree[0] === "n" || tree[0] === "v" ? [] : summands(tree, numbers)
  for (const [i, nodes] of pieces.entries()) row.append(mathOf(i ? nodes : [mathSign("="), ...nodes]))
  // An operation that stands first in its piece keeps the room that it has between two numbers.
  for (const first of row.querySelectorAll("math > mrow > mo:first-child")) first.setAttribute("form", "infix")
  row.append(explainNode("span", "value", mathOf([mathSign("="), ...writtenNumber(value).nodes])))
  return explainNode("div", "numbers", explainNode("span", "axis", axis), row)
}

/** A sum term by term, each with its sign. @param {MathTree} tree @param {Filling} filling @returns {Element[][]} */
function summands(tree, filling) {
  const [kind, left, right] = tree
  if (kind !== "+" && kind !== "-") return [writtenAt(tree, filling, ANYTHING)]
  return [...summands(left, filling), [mathSign(minus(kind)), ...writtenAt(right, filling, PRODUCT)]]
}

// The anatomy of a step as traces on the picture: arrows, the box of the effective rates, the ellipse of the second
// moments. Everything is in the picture's own coordinates; only heads of arrows have a size in pixels.

/** @typedef {{ color: string, ink: string, halo: string }} AnatomyInk  the run's colour, that of words, and what separates lines from the ground */
/** @typedef {{ traces: Trace[], key: LegendEntry[], short: boolean }} DrawnAnatomy  `short`: the step is no pixel long */

const GRADIENT_COLOUR = "#d6336c" // no run has it
const HEAD_SIZE = 13 // px
const APART = 12 // px between the arrows in one dimension, where all lie on one line
const FEWEST_PIXELS = 1.5 // shorter arrows are not drawn
const [LEAST_SHARE, MOST_SHARE] = [0.04, 0.6] // of the picture: outside the arrows have a scale of their own

/** The learning rate, where arrows of this scale can be seen and fit; else a round number.
 * @param {Explanation} explanation @param {Axes} axes */
function arrowScale(explanation, axes) {
  const ranges = [axes.x.range, axes.y.range].slice(0, explanation.gradient.length)
  const vectors = [explanation.gradient, ...(explanation.momentum ? [explanation.momentum] : [])]
  const share = explanation.rate * Math.max(...vectors.map(vector => (
    Math.hypot(...vector.map((v, i) => v / Math.abs((ranges[i]?.[1] ?? 1) - (ranges[i]?.[0] ?? 0))))
  )))
  return share >= LEAST_SHARE && share <= MOST_SHARE ? explanation.rate : roundScale(explanation, ranges, 0.25)
}

/** @param {Anatomy} anatomy @param {AnatomyInk} inks @param {Axes} axes @param {number} height f where the step begins
 * @param {number} rate the learning rate @returns {DrawnAnatomy} */
function drawnAnatomy(anatomy, inks, axes, height, rate) {
  const { arrows, box, ellipse, scale } = anatomy
  const flat = anatomy.point.length === 1
  /** @type {Trace[]} */ const traces = []
  /** @type {LegendEntry[]} */ const key = []
  const by = printedText(scale, 3)
  const times = scale === rate ? tr("× {number} (learning rate)", { number: by }) : `× ${by}`
  let short = false
  if (!flat && box) {
    traces.push(...outlined(rectangle(box), { color: inks.color, width: 1.8, dash: "dot" }, inks.halo))
    key.push({ name: tr("effective rates (box)"), color: inks.color, dash: "dot" })
  }
  if (!flat && ellipse) {
    traces.push(...outlined(round(ellipse), { color: inks.ink, width: 1.8, dash: "dot" }, inks.halo))
    key.push({ name: tr("second moments (ellipse)"), color: inks.ink, dash: "dot" })
  }
  if (flat && gradientAtPoint(anatomy)) {
    traces.push(tangent(anatomy, inks, axes, height))
    key.push({ name: tr("tangent with this gradient"), color: inks.ink, dash: "dot" })
  }
  arrows.forEach(({ kind, title, from, to }, i) => {
    const step = kind === "step"
    const color = { gradient: GRADIENT_COLOUR, momentum: inks.ink, step: inks.color }[kind]
    const line = { color, width: step ? 4 : 2.4, dash: kind === "momentum" ? "dash" : "solid" }
    // In one dimension all arrows lie on one line: each is drawn a little higher than the one before.
    const level = flat ? axes.y.toData(axes.y.toPixel(height) - APART * (i + 1)) : NaN
    /** @param {number[]} at @returns {[number, number]} */
    const place = at => [at[0] ?? NaN, flat ? level : at[1] ?? NaN]
    const drawn = arrowTraces(place(from), place(to), line, inks.halo, axes)
    traces.push(...drawn)
    if (step) short = !drawn.length
    key.push({ name: step ? tr("this step") : tr("against the {title} {times}", { title, times }), color: line.color, dash: line.dash })
  })
  return { traces, key, short }
}

/** @param {[number, number]} from @param {[number, number]} to in data @param {{ color: string, width: number, dash: string }} line
 * @param {string} halo @param {Axes} axes @returns {Trace[]} none where it is shorter than a pixel */
function arrowTraces([x, y], [tipX, tipY], line, halo, axes) {
  const [dx, dy] = [axes.x.toPixel(tipX) - axes.x.toPixel(x), axes.y.toPixel(tipY) - axes.y.toPixel(y)]
  const length = Math.hypot(dx, dy)
  if (!(length >= FEWEST_PIXELS)) return []
  const size = Math.min(HEAD_SIZE + line.width, length)
  const share = 1 - (0.8 * size) / length // the line ends inside the head
  return [
    ...outlined({ x: [x, x + share * (tipX - x)], y: [y, y + share * (tipY - y)] }, line, halo),
    {
      ...PLAIN_TRACE, mode: "markers", x: [tipX], y: [tipY],
      marker: { symbol: "arrow", size, angle: arrowTurn(dx, -dy), color: line.color, line: { color: halo, width: 1 } },
    },
  ]
}

/** Plotly's angle of a marker: 0 is up, clockwise. @param {number} across @param {number} up */
function arrowTurn(across, up) {
  return (Math.atan2(across, up) * 180) / Math.PI
}

const PLAIN_TRACE = { type: "scatter", name: "anatomy", hoverinfo: "skip" }

/** @param {{ x: number[], y: number[] }} data @param {{ color: string, width: number, dash: string }} line @param {string} halo @returns {Trace[]} */
function outlined(data, line, halo) {
  return [
    { ...PLAIN_TRACE, mode: "lines", ...data, opacity: 0.75, line: { color: halo, width: line.width + 2.5, dash: "solid" } },
    { ...PLAIN_TRACE, mode: "lines", ...data, line },
  ]
}

/** @param {AnatomyShape} shape */
function rectangle({ centre: [x = 0, y = 0], halves: [a = 0, b = 0] }) {
  return { x: [x - a, x + a, x + a, x - a, x - a], y: [y - b, y - b, y + b, y + b, y - b] }
}

/** @param {AnatomyShape} shape */
function round({ centre: [x = 0, y = 0], halves: [a = 0, b = 0] }) {
  const angles = Array.from({ length: 73 }, (_, i) => (i * Math.PI) / 36)
  return { x: angles.map(angle => x + a * Math.cos(angle)), y: angles.map(angle => y + b * Math.sin(angle)) }
}

/** The gradient where the step begins, if the step asked for it there. @param {Anatomy} anatomy */
function gradientAtPoint({ point, arrows }) {
  return arrows.find(({ kind, from }) => kind === "gradient" && from.every((v, i) => v === point[i]))
}

/** @param {Anatomy} anatomy @param {AnatomyInk} inks @param {Axes} axes @param {number} height @returns {Trace} */
function tangent(anatomy, { ink }, axes, height) {
  const { point } = anatomy
  const slope = gradientAtPoint(anatomy)?.vector[0] ?? NaN
  const x = [...axes.x.range]
  return { ...PLAIN_TRACE, mode: "lines", x, y: x.map(at => height + slope * (at - (point[0] ?? NaN))), line: { color: ink, width: 1.8, dash: "dot" } }
}

// The heights and colours of a landscape, taken from its contour: for the views that are drawn without Plotly. They
// use the contour's grid, levels and colours, logarithmic where those are.

const SHADES = 256 // colours that are told apart
const LINES_IN = 0.42 // how much of a contour line's colour is laid over the ground

/** @typedef {{ axes: [Numbers, Numbers], heights: Numbers, low: number, high: number, size: number, colours: Uint8ClampedArray,
 *   line: [number, number, number], title: string, ticks: { at: number, text: string }[] | null, sentence: string }} Terrain
 *   heights are row by row along x; `low` and `high` are the outer levels and `size` what lies between two;
 *   `ticks` are null where heights are f itself; `sentence` says how heights are scaled */

/** @type {WeakMap<Figure, Terrain>} */
const terrains = new WeakMap()

/** @param {Figure} ground @returns {Terrain} */
function terrainOf(ground) {
  const known = terrains.get(ground)
  if (known) return known
  const [trace] = /** @type {[Trace]} */ (ground.data)
  const { start, end, size } = trace.contours
  const { title, tickvals, ticktext } = trace.colorbar
  const made = {
    axes: /** @type {[Numbers, Numbers]} */ ([unpack(trace.x), unpack(trace.y)]),
    heights: unpack(trace.z), low: start, high: end, size,
    colours: colourTable(trace.colorscale),
    line: /** @type {[number, number, number]} */ ([128, 140, 160]),
    title: title.text,
    ticks: tickvals ? tickvals.map((/** @type {number} */ at, /** @type {number} */ i) => ({ at, text: plainPower(ticktext[i]) })) : null,
    sentence: scaleSentence(title.text, tickvals ? start : null),
  }
  terrains.set(ground, made)
  return made
}

/** How heights are scaled, in words. @param {string} title @param {number | null} bottom its logarithm, or null */
function scaleSentence(title, bottom) {
  if (bottom === null) return tr("Height and colour show f itself.")
  const least = Number((10 ** bottom).toPrecision(2))
  return tr("Height and colour show the logarithm of {what}, as the contours do. What is lower than {least} is drawn at that height.", {
    what: title, least: numberText(least),
  })
}

/** @param {[number, string][]} scale shares and colours as #rrggbb @returns {Uint8ClampedArray} red, green, blue of each shade */
function colourTable(scale) {
  const table = new Uint8ClampedArray(3 * SHADES)
  const stops = scale.map(([share, colour]) => ({ share, parts: [1, 3, 5].map(i => parseInt(colour.slice(i, i + 2), 16)) }))
  for (let k = 0; k < SHADES; k++) {
    const share = k / (SHADES - 1)
    const above = Math.max(1, stops.findIndex(stop => stop.share >= share))
    const [a, b] = [stops[above - 1], stops[above]]
    const part = a && b ? (share - a.share) / (b.share - a.share) : 0
    for (let c = 0; c < 3; c++) table[3 * k + c] = (a?.parts[c] ?? 0) + part * ((b?.parts[c] ?? 0) - (a?.parts[c] ?? 0))
  }
  return table
}

/** 10<sup>−4</sup> without markup. @param {string} text */
function plainPower(text) {
  return text.replace(/<sup>(.*?)<\/sup>/g, (_, power) => superscript(power))
}

/** @param {string} digits */
function superscript(digits) {
  return [...digits].map(digit => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? "⁻").join("")
}

/** The height at a place, between 0 at the lowest level and 1 at the highest; NaN outside and in a gap.
 * @param {Terrain} terrain @param {number} x @param {number} y */
function shareAt({ axes: [xs, ys], heights, low, high }, x, y) {
  const [columns, rows] = [xs.length, ys.length]
  const [firstX, firstY] = [xs[0] ?? NaN, ys[0] ?? NaN]
  const across = ((x - firstX) / ((xs[columns - 1] ?? NaN) - firstX)) * (columns - 1)
  const up = ((y - firstY) / ((ys[rows - 1] ?? NaN) - firstY)) * (rows - 1)
  if (!(across >= 0 && across <= columns - 1 && up >= 0 && up <= rows - 1)) return NaN
  const [i, j] = [Math.min(columns - 2, Math.floor(across)), Math.min(rows - 2, Math.floor(up))]
  const [s, t] = [across - i, up - j]
  const at = j * columns + i
  const below = (heights[at] ?? NaN) * (1 - s) + (heights[at + 1] ?? NaN) * s
  const above = (heights[at + columns] ?? NaN) * (1 - s) + (heights[at + columns + 1] ?? NaN) * s
  return (below * (1 - t) + above * t - low) / (high - low || 1)
}

/** Round numbers within an interval, about as many as asked for. @param {number} low @param {number} high @param {number} count
 * @returns {number[]} */
function roundTicks(low, high, count) {
  const rough = (high - low) / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map(by => by * power).find(each => each >= rough) ?? rough
  const first = Math.ceil(low / step - 1e-9)
  return Array.from({ length: Math.max(0, Math.floor(high / step + 1e-9) - first + 1) }, (_, k) => Number(((first + k) * step).toPrecision(12)))
}

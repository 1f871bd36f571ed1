// The loss axis: what is drawn against the step, and how far up and down the axis reaches. It follows from
// whole runs, so that playing moves nothing, and is the same for the server's runs and for those of a draft.

const CUT = -16 // below 10^CUT a height is rounding
const CUT_FROM = -12 // unless the whole picture is about such heights

/** @param {Rows[]} rows all runs @param {boolean[]} visible which of them the range is for @param {Loss} loss
 * @returns {{ heights: Float64Array[], title: string, label: string, range: [number, number], dtick: number | null }} */
function lossAxis(rows, visible, loss) {
  const reached = rows.reduce((least, { values }) => Math.min(least, lowestOf(values)), Infinity)
  const known = loss.lowest !== null
  const floor = loss.log ? Math.min(loss.lowest ?? reached, reached) : 0
  const heights = rows.map(({ values }) => Float64Array.from(values, value => {
    const height = value - floor
    return loss.log && !(height > 0) ? NaN : height
  }))
  const chosen = visible.some(Boolean) ? heights.filter((_, i) => visible[i]) : heights
  const first = (rows[0]?.values[0] ?? NaN) - floor
  const { range, cut } = rangeOf(chosen, first, loss.log)
  const title = loss.log ? (known ? loss.titles.known : loss.titles.reached) : loss.titles.plain
  const span = range[1] - range[0]
  return {
    heights,
    title: cut ? tr("{title} (cut at 10<sup>{power}</sup>)", { title, power: CUT }) : title,
    label: floor === 0 ? loss.titles.plain : title,
    range,
    dtick: !loss.log || span < 1.2 ? null : Math.max(1, Math.round(span / 6)),
  }
}

/** Where a diverging run would flatten all others, it leaves through the top; the line itself is whole.
 * @param {Float64Array[]} heights @param {number} first the height at the start @param {boolean} log
 * @returns {{ range: [number, number], cut: boolean }} */
function rangeOf(heights, first, log) {
  let [low, high] = [Infinity, -Infinity]
  for (const line of heights) {
    for (const height of line) {
      if (height < low) low = height
      if (height > high) high = height
    }
  }
  const ceiling = Math.abs(first) * (log ? 1e6 : 3)
  const over = ceiling > 0 && high > ceiling
  if (over) high = ceiling
  if (!(high >= low)) [low, high] = log ? [1e-3, 1] : [0, 1]
  if (!log) {
    const margin = 0.05 * (high - low) || 0.5
    return { range: [low - margin, high + margin], cut: false }
  }
  let [bottom, top] = [Math.log10(low), Math.log10(high)]
  const cut = bottom < CUT && top > CUT_FROM
  if (cut) bottom = CUT
  const margin = 0.04 * (top - bottom) || 0.5
  return { range: [cut ? bottom : bottom - margin, top + margin], cut }
}

/** While a draft moves, an axis that jumps now and then is calmer than one that never rests.
 * @param {[number, number]} before @param {[number, number]} wanted @returns {[number, number]} */
function steady(before, wanted) {
  const [span, fits] = [wanted[1] - wanted[0], wanted[0] >= before[0] && wanted[1] <= before[1]]
  if (fits && span >= 0.6 * (before[1] - before[0])) return before
  return [wanted[0] - 0.15 * span, wanted[1] + 0.05 * span]
}

/** @param {Numbers} values */
function lowestOf(values) {
  let least = Infinity
  for (const value of values) if (value < least) least = value
  return least
}

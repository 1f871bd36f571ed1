// From the rows of a run to what is drawn of it on the landscape.

const REACH = 1e4 // in widths of the picture: lines are drawn no farther out, browsers cannot

/** @param {Run} run @returns {Rows} */
function rowsOf(run) {
  const asked = run.asked ? { asked: unpack(run.asked) } : {}
  return { ...asked, points: run.points.map(unpack), values: Float64Array.from(unpack(run.values), height => run.base + height) }
}

/** Where each row stands on the horizontal axis of the loss.
 * @param {Rows} rows @param {Loss} loss @returns {Float64Array} */
function acrossOf({ values, asked }, { across, per }) {
  return Float64Array.from(values, (_, k) => (across === "gradients" && asked ? asked[k] ?? NaN : k * per))
}

/** The row that stands nearest to a place of the loss axis, of the run whose curve passes nearest to it there.
 * @param {Rows[]} rows @param {Float64Array[]} heights of the curves @param {Loss} loss @param {{ x: number, y: number }} place */
function rowAt(rows, heights, loss, { x, y }) {
  const spots = rows.map((each, i) => {
    const across = acrossOf(each, loss)
    let row = 0
    while (row < across.length - 1 && Math.abs((across[row + 1] ?? NaN) - x) <= Math.abs((across[row] ?? NaN) - x)) row++
    return { row, away: Math.abs((heights[i]?.[row] ?? Infinity) - y) }
  })
  return spots.sort((a, b) => a.away - b.away)[0]?.row ?? 0
}

/** (x, y) in 2D and (x, f(x)) in 1D, with gaps where no screen reaches.
 * @param {Rows} rows @param {[number, number][]} domain @returns {{ x: Float64Array, y: Float64Array }} */
function drawnPath({ points, values }, domain) {
  const width = Math.max(...domain.map(([low, high]) => high - low))
  const far = REACH * width + Math.max(...domain.flat().map(Math.abs))
  const [x, y] = [Float64Array.from(points[0] ?? []), Float64Array.from(points[1] ?? values)]
  for (let i = 0; i < x.length; i++) {
    if (points.some(column => !(Math.abs(column[i] ?? NaN) <= far))) x[i] = y[i] = NaN
  }
  return { x, y }
}

/** Where the path first leaves the domain: the place on the border, the direction in shares of the domain
 * (upwards positive), and words. null if it stays, or starts outside.
 * @param {Rows} rows @param {[number, number][]} domain
 * @returns {{ step: number, x: number, y: number, direction: [number, number], text: string } | null} */
function exitOf({ points, values }, domain) {
  /** @param {number} k */
  const at = k => points.map(column => column[k] ?? NaN)
  /** @param {number} k */
  const outside = k => at(k).some((v, i) => !inInterval(v, domain[i]))
  let step = 0
  while (step < values.length && !outside(step)) step++
  if (step === 0 || step === values.length) return null
  const [inside, leaving] = [at(step - 1), at(step)]
  const shares = domain.map(([low, high], i) => {
    const move = (leaving[i] ?? NaN) - (inside[i] ?? NaN)
    return move ? ((move > 0 ? high : low) - (inside[i] ?? NaN)) / move : Infinity
  })
  const share = Math.min(...shares.filter(s => s >= 0))
  const border = inside.map((v, i) => v + (Number.isFinite(share) ? share : 0) * ((leaving[i] ?? NaN) - v))
  const move = domain.map(([low, high], i) => ((leaving[i] ?? NaN) - (inside[i] ?? NaN)) / (high - low))
  return {
    step,
    x: border[0] ?? NaN,
    y: border[1] ?? values[step - 1] ?? NaN, // in 1D at the height of the last iterate in the picture
    direction: [move[0] ?? 0, move[1] ?? 0],
    text: tr("leaves the picture at step {step}, to {point}", { step, point: pointText(leaving) }),
  }
}

/** @param {number} value @param {[number, number] | undefined} interval */
function inInterval(value, interval) {
  return interval !== undefined && value >= interval[0] && value <= interval[1]
}

/** @param {number} value */
function numberText(value) {
  return String(Number(value.toPrecision(4))).replace("-", "−")
}

/** @param {number[]} point */
function pointText(point) {
  return point.length === 1 ? numberText(point[0] ?? NaN) : `(${point.map(numberText).join(", ")})`
}

/** The angle of Plotly's arrow marker: 0 is up, clockwise. `across` and `up` in pixels.
 * @param {number} across @param {number} up */
function arrowAngle(across, up) {
  return (Math.atan2(across, up) * 180) / Math.PI
}

// The anatomy of a step as geometry in data coordinates: arrows from the point where the step begins, the box of
// the effective rates and the ellipse of the second moments. Nothing is drawn here, and nothing is cut.

/** An arrow from the point. `vector` is what it stands for, `to` is where it ends: point − scale · vector, and for
 * the step point + vector.
 * @typedef {{ kind: "gradient" | "momentum" | "step", title: string, variable: string, vector: number[], from: number[],
 *   to: number[] }} AnatomyArrow */
/** Half axes about the point, one for each coordinate. @typedef {{ centre: number[], halves: number[] }} AnatomyShape */
/** @typedef {{ step: number, point: number[], scale: number, arrows: AnatomyArrow[], box: AnatomyShape | null,
 *   ellipse: AnatomyShape | null }} Anatomy */

/** The anatomy of one step.
 *
 * Gradient and momentum are drawn against their direction and times one `scale`, the learning rate of this step
 * unless another is given: so the arrow of the gradient is the step of gradient descent with this rate. The step is
 * drawn as it is. The box shows the effective rates: in coordinate i its half side is as far as a gradient of this
 * length would move the point if it were equal in all coordinates, |rateᵢ| ‖g‖ / √d. The ellipse has the roots of
 * the second moments times `scale` as half axes: gradients of the usual size end on it. Both are null where the
 * step has no such values. A step that looks elsewhere has an arrow for each gradient, from where it was asked for.
 * @param {Explanation} explanation @param {{ scale?: number }} [options] @returns {Anatomy} */
function anatomyOf(explanation, { scale = explanation.rate } = {}) {
  const { row, gradient, asked, momentum, squares, moves, effectiveRates } = explanation
  const point = explanation.coordinates.map(one => one.point)
  /** @param {AnatomyArrow["kind"]} kind @param {string} title @param {string} variable @param {number[]} vector @param {number} by
   * @param {number[]} from @returns {AnatomyArrow} */
  const arrow = (kind, title, variable, vector, by, from = point) => ({
    kind, title, variable, vector, from, to: from.map((v, i) => v + by * (vector[i] ?? NaN)),
  })
  const gradients = asked.map(one => arrow("gradient", titled(row.titles[one.variable] || "gradient"), one.variable, one.gradient, -scale, one.at))
  const arrows = [
    ...(gradients.length ? gradients : [arrow("gradient", tr("gradient"), "g", gradient, -scale)]),
    ...(momentum ? [arrow("momentum", memoryTitle(row), row.momentum, momentum, -scale)] : []),
    arrow("step", tr("step"), row.point, moves, 1),
  ]
  const even = Math.hypot(...gradient) / Math.sqrt(gradient.length)
  return {
    step: explanation.step,
    point,
    scale,
    arrows: arrows.filter(one => one.to.every(Number.isFinite)),
    box: shapeAt(point, effectiveRates.map(rate => Math.abs(rate) * even)),
    ellipse: squares && shapeAt(point, squares.map(square => Math.sqrt(square) * scale)),
  }
}

/** @param {number[]} centre @param {number[]} halves @returns {AnatomyShape | null} */
function shapeAt(centre, halves) {
  return halves.every(Number.isFinite) ? { centre, halves } : null
}

/** A round scale (1, 2 or 5 times a power of ten) with which the longer of gradient and momentum takes at most
 * `share` of the picture; for pictures where the learning rate makes arrows too long or too short to see.
 * @param {Explanation} explanation @param {[number, number][]} domain @param {number} [share] */
function roundScale(explanation, domain, share = 0.3) {
  const widths = domain.map(([low, high]) => high - low)
  const vectors = [explanation.gradient, ...(explanation.momentum ? [explanation.momentum] : [])]
  const most = Math.max(...vectors.map(vector => Math.hypot(...vector.map((v, i) => v / (widths[i] ?? 1)))))
  if (!(most > 0 && most < Infinity)) return explanation.rate
  const wanted = share / most
  const ten = 10 ** Math.floor(Math.log10(wanted))
  return ten * ([5, 2].find(digit => digit * ten <= wanted) ?? 1)
}

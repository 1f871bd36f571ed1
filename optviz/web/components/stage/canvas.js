// Draws the scatter traces of a figure on a canvas that lies on its Plotly node, in the same places. Plotly needs
// tens of milliseconds for six paths with marks, this one to three: frames of a drag and of the player are drawn
// here, and Plotly draws again when they have come to rest.

const BEYOND = 60 // px outside the plot from which on lines are cut, so that nobody computes dashes there

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Box */

/** @type {Record<string, number[]>} strokes and gaps in widths of the line, as Plotly has them */
const DASHES = {
  dot: [1, 1], dash: [3, 3], longdash: [5, 5], dashdot: [3, 1, 1, 1], longdashdot: [5, 2, 1, 2],
}

/** Corners in shares of half the size, x to the right and y downwards. @type {Record<string, [number, number][]>} */
const SHAPES = {
  square: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
  diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
  "triangle-up": [[0, -1.15], [1.15, 0.58], [-1.15, 0.58]],
  cross: around([[0.4, -1.2], [0.4, -0.4], [1.2, -0.4]]),
  x: around([[0, -0.57], [0.57, -1.13], [1.13, -0.57]]),
  star: Array.from({ length: 10 }, (_, i) => {
    const [angle, radius] = [(i * Math.PI) / 5, i % 2 ? 0.53 : 1.4]
    return [radius * Math.sin(angle), -radius * Math.cos(angle)]
  }),
  arrow: [[0, 0], [-1, 2], [1, 2]],
}

/** The three corners of a quarter, turned to all four sides.
 * @param {[number, number][]} corners @returns {[number, number][]} */
function around(corners) {
  const turned = [...corners]
  for (let turn = 1; turn < 4; turn++) turned.push(...turned.slice(-3).map(([x, y]) => /** @type {[number, number]} */ ([-y, x])))
  return turned
}

/** @param {HTMLCanvasElement} canvas @param {PlotNode} node the Plotly node below @param {Figure} figure its size and traces */
function paint(canvas, node, { data, layout }) {
  const axes = axesOf(node)
  const context = canvas.getContext("2d")
  if (!axes || !context) return
  const ratio = window.devicePixelRatio || 1
  const [width, height] = [Math.round(layout.width * ratio), Math.round(layout.height * ratio)]
  if (canvas.width !== width || canvas.height !== height) {
    Object.assign(canvas, { width, height })
    Object.assign(canvas.style, { width: `${layout.width}px`, height: `${layout.height}px` })
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, layout.width, layout.height)
  context.translate(axes.x.offset, axes.y.offset)
  for (const trace of data) {
    if (trace.visible === false || trace.type !== "scatter") continue
    context.save()
    if (trace.cliponaxis !== false) {
      context.beginPath()
      context.rect(0, 0, axes.x.length, axes.y.length)
      context.clip()
    }
    context.globalAlpha = trace.opacity ?? 1
    const spots = places(trace, axes)
    if (trace.mode.includes("lines")) strokeLine(context, trace.line, spots, axes)
    if (trace.mode.includes("markers")) stampMarkers(context, trace, spots, axes)
    if (trace.mode.includes("text")) writeText(context, trace, spots)
    context.restore()
  }
}

/** @param {HTMLCanvasElement} canvas */
function wipe(canvas) {
  canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height)
}

/** Pixels of the points; null where there is none. @param {Trace} trace @param {Axes} axes @returns {([number, number] | null)[]} */
function places(trace, axes) {
  return Array.from(trace.y, (y, i) => {
    const x = trace.x ? trace.x[i] : trace.x0 + i * trace.dx
    if (x === null || y === null) return null
    const [px, py] = [axes.x.toPixel(x), axes.y.toPixel(y)]
    return Number.isFinite(px) && Number.isFinite(py) ? [px, py] : null
  })
}

/** @param {CanvasRenderingContext2D} context @param {{ color: string, width: number, dash?: string }} line
 * @param {([number, number] | null)[]} spots @param {Axes} axes */
function strokeLine(context, { color, width, dash }, spots, axes) {
  const box = { left: -BEYOND, top: -BEYOND, right: axes.x.length + BEYOND, bottom: axes.y.length + BEYOND }
  const unit = Math.max(3, width)
  context.strokeStyle = color
  context.lineWidth = width
  context.lineJoin = "round"
  context.setLineDash((DASHES[dash ?? ""] ?? []).map(part => part * unit))
  context.beginPath()
  /** @type {[number, number] | null} */ let before = null
  /** @type {[number, number] | null} */ let pen = null
  for (const spot of spots) {
    const piece = before && spot && cutTo(box, before, spot)
    if (piece) {
      const [from, to] = piece
      if (!pen || pen[0] !== from[0] || pen[1] !== from[1]) context.moveTo(...from)
      context.lineTo(...to)
      pen = to
    }
    before = spot
  }
  context.stroke()
  context.setLineDash([])
}

/** The part of a straight line that lies in a box (Liang and Barsky 1984); null if none does.
 * @param {Box} box @param {[number, number]} a @param {[number, number]} b @returns {[[number, number], [number, number]] | null} */
function cutTo(box, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  let [from, to] = [0, 1]
  for (const [step, room] of /** @type {[number, number][]} */ ([
    [-dx, a[0] - box.left], [dx, box.right - a[0]], [-dy, a[1] - box.top], [dy, box.bottom - a[1]],
  ])) {
    if (step === 0 && room < 0) return null
    if (step < 0) from = Math.max(from, room / step)
    if (step > 0) to = Math.min(to, room / step)
  }
  if (from > to) return null
  return [from === 0 ? a : [a[0] + from * dx, a[1] + from * dy], to === 1 ? b : [a[0] + to * dx, a[1] + to * dy]]
}

/** @param {CanvasRenderingContext2D} context @param {Trace} trace @param {([number, number] | null)[]} spots @param {Axes} axes */
function stampMarkers(context, { marker }, spots, axes) {
  const open = marker.symbol?.endsWith("-open")
  const rim = marker.line?.width ?? 0
  context.beginPath()
  spots.forEach((spot, i) => {
    if (!spot) return
    const [x, y] = spot
    const [outX, outY] = [x < 0 || x > axes.x.length, y < 0 || y > axes.y.length]
    if (outX || outY) return // as Plotly does: what is outside is not shown, clipped or not
    const radius = (Array.isArray(marker.size) ? marker.size[i] : marker.size) / 2
    const corners = SHAPES[marker.symbol]
    if (corners) outline(context, corners, x, y, radius, ((marker.angle ?? 0) * Math.PI) / 180)
    else {
      context.moveTo(x + radius, y)
      context.arc(x, y, radius, 0, 2 * Math.PI)
    }
  })
  context.fillStyle = marker.color
  if (!open) context.fill()
  if (!rim && !open) return
  context.strokeStyle = open ? marker.color : marker.line.color
  context.lineWidth = rim
  context.stroke()
}

/** @param {CanvasRenderingContext2D} context @param {[number, number][]} corners @param {number} x @param {number} y
 * @param {number} radius @param {number} angle clockwise */
function outline(context, corners, x, y, radius, angle) {
  const [cos, sin] = [Math.cos(angle) * radius, Math.sin(angle) * radius]
  corners.forEach(([cx, cy], i) => {
    const [px, py] = [x + cx * cos - cy * sin, y + cx * sin + cy * cos]
    if (i) context.lineTo(px, py)
    else context.moveTo(px, py)
  })
  context.closePath()
}

/** @param {CanvasRenderingContext2D} context @param {Trace} trace @param {([number, number] | null)[]} spots */
function writeText(context, { text, textfont, textposition, marker }, spots) {
  const left = textposition.endsWith("left")
  context.font = `${textfont.size}px "Open Sans", verdana, arial, sans-serif`
  context.fillStyle = textfont.color
  context.textBaseline = "middle"
  context.textAlign = left ? "right" : "left"
  context.strokeStyle = marker.line.color
  context.lineWidth = 3
  spots.forEach((spot, i) => {
    if (!spot) return
    const x = spot[0] + (left ? -9 : 9)
    context.strokeText(text[i], x, spot[1])
    context.fillText(text[i], x, spot[1])
  })
}

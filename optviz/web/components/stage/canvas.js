// Draws the scatter traces of a figure on a canvas, in a plane: that of a Plotly node below it, or of a view that is
// drawn without Plotly. Plotly needs tens of milliseconds for six paths with marks, this one to three: frames of a
// drag and of the player are drawn here, and Plotly draws again when they have come to rest.

const BEYOND = 60 // px outside the plot from which on lines are cut, so that nobody computes dashes there

const BEHIND = 0.3 // opacity of what lies behind a hill

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

/** A canvas of this size with nothing on it, to be drawn on in CSS pixels.
 * @param {HTMLCanvasElement} canvas @param {Layout} size in px @returns {CanvasRenderingContext2D | null} */
function cleared(canvas, { width, height }) {
  const context = canvas.getContext("2d")
  if (!context) return null
  const ratio = window.devicePixelRatio || 1
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== across || canvas.height !== down) {
    Object.assign(canvas, { width: across, height: down })
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` })
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  return context
}

/** Draw the scatter traces of a figure in a plane.
 * @param {CanvasRenderingContext2D} context @param {Plane} plane @param {Trace[]} data */
function paint(context, plane, data) {
  for (const trace of data) {
    if (trace.visible === false || trace.type !== "scatter") continue
    context.save()
    context.translate(plane.left, plane.top)
    if (trace.cliponaxis !== false) {
      context.beginPath()
      context.rect(0, 0, plane.width, plane.height)
      context.clip()
    }
    const draped = plane.drape && !/markers|text/.test(trace.mode) // its points need not be placed
    const spots = draped ? [] : places(trace, plane)
    if (trace.mode.includes("lines")) {
      const line = plane.drape ? plane.drape(trace.x, trace.y) : spots
      inParts(context, trace, line, true, part => strokeLine(context, trace.line, part, plane))
    }
    if (trace.mode.includes("markers")) inParts(context, trace, spots, false, part => stampMarkers(context, trace, part, plane))
    if (trace.mode.includes("text")) writeText(context, trace, spots)
    context.restore()
  }
}

/** Draw what is seen, and faintly what lies behind a hill.
 * @param {CanvasRenderingContext2D} context @param {Trace} trace @param {(Spot | null)[]} spots @param {boolean} joined by a line
 * @param {(part: (Spot | null)[]) => void} draw */
function inParts(context, { opacity = 1 }, spots, joined, draw) {
  context.globalAlpha = opacity
  const hidden = spots.map(spot => spot?.[2] === true)
  if (!hidden.includes(true)) return draw(spots)
  draw(spots.map((spot, i) => (hidden[i] ? null : spot)))
  context.globalAlpha = opacity * BEHIND
  draw(spots.map((spot, i) => (hidden[i] || (joined && (hidden[i - 1] || hidden[i + 1])) ? spot : null)))
  context.globalAlpha = opacity
}

/** @param {HTMLCanvasElement} canvas */
function wipe(canvas) {
  canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height)
}

/** Pixels of the points; null where there is none. @param {Trace} trace @param {Plane} plane @returns {(Spot | null)[]} */
function places(trace, plane) {
  return Array.from(trace.y, (y, i) => {
    const x = trace.x ? trace.x[i] : trace.x0 + i * trace.dx
    if (x === null || y === null) return null
    const spot = plane.place(x, y)
    return spot && Number.isFinite(spot[0]) && Number.isFinite(spot[1]) ? spot : null
  })
}

/** @param {CanvasRenderingContext2D} context @param {{ color: string, width: number, dash?: string }} line
 * @param {(Spot | null)[]} spots @param {{ width: number, height: number }} plane */
function strokeLine(context, { color, width, dash }, spots, plane) {
  const box = { left: -BEYOND, top: -BEYOND, right: plane.width + BEYOND, bottom: plane.height + BEYOND }
  const unit = Math.max(3, width)
  context.strokeStyle = color
  context.lineWidth = width
  context.lineJoin = "round"
  context.setLineDash((DASHES[dash ?? ""] ?? []).map(part => part * unit))
  context.beginPath()
  /** @type {Spot | null} */ let before = null
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
 * @param {Box} box @param {Spot} a @param {Spot} b @returns {[[number, number], [number, number]] | null} */
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
  return [from === 0 ? [a[0], a[1]] : [a[0] + from * dx, a[1] + from * dy], to === 1 ? [b[0], b[1]] : [a[0] + to * dx, a[1] + to * dy]]
}

/** @param {CanvasRenderingContext2D} context @param {Trace} trace @param {(Spot | null)[]} spots @param {Plane} plane */
function stampMarkers(context, { marker }, spots, plane) {
  const open = marker.symbol?.endsWith("-open")
  const rim = marker.line?.width ?? 0
  context.beginPath()
  spots.forEach((spot, i) => {
    if (!spot) return
    const [x, y] = spot
    const [outX, outY] = [x < 0 || x > plane.width, y < 0 || y > plane.height]
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

/** @param {CanvasRenderingContext2D} context @param {Trace} trace @param {(Spot | null)[]} spots */
function writeText(context, { text, textfont, textposition, marker }, spots) {
  const [level, side] = textposition.split(" ")
  const left = side === "left"
  const { size } = textfont
  // As Plotly places a text beside a mark: from its baseline.
  const radius = (Array.isArray(marker.size) ? marker.size[0] : marker.size) / 2 / 0.8 + 1
  const below = { top: -radius - 0.25 * size, middle: 0.25 * size, bottom: radius + 0.75 * size }[/** @type {"top" | "middle" | "bottom"} */ (level)]
  context.font = `${size}px ${FONTS}`
  context.fillStyle = textfont.color
  context.textAlign = left ? "right" : "left"
  context.strokeStyle = marker.line.color
  context.lineWidth = 3
  spots.forEach((spot, i) => {
    if (!spot) return
    const [x, y] = [spot[0] + (left ? -radius : radius), spot[1] + below]
    context.strokeText(text[i], x, y)
    context.fillText(text[i], x, y)
  })
}

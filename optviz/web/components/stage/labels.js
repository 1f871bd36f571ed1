// Names beside the heads of the paths: where there is room, off the stars, and on as little of the paths as can be.

const LETTER = 7 // px that a letter of a label is wide; a Chinese one is twice as wide
const LABEL = 18 // px that a label is high
const MARK = 6 // px around the middle of a head that its mark takes
/** @type {readonly [number, number]} */
const STAR = [10, 6] // px, likewise: across and up
const SPACE = "\u2002" // keeps a label off the star that its head lies on
const SPACE_WIDE = 7 // px
const TRAIL = 60 // points before a head that its label keeps off
const TAKES_LESS = 2 // points of a path that a place farther down the list has to spare

/** Plotly's places of a text beside a mark: to which side, and how far its middle is above the mark's in px. The first
 * that is free is taken. @type {readonly (readonly ["right" | "left", "middle" | "top" | "bottom", number])[]} */
const LABEL_PLACES = [
  ["right", "middle", 0], ["left", "middle", 0], ["right", "top", 16], ["right", "bottom", -16], ["left", "top", 16], ["left", "bottom", -16],
]

/** @param {StageData} scene @param {Trace[]} heads @param {View} view @param {Trace[]} paths @param {Trace[]} stars what no label
 * may lie on */
function labelHeads(scene, heads, { plane, scale }, paths, stars) {
  if (!plane) return
  const spots = heads.map(head => (head.visible ? spotOf(plane, head.x[0], head.y[0]) : null))
  /** @param {Spot} spot @param {number} across @param {number} [up] @returns {Box} */
  const around = ([x, y], across, up = across) => ({ left: x - across, right: x + across, top: y - up, bottom: y + up })
  const lights = stars.flatMap(({ x, y }) => trailOf(plane, x, y))
  const taken = [...spots.flatMap(spot => (spot ? [around(spot, MARK)] : [])), ...lights.map(spot => around(spot, ...STAR))]
  const trails = paths.filter(({ visible }) => visible).flatMap(({ x, y }) => trailOf(plane, x, y))
  heads.forEach((head, i) => {
    const [spot, label] = [spots[i], scene.runs[i]?.label ?? ""]
    if (!spot || !label) return
    const [width, half] = [LETTER * scale * lettersIn(label), (LABEL * scale) / 2]
    const [x, y] = spot
    const apart = lights.some(([sx, sy]) => Math.hypot(sx - x, sy - y) < STAR[0]) ? SPACE_WIDE : 0
    /** @type {{ box: Box, textposition: string, cost: number } | null} */ let best = null
    LABEL_PLACES.forEach(([side, level, above], order) => {
      const left = side === "right" ? x + 10 + apart : x - 10 - apart - width
      const box = { left, right: left + width, top: y - above - half, bottom: y - above + half }
      const inside = box.left >= 0 && box.right <= plane.width && box.top >= 0 && box.bottom <= plane.height
      if (!inside || taken.some(t => t.right > box.left && t.left < box.right && t.bottom > box.top && t.top < box.bottom)) return
      const on = trails.filter(([px, py]) => px >= box.left && px <= box.right && py >= box.top && py <= box.bottom).length
      const cost = on + TAKES_LESS * order
      if (!best || cost < best.cost) best = { box, textposition: `${level} ${side}`, cost }
    })
    const found = /** @type {{ box: Box, textposition: string } | null} */ (best)
    if (!found) return
    taken.push(found.box)
    const text = !apart ? label : found.textposition.endsWith("right") ? `${SPACE}${label}` : `${label}${SPACE}`
    Object.assign(head, { mode: "markers+text", text: [text], textposition: found.textposition })
  })
}

/** How many letters of the Latin kind are as wide as a text. @param {string} text */
function lettersIn(text) {
  return text.length + (text.match(/[\u2e80-\u9fff\uff00-\uffef]/g)?.length ?? 0)
}

/** @param {Plane} plane @param {number | null | undefined} x @param {number | null | undefined} y @returns {Spot | null} */
function spotOf(plane, x, y) {
  const spot = x == null || y == null ? null : plane.place(x, y)
  return spot && Number.isFinite(spot[0]) && Number.isFinite(spot[1]) ? spot : null
}

/** The last part of a line in pixels. @param {Plane} plane @param {ArrayLike<number>} x @param {ArrayLike<number>} y */
function trailOf(plane, x, y) {
  /** @type {Spot[]} */ const trail = []
  for (let k = Math.max(0, y.length - TRAIL); k < y.length; k++) {
    const spot = spotOf(plane, x[k], y[k])
    if (spot) trail.push(spot)
  }
  return trail
}

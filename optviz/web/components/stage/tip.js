// What a path says under the mouse, in the views that Plotly does not draw: the same words as its own.

const NEAR_POINT = 12 // px from which on a point of a path is meant
const TIP_GAP = 14 // px between the point and its words

/** A plane of a view with the traces that lie in it. @typedef {{ plane: Plane, data: Trace[] }} Lane */
/** @typedef {{ left: number, top: number, text: string, color: string }} PathPoint  px on the canvas */

/** The nearest point of a path that can be seen, if one is near. @param {Lane[]} lanes @param {number} px @param {number} py
 * @returns {PathPoint | null} */
function nearestPoint(lanes, px, py) {
  /** @type {PathPoint | null} */ let nearest = null
  let least = NEAR_POINT
  for (const { plane, data } of lanes) {
    for (const trace of data) {
      if (trace.visible === false || !trace.customdata || !trace.hovertemplate) continue
      for (let i = 0; i < trace.x.length; i++) {
        const spot = plane.place(trace.x[i], trace.y[i])
        if (!spot || spot[2]) continue // outside, or behind a hill
        const [left, top] = [plane.left + spot[0], plane.top + spot[1]]
        const apart = Math.hypot(left - px, top - py)
        if (!(apart < least)) continue
        least = apart
        nearest = { left, top, text: filledTemplate(trace, i), color: trace.line.color }
      }
    }
  }
  return nearest
}

/** What Plotly would say of one point of a trace, in lines. @param {Trace} trace @param {number} i @returns {string} */
function filledTemplate({ hovertemplate, x, y, customdata }, i) {
  /** @type {Record<string, number>} */
  const values = { x: x[i], y: y[i], customdata: customdata[i], pointNumber: i }
  return String(hovertemplate)
    .replace(/<extra>.*<\/extra>/, "")
    .replaceAll("<br>", "\n")
    .replace(/%\{(\w+)(?::\.(\d+)g)?\}/g, (_, name, digits) => {
      const value = values[name] ?? NaN
      return String(digits ? Number(value.toPrecision(Number(digits))) : value).replace("-", "−")
    })
}

class PathTip {
  /** @param {HTMLElement} canvas @param {HTMLElement} tip @param {() => Lane[]} lanes */
  constructor(canvas, tip, lanes) {
    this.tip = tip
    this.lanes = lanes
    this.scheduled = 0
    canvas.addEventListener("pointermove", event => {
      if (event.buttons || event.pointerType === "touch") return this.hide()
      const box = canvas.getBoundingClientRect()
      const [px, py, width] = [event.clientX - box.left, event.clientY - box.top, box.width]
      cancelAnimationFrame(this.scheduled)
      this.scheduled = requestAnimationFrame(() => this.show(nearestPoint(this.lanes(), px, py), width))
    })
    for (const kind of ["pointerleave", "pointerdown"]) canvas.addEventListener(kind, () => this.hide())
  }

  /** @param {PathPoint | null} point @param {number} width of the canvas */
  show(point, width) {
    this.tip.hidden = !point
    if (!point) return
    const beyond = point.left > width / 2
    this.tip.textContent = point.text
    Object.assign(this.tip.style, {
      top: `${point.top}px`, borderColor: point.color,
      left: beyond ? "auto" : `${point.left + TIP_GAP}px`, right: beyond ? `${width - point.left + TIP_GAP}px` : "auto",
    })
  }

  hide() {
    cancelAnimationFrame(this.scheduled)
    this.tip.hidden = true
  }
}

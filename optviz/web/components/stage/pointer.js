// What a finger or a mouse does on the picture: drag the ring, click a new start, click twice to reset the view.

/** @type {Record<string, number>} px around the ring that take hold of it */
const GRAB = { mouse: 14, touch: 26, pen: 18 }
const CLICK = 5 // px that a click may wander
const TWICE = 300 // ms in which a second click makes it a double click
const NEAR = 14 // px between the two

class Pointer {
  /** @param {HTMLElement} plot @param {{ place: (event: PointerEvent) => Place | null, ring: () => [number, number] | null,
   *   dimension: () => number, draft: (start: string) => void, commit: (start: string) => void, giveUp: () => void,
   *   twice: () => void }} acts `place` is where an event is, `ring` where the start is drawn */
  constructor(plot, acts) {
    this.plot = plot
    this.acts = acts
    /** @type {{ at: string | null } | null} */ this.dragging = null
    /** @type {{ x: number, y: number } | null} */ this.pressed = null
    /** @type {{ x: number, y: number, timer: ReturnType<typeof setTimeout> } | null} */ this.clicked = null
    this.ending = new AbortController()
    this.listen()
  }

  listen() {
    const { signal } = this.ending
    this.plot.addEventListener("pointerdown", event => this.press(event), { capture: true, signal })
    // Plotly starts its zoom on mousedown and touchstart, after pointerdown: keep them from a drag of ours.
    for (const kind of ["mousedown", "touchstart"]) {
      this.plot.addEventListener(kind, event => {
        if (this.dragging) { event.stopPropagation(); event.preventDefault() }
      }, { capture: true, passive: false, signal })
    }
    // Plotly covers the page while the button is down, so the release is heard on the window only.
    window.addEventListener("pointermove", event => this.move(event), { signal })
    window.addEventListener("pointerup", event => this.release(event), { signal })
    window.addEventListener("pointercancel", () => this.cancel(), { signal })
    window.addEventListener("keydown", event => {
      if (event.key !== "Escape" || !this.dragging) return
      event.preventDefault()
      event.stopPropagation()
      this.cancel()
    }, { capture: true, signal })
  }

  /** The link text of a place, with no more digits than a pixel can mean; null outside the numbers.
   * @param {PointerEvent} event */
  textAt(event) {
    const place = this.acts.place(event)
    if (!place) return null
    /** @param {number} value @param {number} pixel */
    const round = (value, pixel) => Number(value.toFixed(Math.min(12, Math.max(0, Math.ceil(-Math.log10(pixel))))))
    const at = [round(place.x, place.pixel[0]), round(place.y, place.pixel[1])].slice(0, this.acts.dimension())
    return at.every(Number.isFinite) ? at.join("_") : null
  }

  /** @param {PointerEvent} event */
  press(event) {
    this.pressed = null
    if (event.button !== 0 || onModebar(event.target) || /** @type {Element} */ (event.target).closest?.("button")) return
    const [place, ring] = [this.acts.place(event), this.acts.ring()]
    if (!place?.inside) return
    const { plane, px, py } = place
    const spot = ring && plane.place(...ring)
    const apart = spot ? Math.hypot(spot[0] - px, spot[1] - py) : Infinity
    if (apart <= (GRAB[event.pointerType] ?? CLICK)) {
      this.dragging = { at: null }
      event.preventDefault()
      return
    }
    this.pressed = { x: event.clientX, y: event.clientY }
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.dragging) return
    const at = this.textAt(event)
    if (at === null || at === this.dragging.at) return
    this.dragging.at = at
    this.acts.draft(at)
  }

  /** @param {PointerEvent} event */
  release(event) {
    const { dragging, pressed } = this
    this.dragging = this.pressed = null
    const at = this.textAt(event)
    if (dragging) {
      // The release has its own place: the last move may not have been told.
      if (dragging.at !== null) this.acts.commit(at ?? dragging.at)
      return
    }
    if (!pressed || Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > CLICK) return
    if (at !== null && this.acts.place(event)?.inside) this.click(event, at)
  }

  /** A click sets the start once it is clear that no second one follows.
   * @param {PointerEvent} event @param {string} at */
  click(event, at) {
    const before = this.clicked
    if (before) {
      clearTimeout(before.timer)
      this.clicked = null
      if (Math.hypot(event.clientX - before.x, event.clientY - before.y) <= NEAR) {
        this.acts.twice()
        return
      }
    }
    const timer = setTimeout(() => { this.clicked = null; this.acts.commit(at) }, TWICE)
    this.clicked = { x: event.clientX, y: event.clientY, timer }
  }

  cancel() {
    const moved = this.dragging?.at != null
    this.dragging = this.pressed = null
    if (moved) this.acts.giveUp()
  }

  close() {
    if (this.clicked) clearTimeout(this.clicked.timer)
    this.ending.abort()
  }
}

/** Call back for a click inside a plot; a drag is none. Returns what ends it.
 * @param {PlotNode} plot @param {(place: { x: number, y: number }) => void} act @returns {() => void} */
function onClick(plot, act) {
  const ending = new AbortController()
  const { signal } = ending
  /** @type {PointerEvent | null} */
  let pressed = null
  plot.addEventListener("pointerdown", event => {
    pressed = event.button === 0 && !onModebar(event.target) && placeOn(plot, event)?.inside ? event : null
  }, { capture: true, signal })
  window.addEventListener("pointerup", event => {
    const wandered = pressed ? Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY) : Infinity
    pressed = null
    const place = wandered <= CLICK && placeOn(plot, event)
    if (place) act(place)
  }, { signal })
  return () => ending.abort()
}

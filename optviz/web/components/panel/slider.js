// A slider for mouse, touch, wheel and keyboard. Inside is a native range for the keyboard and for screen
// readers; pointers are handled here, because a native range jumps when a swipe that scrolls begins on it.

const SWIPE = 5 // px that a finger moves across before it drags
const THUMB = 12 // px around the thumb that take hold of it without a jump
const RESTING = 350 // ms after which the wheel has come to rest

/**
 * @typedef {object} SliderOwner
 * @property {(value: number) => void} draft  while a finger or a key is down
 * @property {() => void} release  commits what was drafted
 * @property {() => void} giveUp  Escape, or the browser took the finger to scroll
 * @property {() => void} restore  double click
 */

class Slider {
  /** @param {Kind} kind @param {string} labelledBy id of the label @param {SliderOwner} owner */
  constructor(kind, labelledBy, owner) {
    this.kind = kind
    this.owner = owner
    this.value = kind.low
    this.busy = false
    this.range = el("input", { type: "range", min: 0, max: 1, step: "any", "aria-labelledby": labelledBy })
    this.thumb = el("span", { class: "thumb" })
    this.node = el("div", { class: "slider" }, el("span", { class: "track" }), this.thumb, this.range)
    /** @type {{id: number, x: number, offset: number, sure: boolean} | null} */ this.grip = null
    this.wheeled = 0
    this.listen()
  }

  /** @param {number} value */
  show(value) {
    this.value = value
    const place = placeOf(this.kind, value)
    this.node.style.setProperty("--at", String(place))
    this.range.value = String(place)
    attribute(this.range, "aria-valuetext", writeNumber(value))
  }

  listen() {
    const { node, range } = this
    node.addEventListener("pointerdown", event => this.down(event))
    node.addEventListener("mousedown", event => event.preventDefault()) // which would take the focus away
    node.addEventListener("pointermove", event => this.move(event))
    node.addEventListener("pointerup", event => this.up(event))
    node.addEventListener("pointercancel", () => this.cancel())
    node.addEventListener("lostpointercapture", () => this.cancel())
    node.addEventListener("dblclick", () => this.owner.restore())
    node.addEventListener("wheel", event => this.wheel(event), { passive: false })
    range.addEventListener("keydown", event => this.key(event))
    range.addEventListener("keyup", () => this.release())
    range.addEventListener("blur", () => {
      if (!this.grip) this.release()
    })
    // Screen readers move a native range without a key.
    range.addEventListener("input", () => this.draft(valueAt(this.kind, Number(range.value))))
    range.addEventListener("change", () => this.release())
  }

  /** @param {number} value */
  draft(value) {
    this.busy = true
    if (value === this.value) return this.show(value)
    this.show(value)
    this.owner.draft(value)
  }

  release() {
    window.clearTimeout(this.wheeled)
    if (!this.busy) return
    this.busy = false
    this.owner.release()
  }

  cancel() {
    if (!this.grip) return
    this.grip = null
    if (!this.busy) return
    this.busy = false
    this.owner.giveUp()
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button !== 0 || this.grip) return
    this.release()
    const box = this.node.getBoundingClientRect()
    const thumb = box.left + THUMB + placeOf(this.kind, this.value) * (box.width - 2 * THUMB)
    const near = Math.abs(event.clientX - thumb) <= THUMB
    const touch = event.pointerType === "touch"
    this.grip = {
      id: event.pointerId,
      x: event.clientX,
      offset: near || touch ? event.clientX - thumb : 0,
      sure: !touch,
    }
    this.node.setPointerCapture(event.pointerId)
    this.range.focus({ preventScroll: true })
    if (!touch && !near) this.follow(event)
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (event.pointerId !== this.grip?.id) return
    // A finger moves the thumb from where it is; only across, so that a page can be scrolled from here.
    if (!this.grip.sure && Math.abs(event.clientX - this.grip.x) < SWIPE) return
    this.grip.sure = true
    this.follow(event)
  }

  /** @param {PointerEvent} event */
  up(event) {
    if (event.pointerId !== this.grip?.id) return
    if (!this.grip.sure) {
      // a tap moves the thumb there
      this.grip.offset = 0
      this.follow(event)
    }
    this.grip = null
    this.release()
  }

  /** @param {PointerEvent} event */
  follow(event) {
    const box = this.node.getBoundingClientRect()
    const place =
      (event.clientX - (this.grip?.offset ?? 0) - box.left - THUMB) / Math.max(1, box.width - 2 * THUMB)
    this.draft(valueAt(this.kind, place))
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    const root = /** @type {Document | ShadowRoot} */ (this.node.getRootNode())
    if (root.activeElement !== this.range || event.ctrlKey || !event.deltaY) return
    event.preventDefault()
    this.draft(stepped(this.kind, this.value, event.deltaY < 0 ? 1 : -1, event.altKey))
    window.clearTimeout(this.wheeled)
    this.wheeled = window.setTimeout(() => this.release(), RESTING)
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey) return
    if (event.key === "Escape") {
      if (!this.busy) return
      event.preventDefault()
      event.stopPropagation()
      this.busy = false
      if (this.grip) this.node.releasePointerCapture(this.grip.id)
      this.grip = null
      return this.owner.giveUp()
    }
    const value = this.after(event)
    if (value === null) return
    event.preventDefault()
    this.draft(value)
  }

  /** The value that a key leads to, or null for another key. @param {KeyboardEvent} event */
  after(event) {
    const { kind, value } = this
    const stops = event.shiftKey ? 10 : 1
    switch (event.key) {
      case "ArrowRight":
      case "ArrowUp":
        return stepped(kind, value, stops, event.altKey)
      case "ArrowLeft":
      case "ArrowDown":
        return stepped(kind, value, -stops, event.altKey)
      case "PageUp":
        return paged(kind, value, 1)
      case "PageDown":
        return paged(kind, value, -1)
      case "Home":
        return kind.low
      case "End":
        return kind.high
      default:
        return null
    }
  }
}

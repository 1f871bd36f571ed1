// A square to draw in. Black ink on white paper in light and in dark, as the data sets' makers had it.

/** @typedef {{ side: number, clear: number, label: string }} PadData */
/** @typedef {(name: string, value: { n: number, ink: string }) => void} Send */

/** @type {WeakMap<Element, Pad>} */
const pads = new WeakMap()
const SHARP = 2 // the canvas has so many times the pixels that are sent
const STROKE = 0.085 // width of the pen as a share of the side

class Pad {
  /** @param {HTMLElement} root @param {PadData} data */
  constructor(root, data) {
    this.root = root
    this.side = data.side
    this.cleared = data.clear
    this.sent = 0
    /** @type {Send} */ this.send = () => {}
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector("canvas"))
    this.canvas.width = this.canvas.height = this.side * SHARP
    this.pen = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d", { willReadFrequently: true }))
    /** @type {[number, number] | null} */ this.last = null
    this.wipe()
    this.canvas.addEventListener("pointerdown", event => this.begin(event))
    this.canvas.addEventListener("pointermove", event => this.move(event))
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => this.end())
  }

  /** @param {PadData} data @param {Send} send */
  show(data, send) {
    this.send = send
    this.canvas.setAttribute("aria-label", data.label)
    if (data.clear > this.cleared) {
      this.cleared = data.clear
      this.wipe()
    }
  }

  wipe() {
    this.pen.fillStyle = "#fff"
    this.pen.fillRect(0, 0, this.canvas.width, this.canvas.height)
    this.root.classList.remove("inked")
  }

  /** @param {PointerEvent} event @returns {[number, number]} */
  place(event) {
    const box = this.canvas.getBoundingClientRect()
    return [
      ((event.clientX - box.left) / box.width) * this.canvas.width,
      ((event.clientY - box.top) / box.height) * this.canvas.height,
    ]
  }

  /** @param {PointerEvent} event */
  begin(event) {
    if (event.button !== 0) return
    this.canvas.setPointerCapture(event.pointerId)
    this.root.classList.add("inked")
    this.last = this.place(event)
    this.line(this.last) // a dot
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.last) return
    for (const each of event.getCoalescedEvents?.() ?? [event]) this.line(this.place(each))
  }

  /** @param {[number, number]} to */
  line(to) {
    const { pen, last } = this
    if (!last) return
    pen.strokeStyle = "#000"
    pen.lineWidth = STROKE * this.canvas.width
    pen.lineCap = pen.lineJoin = "round"
    pen.beginPath()
    pen.moveTo(...last)
    pen.lineTo(...to)
    pen.stroke()
    this.last = to
  }

  async end() {
    if (!this.last) return
    this.last = null
    const ink = await this.packed()
    // Counted by the clock, so that a page that was opened again never sends an old number.
    this.sent = Math.max(this.sent + 1, Date.now())
    this.send("drawn", { n: this.sent, ink })
  }

  /** The ink as bytes, 255 for black, compressed and in base64. */
  async packed() {
    const { data } = this.pen.getImageData(0, 0, this.canvas.width, this.canvas.height)
    const ink = new Uint8Array(this.side * this.side)
    for (let y = 0; y < this.side; y++) {
      for (let x = 0; x < this.side; x++) {
        let sum = 0
        for (let i = 0; i < SHARP; i++)
          for (let j = 0; j < SHARP; j++)
            sum += 255 - (data[4 * ((y * SHARP + i) * this.canvas.width + x * SHARP + j)] ?? 255)
        ink[y * this.side + x] = Math.round(sum / (SHARP * SHARP))
      }
    }
    const stream = new Blob([ink]).stream().pipeThrough(new CompressionStream("deflate"))
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
    return btoa(String.fromCharCode(...bytes))
  }
}

/** @param {{ data: PadData, parentElement: HTMLElement, setStateValue: (name: string, value: any) => void }} component */
export default function ({ data, parentElement, setStateValue }) {
  const root = /** @type {HTMLElement} */ (parentElement.querySelector(".pad"))
  let pad = pads.get(root)
  if (!pad) {
    pad = new Pad(root, data)
    pads.set(root, pad)
  }
  pad.show(data, setStateValue)
  return () => {}
}

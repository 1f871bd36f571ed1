// The landscape as a surface with the paths lying on it. A finger or the mouse turns it, a pinch brings it nearer; the
// camera stays while settings change and while things move. The surface is drawn when the camera, the landscape
// or the size changes; paths are laid over it in every frame.

/** @type {Camera} */
const FIRST_CAMERA = { turn: 0.55, tilt: 0.72, near: 1 }
const TILTS = [0.12, Math.PI / 2] // from nearly the side to straight above
const NEARS = [0.5, 4]
const TURNED_BY = 0.008 // radians for a pixel
const KEY_TURN = 0.12 // radians for a key
const FINE = 2 // pixels of the bitmap for one of the screen, once nothing turns
const ROUGH = 0.6 // and while it turns
const SETTLED = 180 // ms without a turn until the surface is drawn finely
const MOST_PIECES = 12_000 // of one path, which follows the surface in pieces of a cell
const TURNING = marked("Drag the picture to turn it; Ctrl and the wheel bring it nearer. With keys: Shift and arrows.")
const LETTERS_AT = 13 // px, size of the axes' letters

/** @implements {CanvasView} */
class SurfaceView {
  /** @param {HTMLCanvasElement} canvas @param {() => void} changed asks for a new picture */
  constructor(canvas, changed) {
    this.changed = changed
    this.canvas = canvas
    this.camera = { ...FIRST_CAMERA }
    this.drawnFor = ""
    /** @type {Terrain | undefined} */ this.drawnOf = undefined
    this.moving = false // somebody turns it
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.coarse = undefined
    /** @type {HTMLCanvasElement} */ this.sheet = document.createElement("canvas")
    this.words = ""
    this.shown = false
    this.ending = new AbortController()
    this.listen()
  }

  get turned() { return JSON.stringify(this.camera) !== JSON.stringify(FIRST_CAMERA) }

  reset() { this.move({ ...FIRST_CAMERA }) }

  /** @param {Camera} camera */
  move({ turn, tilt, near }) {
    /** @param {number} value @param {number[]} ends */
    const within = (value, [low = 0, high = 0]) => Math.max(low, Math.min(high, value))
    this.camera = { turn, tilt: within(tilt, TILTS), near: within(near, NEARS) }
    this.changed()
  }

  /** @param {StageData} scene @param {Figure | null} ground @param {Size} size @param {DrawnView} view */
  prepare(scene, ground, size, { dark, scale }) {
    this.shown = Boolean(ground)
    if (!ground) return
    this.terrain = terrainOf(ground)
    this.words = together(this.terrain.sentence, tr(TURNING))
    this.scene = scene
    this.size = size
    this.scale = scale
    this.half = halfSides(scene)
    this.frame = frameOf(size, this.camera, this.half, scale)
    const wanted = JSON.stringify([scene.main.view, dark, size, this.camera])
    if (wanted === this.drawnFor && this.terrain === this.drawnOf) return
    const turning = wanted !== this.drawnFor && Boolean(this.relief) && this.moving
    this.drawnFor = wanted
    this.drawnOf = this.terrain
    this.sculpt(turning ? ROUGH : FINE)
    clearTimeout(this.coarse)
    if (turning) this.coarse = setTimeout(() => { this.drawnFor = ""; this.moving = false; this.changed() }, SETTLED)
  }

  /** Draw the surface. @param {number} fine */
  sculpt(fine) {
    const { frame, terrain, camera, half } = this
    if (!frame || !terrain || !half) return
    const scaled = { width: Math.round(frame.width * fine), height: Math.round(frame.height * fine), x: frame.x * fine, y: frame.y * fine, scale: frame.scale * fine }
    if (this.relief?.frame.width !== scaled.width || this.relief.frame.height !== scaled.height) this.relief = new Relief(scaled)
    this.relief.frame = scaled
    this.fine = fine
    this.relief.draw(terrain, camera, half)
    Object.assign(this.sheet, { width: scaled.width, height: scaled.height })
    this.sheet.getContext("2d")?.putImageData(this.relief.image, 0, 0)
  }

  /** @returns {Plane | null} */
  plane() {
    const { frame, camera, relief, terrain, half, scene, fine = 1 } = this
    if (!frame || !relief || !terrain || !half || !scene) return null
    const [[x0, x1], [y0, y1]] = /** @type {[[number, number], [number, number]]} */ (scene.domain)
    const project = projection(camera, frame)
    /** @param {number} x @param {number} y @returns {Spot | null} */
    const place = (x, y) => {
      const share = shareAt(terrain, x, y)
      if (!Number.isFinite(share)) return null
      const [px, py, depth] = project((2 * (x - x0) / (x1 - x0) - 1) * half[0], (2 * (y - y0) / (y1 - y0) - 1) * half[1], share * HEIGHT)
      return [px, py, relief.hides(px * fine, py * fine, depth)]
    }
    const cell = [(x1 - x0) / ((terrain.axes[0].length - 1)), (y1 - y0) / (terrain.axes[1].length - 1)]
    const box = { left: x0, top: y0, right: x1, bottom: y1 }
    return {
      left: 0, top: 0, width: frame.width, height: frame.height, place,
      turn: (across, up) => {
        const [a, b] = [project(0, 0, 0), project(across * half[0], up * half[1], 0)]
        return [b[0] - a[0], a[1] - b[1]]
      },
      drape: (x, y) => draped(x, y, place, box, cell),
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {Figure} figure */
  paint(context, { data, layout }) {
    const { frame, terrain, camera, half, scene } = this
    const plane = this.plane()
    if (!frame || !terrain || !half || !scene || !plane) return
    const box = { project: projection(camera, frame), half, camera, ink: layout.font.color, faint: layout.xaxis.gridcolor ?? layout.xaxis.linecolor, size: LETTERS_AT * (this.scale ?? 1) }
    drawBox(context, box, scene, terrain)
    context.imageSmoothingQuality = "high"
    context.drawImage(this.sheet, 0, 0, frame.width, frame.height)
    paint(context, plane, data)
  }

  /** @param {Figure} figure @returns {Lane[]} */
  lanes({ data }) {
    const plane = this.plane()
    return plane && !this.moving ? [{ plane, data }] : []
  }

  /** Which place of the surface is under an event. @param {{ clientX: number, clientY: number }} event @returns {Place | null} */
  place({ clientX, clientY }) {
    const { frame, camera, relief, half, scene, fine = 1 } = this
    const plane = this.plane()
    if (!frame || !relief || !half || !scene || !plane) return null
    const box = this.canvas.getBoundingClientRect()
    const [px, py] = [clientX - box.left, clientY - box.top]
    const depth = relief.depthAt(px * fine, py * fine)
    const inside = Number.isFinite(depth)
    const [u, v] = inside ? unprojected(camera, frame, px, py, depth) : [NaN, NaN]
    const [x, y] = [u, v].map((at, i) => {
      const [low, high] = scene.domain[i] ?? [0, 1]
      return low + ((at / (half[i] ?? 1) + 1) / 2) * (high - low)
    })
    const pixel = scene.domain.map(([low, high], i) => (high - low) / (2 * (half[i] ?? 1) * frame.scale))
    return { px, py, x: x ?? NaN, y: y ?? NaN, inside, pixel: [pixel[0] ?? 1, pixel[1] ?? 1], plane }
  }

  listen() {
    const { signal } = this.ending
    /** @type {{ x: number, y: number, camera: Camera } | null} */ let held = null
    this.canvas.addEventListener("pointerdown", event => {
      if (!this.shown || event.button !== 0 || event.defaultPrevented) return // the ring is taken hold of
      held = { x: event.clientX, y: event.clientY, camera: this.camera }
      this.canvas.setPointerCapture(event.pointerId)
    }, { signal })
    this.canvas.addEventListener("pointermove", event => {
      if (!held) return
      const { turn, tilt, near } = held.camera
      this.moving = true
      this.move({ turn: turn - (event.clientX - held.x) * TURNED_BY, tilt: tilt + (event.clientY - held.y) * TURNED_BY, near })
    }, { signal })
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => { held = null }, { signal })
    this.canvas.addEventListener("wheel", event => {
      if (!this.shown || !event.ctrlKey) return // the wheel alone scrolls the page; a pinch on a touchpad says Ctrl
      event.preventDefault()
      this.moving = true
      this.move({ ...this.camera, near: this.camera.near * Math.exp(-event.deltaY / 600) })
    }, { signal, passive: false })
    this.canvas.addEventListener("keydown", event => {
      const [turn = 0, tilt = 0] = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? []
      if (!this.shown || !event.shiftKey || (!turn && !tilt)) return
      event.preventDefault()
      event.stopPropagation() // arrows alone are the player's
      this.move({ ...this.camera, turn: this.camera.turn + turn * KEY_TURN, tilt: this.camera.tilt + tilt * KEY_TURN })
    }, { signal })
  }

  close() {
    clearTimeout(this.coarse)
    this.ending.abort()
  }
}

/** Half the sides of the floor: true to scale where the picture is, else a square.
 * @param {StageData} scene @returns {[number, number]} */
function halfSides({ domain, main }) {
  const [across, up] = domain.map(([low, high]) => high - low)
  if (!across || !up || !main.layout.yaxis.scaleanchor) return [1, 1]
  return across >= up ? [1, up / across] : [across / up, 1]
}

/** How large the model is drawn, so that it fits however it is turned. @param {Size} size @param {Camera} camera
 * @param {[number, number]} half @param {number} scale of the letters @returns {Frame} */
function frameOf({ width, height }, { tilt, near }, half, scale) {
  const radius = Math.hypot(...half)
  const [across, up] = [2 * radius, 2 * radius * Math.sin(tilt) + HEIGHT * Math.cos(tilt)]
  const [left, edge] = [54 * scale, 34 * scale]
  const size = Math.min((width - left - edge) / across, (height - 2 * edge) / up)
  return { width: Math.round(width), height: Math.round(height), x: (width + left - edge) / 2, y: height / 2, scale: size * near }
}

/** A line laid on the surface: cut at the border of the landscape, in pieces no longer than a cell.
 * @param {ArrayLike<number>} xs @param {ArrayLike<number>} ys @param {(x: number, y: number) => Spot | null} place
 * @param {Box} box @param {number[]} cell @returns {(Spot | null)[]} */
function draped(xs, ys, place, box, [cellX = 1, cellY = 1]) {
  /** @type {(Spot | null)[]} */ const spots = []
  const most = Math.max(4, Math.floor(MOST_PIECES / Math.max(1, xs.length)))
  for (let k = 1; k < xs.length; k++) {
    const piece = cutTo(box, [xs[k - 1] ?? NaN, ys[k - 1] ?? NaN], [xs[k] ?? NaN, ys[k] ?? NaN])
    if (!piece) { spots.push(null); continue }
    const [[ax, ay], [bx, by]] = piece
    if (!Number.isFinite(ax + ay + bx + by)) { spots.push(null); continue }
    const pieces = Math.min(most, Math.max(1, Math.ceil(Math.max(Math.abs(bx - ax) / cellX, Math.abs(by - ay) / cellY))))
    const continues = k > 1 && ax === xs[k - 1] && ay === ys[k - 1]
    if (!continues) spots.push(null)
    for (let i = continues ? 1 : 0; i <= pieces; i++) {
      const share = i / pieces
      spots.push(place(ax + share * (bx - ax), ay + share * (by - ay)))
    }
  }
  return spots
}

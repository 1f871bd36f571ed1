// One small picture for each run, all on the same axes, in a grid that folds on a narrow screen.

const TITLE = 22 // px for a name above its picture
const LEFT = 44 // px for the numbers at the left
const BELOW = 24 // px for those below
const GAP = 10 // px at the right of a picture
const FEWEST_ACROSS = 150 // px that a small picture is wide at least
const FULL_MARKS = 260 // px from which on a picture has marks of the usual size
const SMALL_LETTERS = 12 // px

/** One small picture: where it is on the canvas, and the run that it shows.
 * @typedef {{ slot: string, label: string, plane: Plane }} SmallPicture */

/** @implements {CanvasView} */
class MultiplesView {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas
    this.words = ""
    this.turned = false
    /** @type {SmallPicture[]} */ this.pictures = []
    this.sheet = document.createElement("canvas") // the ground, the same for all
    this.drawnFor = ""
    /** @type {Figure | null} */ this.drawnOf = null
  }

  reset() {}

  close() {}

  /** @param {StageData} scene @param {Figure | null} ground @param {Size} size @param {DrawnView} view */
  prepare(scene, ground, size, { zoom, scale, hidden }) {
    this.scene = scene
    this.scale = scale
    const { xaxis, yaxis, font } = scene.main.layout
    this.inks = { ink: font.color, faint: xaxis.gridcolor ?? xaxis.linecolor }
    this.ranges = { x: zoom?.x ?? xaxis.range, y: zoom?.y ?? yaxis.range }
    const runs = scene.runs.filter(({ slot }) => !hidden.has(slot))
    this.pictures = smallPictures(runs, size, this.ranges, Boolean(yaxis.scaleanchor), scale)
    const [first] = this.pictures
    if (!first || !ground) { this.drawnFor = ""; return }
    const fine = window.devicePixelRatio || 1
    const [width, height] = [Math.round(first.plane.width * fine), Math.round(first.plane.height * fine)]
    const wanted = JSON.stringify([width, height, this.ranges])
    if (wanted === this.drawnFor && ground === this.drawnOf) return
    this.drawnFor = wanted
    this.drawnOf = ground
    Object.assign(this.sheet, { width, height })
    const context = this.sheet.getContext("2d")
    if (!context || !width || !height) return
    context.fillStyle = ground.layout.plot_bgcolor
    context.fillRect(0, 0, width, height)
    const bitmap = document.createElement("canvas")
    Object.assign(bitmap, { width, height })
    bitmap.getContext("2d")?.putImageData(groundImage(terrainOf(ground), this.ranges, width, height), 0, 0)
    context.drawImage(bitmap, 0, 0)
  }

  /** That of the first small picture: all are alike. @returns {Plane | null} */
  plane() { return this.pictures[0]?.plane ?? null }

  /** @param {CanvasRenderingContext2D} context @param {Figure} _whole @param {(slot: string, plane: Plane) => Figure} figureOf */
  paint(context, _whole, figureOf) {
    const { inks, ranges, scale = 1 } = this
    if (!inks || !ranges) return
    this.pictures.forEach(({ slot, label, plane }) => {
      if (this.drawnFor) context.drawImage(this.sheet, plane.left, plane.top, plane.width, plane.height)
      const run = this.scene?.runs.find(each => each.slot === slot)
      flatAxes(context, plane, ranges, inks, SMALL_LETTERS * scale)
      context.save()
      context.font = `600 ${SMALL_LETTERS * scale}px ${FONTS}`
      context.fillStyle = run?.path.line.color ?? inks.ink
      context.textBaseline = "bottom"
      context.fillText(label, plane.left, plane.top - 5, plane.width)
      context.restore()
      paint(context, plane, figureOf(slot, plane).data.map(trace => smaller(trace, plane)))
    })
  }

  /** @param {Figure} _whole @param {(slot: string, plane: Plane) => Figure} figureOf @returns {Lane[]} */
  lanes(_whole, figureOf) { return this.pictures.map(({ slot, plane }) => ({ plane, data: figureOf(slot, plane).data })) }

  /** @param {{ clientX: number, clientY: number }} event @returns {Place | null} */
  place({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect()
    const [px, py] = [clientX - box.left, clientY - box.top]
    const { ranges } = this
    const found = this.pictures.find(({ plane }) => px >= plane.left && py >= plane.top && px <= plane.left + plane.width && py <= plane.top + plane.height)
    const plane = (found ?? this.pictures[0])?.plane
    if (!plane || !ranges) return null
    const [x, y] = [px - plane.left, py - plane.top]
    const pixel = [(ranges.x[1] - ranges.x[0]) / plane.width, (ranges.y[1] - ranges.y[0]) / plane.height]
    return {
      px: x, py: y, inside: Boolean(found), plane, pixel: [Math.abs(pixel[0] ?? 1), Math.abs(pixel[1] ?? 1)],
      x: ranges.x[0] + x * (pixel[0] ?? 1), y: ranges.y[1] - y * (pixel[1] ?? 1),
    }
  }
}

/** Marks as large as a small picture can take. @param {Trace} trace @param {Plane} plane @returns {Trace} */
function smaller(trace, { width }) {
  const size = trace.marker?.size
  if (width >= FULL_MARKS || typeof size !== "number") return trace
  return { ...trace, marker: { ...trace.marker, size: Math.max(3, 0.7 * size) } }
}

/** How many stand side by side: as makes them largest, and each as wide as can be read.
 * @param {number} count @param {Size} size @param {number} aspect width of a picture over its height @param {number} scale */
function columnsFor(count, { width, height }, aspect, scale) {
  const most = Math.max(1, Math.min(count, Math.floor(width / (FEWEST_ACROSS * scale))))
  let [best, largest] = [1, 0]
  for (let columns = 1; columns <= most; columns++) {
    const rows = Math.ceil(count / columns)
    const across = Math.min(width / columns - (LEFT + GAP) * scale, aspect * (height / rows - (TITLE + BELOW) * scale))
    if (across > largest) [best, largest] = [columns, across]
  }
  return best
}

/** @param {Run[]} runs @param {Size} size @param {Zoom} ranges @param {boolean} equal scales on both axes @param {number} scale
 * @returns {SmallPicture[]} */
function smallPictures(runs, size, { x, y }, equal, scale) {
  const aspect = equal ? Math.abs((x[1] - x[0]) / (y[1] - y[0])) : 1.2
  const columns = columnsFor(runs.length, size, aspect, scale)
  const rows = Math.ceil(runs.length / columns)
  const [across, down] = [size.width / columns, size.height / rows]
  const room = { width: across - (LEFT + GAP) * scale, height: down - (TITLE + BELOW) * scale }
  const width = equal ? Math.min(room.width, aspect * room.height) : room.width
  const height = equal ? width / aspect : Math.min(room.height, room.width)
  const row = Math.min(down, height + (TITLE + BELOW + GAP) * scale)
  return runs.map(({ slot, label }, i) => {
    const [left, top] = [(i % columns) * across + LEFT * scale, Math.floor(i / columns) * row + TITLE * scale]
    return { slot, label, plane: linearPlane(left, top, width, height, x, y) }
  })
}

/** @param {number} left @param {number} top @param {number} width @param {number} height
 * @param {[number, number]} x @param {[number, number]} y ranges @returns {Plane} */
function linearPlane(left, top, width, height, x, y) {
  return {
    left, top, width, height,
    place: (across, up) => [(width * (across - x[0])) / (x[1] - x[0]), (height * (y[1] - up)) / (y[1] - y[0])],
    turn: (across, up) => [across * width, up * height],
  }
}

/** The contour as a bitmap: bands with a line between them. @param {Terrain} terrain @param {Zoom} ranges
 * @param {number} width @param {number} height @returns {ImageData} */
function groundImage(terrain, { x, y }, width, height) {
  const image = new ImageData(width, height)
  const { low, high, size, colours, line } = terrain
  const bands = (high - low) / size
  const shares = new Float32Array((width + 1) * (height + 1))
  for (let j = 0; j <= height; j++) {
    for (let i = 0; i <= width; i++) {
      shares[j * (width + 1) + i] = shareAt(terrain, x[0] + ((i + 0.5) / width) * (x[1] - x[0]), y[1] - ((j + 0.5) / height) * (y[1] - y[0]))
    }
  }
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const [at, to] = [j * (width + 1) + i, 4 * (j * width + i)]
      const share = shares[at] ?? NaN
      if (Number.isNaN(share)) continue
      const band = Math.floor(share * bands)
      const right = shares[at + 1] ?? NaN, below = shares[at + width + 1] ?? NaN
      const edge = (right === right && Math.floor(right * bands) !== band) || (below === below && Math.floor(below * bands) !== band)
      // A band has the colour of its middle, as Plotly fills it.
      const shade = 3 * Math.max(0, Math.min(SHADES - 1, Math.round(((band + 1) / (bands + 1)) * (SHADES - 1))))
      for (let c = 0; c < 3; c++) {
        const ground = colours[shade + c] ?? 0
        image.data[to + c] = edge ? ground + LINES_IN * ((line[c] ?? 0) - ground) : ground
      }
      image.data[to + 3] = 255
    }
  }
  return image
}

/** A frame and round numbers. @param {CanvasRenderingContext2D} context @param {Plane} plane @param {Zoom} ranges
 * @param {{ ink: string, faint: string }} inks @param {number} size of the letters */
function flatAxes(context, plane, { x, y }, { ink, faint }, size) {
  const { left, top, width, height, place } = plane
  context.save()
  context.translate(left, top)
  context.strokeStyle = faint
  context.lineWidth = 1
  context.strokeRect(0, 0, width, height)
  context.fillStyle = ink
  context.font = `${size}px ${FONTS}`
  context.textAlign = "center"
  context.textBaseline = "top"
  for (const value of roundTicks(x[0], x[1], Math.min(5, width / 50))) {
    context.fillText(numberText(value), place(value, y[0])?.[0] ?? NaN, height + 5)
  }
  context.textAlign = "right"
  context.textBaseline = "middle"
  for (const value of roundTicks(y[0], y[1], Math.min(5, height / 30))) {
    context.fillText(numberText(value), -6, place(x[0], value)?.[1] ?? NaN)
  }
  context.restore()
}

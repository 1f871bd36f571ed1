// The run as an animated picture to take away: what the stage shows, frame by frame, with title, legend and link.

/** What somebody who wants a film says: how much of it is made, and what ends it.
 * @typedef {{ progress: (share: number) => void, signal: AbortSignal, done: (film: Blob) => void, failed: (sentence: string) => void }} FilmWish */
/** @typedef {{ scene: StageData, shown: Shown, hidden: Set<string>, ghosts: Ghost[] }} Filmed */

const MOST_PICTURES = 90 // pictures besides the first
const FILM_LASTS = 6000 // ms, without the last picture
const LAST_PICTURE = 1500 // ms
const [SHORTEST, LONGEST] = [40, 400] // ms that a picture is shown
const [FILM_HEAD, FILM_LINE, FILM_EDGE] = [52, 20, 12] // px
const STOPPED = marked("The experiment or the window has changed, so the animation was stopped.")

/** Which frames, and how many milliseconds each is shown. @param {number} steps @returns {{ frame: number, duration: number }[]} */
function filmFrames(steps) {
  const count = Math.min(steps, MOST_PICTURES)
  const duration = Math.max(SHORTEST, Math.min(LONGEST, FILM_LASTS / (count + 1)))
  return Array.from({ length: count + 1 }, (_, i) => ({
    frame: Math.round((i * steps) / Math.max(1, count)), duration: Math.round(i === count ? LAST_PICTURE : duration),
  }))
}

/** @param {Pictures} pictures @param {Filmed} filmed @param {() => boolean} stays whether the stage still shows that
 * @param {FilmWish} wish @returns {Promise<void>} */
async function makeFilm(pictures, filmed, stays, { progress, signal, done, failed }) {
  try {
    const link = linkOfPage()
    const set = await filmSet(pictures, filmed, link)
    const frames = filmFrames(filmed.shown.steps)
    /** @type {FilmFrame[]} */ const made = []
    /** @type {ImageData | null} */ let before = null
    for (const [i, { frame, duration }] of frames.entries()) {
      if (signal.aborted) return
      if (!stays()) return failed(tr(STOPPED))
      drawFrame(set, pictures, filmed, frame)
      const { width, height } = set.canvas
      const now = set.context.getImageData(0, 0, width, height)
      const { image, left, top } = before ? changedPixels(before, now) : { image: now, left: 0, top: 0 }
      Object.assign(set.patch.canvas, { width: image.width, height: image.height })
      set.patch.putImageData(image, 0, 0)
      made.push({ still: await stillOf(set.patch.canvas), left, top, width: image.width, height: image.height, duration })
      before = now
      progress((i + 1) / frames.length)
      await new Promise(resolve => setTimeout(resolve)) // whoever works on the page comes first
    }
    if (signal.aborted) return
    const bytes = animatedWebp(set.canvas, made, xmpOf(filmed.scene.title, link))
    done(new Blob([/** @type {any} */ (bytes)], { type: "image/webp" }))
  } catch (error) {
    failed(tr("The animation could not be made: {why}.", { why: /** @type {Error} */ (error).message }))
  }
}

/** What stays the same: canvas, axes, ground and words. @typedef {{ canvas: HTMLCanvasElement, context: CanvasRenderingContext2D,
 *   patch: CanvasRenderingContext2D, base: HTMLCanvasElement, mainWidth: number, ratio: number }} FilmSet */

/** @param {Pictures} pictures @param {Filmed} filmed @param {string} link @returns {Promise<FilmSet>} */
async function filmSet(pictures, { scene, shown, hidden, ghosts }, link) {
  const { Plotly, drawn, view } = pictures
  if (!drawn) throw new Error(tr("nothing is drawn yet"))
  const { main, loss } = drawn
  const [mainWidth, pictureHeight] = [main.layout.width, Math.max(main.layout.height, loss.layout.height)]
  const width = mainWidth + loss.layout.width
  const lines = inLines(link, width - 2 * FILM_EDGE)
  const runs = scene.runs.filter(({ slot }) => !hidden.has(slot))
  const names = [...runs.map(({ name, path }) => ({ name, line: path.line })), ...ghosts.map(({ name, path }) => ({
    name: pinnedName(name), line: { ...path.line, dash: GHOST_DASH },
  }))]
  const columns = Math.max(1, Math.min(names.length, Math.floor(width / 330)))
  const foot = Math.ceil(names.length / columns) * FILM_LINE + lines.length * LINE + FILM_EDGE
  const [canvas, base] = [document.createElement("canvas"), document.createElement("canvas")]
  const ratio = width > 1300 ? 1 : Math.min(2, 1300 / width, window.devicePixelRatio || 1)
  const size = { width: Math.ceil(width * ratio), height: Math.ceil((FILM_HEAD + pictureHeight + foot) * ratio) }
  for (const each of [canvas, base]) Object.assign(each, size)
  const patch = document.createElement("canvas")
  Object.assign(patch, size)
  const [context, words, changes] = [canvas, base, patch].map(each => each.getContext("2d", { willReadFrequently: true }))
  if (!context || !words || !changes) throw new Error(tr("the browser has no canvas"))
  words.fillStyle = main.layout.hoverlabel.bgcolor
  words.fillRect(0, 0, size.width, size.height)
  words.scale(ratio, ratio)
  const { color } = main.layout.font
  words.fillStyle = color
  words.textBaseline = "middle"
  words.font = `600 16px ${FONTS}`
  words.fillText(scene.title, FILM_EDGE, 18, width - 2 * FILM_EDGE)
  words.font = `11px ${FONTS}`
  words.fillText(scene.budget, FILM_EDGE, 38, width - 2 * FILM_EDGE)
  const below = FILM_HEAD + pictureHeight
  words.font = `12px ${FONTS}`
  names.forEach(({ name, line }, i) => {
    const [x, y] = [FILM_EDGE + (i % columns) * (width / columns), below + FILM_LINE * (Math.floor(i / columns) + 0.5)]
    words.save()
    words.translate(x, y)
    strokeLine(words, { ...line, width: 2.4 }, [[0, 0], [30, 0]], { width: 30, height: 1 })
    words.restore()
    words.fillText(name, x + 38, y, width / columns - 60)
  })
  words.font = `10px ${FONTS}`
  lines.forEach((line, i) => words.fillText(line, FILM_EDGE, below + foot - FILM_EDGE - LINE * (lines.length - i - 0.5)))
  /** @type {[Figure | null, number][]} */
  const layers = [
    [view ? null : pictures.ground.figureBelow(main.layout, axesOf(pictures.main), pictures.name), 0],
    [view ? null : { data: [], layout: main.layout }, 0],
    [{ data: [], layout: loss.layout }, mainWidth],
  ]
  for (const [figure, left] of layers) if (figure) words.drawImage(await imageOf(Plotly, figure), left, FILM_HEAD)
  return { canvas, context, patch: changes, base, mainWidth, ratio }
}

/** @param {FilmSet} set @param {Pictures} pictures @param {Filmed} filmed @param {number} frame */
function drawFrame({ context, base, mainWidth, ratio }, pictures, { scene, shown, hidden, ghosts }, frame) {
  const { main, loss } = pictures.figures(scene, shown, pictures.sizes(scene), { frame, hidden, ghosts, arrows: [] })
  const { view, figureOf } = pictures
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.drawImage(base, 0, 0)
  context.setTransform(ratio, 0, 0, ratio, 0, FILM_HEAD * ratio)
  const [plane, beside] = [pictures.plane("main"), pictures.plane("loss")]
  if (view && figureOf) view.paint(context, main, figureOf)
  else if (plane) paint(context, plane, main.data)
  context.translate(mainWidth, 0)
  if (beside) paint(context, beside, loss.data)
  context.fillStyle = main.layout.font.color
  context.font = `12px ${FONTS}`
  context.textAlign = "right"
  context.textBaseline = "middle"
  context.fillText(placeText(scene.unit, frame * scene.per, shown.steps * scene.per), loss.layout.width - FILM_EDGE, 18 - FILM_HEAD)
}

/** The smallest part in which pixels differ; those in it that do not are transparent. @param {ImageData} before @param {ImageData} now
 * @returns {{ image: ImageData, left: number, top: number }} */
function changedPixels(before, now) {
  const { width, height } = now
  const [a, b] = [new Uint32Array(before.data.buffer), new Uint32Array(now.data.buffer)]
  let [left, top, right, bottom] = [width - 1, height, 0, 0]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (a[y * width + x] === b[y * width + x]) continue
      if (x < left) left = x
      if (x > right) right = x
      if (y < top) top = y
      bottom = y
    }
  }
  if (top === height) [left, top, right, bottom] = [0, 0, 0, 0] // nothing differs
  left -= left % 2 // the file holds halves of the corner
  top -= top % 2
  const image = new ImageData(right - left + 1, bottom - top + 1)
  const part = new Uint32Array(image.data.buffer)
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const at = y * width + x
      if (a[at] !== b[at]) part[(y - top) * image.width + x - left] = b[at] ?? 0
    }
  }
  return { image, left, top }
}

/** @param {HTMLCanvasElement} canvas @returns {Promise<Uint8Array>} as WebP, of best quality */
async function stillOf(canvas) {
  /** @type {Blob | null} */
  const blob = await new Promise(resolve => canvas.toBlob(resolve, "image/webp", 1))
  if (!blob) throw new Error(tr("the picture is too large"))
  return new Uint8Array(await blob.arrayBuffer())
}

/** @param {PlotlyLibrary} Plotly @param {Figure} figure @returns {Promise<HTMLImageElement>} */
async function imageOf(Plotly, figure) {
  const { width, height } = figure.layout
  const image = new Image()
  image.src = await Plotly.toImage(figure, { format: "svg", width, height })
  await image.decode()
  return image
}

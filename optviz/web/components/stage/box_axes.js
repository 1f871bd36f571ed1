// The floor, the edges and the numbers of a surface: numbers stand at the two edges of the floor that are in front,
// those of the height at the corner that is farthest left.

/** @typedef {{ project: (u: number, v: number, w: number) => [number, number, number], half: [number, number], camera: Camera,
 *   ink: string, faint: string, size: number }} BoxLook */

const TICK = 5 // px

/** @param {CanvasRenderingContext2D} context @param {BoxLook} look @param {StageData} scene @param {Terrain} terrain */
function drawBox(context, look, scene, terrain) {
  const { project, half: [a, b], camera: { turn }, ink, faint, size } = look
  const corners = /** @type {[number, number][]} */ ([[-a, -b], [a, -b], [a, b], [-a, b]])
  const floor = corners.map(([u, v]) => project(u, v, 0))
  context.save()
  context.strokeStyle = faint
  context.lineWidth = 1.2
  context.beginPath()
  floor.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)))
  context.closePath()
  context.stroke()
  context.fillStyle = ink
  context.font = `${size}px ${FONTS}`
  const centre = project(0, 0, 0)
  // The edges in front are those nearer to the camera, which looks along (−sin, cos) of its turn.
  const [frontV, frontU] = [Math.cos(turn) >= 0 ? -b : b, Math.sin(turn) >= 0 ? a : -a]
  const { xaxis, yaxis } = scene.main.layout
  const [xs, ys] = scene.domain
  if (xs) edge(context, look, centre, xs, at => [(2 * at - 1) * a, frontV], plainTitle(xaxis))
  if (ys) edge(context, look, centre, ys, at => [frontU, (2 * at - 1) * b], plainTitle(yaxis))
  const [u, v] = corners.reduce((best, corner) => (project(...corner, 0)[0] < project(...best, 0)[0] ? corner : best))
  heights(context, look, [u, v], terrain)
  context.restore()
}

/** @param {Layout} axis */
function plainTitle(axis) { return String(axis.title?.text ?? "") }

/** @param {CanvasRenderingContext2D} context @param {BoxLook} look @param {[number, number, number]} centre of the floor
 * @param {[number, number]} interval @param {(share: number) => [number, number]} at @param {string} title */
function edge(context, { project, size, faint }, centre, [low, high], at, title) {
  const [begin, end, middle] = [project(...at(0), 0), project(...at(1), 0), project(...at(0.5), 0)]
  const length = Math.hypot(end[0] - begin[0], end[1] - begin[1])
  if (length < 60) return // seen from its end
  // Away from the middle of the floor, at a right angle to the edge.
  let [nx, ny] = [-(end[1] - begin[1]) / length, (end[0] - begin[0]) / length]
  if (nx * (middle[0] - centre[0]) + ny * (middle[1] - centre[1]) < 0) [nx, ny] = [-nx, -ny]
  context.strokeStyle = faint
  context.textAlign = nx > 0.35 ? "left" : nx < -0.35 ? "right" : "center"
  context.textBaseline = "middle"
  for (const value of roundTicks(low, high, Math.min(6, length / 60))) {
    const [x, y] = project(...at((value - low) / (high - low)), 0)
    context.beginPath()
    context.moveTo(x, y)
    context.lineTo(x + TICK * nx, y + TICK * ny)
    context.stroke()
    context.fillText(numberText(value), x + (TICK + 4) * nx, y + (TICK + 0.75 * size) * ny)
  }
  context.fillText(title, middle[0] + (TICK + 2.4 * size) * nx, middle[1] + (TICK + 2.2 * size) * ny)
}

/** @param {CanvasRenderingContext2D} context @param {BoxLook} look @param {[number, number]} corner @param {Terrain} terrain */
function heights(context, { project, size, faint }, [u, v], terrain) {
  const { low, high, ticks, title } = terrain
  const [bottom, top] = [project(u, v, 0), project(u, v, HEIGHT)]
  if (bottom[1] - top[1] < 40) return // seen from above
  context.strokeStyle = faint
  context.beginPath()
  context.moveTo(bottom[0], bottom[1])
  context.lineTo(top[0], top[1])
  context.stroke()
  context.textAlign = "right"
  context.textBaseline = "middle"
  const room = Math.max(1, Math.floor((bottom[1] - top[1]) / (1.5 * size)))
  const all = ticks ?? roundTicks(low, high, Math.min(6, room)).map(at => ({ at, text: numberText(at) }))
  const every = Math.ceil(all.length / room)
  for (const { at, text } of all.filter((_, i) => i % every === 0)) {
    const [x, y] = project(u, v, ((at - low) / (high - low || 1)) * HEIGHT)
    context.beginPath()
    context.moveTo(x, y)
    context.lineTo(x - TICK, y)
    context.stroke()
    context.fillText(text, x - TICK - 3, y)
  }
  context.fillText(title, top[0] - TICK - 3, top[1] - 1.4 * size)
}

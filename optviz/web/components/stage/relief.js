// Draws a landscape as a surface into a bitmap, triangle by triangle with a depth for each pixel: so it is known
// what a hill hides, and which place of the surface a pixel shows. No part of it needs a graphics card.

const HEIGHT = 0.75 // of the surface, where the longer side of the floor is 2
const NEAR_ENOUGH = 0.02 // how far behind the surface something still counts as lying on it
const DARKEST = 0.72 // share of its colour that a slope keeps that faces away from the light

/** The floor lies around (0, 0), `half` are half its sides; upwards positive.
 * @typedef {{ turn: number, tilt: number, near: number }} Camera  angles, and how much larger than usual */
/** Pixels: the bitmap's size, and where and how large the model's unit is.
 * @typedef {{ width: number, height: number, x: number, y: number, scale: number }} Frame */

/** How the camera sees a point of the model: pixels, and how far away. There is no perspective.
 * @param {Camera} camera @param {Frame} frame @returns {(u: number, v: number, w: number) => [number, number, number]} */
function projection({ turn, tilt }, { x, y, scale }) {
  const [ct, st, cf, sf] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)]
  return (u, v, w) => {
    const [across, away, up] = [u * ct + v * st, v * ct - u * st, w - HEIGHT / 2]
    return [x + scale * across, y - scale * (up * cf + away * sf), away * cf - up * sf]
  }
}

/** The place on the floor of a pixel at a depth. @param {Camera} camera @param {Frame} frame
 * @param {number} px @param {number} py @param {number} depth @returns {[number, number]} */
function unprojected({ turn, tilt }, { x, y, scale }, px, py, depth) {
  const [ct, st, cf, sf] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)]
  const [across, shown] = [(px - x) / scale, (y - py) / scale]
  const away = shown * sf + depth * cf
  return [across * ct - away * st, across * st + away * ct]
}

class Relief {
  /** @param {Frame} frame in pixels of the bitmap */
  constructor(frame) {
    this.frame = frame
    const count = frame.width * frame.height
    this.depths = new Float32Array(count)
    this.shares = new Float32Array(count)
    this.lights = new Float32Array(count)
    this.image = new ImageData(frame.width, frame.height)
  }

  /** @param {Terrain} terrain @param {Camera} camera @param {[number, number]} half */
  draw(terrain, camera, half) {
    this.depths.fill(Infinity)
    this.shares.fill(NaN)
    const { axes: [xs, ys], heights, low, high } = terrain
    const [columns, rows] = [xs.length, ys.length]
    const project = projection(camera, this.frame)
    const count = columns * rows
    const [px, py, pd, share, light] = Array.from({ length: 5 }, () => new Float32Array(count))
    if (!px || !py || !pd || !share || !light) return
    for (let k = 0; k < count; k++) share[k] = ((heights[k] ?? NaN) - low) / (high - low || 1)
    const [stepU, stepV] = [(2 * half[0]) / (columns - 1), (2 * half[1]) / (rows - 1)]
    for (let j = 0; j < rows; j++) {
      for (let i = 0; i < columns; i++) {
        const k = j * columns + i
        const [a, b, d] = project(i * stepU - half[0], j * stepV - half[1], (share[k] ?? NaN) * HEIGHT)
        px[k] = a; py[k] = b; pd[k] = d
        const right = i + 1 < columns ? k + 1 : k, left = i ? k - 1 : k
        const upper = j + 1 < rows ? k + columns : k, lower = j ? k - columns : k
        const slopeU = (((share[right] ?? NaN) - (share[left] ?? NaN)) * HEIGHT) / ((right - left) * stepU)
        const slopeV = (((share[upper] ?? NaN) - (share[lower] ?? NaN)) * HEIGHT) / (((upper - lower) / columns) * stepV)
        light[k] = lit(slopeU, slopeV, camera.turn)
      }
    }
    for (let j = 0; j + 1 < rows; j++) {
      for (let i = 0; i + 1 < columns; i++) {
        const k = j * columns + i
        this.triangle(px, py, pd, share, light, k, k + 1, k + columns)
        this.triangle(px, py, pd, share, light, k + 1, k + columns + 1, k + columns)
      }
    }
    this.colour(terrain)
  }

  /** @param {Float32Array} px @param {Float32Array} py @param {Float32Array} pd @param {Float32Array} share @param {Float32Array} light
   * @param {number} a @param {number} b @param {number} c corners */
  triangle(px, py, pd, share, light, a, b, c) {
    const ax = px[a] ?? NaN, ay = py[a] ?? NaN, bx = px[b] ?? NaN, by = py[b] ?? NaN, cx = px[c] ?? NaN, cy = py[c] ?? NaN
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    if (!(area !== 0 && Number.isFinite(area))) return // seen from the side, or a gap
    const { width, height } = this.frame
    const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx))), right = Math.min(width - 1, Math.floor(Math.max(ax, bx, cx)))
    const top = Math.max(0, Math.ceil(Math.min(ay, by, cy))), bottom = Math.min(height - 1, Math.floor(Math.max(ay, by, cy)))
    const da = pd[a] ?? NaN, db = pd[b] ?? NaN, dc = pd[c] ?? NaN
    const sa = share[a] ?? NaN, sb = share[b] ?? NaN, sc = share[c] ?? NaN
    const la = light[a] ?? 1, lb = light[b] ?? 1, lc = light[c] ?? 1
    const bAcross = (cy - ay) / area, bDown = -(cx - ax) / area, cAcross = -(by - ay) / area, cDown = (bx - ax) / area
    const { depths, shares, lights } = this
    for (let y = top; y <= bottom; y++) {
      let wb = (left - ax) * bAcross + (y - ay) * bDown, wc = (left - ax) * cAcross + (y - ay) * cDown
      for (let x = left; x <= right; x++, wb += bAcross, wc += cAcross) {
        const wa = 1 - wb - wc
        if (wa < -1e-6 || wb < -1e-6 || wc < -1e-6) continue
        const depth = wa * da + wb * db + wc * dc
        const at = y * width + x
        if (depth >= /** @type {number} */ (depths[at])) continue
        depths[at] = depth
        shares[at] = wa * sa + wb * sb + wc * sc
        lights[at] = wa * la + wb * lb + wc * lc
      }
    }
  }

  /** Colours, with a line where two bands of height meet. @param {Terrain} terrain */
  colour({ low, high, size, colours, line: [red, green, blue] }) {
    const { shares, lights, depths, image: { data } } = this
    const { width, height } = this.frame
    const bands = (high - low) / size
    const bandAt = new Int16Array(width * height)
    for (let at = 0; at < bandAt.length; at++) bandAt[at] = Math.floor(/** @type {number} */ (shares[at]) * bands) // 0 where there is none
    /** Where one hill stands before another, bands meet that are not neighbours. @param {number} at @param {number} next */
    const meets = (at, next) => bandAt[next] !== bandAt[at] && Math.abs(/** @type {number} */ (depths[next]) - /** @type {number} */ (depths[at])) < 0.1
    for (let at = 0; at < width * height; at++) {
      const share = /** @type {number} */ (shares[at])
      if (share !== share) { data[4 * at + 3] = 0; continue }
      const line = ((at + 1) % width && meets(at, at + 1)) || (at + width < bandAt.length && meets(at, at + width)) ? LINES_IN : 0
      const shade = 3 * Math.max(0, Math.min(SHADES - 1, Math.round(((share * bands + 0.5) / (bands + 1)) * (SHADES - 1))))
      const light = /** @type {number} */ (lights[at]) * (1 - line)
      data[4 * at] = /** @type {number} */ (colours[shade]) * light + line * red
      data[4 * at + 1] = /** @type {number} */ (colours[shade + 1]) * light + line * green
      data[4 * at + 2] = /** @type {number} */ (colours[shade + 2]) * light + line * blue
      data[4 * at + 3] = 255
    }
  }

  /** How far away the surface is at a pixel; Infinity where there is none. @param {number} px @param {number} py */
  depthAt(px, py) {
    const [x, y] = [Math.round(px), Math.round(py)]
    if (x < 0 || y < 0 || x >= this.frame.width || y >= this.frame.height) return Infinity
    return this.depths[y * this.frame.width + x] ?? Infinity
  }

  /** Whether the surface hides a point. @param {number} px @param {number} py @param {number} depth */
  hides(px, py, depth) { return this.depthAt(px, py) < depth - NEAR_ENOUGH }
}

/** How bright a slope is: light falls from behind the camera's left shoulder. @param {number} u slope along x @param {number} v along y
 * @param {number} turn */
function lit(u, v, turn) {
  const [ct, st] = [Math.cos(turn), Math.sin(turn)]
  const [across, away] = [u * ct + v * st, v * ct - u * st]
  const towards = (0.45 * across + 0.35 * away + 0.82) / Math.hypot(across, away, 1)
  return Number.isFinite(towards) ? DARKEST + (1 - DARKEST) * Math.max(0, Math.min(1, towards)) : 1
}

// From data to pixels: what the painter of traces and the figures need to know of a picture.

/** Pixels from the plot's corner; true where something lies in front. @typedef {[number, number, boolean?]} Spot */
/** Where data are on a picture: its part of the canvas in pixels, and places in it. `turn` is a direction in pixels
 * (upwards positive), of one in shares of the axes; `drape` lays a line on what is not flat.
 * @typedef {{ left: number, top: number, width: number, height: number, place: (x: number, y: number) => Spot | null,
 *   turn: (across: number, up: number) => [number, number],
 *   drape?: (x: ArrayLike<number>, y: ArrayLike<number>) => (Spot | null)[] }} Plane */
/** Where somebody points: in pixels, in data, and how much of them is a pixel.
 * @typedef {{ px: number, py: number, x: number, y: number, inside: boolean, pixel: [number, number], plane: Plane }} Place */

/** @param {Axes | null} axes @returns {Plane | null} */
function flatPlane(axes) {
  if (!axes) return null
  const { x, y } = axes
  return {
    left: x.offset, top: y.offset, width: x.length, height: y.length,
    place: (across, up) => [x.toPixel(across), y.toPixel(up)],
    turn: (across, up) => [across * x.length, up * y.length],
  }
}

/** @param {PlotNode} node @param {{ clientX: number, clientY: number }} event @returns {Place | null} */
function placeOnPlot(node, event) {
  const place = placeOn(node, event)
  const plane = place && flatPlane(place.axes)
  if (!place || !plane) return null
  const { axes, px, py, x, y, inside } = place
  /** @param {Axis} axis */
  const pixel = axis => Math.abs(axis.range[1] - axis.range[0]) / axis.length
  return { px, py, x, y, inside, pixel: [pixel(axes.x), pixel(axes.y)], plane }
}

const SQUARE = 400 // px

/** Axes of a flat, square picture of a domain. @param {[number, number][]} domain @returns {Axes | null} null in one dimension */
function squareAxes([xs, ys]) {
  if (!xs || !ys) return null
  /** @param {[number, number]} range @param {boolean} up @returns {Axis} */
  const axis = ([low, high], up) => ({
    range: [low, high], domain: [0, 1], offset: 0, length: SQUARE,
    toPixel: value => SQUARE * (up ? high - value : value - low) / (high - low),
    toData: pixel => (up ? high - (pixel / SQUARE) * (high - low) : low + (pixel / SQUARE) * (high - low)),
  })
  return { x: axis(xs, false), y: axis(ys, true) }
}

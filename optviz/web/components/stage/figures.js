// The Plotly figures of the stage at one frame: its traces filled with rows, on axes of fixed ranges.

const MOST_MARKED = 200 // steps up to which every iterate gets its own marker

/** @typedef {{ x: [number, number], y: [number, number] }} Zoom  ranges, as Plotly has them */
/** @typedef {{ frame: number, hidden: Set<string>, plane: Plane | null, zoom: Zoom | null, scale: number }} View
 *   `plane` is that of the last drawing; `scale` enlarges lines and words on a projector */

/** @param {StageData} scene @param {Shown} shown @param {View} view @param {Ghost[]} ghosts runs that are pinned
 * @param {Trace[]} arrows the anatomy of a step, above all @returns {Figure} */
function mainFigure(scene, shown, view, ghosts, arrows) {
  const { main, domain } = scene
  /** @type {Trace[]} */ const paths = []
  /** @type {Trace[]} */ const exits = []
  /** @type {Trace[]} */ const heads = []
  scene.runs.forEach((run, i) => {
    const rows = /** @type {Rows} */ (shown.rows[i])
    const visible = !view.hidden.has(run.slot)
    const end = Math.min(view.frame, rows.values.length - 1)
    const { x, y } = drawnPath(rows, domain)
    paths.push({
      ...thicker(run.path, view.scale),
      visible,
      mode: rows.values.length - 1 <= MOST_MARKED ? "lines+markers" : run.path.mode,
      x: x.subarray(0, end + 1),
      y: y.subarray(0, end + 1),
      customdata: rows.values.subarray(0, end + 1),
    })
    heads.push({ ...run.head, visible, x: [known(x[end])], y: [known(y[end])] })
    exits.push(exitTrace(run, exitOf(rows, domain), end, visible, view.plane))
  })
  labelHeads(scene, heads, view, paths, [main.minima])
  const ring = startPlace(scene, shown)
  const inside = inRange(main.layout, view.zoom, ring)
  const start = { ...main.start, x: [ring[0]], y: [known(ring[1])], visible: inside }
  const edge = { ...main.startEdge, ...edgePlace(main.layout, view, ring), visible: !inside }
  const curve = main.curve ? [thicker(main.curve, view.scale)] : []
  const followers = followed(scene, "main", view.frame)
  return {
    data: [
      ...curve, ...ghostPaths(ghosts, scene.domain, view), ...paths, ...followers, ...exits, main.minima, ...heads, edge, start, ...arrows,
    ],
    layout: main.layout,
  }
}

/** @param {StageData} scene @param {Shown} shown @param {View} view @param {Ghost[]} ghosts @returns {Figure} */
function lossFigure(scene, shown, view, ghosts) {
  const { loss, runs } = scene
  const rows = [...shown.rows, ...ghosts.map(ghost => ghost.rows)]
  const axis = lossAxis(rows, rows.map((_, i) => !view.hidden.has(runs[i]?.slot ?? "")), loss)
  /** @type {Trace[]} */ const heads = []
  const data = runs.flatMap((run, i) => {
    const heights = /** @type {Float64Array} */ (axis.heights[i])
    const visible = !view.hidden.has(run.slot)
    const end = Math.min(view.frame, heights.length - 1)
    const x = acrossOf(/** @type {Rows} */ (shown.rows[i]), loss)
    heads.push({ ...run.lossHead, visible, x: [x[end]], y: [known(heights[end])] })
    return [
      { ...run.ahead, visible: visible && end < heights.length - 1, x, y: heights },
      { ...thicker(run.loss, view.scale), visible, x: x.subarray(0, end + 1), y: heights.subarray(0, end + 1), meta: axis.label },
    ]
  })
  labelHeads(scene, heads, view, data, [])
  const { xaxis, yaxis } = loss.layout
  const steps = Math.max(1, shown.steps, ...ghosts.map(ghost => ghost.rows.values.length - 1))
  const gradients = Math.max(1, ...rows.map(each => acrossOf(each, loss).at(-1) ?? 0))
  const layout = {
    ...loss.layout,
    xaxis: { ...xaxis, range: [0, loss.across === "gradients" ? gradients : steps * loss.per] },
    yaxis: { ...yaxis, range: axis.range, dtick: axis.dtick, title: { ...yaxis.title, text: axis.title } },
  }
  return { data: [...ghostLosses(ghosts, axis.heights.slice(runs.length), loss), ...data, ...heads], layout }
}

/** @param {StageData} scene @param {Side} side @param {View} view @returns {Figure} */
function sideFigure(scene, side, view) {
  return { data: [...side.data, ...followed(scene, "side", view.frame)], layout: side.layout }
}

/** The figure with the size, the ranges and the letters that it has on the screen.
 * @param {Figure} figure @param {{ width: number, height: number }} size @param {View} view @returns {Figure} */
function placed({ data, layout }, size, view) {
  // Plotly writes the ranges of a zoom into the very array that it was given: it gets one of its own.
  /** @param {"x" | "y"} name */
  const axis = name => ({ ...layout[`${name}axis`], range: [...(view.zoom?.[name] ?? layout[`${name}axis`].range)] })
  return {
    data,
    layout: {
      ...layout,
      ...size,
      margin: wider(layout.margin, view.scale),
      font: { ...layout.font, size: Math.round(layout.font.size * view.scale) },
      xaxis: axis("x"),
      yaxis: axis("y"),
      dragmode: coarse() ? false : "zoom",
      uirevision: null,
    },
  }
}

/** Room for larger letters. @param {Record<string, any>} margin @param {number} scale */
function wider(margin, scale) {
  const { l, r, b } = margin
  return { ...margin, l: Math.round(l * scale), r: Math.round(r * scale), b: Math.round(b * scale) }
}

/** The ground lies below the picture: the same size, margins, ranges and parts of the paper.
 * @param {Figure} ground @param {Layout} above the layout of the picture @param {Axes} axes of the picture
 * @param {string} view how the landscape is shown @returns {Figure} */
function groundFigure(ground, above, axes, view) {
  /** @param {any} axis @param {Axis} same */
  const as = (axis, same) => ({ ...axis, range: [...same.range], domain: [...same.domain] })
  const { width, height, margin, font } = above
  return {
    data: ground.data.map(trace => (view === "heat" ? asHeat(trace) : { ...trace })),
    layout: {
      ...ground.layout, width, height, margin, font,
      xaxis: as(ground.layout.xaxis, axes.x),
      yaxis: as(ground.layout.yaxis, axes.y),
    },
  }
}

/** A contour as a continuous field of its own colours, with the same colour bar. @param {Trace} trace @returns {Trace} */
function asHeat(trace) {
  const { start, end, size } = trace.contours
  const contours = { ...trace.contours, coloring: "heatmap" }
  // Plotly colours a band like its middle, so the outer ones reach half a band beyond their levels.
  return { ...trace, contours, line: { ...trace.line, width: 0 }, zauto: false, zmin: start - size / 2, zmax: end + size / 2 }
}

/** Where the ring is: in 1D it rides on the curve.
 * @param {StageData} scene @param {Shown} shown @returns {[number, number]} */
function startPlace(scene, { start }) {
  const [x = NaN, y] = start
  return [x, y ?? heightAt(scene.main.curve, x)]
}

/** @param {Trace | null} curve @param {number} x */
function heightAt(curve, x) {
  if (!curve) return NaN
  const ys = curve.y
  const place = (x - curve.x0) / curve.dx
  const i = Math.max(0, Math.min(ys.length - 2, Math.floor(place)))
  return ys[i] + (ys[i + 1] - ys[i]) * (place - i)
}

/** @param {Layout} layout @param {Zoom | null} zoom @param {[number, number]} at */
function inRange(layout, zoom, at) {
  const ranges = [zoom?.x ?? layout.xaxis.range, zoom?.y ?? layout.yaxis.range]
  return ranges.every(([low, high], i) => !((at[i] ?? NaN) < low || (at[i] ?? NaN) > high))
}

/** @param {Layout} layout @param {View} view @param {[number, number]} at @returns {Trace} */
function edgePlace(layout, { zoom, plane }, at) {
  const ranges = [zoom?.x ?? layout.xaxis.range, zoom?.y ?? layout.yaxis.range]
  const edge = ranges.map(([low, high], i) => Math.min(high, Math.max(low, at[i] ?? NaN)))
  const away = ranges.map(([low, high], i) => ((at[i] ?? NaN) - (edge[i] ?? NaN)) / (high - low))
  const angle = arrowAngle(...turned(plane, away))
  return {
    x: [edge[0]], y: [known(edge[1])], text: [pointText(at)],
    marker: { ...{ size: 17, symbol: "arrow" }, angle },
  }
}

/** @param {Run} run @param {ReturnType<typeof exitOf>} exit @param {number} end @param {boolean} visible @param {Plane | null} plane */
function exitTrace(run, exit, end, visible, plane) {
  if (!exit || exit.step > end) return { ...run.exit, x: [null], y: [null], visible: false }
  const angle = arrowAngle(...turned(plane, exit.direction))
  return { ...run.exit, visible, x: [exit.x], y: [exit.y], text: [exit.text], marker: { ...run.exit.marker, angle } }
}

/** @param {Plane | null} plane @param {number[]} direction in shares of the axes @returns {[number, number]} */
function turned(plane, [across = 0, up = 0]) {
  return plane ? plane.turn(across, up) : [across, up]
}

/** @param {StageData} scene @param {"main" | "side"} figure @param {number} frame @returns {Trace[]} */
function followed(scene, figure, frame) {
  return scene.followers.filter(f => f.figure === figure).map(({ trace, across, x, y }) => ({
    ...trace,
    x: /** @type {any} */ (x).subarray(frame * across, (frame + 1) * across),
    y: /** @type {any} */ (y).subarray(frame * across, (frame + 1) * across),
  }))
}

/** @param {Trace} trace @param {number} scale @returns {Trace} */
function thicker(trace, scale) {
  return scale === 1 ? trace : { ...trace, line: { ...trace.line, width: trace.line.width * scale } }
}

/** @param {number | undefined} value @returns {number | null} what Plotly leaves out is null */
function known(value) {
  return Number.isFinite(value) ? /** @type {number} */ (value) : null
}

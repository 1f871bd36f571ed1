// Small panels: what changes from step to step, each quantity in a picture of its own, with a line at the cursor.

/** One curve; row t of `values` belongs to step t, NaN leaves a gap.
 * @typedef {{ label: string, color: string, dash?: string, values: Float64Array }} StepCurve */
/** `group` names the quantity of both coordinates, in English; `title` and `label`, of the group, are to be read.
 * @typedef {{ key: string, group: string, title: string, label: string, log: boolean, curves: StepCurve[] }} CurvePanel */
/** A run and how it is drawn. @typedef {{ label: string, color: string, dash?: string, states: StepStates }} CurveRun */
/** @typedef {{ panel: CurvePanel, node: HTMLElement, readout: HTMLElement, plot: HTMLElement, below: HTMLCanvasElement,
 *   above: HTMLCanvasElement, top: HTMLElement, bottom: HTMLElement, range: [number, number], size: [number, number] }} CurveCell */

const CURVE_INSET = 6 // px above and below the curves
const LOG_FROM = 30 // positive curves whose largest value is this many times their smallest get a logarithmic scale
/** @type {Record<string, number[]>} strokes and gaps in px */
const CURVE_STROKES = { dot: [2, 2], dash: [6, 3], longdash: [10, 4], dashdot: [6, 3, 2, 3], longdashdot: [10, 3, 2, 3] }

/** All panels that these runs have: first what all optimizers share, then each part of a state. The key of a panel is
 * stable: "loss", "gradient-norm", "step-length", "effective-rate-x", "learning-rate", "first-moment-m-x", and so on.
 * @param {CurveRun[]} runs @returns {CurvePanel[]} */
function curvePanels(runs) {
  /** @type {Map<string, CurvePanel>} */
  const panels = new Map()
  /** @param {CurveRun} run @param {string} name in English @param {string} symbol @param {string} axis
   * @param {Float64Array} values @param {boolean} signed */
  const add = (run, name, symbol, axis, values, signed) => {
    /** @param {string} text */
    const whole = text => [text, symbol].filter(Boolean).join(" ")
    const group = whole(name)
    const key = `${group}${axis}`.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-")
    const label = whole(titled(name))
    if (!panels.has(key)) panels.set(key, { key, group, title: `${label}${axis}`, label, log: !signed, curves: [] })
    const { color, dash } = run
    panels.get(key)?.curves.push({ label: run.label, color, ...(dash ? { dash } : {}), values })
  }
  const plane = runs.some(run => run.states.points.length > 1)
  /** @param {number} i */
  const axis = i => (plane ? `, ${COORDINATES[i]}` : "")
  for (const run of runs) add(run, marked("Loss"), "", "", run.states.values, false)
  for (const run of runs) add(run, marked("Gradient norm"), "", "", run.states.gradientNorms, false)
  for (const run of runs) add(run, marked("Step length"), "", "", run.states.lengths, false)
  for (const run of runs) run.states.effectiveRates.forEach((values, i) => add(run, marked("Effective rate"), "", axis(i), values, false))
  for (const run of runs) add(run, marked("Learning rate"), "", "", run.states.rates, false)
  for (const run of runs) {
    for (const { name, variable, symbol, columns } of run.states.state) {
      const letter = symbolText(symbol)
      columns.forEach((values, i) => add(run, name ? capitalized(name) : letter ? "" : variable, letter, axis(i), values, true))
    }
  }
  for (const panel of panels.values()) panel.log &&= isWide(panel.curves)
  return [...panels.values()]
}

/** Whether curves are positive and span decades. @param {StepCurve[]} curves */
function isWide(curves) {
  const [low, high] = extent(curves, v => v !== 0)
  return low > 0 && high / low >= LOG_FROM
}

/** @param {StepCurve[]} curves @param {(v: number) => boolean} counts @returns {[number, number]} */
function extent(curves, counts) {
  let [low, high] = [Infinity, -Infinity]
  for (const { values } of curves) {
    for (const v of values) {
      if (!Number.isFinite(v) || !counts(v)) continue
      if (v < low) low = v
      if (v > high) high = v
    }
  }
  return [low, high]
}

class StepCurves {
  /** @param {HTMLElement} root an empty element @param {{ pick: (step: number) => void, hover?: (step: number | null) => void }} on */
  constructor(root, { pick, hover = () => {} }) {
    this.root = root
    this.pick = pick
    this.hover = hover
    /** @type {Map<string, CurveCell>} */ this.cells = new Map()
    this.steps = 0
    this.cursor = 0
    root.classList.add("optviz-curves")
    this.observer = new ResizeObserver(() => { for (const cell of this.cells.values()) this.draw(cell) })
    this.observer.observe(root)
  }

  /** Show these panels; those with the same key keep their place and the keyboard's focus.
   * @param {CurvePanel[]} panels @param {number} steps how far the axis goes @param {number} cursor */
  show(panels, steps, cursor) {
    this.steps = steps
    this.cursor = cursor
    const wanted = new Set(panels.map(panel => panel.key))
    for (const [key, cell] of this.cells) {
      if (wanted.has(key)) continue
      cell.node.remove()
      this.cells.delete(key)
    }
    for (const [place, panel] of panels.entries()) {
      const cell = this.cells.get(panel.key) ?? this.cell(panel)
      cell.panel = panel
      this.cells.set(panel.key, cell)
      if (this.root.children[place] !== cell.node) this.root.insertBefore(cell.node, this.root.children[place] ?? null)
      this.draw(cell)
    }
  }

  /** Move the cursor only. @param {number} step */
  move(step) {
    this.cursor = step
    const ink = this.colour("--st-text-color")
    for (const cell of this.cells.values()) this.drawCursor(cell, ink)
  }

  unmount() {
    this.observer.disconnect()
    this.root.replaceChildren()
    this.cells.clear()
  }

  /** @param {CurvePanel} panel @returns {CurveCell} */
  cell(panel) {
    const readout = explainNode("span", "readout")
    const caption = explainNode("figcaption", "", explainNode("span", "", panel.title), readout)
    const [below, above] = [document.createElement("canvas"), document.createElement("canvas")]
    const [top, bottom] = [explainNode("span", "scale top"), explainNode("span", "scale bottom")]
    const plot = explainNode("div", "plot", below, above, top, bottom)
    const node = explainNode("figure", "", caption, plot)
    node.tabIndex = 0
    for (const [name, value] of Object.entries({ role: "slider", "aria-label": tr("{title} over steps", { title: panel.title }), "aria-valuemin": "0" })) {
      node.setAttribute(name, value)
    }
    plot.addEventListener("pointermove", event => this.hover(this.stepAt(plot, event)))
    plot.addEventListener("pointerleave", () => this.hover(null))
    plot.addEventListener("click", event => this.pick(this.stepAt(plot, event)))
    node.addEventListener("keydown", event => this.key(event))
    return { panel, node, readout, plot, below, above, top, bottom, range: [0, 1], size: [0, 0] }
  }

  /** @param {HTMLElement} plot @param {MouseEvent} event */
  stepAt(plot, event) {
    const box = plot.getBoundingClientRect()
    const share = (event.clientX - box.left) / box.width
    return Math.min(this.steps, Math.max(0, Math.round(share * this.steps)))
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const tenth = Math.max(1, Math.round(this.steps / 10))
    /** @type {Record<string, number>} */
    const moves = {
      ArrowLeft: this.cursor - 1, ArrowDown: this.cursor - 1, ArrowRight: this.cursor + 1, ArrowUp: this.cursor + 1,
      PageDown: this.cursor - tenth, PageUp: this.cursor + tenth, Home: 0, End: this.steps,
    }
    const step = moves[event.key]
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    this.pick(Math.min(this.steps, Math.max(0, step)))
  }

  /** @param {CurveCell} cell */
  draw(cell) {
    const { panel, below, node } = cell
    const [low, high] = extent(panel.curves, v => !panel.log || v > 0)
    cell.range = low < high ? [low, high] : [low - Math.abs(low || 1) / 2, high + Math.abs(high || 1) / 2]
    const drawn = Number.isFinite(low)
    cell.top.textContent = drawn && low < high ? printedText(high, 3) : ""
    cell.bottom.textContent = drawn ? printedText(low, 3) : tr("no values")
    node.setAttribute("aria-valuemax", String(this.steps))
    cell.size = [below.clientWidth, below.clientHeight] // read once: asking again after a change costs a layout
    const [context, width, height] = this.context(below, cell.size)
    if (context) {
      this.zeroLine(context, cell, width, height)
      for (const curve of panel.curves) this.stroke(context, cell, curve, width, height)
    }
    this.drawCursor(cell, this.colour("--st-text-color"))
  }

  /** @param {HTMLCanvasElement} canvas @param {[number, number]} size
   * @returns {[CanvasRenderingContext2D | null, number, number]} */
  context(canvas, [width, height]) {
    const ratio = window.devicePixelRatio || 1
    const [inner, tall] = [Math.round(width * ratio), Math.round(height * ratio)]
    if (canvas.width !== inner || canvas.height !== tall) Object.assign(canvas, { width: inner, height: tall })
    const context = canvas.getContext("2d")
    context?.setTransform(ratio, 0, 0, ratio, 0, 0)
    context?.clearRect(0, 0, width, height)
    return [context, width, height]
  }

  /** @param {CurveCell} cell @param {number} value @param {number} height */
  heightOf({ panel, range }, value, height) {
    const [low, high] = panel.log ? range.map(Math.log) : range
    const at = panel.log ? Math.log(value) : value
    return height - CURVE_INSET - ((at - (low ?? 0)) / ((high ?? 1) - (low ?? 0))) * (height - 2 * CURVE_INSET)
  }

  /** @param {CanvasRenderingContext2D} context @param {CurveCell} cell @param {number} width @param {number} height */
  zeroLine(context, cell, width, height) {
    if (cell.panel.log || cell.range[0] >= 0 || cell.range[1] <= 0) return
    const y = this.heightOf(cell, 0, height)
    context.strokeStyle = this.colour("--st-border-color")
    context.lineWidth = 1
    context.beginPath()
    context.moveTo(0, y)
    context.lineTo(width, y)
    context.stroke()
  }

  /** @param {CanvasRenderingContext2D} context @param {CurveCell} cell @param {StepCurve} curve @param {number} width @param {number} height */
  stroke(context, cell, { color, dash, values }, width, height) {
    context.strokeStyle = context.fillStyle = color
    context.lineWidth = 1.6
    context.lineJoin = "round"
    context.setLineDash(CURVE_STROKES[dash ?? ""] ?? [])
    context.beginPath()
    let pen = false
    values.forEach((value, t) => {
      const y = this.heightOf(cell, value, height)
      if (!Number.isFinite(y)) {
        pen = false
        return
      }
      const x = (t / Math.max(1, this.steps)) * width
      if (pen) context.lineTo(x, y)
      else context.moveTo(x, y)
      // A value between two gaps has no line: it is a dot.
      if (!pen && !Number.isFinite(this.heightOf(cell, values[t + 1] ?? NaN, height))) context.fillRect(x - 1, y - 1, 2, 2)
      pen = true
    })
    context.stroke()
    context.setLineDash([])
  }

  /** @param {CurveCell} cell @param {string} ink */
  drawCursor(cell, ink) {
    const { panel, above, readout, node } = cell
    const [context, width, height] = this.context(above, cell.size)
    const x = (this.cursor / Math.max(1, this.steps)) * width
    const values = panel.curves.map(curve => ({ curve, value: curve.values[this.cursor] ?? NaN }))
    if (context) {
      context.strokeStyle = ink
      context.globalAlpha = 0.55
      context.lineWidth = 1
      context.beginPath()
      context.moveTo(x, 0)
      context.lineTo(x, height)
      context.stroke()
      context.globalAlpha = 1
      for (const { curve, value } of values) {
        const y = this.heightOf(cell, value, height)
        if (!Number.isFinite(y)) continue
        context.fillStyle = curve.color
        context.beginPath()
        context.arc(x, y, 3, 0, 2 * Math.PI)
        context.fill()
      }
    }
    readout.replaceChildren(...values.filter(({ value }) => Number.isFinite(value)).map(({ curve, value }) => {
      const spot = explainNode("i", "")
      spot.style.background = curve.color
      return explainNode("span", "", spot, printedText(value, 4))
    }))
    const told = listed(values.map(({ curve, value }) => `${curve.label} ${printedText(value, 4)}`))
    node.setAttribute("aria-valuenow", String(this.cursor))
    node.setAttribute("aria-valuetext", tr("step {step}: {values}", { step: this.cursor, values: told }))
  }

  /** @param {string} name a variable of Streamlit's theme */
  colour(name) {
    return getComputedStyle(this.root).getPropertyValue(name).trim() || "#888"
  }
}

// Several charts in a grid. Each keeps its node for the whole visit, and Plotly.react redraws into it, so
// that a zoom survives while the curve grows. bus.js, following.js, plotly_adapter.js and legend.js stand before it.

/** @typedef {{ key: string, title: string, about: string, alt: string, aspect: number, lowest: number, highest: number,
 *   data: { meta?: { entrant?: string } }[], layout: Record<string, any>, top?: number }} Panel  see optviz/figures/panels.py */
/** @typedef {{ node: HTMLElement, caption: HTMLElement, plot: PlotNode, figure: Panel }} Cell */
/** @typedef {{ chart: string, x: number, y: number }} Picked */
/** @typedef {{ figures: Panel[], legend: LegendEntry[], note: string, version: string, plotly: string,
 *   pickable: boolean, least: number, page: string, cards: string, drawUrl: string }} ChartsData */
/** @typedef {{ figures: Panel[], legend: LegendEntry[], note: string }} Picture */

/** @type {WeakMap<Element, Charts>} */
const grids = new WeakMap()
const CLICK = 5 // px that a click may wander
const BAR = 26 // px above a picture for its buttons, which a touch screen shows all the time

class Charts {
  /** @param {HTMLElement} root
   * @param {string} page the key of the page's bus; "" if no draft is followed
   * @param {string} cards the same for a page whose cards hide curves; "" if none does */
  constructor(root, page, cards) {
    /** @param {string} selector */
    const part = selector => /** @type {HTMLElement} */ (root.querySelector(selector))
    this.root = root
    this.grid = part(".grid")
    this.legend = part(".legend")
    this.said = part(".said")
    /** @type {Map<string, Cell>} */ this.cells = new Map()
    /** @type {((picked: Picked) => void) | null} */ this.pick = null
    /** @type {{ cell: Cell, x: number, y: number } | null} */ this.pressed = null
    /** @type {ChartsData | null} what the server says */ this.served = null
    /** @type {object | undefined} */ this.config = undefined
    this.pending = Promise.resolve()
    // Plotly covers the page while the button is down, so the release is heard on the window only.
    this.onUp = (/** @type {PointerEvent} */ event) => this.release(event)
    window.addEventListener("pointerup", this.onUp)
    window.addEventListener("pointercancel", this.onUp)
    this.observer = new ResizeObserver(() => this.resize())
    this.observer.observe(this.grid)
    this.following = page ? this.follow(page) : null
    /** @type {Set<string>} the entrants that the cards hide, as texts */ this.hidden = new Set()
    this.deaf = cards ? this.hear(optvizPage(cards)) : () => {}
  }

  /** A card hides what has its optimizer and numbers, wherever that stood when the run began.
   * @param {OptvizPage} bus */
  hear(bus) {
    return bus.on("hidden", slots => {
      this.hidden = new Set([...slots].map(slot => bus.values[slot] ?? "").filter(Boolean))
      const { served } = this
      if (served) this.queue(served, () => served === this.served)
    })
  }

  /** @param {ChartsData} data @param {(picked: Picked) => void} pick */
  show(data, pick) {
    this.pick = data.pickable ? pick : null
    this.root.classList.toggle("pickable", data.pickable)
    this.root.style.setProperty("--least", `${data.least}px`)
    const same = data.version === this.served?.version
    this.served = data
    if (same || this.following?.arrived() === false) return
    this.queue(data, () => data === this.served)
  }

  /** Draw, unless something newer waits by then. @param {Picture} picture @param {() => boolean} wanted */
  queue(picture, wanted) {
    this.pending = this.pending
      .then(() => loadPlotly(/** @type {ChartsData} */ (this.served).plotly))
      .then(Plotly => { if (wanted()) return this.draw(Plotly, picture) })
      .catch(error => { this.said.textContent = tr("The picture could not be drawn: {why}.", { why: error.message }) })
    return this.pending
  }

  /** @param {string} page */
  follow(page) {
    return new Following(optvizPage(page), {
      url: () => this.served?.drawUrl ?? "",
      wait: busy => this.root.setAttribute("aria-busy", String(busy)),
      draw: async picture => {
        await this.queue(picture, () => this.following?.drafted === true)
        this.root.dataset.drafts = String(Number(this.root.dataset.drafts ?? 0) + 1)
      },
      restore: () => { if (this.served) this.queue(this.served, () => this.following?.drafted === false) },
    })
  }

  /** @param {PlotlyLibrary} Plotly @param {Picture} data */
  async draw(Plotly, data) {
    this.Plotly = Plotly
    this.config ??= configuration(Plotly) // a new object would make Plotly start afresh and lose the zoom
    const wanted = new Set(data.figures.map(figure => figure.key))
    for (const [key, cell] of this.cells) {
      if (wanted.has(key)) continue
      Plotly.purge(cell.plot)
      cell.node.remove()
      this.cells.delete(key)
    }
    const cells = data.figures.map(figure => this.cell(figure))
    cells.forEach((cell, place) => {
      if (this.grid.children[place] !== cell.node) this.grid.insertBefore(cell.node, this.grid.children[place] ?? null)
    })
    await Promise.all(cells.map(cell => {
      this.fit(cell)
      const traces = cell.figure.data.map(trace => this.hides(trace.meta?.entrant) ? { ...trace, visible: false } : trace)
      return Plotly.react(cell.plot, traces, cell.figure.layout, this.config)
    }))
    this.legend.replaceChildren(...data.legend.filter(entry => !this.hides(entry.entrant)).map(entry => {
      const item = document.createElement("span")
      item.append(...legendParts(entry))
      return item
    }))
    this.said.textContent = data.note
    this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1)
    this.root.classList.add("ready")
  }

  /** @param {string | undefined} entrant */
  hides(entrant) { return this.hidden.has(entrant ?? "") }

  /** @param {Panel} figure @returns {Cell} */
  cell(figure) {
    let cell = this.cells.get(figure.key)
    if (!cell) {
      const node = document.createElement("figure")
      const caption = document.createElement("figcaption")
      const plot = document.createElement("div")
      plot.className = "plot"
      plot.setAttribute("role", "figure")
      node.dataset.chart = figure.key
      node.append(caption, plot)
      const made = cell = { node, caption, plot, figure }
      plot.addEventListener("pointerdown", event => this.press(event, made), true)
      this.cells.set(figure.key, cell)
    }
    const about = document.createElement("small")
    about.textContent = figure.about
    cell.caption.replaceChildren(figure.title, about)
    cell.plot.setAttribute("aria-label", figure.alt)
    cell.figure = figure
    figure.layout.uirevision ??= figure.key // without one Plotly forgets the zoom
    return cell
  }

  /** @param {Cell} cell */
  fit({ node, figure }) {
    const width = Math.floor(node.clientWidth)
    const height = Math.round(Math.min(figure.highest, Math.max(figure.lowest, width * figure.aspect)))
    const bar = coarse() ? BAR : 0
    const top = (figure.top ??= /** @type {number} */ (figure.layout.margin.t))
    figure.layout.margin.t = top + bar
    Object.assign(figure.layout, { width, height: height + bar, dragmode: bar ? false : "zoom" })
  }

  resize() {
    for (const cell of this.cells.values()) {
      const width = Math.floor(cell.node.clientWidth)
      if (!width || width === cell.figure.layout.width || !axesOf(cell.plot)) continue
      this.fit(cell)
      const { layout } = cell.figure
      this.Plotly.relayout(cell.plot, { width: layout.width, height: layout.height })
    }
  }

  // ---- a click, in the coordinates of the data; a zoom is none

  /** @param {PointerEvent} event @param {Cell} cell */
  press(event, cell) {
    this.pressed = null
    if (!this.pick || event.button !== 0 || onModebar(event.target)) return
    if (this.at(event, cell)) this.pressed = { cell, x: event.clientX, y: event.clientY }
  }

  /** @param {PointerEvent} event */
  release(event) {
    const pressed = this.pressed
    this.pressed = null
    if (!pressed || !this.pick || event.type === "pointercancel") return
    if (Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > CLICK) return
    const at = this.at(event, pressed.cell)
    if (at) this.pick({ chart: pressed.cell.figure.key, x: at[0], y: at[1] })
  }

  /** @param {PointerEvent} event @param {Cell} cell @returns {[number, number] | null} */
  at(event, { plot }) {
    const place = placeOn(plot, event)
    return place?.inside && [place.x, place.y].every(Number.isFinite) ? [place.x, place.y] : null
  }

  close() {
    this.following?.close()
    this.deaf()
    this.observer.disconnect()
    window.removeEventListener("pointerup", this.onUp)
    window.removeEventListener("pointercancel", this.onUp)
    for (const { plot } of this.cells.values()) this.Plotly?.purge(plot)
  }
}

/** @param {{ data: ChartsData, parentElement: HTMLElement, setTriggerValue: (name: string, value: any) => void }} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement} */ (parentElement.querySelector(".optviz-charts"))
  let charts = grids.get(root)
  if (!charts) {
    charts = new Charts(root, data.page, data.cards)
    grids.set(root, charts)
  }
  const shown = charts
  charts.show(data, place => setTriggerValue("picked", place))
  return () => {
    shown.close()
    grids.delete(root)
  }
}

// Several charts in a grid. Each keeps its node for the whole visit, and Plotly.react redraws into it, so
// that a zoom survives while the curve grows. plotly.js stands before it.

const grids = new WeakMap()
const CLICK = 5 // px that a click may wander
const BAR = 26 // px above a picture for its buttons, which a touch screen shows all the time

class Charts {
  constructor(root) {
    this.root = root
    this.grid = root.querySelector(".grid")
    this.legend = root.querySelector(".legend")
    this.said = root.querySelector(".said")
    this.cells = new Map()
    this.pending = Promise.resolve()
    // Plotly covers the page while the button is down, so the release is heard on the window only.
    this.onUp = event => this.release(event)
    window.addEventListener("pointerup", this.onUp)
    window.addEventListener("pointercancel", this.onUp)
    this.observer = new ResizeObserver(() => this.resize())
    this.observer.observe(this.grid)
  }

  show(data, pick) {
    this.pick = data.pickable ? pick : null
    this.root.classList.toggle("pickable", data.pickable)
    this.root.style.setProperty("--least", `${data.least}px`)
    if (data.version === this.version) return
    this.version = data.version
    this.pending = this.pending
      .then(() => loadPlotly(data.plotly))
      .then(Plotly => this.draw(Plotly, data))
      .catch(error => { this.said.textContent = `The picture could not be drawn: ${error.message}.` })
  }

  async draw(Plotly, data) {
    if (data.version !== this.version) return // a newer picture waits already
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
      if (this.grid.children[place] !== cell.node) this.grid.insertBefore(cell.node, this.grid.children[place])
    })
    await Promise.all(cells.map(cell => {
      this.fit(cell)
      return Plotly.react(cell.plot, cell.figure.data, cell.figure.layout, this.config)
    }))
    this.drawLegend(data.legend)
    this.said.textContent = data.note
    this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1)
    this.root.classList.add("ready")
  }

  cell(figure) {
    let cell = this.cells.get(figure.key)
    if (!cell) {
      const node = document.createElement("figure")
      const caption = document.createElement("figcaption")
      const plot = document.createElement("div")
      plot.className = "plot"
      plot.setAttribute("role", "figure")
      plot.addEventListener("pointerdown", event => this.press(event, cell), true)
      node.dataset.chart = figure.key
      node.append(caption, plot)
      cell = { node, caption, plot }
      this.cells.set(figure.key, cell)
    }
    const about = document.createElement("small")
    about.textContent = figure.about
    cell.caption.replaceChildren(figure.title, about)
    cell.plot.setAttribute("aria-label", figure.alt)
    cell.figure = figure
    return cell
  }

  fit({ node, figure }) {
    const width = Math.floor(node.clientWidth)
    const height = Math.round(Math.min(figure.highest, Math.max(figure.lowest, width * figure.aspect)))
    const bar = coarse() ? BAR : 0
    figure.top ??= figure.layout.margin.t
    figure.layout.margin.t = figure.top + bar
    Object.assign(figure.layout, { width, height: height + bar, dragmode: bar ? false : "zoom" })
  }

  resize() {
    for (const cell of this.cells.values()) {
      const width = Math.floor(cell.node.clientWidth)
      if (!width || width === cell.figure.layout.width || !cell.plot._fullLayout) continue
      this.fit(cell)
      const { layout } = cell.figure
      this.Plotly.relayout(cell.plot, { width: layout.width, height: layout.height })
    }
  }

  drawLegend(items) {
    this.legend.replaceChildren(...items.map(({ name, color, dash }) => {
      const item = document.createElement("span")
      const line = document.createElement("i")
      if (dash === "block") Object.assign(line.style, { background: color, width: "14px", height: "14px", outline: "1px solid #8a94a6" })
      else line.style.borderTop = `3px ${dash === "solid" ? "solid" : dash === "dot" ? "dotted" : "dashed"} ${color}`
      item.append(line, name)
      return item
    }))
  }

  // ---- a click, in the coordinates of the data; a zoom is none

  press(event, cell) {
    this.pressed = null
    if (!this.pick || !cell.plot._fullLayout || event.button !== 0 || event.target.closest(".modebar")) return
    if (this.at(event, cell)) this.pressed = { cell, x: event.clientX, y: event.clientY }
  }

  release(event) {
    const pressed = this.pressed
    this.pressed = null
    if (!pressed || !this.pick || event.type === "pointercancel") return
    if (Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > CLICK) return
    const at = this.at(event, pressed.cell)
    if (at) this.pick({ chart: pressed.cell.figure.key, x: at[0], y: at[1] })
  }

  at(event, { plot }) {
    const { xaxis, yaxis } = plot._fullLayout
    const box = plot.getBoundingClientRect()
    const px = event.clientX - box.left - xaxis._offset
    const py = event.clientY - box.top - yaxis._offset
    const found = [xaxis.p2d(px), yaxis.p2d(py)]
    const inside = px >= 0 && py >= 0 && px <= xaxis._length && py <= yaxis._length
    return inside && found.every(Number.isFinite) ? found : null
  }

  close() {
    this.observer.disconnect()
    window.removeEventListener("pointerup", this.onUp)
    window.removeEventListener("pointercancel", this.onUp)
    for (const { plot } of this.cells.values()) this.Plotly?.purge(plot)
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".optviz-charts")
  let charts = grids.get(root)
  if (!charts) {
    charts = new Charts(root)
    grids.set(root, charts)
  }
  charts.show(data, place => setTriggerValue("picked", place))
  return () => {
    charts.close()
    grids.delete(root)
  }
}

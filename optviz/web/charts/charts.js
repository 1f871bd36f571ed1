// Several charts in a grid. Each keeps its node for the whole visit, and Plotly.react redraws into it, so
// that a zoom survives while the curve grows. plotly.js stands before it.

const grids = new WeakMap()
const BAR = 26 // px above a picture for its buttons, which a touch screen shows all the time

class Charts {
  constructor(root) {
    this.root = root
    this.grid = root.querySelector(".grid")
    this.legend = root.querySelector(".legend")
    this.said = root.querySelector(".said")
    this.cells = new Map()
    this.pending = Promise.resolve()
    this.observer = new ResizeObserver(() => this.resize())
    this.observer.observe(this.grid)
  }

  show(data) {
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
      plot.setAttribute("role", "img")
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
      line.style.borderTop = `3px ${dash === "solid" ? "solid" : dash === "dot" ? "dotted" : "dashed"} ${color}`
      item.append(line, name)
      return item
    }))
  }

  close() {
    this.observer.disconnect()
    for (const { plot } of this.cells.values()) this.Plotly?.purge(plot)
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".optviz-charts")
  let charts = grids.get(root)
  if (!charts) {
    charts = new Charts(root)
    grids.set(root, charts)
  }
  charts.show(data)
  return () => {
    charts.close()
    grids.delete(root)
  }
}

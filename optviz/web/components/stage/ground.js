// The landscape below the paths. It is fetched once for each key and drawn again only where it changes.

const KEPT = 6 // landscapes that are kept

/** @type {Map<string, Promise<Figure>>} */
const grounds = new Map()

/** @param {Ground} ground @returns {Promise<Figure>} */
function fetchGround({ key, url, figure }) {
  if (figure) return Promise.resolve(figure)
  const known = grounds.get(key)
  if (known) return known
  const fetched = fetch(/** @type {string} */ (url)).then(async answer => {
    if (!answer.ok) throw new Error(tr("The landscape could not be loaded: {why}", { why: (await answer.text()) || answer.statusText }))
    return answer.json()
  })
  fetched.catch(() => grounds.delete(key)) // the next scene tries again
  grounds.set(key, fetched)
  for (const oldest of [...grounds.keys()].slice(0, -KEPT)) grounds.delete(oldest)
  return fetched
}

class GroundLayer {
  /** @param {PlotNode} node */
  constructor(node) {
    this.node = node
    this.key = ""
    /** @type {Figure | null} */ this.figure = null
    this.drawn = ""
  }

  /** @param {Ground | null} ground */
  async load(ground) {
    if (ground?.key === this.key && this.figure) return
    this.figure = ground ? await fetchGround(ground) : null
    this.key = ground?.key ?? ""
  }

  /** How it looks in a view. @param {string} view @returns {Figure | null} */
  shown(view) {
    const { figure } = this
    return figure && { ...figure, data: figure.data.map(trace => (view === "heat" ? asHeat(trace) : trace)) }
  }

  /** What lies below a picture. @param {Layout} layout of the picture @param {Axes | null} axes of it @param {string} view
   * @returns {Figure | null} */
  figureBelow(layout, axes, view) {
    return this.figure && axes && groundFigure(this.figure, layout, axes, view)
  }

  /** Lay it exactly below the picture. @param {PlotlyLibrary} Plotly @param {PlotNode} above @param {Layout} layout
   * @param {string} view how it is shown */
  async follow(Plotly, above, layout, view) {
    const axes = axesOf(above)
    if (!axes) return
    const { width, height, font } = layout
    const wanted = JSON.stringify([view, this.key, width, height, font.size, axes.x.range, axes.y.range, axes.x.domain, axes.y.domain])
    if (wanted === this.drawn) return
    this.drawn = wanted
    this.node.hidden = !this.figure
    if (!this.figure) return
    const { data, layout: below } = groundFigure(this.figure, layout, axes, view)
    await Plotly.react(this.node, data, below, { staticPlot: true, responsive: false })
    this.node.dataset.drawn = String(Number(this.node.dataset.drawn ?? 0) + 1)
  }
}

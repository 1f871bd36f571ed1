// The pictures of the stage: which nodes they are, how large, and what draws them. A contour and a heat map are
// Plotly's at rest, with canvases on top while things move; other views are canvases always.

/** @typedef {{ main: Figure, loss: Figure, side: Figure | null }} Figures */
/** A view of the landscape that is drawn on a canvas, at rest too. `place` is where an event is; `turned` is true where
 * somebody has moved the view, until `reset`.
 * @typedef {{ prepare: (scene: StageData, ground: Figure | null, size: Size, view: DrawnView) => void, plane: () => Plane | null,
 *   paint: (context: CanvasRenderingContext2D, figure: Figure, figureOf: (slot: string, plane: Plane) => Figure) => void, place: (event: { clientX: number, clientY: number }) => Place | null,
 *   lanes: (figure: Figure, figureOf: (slot: string, plane: Plane) => Figure) => Lane[], turned: boolean, reset: () => void, close: () => void, words: string }} CanvasView  `words` are about how heights are shown */
/** @typedef {{ zoom: Zoom | null, dark: boolean, scale: number, hidden: Set<string> }} DrawnView */

const PROJECTOR = 1800 // px from which on lines and words are larger

class Pictures {
  /** @param {HTMLElement} root of the stage @param {() => void} changed asks for a new picture
   * @param {(format: string) => void} save */
  constructor(root, changed, save) {
    this.root = root
    this.save = save
    /** @param {string} name */
    const part = name => /** @type {HTMLElement} */ (root.querySelector(name))
    this.plots = part(".plots")
    this.picture = part(".picture")
    this.main = /** @type {PlotNode} */ (part(".main"))
    this.loss = /** @type {PlotNode} */ (part(".loss"))
    this.side = /** @type {PlotNode} */ (part(".side")) // above the loss, for the scenes that have one
    this.canvas = /** @type {HTMLCanvasElement} */ (part(".main-canvas"))
    this.caption = part(".scaling")
    this.saves = part(".saves")
    for (const format of ["png", "svg"]) part(`.saves .${format}`).addEventListener("click", () => save(format))
    this.tip = new PathTip(this.canvas, part(".tip"), () => this.lanes())
    this.ground = new GroundLayer(part(".ground"))
    this.zoom = new Zooms({ main: this.main, loss: this.loss }, changed, () => {
      if (this.drawn) this.ground.follow(this.Plotly, this.main, this.drawn.main.layout, this.name)
    })
    this.name = "contour"
    /** @type {Record<string, CanvasView>} */ this.views = {
      surface: new SurfaceView(this.canvas, changed),
      multiples: new MultiplesView(this.canvas),
    }
    /** @type {Figures | null} */ this.drawn = null
    this.width = 0
  }

  /** The view that is drawn on a canvas, if it is one. @returns {CanvasView | undefined} */
  get view() { return this.views[this.name] }

  /** @param {PlotlyLibrary} Plotly */
  listen(Plotly) {
    this.Plotly = Plotly
    // These objects are kept: new ones would make Plotly start afresh.
    const save = (/** @type {string} */ format) => () => this.save(format)
    this.config = configuration(Plotly, {
      doubleClick: false, // ours resets both pictures
      modeBarButtonsToRemove: [...NO_BUTTONS, "toImage", "resetScale2d"],
      modeBarButtonsToAdd: [
        { name: "Download as PNG", title: tr("Download as PNG"), icon: Plotly.Icons.camera, click: save("png") },
        { name: "Download as SVG", title: tr("Download as SVG"), icon: Plotly.Icons.disk, click: save("svg") },
      ],
    })
    this.plain = configuration(Plotly, { doubleClick: false, displayModeBar: false })
  }

  /** How large they are now. @param {StageData} scene */
  sizes(scene) {
    this.width = this.plots.clientWidth
    const sizes = sizesOf(scene, this.width, this.root.closest(".lean") !== null)
    this.plots.classList.toggle("narrow", sizes.narrow)
    return sizes
  }

  get scale() { return window.innerWidth >= PROJECTOR || document.documentElement.matches(".optviz-large") ? 1.35 : 1 }

  /** Make ready for a scene: its view and its size. @param {StageData} scene @param {Sizes} sizes @param {Set<string>} hidden runs */
  prepare(scene, sizes, hidden) {
    this.name = scene.picture
    const { view } = this
    this.root.classList.toggle("drawn", Boolean(view))
    this.root.dataset.picture = this.name
    Object.assign(this.picture.style, { width: `${sizes.main.width}px`, height: `${sizes.main.height}px` })
    this.canvas.tabIndex = view ? 0 : -1
    this.canvas.ariaHidden = view ? null : "true"
    this.saves.hidden = !view // Plotly has its own
    if (!view) this.tip.hide()
    view?.prepare(scene, this.ground.figure, sizes.main, { zoom: this.zoom.main, dark: scene.dark, scale: this.scale, hidden })
    this.caption.textContent = view?.words ?? ""
    this.caption.hidden = !view?.words
  }

  /** Where the paths lie on the canvas, in the views that have one. @returns {Lane[]} */
  lanes() {
    const { view, drawn, figureOf } = this
    return view && drawn && figureOf ? view.lanes(drawn.main, figureOf) : []
  }

  /** @param {"main" | "loss"} name @returns {Plane | null} that of the last drawing */
  plane(name) { return name === "main" && this.view ? this.view.plane() : flatPlane(axesOf(this[name])) }

  /** The axes that arrows are made for: where a view has none, those of a square. @param {StageData} scene */
  axes({ domain }) { return this.view ? squareAxes(domain) : axesOf(this.main) }

  /** Arrows that were made for `axes`, turned as the view shows their direction. @param {Trace[]} arrows @returns {Trace[]} */
  turned(arrows) {
    const plane = this.view?.plane()
    if (!plane) return arrows
    return arrows.map(trace => {
      if (trace.marker?.angle === undefined) return trace
      const angle = (trace.marker.angle * Math.PI) / 180
      return { ...trace, marker: { ...trace.marker, angle: arrowAngle(...plane.turn(Math.sin(angle), Math.cos(angle))) } }
    })
  }

  /** Where an event is on the main picture. @param {{ clientX: number, clientY: number }} event */
  placeOn(event) { return this.view ? this.view.place(event) : placeOnPlot(this.main, event) }

  /** @param {StageData} scene @param {Shown} shown @param {Sizes} sizes
   * @param {{ frame: number, hidden: Set<string>, ghosts: Ghost[], arrows: Trace[] }} with_ @returns {Figures} */
  figures(scene, shown, sizes, { frame, hidden, ghosts, arrows }) {
    /** @param {"main" | "loss"} name @returns {View} */
    const view = name => ({ frame, hidden, plane: this.plane(name), zoom: this.zoom[name], scale: this.scale })
    const beside = { ...view("loss"), zoom: null }
    /** The picture of one run alone, which is named above it. @param {string} slot @param {Plane} plane */
    this.figureOf = (slot, plane) => mainFigure(
      { ...scene, runs: scene.runs.filter(run => run.slot === slot).map(run => ({ ...run, label: "" })) },
      { ...shown, rows: shown.rows.filter((_, i) => scene.runs[i]?.slot === slot) },
      { ...view("main"), plane }, ghosts.filter(ghost => ghost.slot === slot), [],
    )
    return {
      main: placed(mainFigure(scene, shown, view("main"), ghosts, this.turned(arrows)), sizes.main, view("main")),
      loss: placed(lossFigure(scene, shown, view("loss"), ghosts), sizes.loss, view("loss")),
      side: scene.side && placed(sideFigure(scene, scene.side, beside), sizes.side, beside),
    }
  }

  /** Everything, as it stays. Returns whether it has to be drawn once more, since labels and arrows are placed by the
   * axes of the last drawing. @param {Figures} figures */
  async print(figures) {
    const { main, loss, side } = figures
    const { Plotly, view } = this
    const placedBefore = axesOf(this.loss) && (view || axesOf(this.main))
    await Promise.all([
      !view && Plotly.react(this.main, main.data, main.layout, this.config),
      Plotly.react(this.loss, loss.data, loss.layout, this.plain),
      side && Plotly.react(this.side, side.data, side.layout, this.plain),
    ])
    if (!view) await this.ground.follow(Plotly, this.main, main.layout, this.name)
    for (const canvas of this.plots.querySelectorAll("canvas")) wipe(canvas)
    this.root.classList.remove("quick")
    this.paintMain(figures, Boolean(view))
    this.drawn = figures
    return !placedBefore
  }

  /** The traces on canvases, with Plotly's own hidden. The loss axis follows in jumps. @param {Figures} figures */
  async sketch(figures) {
    const { loss, side } = figures
    if (axesOf(this.loss) && this.drawn) {
      const { xaxis, yaxis } = loss.layout
      const before = this.drawn.loss.layout
      yaxis.range = this.zoom.loss?.y ?? steady(before.yaxis.range, yaxis.range)
      const changed = JSON.stringify([xaxis, yaxis]) !== JSON.stringify([before.xaxis, before.yaxis])
      if (changed) await this.Plotly.react(this.loss, [], loss.layout, this.plain)
    }
    this.root.classList.add("quick")
    this.paintMain(figures, true)
    this.paintOn("loss", loss)
    if (side) this.paintOn("side", side)
    this.drawn = figures
  }

  /** @param {Figures} figures @param {boolean} wanted */
  paintMain({ main }, wanted) {
    if (!wanted) return
    const { view } = this
    if (!view) return this.paintOn("main", main)
    const context = cleared(this.canvas, main.layout)
    if (context && this.figureOf) view.paint(context, main, this.figureOf)
  }

  /** @param {"main" | "loss" | "side"} name @param {Figure} figure */
  paintOn(name, { data, layout }) {
    const plane = flatPlane(axesOf(this[name]))
    const canvas = /** @type {HTMLCanvasElement} */ (this.root.querySelector(`.${name}-canvas`))
    const context = plane && cleared(canvas, layout)
    if (context) paint(context, plane, data)
  }

  /** Its names, for whoever has it read out. @param {StageData} scene */
  describe(scene) {
    for (const [node, words] of /** @type {[HTMLElement, string][]} */ ([
      [this.main, scene.alt], [this.canvas, scene.alt],
      [this.loss, scene.loss.across === "gradients"
        ? tr("Loss against gradient evaluations for the same runs.")
        : tr("Loss against step for the same runs.")],
      [this.side, scene.side?.alt ?? ""],
    ])) {
      node.setAttribute("role", "figure")
      node.setAttribute("aria-label", words)
    }
  }

  /** The whole of it with title, legend and link. @param {StageData} scene @param {string} format */
  async download(scene, format) {
    if (!this.drawn) return
    const { main, loss, side } = this.drawn
    const raster = this.view ? this.canvas.toDataURL() : ""
    const whole = wholeFigure(scene, this.ground.shown(this.name), main, loss, side, linkOfPage(), raster)
    const { width, height } = whole.layout
    await this.Plotly.downloadImage(whole, { format, width, height, scale: format === "png" ? 2 : 1, filename: "optviz" })
  }

  close() {
    for (const view of Object.values(this.views)) view.close()
    for (const node of [this.main, this.loss, this.side, this.ground.node]) this.Plotly?.purge(node)
  }
}

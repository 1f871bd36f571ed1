// The stage: landscape with paths, loss beside it, and a player. Its nodes are kept for the whole visit and
// every change, be it of the player, of a draft or of the server, is drawn by one loop, at most once a frame.

/** @type {WeakMap<Element, Stage>} */
const stages = new WeakMap()
const PROJECTOR = 1800 // px from which on lines and words are larger
const REST = 150 // ms until the server is told which step one looks at
const AT_REST = 250 // ms without a change until Plotly draws what a canvas has shown at once

class Stage {
  /** @param {HTMLElement} root @param {string} page the key of the page's bus */
  constructor(root, page) {
    this.root = root
    this.plots = this.part(".plots")
    this.main = /** @type {PlotNode} */ (this.part(".main"))
    this.loss = /** @type {PlotNode} */ (this.part(".loss"))
    this.side = /** @type {PlotNode} */ (this.part(".side")) // above the loss, for the scenes that have one
    this.note = this.part(".note")
    this.bus = optvizPage(page)
    this.ground = new GroundLayer(this.part(".ground"))
    this.zoom = new Zooms({ main: this.main, loss: this.loss }, () => this.invalidate(), () => {
      if (this.drawn) this.ground.follow(this.Plotly, this.main, this.drawn.main.layout)
    })
    this.player = new Player(root, () => this.invalidate(), () => this.report())
    this.live = new Live(this.bus, () => this.invalidate(), () => { this.shown = this.served })
    this.following = new Following(this.bus, { // after Live: a draft that only the server can compute
      url: () => this.drawUrl(),
      wait: busy => root.setAttribute("aria-busy", String(busy)),
      draw: data => this.drawDraft(data),
      restore: () => this.restore(),
    })
    this.pointer = new Pointer(this.main, {
      ring: () => (this.scene && this.shown ? startPlace(this.scene, this.shown) : null),
      dimension: () => this.scene?.domain.length ?? 2,
      draft: start => this.bus.draft({ start }),
      commit: start => this.bus.commit({ start }),
      giveUp: () => this.bus.giveUp(),
      twice: () => this.zoom.reset(),
    })
    this.legend = new LegendRow(root, hidden => this.tellHidden(hidden))
    this.inside = new InsideFold(root, { changed: () => this.invalidate(), pick: step => this.goTo(step) })
    this.pins = new Pins(root, { shown: () => this.pinnable(), changed: () => this.invalidate() })
    this.unclick = onClick(this.loss, place => this.goTo(this.stepAt(place)))
    const touched = () => { this.bus.touched = true; this.part(".hint").hidden = true }
    const unhear = [
      this.bus.on("draft", touched),
      this.bus.on("settled", ({ given }) => { if (given) touched() }),
      this.bus.on("hidden", slots => { if (!this.telling) { this.legend.take(slots); this.invalidate() } }),
      this.bus.on("answer", ({ stage }) => { if (stage && this.given) this.bring({ ...this.given, ...stage }) }),
    ]
    this.unhear = () => { for (const end of unhear) end() }
    this.telling = false
    /** @type {StageData | null} */ this.scene = null
    /** @type {Shown | null} what is on the screen */ this.shown = null
    /** @type {Shown | null} the server's */ this.served = null
    /** @type {StageData | null} */ this.servedScene = null
    this.pending = Promise.resolve()
    /** @type {Figures | null} */ this.drawn = null
    this.still = "" // what stays the same while things move
    this.scheduled = 0
    this.drawing = false
    this.again = false
    this.news = false // a new scene is not drawn yet
    this.atRest = false // nothing has changed for a while
    this.width = 0
    /** @type {number | null} the step that the server knows of */ this.reported = null
    this.observer = new ResizeObserver(() => { if (this.plots.clientWidth !== this.width) this.invalidate() })
    this.observer.observe(this.plots)
    this.onResize = () => this.invalidate()
    window.addEventListener("resize", this.onResize)
    this.part(".reset").addEventListener("click", () => this.zoom.reset())
    this.part(".find").addEventListener("click", () => this.showStart())
  }

  /** @param {string} selector @returns {HTMLElement} */
  part(selector) {
    const found = this.root.querySelector(selector)
    if (!found) throw new Error(`The stage has no ${selector}`)
    return /** @type {HTMLElement} */ (found)
  }

  // ---- data from the server

  /** What a run of the script brings. @param {StageData} data @param {(step: number) => void} sendStep */
  show(data, sendStep) {
    this.sendStep = sendStep
    this.given = data
    this.bring(this.bus.newest("stage", data))
  }

  /** @param {StageData} data */
  bring(data) {
    this.pending = this.pending.then(() => this.receive(data)).catch(error => this.say(`${error.message}.`))
  }

  /** @param {StageData} data */
  async receive(data) {
    const engine = () => /** @type {any} */ (globalThis).optvizEngine
    if (data.engineUrl) loadScript(data.engineUrl, engine, "The engine").catch(error => this.say(`${error.message}.`))
    if (!this.scene) { // what is above and below the picture has its room before the picture is there
      this.describe(data)
      this.part(".budget").textContent = data.budget
    }
    const [Plotly] = await Promise.all([loadPlotly(data.plotly), this.ground.load(data.ground)])
    if (!this.scene) this.listen(Plotly)
    const scene = unpacked(data)
    const rows = data.runs.map(rowsOf)
    if (scene.main.view !== this.scene?.main.view) this.zoom.main = null
    if (scene.loss.view !== this.scene?.loss.view) this.zoom.loss = null
    this.say([chaosSentence(this.live.meet(scene, rows)), this.pins.meet(scene)].filter(Boolean).join(" "))
    this.Plotly = Plotly
    this.servedScene = scene
    this.served = { rows, steps: data.steps, start: data.start, texts: data.live?.link ?? {} }
    const later = scene.drawUrl && !this.following.arrived() // a newer draft is shown
    if (later && this.scene) return
    this.scene = scene
    this.shown = this.served
    this.news = true
    this.invalidate()
  }

  // ---- drafts that the server draws

  /** Where to ask for them; the landscape that is here already need not come again. */
  drawUrl() {
    const url = this.servedScene?.drawUrl
    return url ? `${url}&${new URLSearchParams({ ground: this.ground.key })}` : ""
  }

  /** @param {StageData} data a scene */
  async drawDraft(data) {
    const { servedScene, served, shown } = this
    if (!servedScene || !shown) return
    const { plotly, engineUrl, page, follow, drawUrl } = servedScene
    await this.ground.load(data.ground)
    if (!this.following.drafted || served !== this.served) return // something newer came meanwhile
    this.scene = unpacked({ ...data, plotly, engineUrl, page, follow, drawUrl })
    // The ring is under the finger already.
    this.shown = { rows: data.runs.map(rowsOf), steps: data.steps, start: shown.start, texts: {} }
    this.describe(this.scene)
    this.invalidate()
    this.root.dataset.drafts = String(Number(this.root.dataset.drafts ?? 0) + 1)
    await new Promise(resolve => requestAnimationFrame(resolve))
  }

  /** The server's scene again. */
  restore() {
    const [scene, served] = [this.servedScene, this.served]
    if (!scene || !served) return
    this.pending = this.pending.then(() => this.ground.load(scene.ground)).then(() => {
      if (this.following.drafted || served !== this.served) return
      this.scene = scene
      this.shown = served
      this.news = true
      this.invalidate()
    })
  }

  /** @param {PlotlyLibrary} Plotly */
  listen(Plotly) {
    // These objects are kept: new ones would make Plotly start afresh.
    const save = (/** @type {string} */ format) => () => this.download(format)
    this.config = configuration(Plotly, {
      doubleClick: false, // ours resets both pictures
      modeBarButtonsToRemove: [...NO_BUTTONS, "toImage", "resetScale2d"],
      modeBarButtonsToAdd: [
        { name: "Download as PNG", icon: Plotly.Icons.camera, click: save("png") },
        { name: "Download as SVG", icon: Plotly.Icons.disk, click: save("svg") },
      ],
    })
    this.plain = configuration(Plotly, { doubleClick: false, displayModeBar: false })
  }

  // ---- drawing

  /** Draw soon; what changes until then is drawn with it. */
  invalidate() {
    this.scheduled ||= requestAnimationFrame(() => this.frame())
  }

  async frame() {
    this.scheduled = 0
    if (this.drawing) { this.again = true; return }
    this.drawing = true
    try {
      await this.draw()
    } catch (error) {
      this.say(`The picture could not be drawn: ${/** @type {Error} */ (error).message}.`)
    } finally {
      this.drawing = false
      if (this.again) { this.again = false; this.invalidate() }
    }
  }

  async draw() {
    const { scene, Plotly } = this
    if (!scene || !this.shown || !Plotly) return
    const begun = performance.now()
    const draft = this.live.take(this.shown)
    if (draft) this.shown = draft
    const moving = this.live.active || Boolean(this.player.playing)
    if (this.live.active) this.say("")
    this.root.dataset.moving = String(moving)
    // The words under the picture are those of the server's runs.
    this.root.classList.toggle("drafted", this.shown !== this.served)
    const { shown, news } = this
    this.news = false
    this.player.measure(shown.steps, scene.unit, scene.per)
    this.inside.follow({
      scene, shown, frame: this.player.now, moving: Boolean(this.player.playing), run: slot => this.live.run(shown.texts, slot),
    })
    const sizes = this.sizes(scene)
    const figures = this.figures(scene, shown, sizes)
    // What Plotly draws does not change while things move, but for the loss axis.
    const still = JSON.stringify([scene.main.view, this.ground.key, sizes, this.zoom.main, this.zoom.loss, scene.dark, figures.main.layout.font.size])
    clearTimeout(this.resting)
    const atRest = this.atRest && !news && !draft
    this.atRest = false
    if (still === this.still && !atRest) {
      await this.sketch(Plotly, figures)
      if (!moving) this.resting = setTimeout(() => { this.atRest = true; this.invalidate() }, AT_REST)
    } else await this.print(Plotly, figures)
    this.still = still
    this.drawn = figures
    this.chips(scene, shown)
    if (news) this.announce(scene)
    if (draft) this.measured(begun)
  }

  /** Everything by Plotly. @param {PlotlyLibrary} Plotly @param {Figures} figures */
  async print(Plotly, { main, loss, side }) {
    const placedBefore = axesOf(this.main)
    await Promise.all([
      Plotly.react(this.main, main.data, main.layout, this.config),
      Plotly.react(this.loss, loss.data, loss.layout, this.plain),
      side && Plotly.react(this.side, side.data, side.layout, this.plain),
    ])
    await this.ground.follow(Plotly, this.main, main.layout)
    if (this.root.classList.contains("quick")) for (const canvas of this.plots.querySelectorAll("canvas")) wipe(canvas)
    this.root.classList.remove("quick")
    if (!placedBefore) this.invalidate() // labels and arrows are placed by the axes of the last drawing
  }

  /** The traces on canvases, with Plotly's own hidden. The loss axis follows in jumps.
   * @param {PlotlyLibrary} Plotly @param {Figures} figures */
  async sketch(Plotly, { main, loss, side }) {
    const axes = axesOf(this.loss)
    if (axes && this.drawn) {
      const { xaxis, yaxis } = loss.layout
      const before = this.drawn.loss.layout
      yaxis.range = this.zoom.loss?.y ?? steady(before.yaxis.range, yaxis.range)
      const changed = JSON.stringify([xaxis, yaxis]) !== JSON.stringify([before.xaxis, before.yaxis])
      if (changed) await Plotly.react(this.loss, [], loss.layout, this.plain)
    }
    this.root.classList.add("quick")
    /** @param {string} name */
    const canvas = name => /** @type {HTMLCanvasElement} */ (this.part(`.${name}-canvas`))
    paint(canvas("main"), this.main, main)
    paint(canvas("loss"), this.loss, loss)
    if (side) paint(canvas("side"), this.side, side)
  }

  /** @typedef {{ main: Figure, loss: Figure, side: Figure | null }} Figures */

  /** @param {StageData} scene @param {Shown} shown @param {Sizes} sizes @returns {Figures} */
  figures(scene, shown, sizes) {
    const scale = window.innerWidth >= PROJECTOR || document.documentElement.matches(".optviz-large") ? 1.35 : 1
    const frame = this.player.now
    /** @param {"main" | "loss"} name @returns {View} */
    const view = name => ({ frame, hidden: this.legend.hidden, axes: axesOf(this[name]), zoom: this.zoom[name], scale })
    const beside = { ...view("loss"), zoom: null }
    const { ghosts } = this.pins
    const arrows = this.inside.traces(axesOf(this.main))
    return {
      main: placed(mainFigure(scene, shown, view("main"), ghosts, arrows), sizes.main, view("main")),
      loss: placed(lossFigure(scene, shown, view("loss"), ghosts), sizes.loss, view("loss")),
      side: scene.side && placed(sideFigure(scene, scene.side, beside), sizes.side, beside),
    }
  }

  /** What a new scene changes besides the pictures. @param {StageData} scene */
  announce(scene) {
    this.root.classList.toggle("dark", scene.dark)
    this.describe(scene)
    this.zoom.listen()
    this.side.hidden = !scene.side
    this.part(".budget").textContent = scene.budget
    this.part(".hint").textContent = scene.hint
    this.part(".hint").hidden = !scene.hint || this.bus.touched
    this.player.tell()
    this.report()
    this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1)
    this.root.classList.add("ready")
  }

  /** Its names, and what is read out. @param {StageData} scene */
  describe(scene) {
    for (const [node, words] of /** @type {[HTMLElement, string][]} */ ([
      [this.main, scene.alt], [this.loss, `Loss against ${scene.loss.across === "gradients" ? "gradient evaluations" : "step"} for the same runs.`], [this.side, scene.side?.alt ?? ""],
    ])) {
      node.setAttribute("role", "figure")
      node.setAttribute("aria-label", words)
    }
    this.legend.show(scene)
    this.pins.describe(scene)
  }

  /** @param {StageData} scene */
  sizes(scene) {
    this.width = this.plots.clientWidth
    const sizes = sizesOf(scene, this.width, this.root.closest(".lean") !== null)
    this.plots.classList.toggle("narrow", sizes.narrow)
    return sizes
  }

  /** How long a frame of a draft took, for whoever observes "optviz-draft". @param {number} begun */
  measured(begun) {
    this.root.dataset.drafts = String(Number(this.root.dataset.drafts ?? 0) + 1)
    performance.measure("optviz-draft", { start: begun, end: performance.now() })
    performance.clearMeasures("optviz-draft")
  }

  /** The legend has hidden or shown a run: the panel's cards say so too. @param {Set<string>} hidden */
  tellHidden(hidden) {
    this.telling = true
    this.bus.tell("hidden", new Set(hidden))
    this.telling = false
    this.invalidate()
  }

  // ---- the view

  /** The step that somebody points at. @param {number} step */
  goTo(step) {
    this.player.pause()
    this.player.go(step)
  }

  /** The step at a place of the loss. @param {{ x: number, y: number }} place */
  stepAt(place) {
    const { scene, shown } = this
    if (!scene || !shown) return 0
    const { loss } = scene
    if (loss.across !== "gradients") return Math.round(place.x / loss.per)
    const visible = shown.rows.filter((_, i) => !this.legend.hidden.has(scene.runs[i]?.slot ?? ""))
    const { heights } = lossAxis(visible, visible.map(() => true), loss)
    if (!loss.log) return rowAt(visible, heights, loss, place)
    return rowAt(visible, heights.map(line => line.map(Math.log10)), loss, { x: place.x, y: Math.log10(place.y) })
  }

  /** What a pin keeps: the runs on the screen, of a scene that can be computed here. */
  pinnable() {
    const { scene, shown } = this
    return scene?.live && shown ? { scene, shown } : null
  }

  /** Zoom out until the start is in the picture. */
  showStart() {
    if (this.scene && this.shown) this.zoom.widen(this.scene.main.layout, startPlace(this.scene, this.shown))
  }

  /** @param {StageData} scene @param {Shown} shown */
  chips(scene, shown) {
    this.part(".reset").hidden = !this.zoom.main && !this.zoom.loss
    this.part(".find").hidden = inRange(scene.main.layout, this.zoom.main, startPlace(scene, shown))
  }

  /** @param {string} sentence */
  say(sentence) {
    if (this.note.textContent !== sentence) this.note.textContent = sentence
  }

  /** Tell the server which step one looks at, if it wants to know, once the player has come to rest. */
  report() {
    clearTimeout(this.looking)
    if (!this.scene?.follow) { this.reported = null; return }
    this.looking = setTimeout(() => {
      const step = this.player.now
      if (this.player.playing || step === this.reported) return
      this.reported = step
      this.sendStep?.(step)
    }, REST)
  }

  /** @param {string} format */
  async download(format) {
    if (!this.scene || !this.drawn) return
    const { main, loss, side } = this.drawn
    const whole = wholeFigure(this.scene, this.ground.figure, main, loss, side, linkOfPage())
    const { width, height } = whole.layout
    await this.Plotly.downloadImage(whole, { format, width, height, scale: format === "png" ? 2 : 1, filename: "optviz" })
  }

  close() {
    this.player.pause()
    clearTimeout(this.looking)
    clearTimeout(this.resting)
    cancelAnimationFrame(this.scheduled)
    this.live.close()
    this.unhear()
    this.following.close()
    this.pointer.close()
    this.inside.close()
    this.unclick()
    this.observer.disconnect()
    window.removeEventListener("resize", this.onResize)
    for (const node of [this.main, this.loss, this.side, this.ground.node]) this.Plotly?.purge(node)
  }
}

/** The scene with numbers in the place of packed ones. @param {StageData} data @returns {StageData} */
function unpacked(data) {
  const { curve } = data.main
  const followers = data.followers.map(f => ({ ...f, x: /** @type {any} */ (unpack(f.x)), y: /** @type {any} */ (unpack(f.y)) }))
  return { ...data, followers, main: { ...data.main, curve: curve && { ...curve, y: unpack(curve.y) } } }
}

/** @param {{ data: StageData, parentElement: HTMLElement, setStateValue: (name: string, value: any) => void }} component */
export default function ({ data, parentElement, setStateValue }) {
  const root = /** @type {HTMLElement} */ (parentElement.querySelector(".optviz-stage"))
  let stage = stages.get(root)
  if (!stage) {
    stage = new Stage(root, data.page)
    stages.set(root, stage)
  }
  const shown = stage
  stage.show(data, step => setStateValue("step", step))
  return () => {
    shown.close()
    stages.delete(root)
  }
}

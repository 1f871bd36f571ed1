// The stage: landscape with paths, loss beside it, and a player. Its nodes are kept for the whole visit and
// every change, be it of the player, of a draft or of the server, is drawn by one loop, at most once a frame.

/** @type {WeakMap<Element, Stage>} */
const stages = new WeakMap()
const REST = 150 // ms until the server is told which step one looks at
const AT_REST = 250 // ms without a change until Plotly draws what a canvas has shown at once

class Stage {
  /** @param {HTMLElement} root @param {string} page the key of the page's bus */
  constructor(root, page) {
    this.root = root
    this.note = this.part(".note")
    this.bus = optvizPage(page)
    this.pictures = new Pictures(root, () => this.invalidate(), format => this.download(format))
    const { main, loss, zoom } = this.pictures
    this.zoom = zoom
    this.player = new Player(root, () => this.invalidate(), () => this.report())
    this.live = new Live(this.bus, () => this.invalidate(), () => { this.shown = this.served })
    this.following = new Following(this.bus, { // after Live: a draft that only the server can compute
      url: () => this.drawUrl(),
      wait: busy => root.setAttribute("aria-busy", String(busy)),
      draw: data => this.drawDraft(data),
      restore: () => this.restore(),
    })
    this.pointer = new Pointer(this.pictures.picture, {
      place: event => this.pictures.placeOn(event),
      ring: () => (this.scene && this.shown ? startPlace(this.scene, this.shown) : null),
      dimension: () => this.scene?.domain.length ?? 2,
      draft: start => this.bus.draft({ start }),
      commit: start => this.bus.commit({ start }),
      giveUp: () => this.bus.giveUp(),
      twice: () => this.resetView(),
    })
    this.legend = new LegendRow(root, hidden => this.tellHidden(hidden))
    this.inside = new InsideFold(root, { changed: () => this.invalidate(), pick: step => this.goTo(step) })
    this.pins = new Pins(root, { shown: () => this.pinnable(), changed: () => this.invalidate() })
    this.fit = new FitButton(root, {
      shown: () => this.visibleRuns(),
      set: domain => { this.zoom.main = null; this.bus.commit({ domain }) },
      say: sentence => this.say(sentence),
    })
    this.unclick = onClick(loss, place => this.goTo(this.stepAt(place)))
    const touched = () => { this.bus.touched = true; this.part(".hint").hidden = true }
    const unhear = [
      this.bus.on("draft", touched),
      this.bus.on("settled", ({ given }) => { if (given) touched() }),
      this.bus.on("film", wish => this.film(wish)),
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
    this.still = "" // what stays the same while things move
    this.scheduled = 0
    this.drawing = false
    this.again = false
    this.news = false // a new scene is not drawn yet
    this.atRest = false // nothing has changed for a while
    /** @type {number | null} the step that the server knows of */ this.reported = null
    this.observer = new ResizeObserver(() => { if (this.pictures.plots.clientWidth !== this.pictures.width) this.invalidate() })
    this.observer.observe(this.pictures.plots)
    this.onResize = () => this.invalidate()
    window.addEventListener("resize", this.onResize)
    this.part(".reset").addEventListener("click", () => this.resetView())
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
    this.pending = this.pending.then(() => this.receive(data)).catch(error => this.say(tr("{why}.", { why: error.message })))
  }

  /** @param {StageData} data */
  async receive(data) {
    const engine = () => /** @type {any} */ (globalThis).optvizEngine
    if (data.engineUrl) loadScript(data.engineUrl, engine, ENGINE_FAILED).catch(error => this.say(tr("{why}.", { why: error.message })))
    if (!this.scene) { // what is above and below the picture has its room before the picture is there
      this.describe(data)
      this.part(".budget").textContent = data.budget
    }
    const [Plotly] = await Promise.all([loadPlotly(data.plotly), this.pictures.ground.load(data.ground)])
    if (!this.scene) this.pictures.listen(Plotly)
    const scene = unpacked(data)
    const rows = data.runs.map(rowsOf)
    if (scene.main.view !== this.scene?.main.view) this.zoom.main = null
    if (scene.loss.view !== this.scene?.loss.view) this.zoom.loss = null
    this.say(together(chaosSentence(this.live.meet(scene, rows)), this.pins.meet(scene)))
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
    return url ? `${url}&${new URLSearchParams({ ground: this.pictures.ground.key })}` : ""
  }

  /** @param {StageData} data a scene */
  async drawDraft(data) {
    const { servedScene, served, shown } = this
    if (!servedScene || !shown) return
    const { plotly, engineUrl, page, follow, drawUrl } = servedScene
    await this.pictures.ground.load(data.ground)
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
    this.pending = this.pending.then(() => this.pictures.ground.load(scene.ground)).then(() => {
      if (this.following.drafted || served !== this.served) return
      this.scene = scene
      this.shown = served
      this.news = true
      this.invalidate()
    })
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
      this.say(tr("The picture could not be drawn: {why}.", { why: /** @type {Error} */ (error).message }))
    } finally {
      this.drawing = false
      if (this.again) { this.again = false; this.invalidate() }
    }
  }

  async draw() {
    const { scene, pictures } = this
    if (!scene || !this.shown || !pictures.Plotly) return
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
    const sizes = pictures.sizes(scene)
    pictures.prepare(scene, sizes, this.legend.hidden)
    const figures = pictures.figures(scene, shown, sizes, {
      frame: this.player.now, hidden: this.legend.hidden, ghosts: this.pins.ghosts, arrows: this.inside.traces(pictures.axes(scene)),
    })
    // What Plotly draws does not change while things move, but for the loss axis.
    const { font } = figures.main.layout
    const still = JSON.stringify([scene.picture, scene.main.view, pictures.ground.key, sizes, this.zoom.main, this.zoom.loss, scene.dark, font.size])
    clearTimeout(this.resting)
    const atRest = this.atRest && !news && !draft
    this.atRest = false
    if (still === this.still && !atRest) {
      await pictures.sketch(figures)
      if (!moving) this.resting = setTimeout(() => { this.atRest = true; this.invalidate() }, AT_REST)
    } else if (await pictures.print(figures)) this.invalidate()
    this.still = still
    this.chips(scene, shown)
    if (news) this.announce(scene)
    if (draft) this.measured(begun)
  }

  /** What a new scene changes besides the pictures. @param {StageData} scene */
  announce(scene) {
    this.root.classList.toggle("dark", scene.dark)
    this.describe(scene)
    this.zoom.listen()
    this.pictures.side.hidden = !scene.side
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
    this.pictures.describe(scene)
    this.legend.show(scene)
    this.pins.describe(scene)
    this.fit.describe(scene)
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

  /** The whole landscape again, seen from where it is seen at first. */
  resetView() {
    this.pictures.view?.reset()
    this.zoom.reset()
  }

  /** The runs on the screen that are not hidden. */
  visibleRuns() {
    const { scene, shown } = this
    if (!scene || !shown) return null
    const seen = scene.runs.map(({ slot }) => !this.legend.hidden.has(slot))
    return { scene, rows: shown.rows.filter((_, i) => seen[i]), names: scene.runs.filter((_, i) => seen[i]).map(({ name }) => name) }
  }

  /** Zoom out until the start is in the picture. */
  showStart() {
    if (this.scene && this.shown) this.zoom.widen(this.scene.main.layout, startPlace(this.scene, this.shown))
  }

  /** @param {StageData} scene @param {Shown} shown */
  chips(scene, shown) {
    this.part(".reset").hidden = !this.zoom.main && !this.zoom.loss && !this.pictures.view?.turned
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

  /** Somebody wants what is shown as an animation. @param {FilmWish} wish */
  film(wish) {
    const { scene, shown, pictures } = this
    if (!scene || !shown) return wish.failed(tr("There is no picture yet."))
    const { width } = pictures
    const filmed = { scene, shown, hidden: new Set(this.legend.hidden), ghosts: this.pins.ghosts }
    makeFilm(pictures, filmed, () => this.shown === shown && pictures.width === width, wish)
  }

  /** @param {string} format */
  async download(format) {
    if (this.scene) await this.pictures.download(this.scene, format)
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
    this.pictures.close()
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

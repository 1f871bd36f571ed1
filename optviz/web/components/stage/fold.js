// The fold “Look inside a step” under the picture. While it is closed it costs nothing: its scripts come when it is
// opened for the first time.

/** @typedef {{ scene: StageData, shown: Shown, frame: number, moving: boolean, run: (slot: string) => RunDescription | null }} InsideView */
/** @typedef {{ follow: (view: InsideView) => void, traces: (axes: Axes | null) => Trace[], close: () => void }} InsidePart */

/** What somebody has chosen in it, for the whole visit. */
const insideVisit = { open: false, slot: "", arrows: true, panels: new Set(["Gradient norm", "Step length"]) }

class InsideFold {
  /** @param {HTMLElement} root of the stage @param {{ changed: () => void, pick: (step: number) => void }} acts */
  constructor(root, acts) {
    this.acts = acts
    this.node = /** @type {HTMLDetailsElement} */ (root.querySelector(".inside"))
    this.body = /** @type {HTMLElement} */ (root.querySelector(".inside-body"))
    /** @type {InsidePart | null} */ this.part = null
    /** @type {Promise<void> | null} */ this.coming = null
    this.closed = false
    this.node.open = insideVisit.open
    this.node.addEventListener("toggle", () => {
      insideVisit.open = this.node.open
      acts.changed()
    })
  }

  get open() { return this.node.open && !this.node.hidden }

  /** A frame of the stage. @param {InsideView} view */
  follow(view) {
    const { inside, live, engineUrl } = view.scene
    this.node.hidden = !inside || !live
    if (!this.open || !inside) return
    if (this.part) this.part.follow(view)
    else this.coming ??= this.load(inside, engineUrl).catch(error => {
      this.coming = null
      this.body.textContent = tr("{why}. Close and open this part to try again.", { why: error.message })
    })
  }

  /** @param {InsideUrls} urls @param {string} engineUrl */
  async load({ module, script }, engineUrl) {
    this.body.textContent = tr("Loading…")
    const engine = () => /** @type {any} */ (globalThis).optvizEngine
    await loadScript(engineUrl, engine, ENGINE_FAILED)
    const explains = () => (engine()?.explain ? engine() : undefined)
    const [part, explaining] = await Promise.all([
      import(new URL(module, document.baseURI).href),
      loadScript(script, explains, marked("The explanation of steps could not be loaded")),
    ])
    if (this.closed) return
    this.body.innerHTML = inWords(part.markup)
    this.part = new part.Inside(this.body, explaining, this.acts, insideVisit)
    this.acts.changed()
  }

  /** What it draws on the picture. @param {Axes | null} axes @returns {Trace[]} */
  traces(axes) { return this.open && this.part ? this.part.traces(axes) : [] }

  close() {
    this.closed = true
    this.part?.close()
  }
}

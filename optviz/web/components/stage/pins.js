// Pinned runs: what was on the screen stays as ghosts behind what comes next. They live in this browser only.

/** @typedef {{ slot: string, name: string, label: string, rows: Rows, path: Trace, head: Trace, loss: Trace }} Ghost */

const FAINT = 0.5
const GHOST_DASH = "dash"

class Pins {
  /** @param {HTMLElement} root of the stage
   * @param {{ shown: () => { scene: StageData, shown: Shown } | null, changed: () => void }} acts `shown` is what a pin keeps */
  constructor(root, acts) {
    this.acts = acts
    /** @type {Ghost[]} */ this.ghosts = []
    this.landscape = ""
    /** @param {string} name */
    const part = name => /** @type {HTMLElement} */ (root.querySelector(name))
    this.row = part(".pinned")
    this.names = part(".ghosts")
    this.take = part(".pin")
    this.drop = part(".unpin")
    this.take.addEventListener("click", () => this.pin())
    this.drop.addEventListener("click", () => { this.forget(); this.take.focus() })
  }

  pin() {
    const found = this.acts.shown()
    if (!found) return
    const { scene, shown } = found
    this.landscape = landscapeOf(scene)
    this.ghosts = scene.runs.flatMap((run, i) => {
      const rows = shown.rows[i]
      if (!rows) return []
      const { slot, name, label, path, head, loss } = run
      // While a finger is down the names of the scene are those of before it.
      const said = shown.texts === scene.live?.link ? name : label
      return [{ slot, name: said, label, rows, path, head, loss }]
    })
    this.tell()
  }

  forget() {
    this.ghosts = []
    this.tell()
  }

  tell() {
    this.drop.hidden = this.row.hidden = !this.ghosts.length
    this.names.replaceChildren(...this.ghosts.map(({ name, path }) => {
      const item = document.createElement("span")
      item.append(...legendParts({ name, color: path.line.color, dash: GHOST_DASH }))
      return item
    }))
    this.acts.changed()
  }

  /** What can be pinned. @param {StageData} scene */
  describe(scene) {
    this.take.hidden = !scene.live
  }

  /** Another landscape ends it; the sentence says so. @param {StageData} scene */
  meet(scene) {
    if (!this.ghosts.length || landscapeOf(scene) === this.landscape) return ""
    this.forget()
    return tr("The pinned runs belong to another landscape, so they were unpinned.")
  }
}

/** @param {StageData} scene */
function landscapeOf({ live }) {
  const { objective = "", formula = "" } = live?.link ?? {}
  return objective === "formula" ? `${objective} ${formula}` : objective
}

/** @param {string} name of a run */
function pinnedName(name) {
  return tr("pinned: {name}", { name })
}

/** @param {Ghost[]} ghosts @param {[number, number][]} domain @param {View} view @returns {Trace[]} */
function ghostPaths(ghosts, domain, { frame, scale }) {
  return ghosts.flatMap(({ name, rows, path, head }) => {
    const { x, y } = drawnPath(rows, domain)
    const at = Math.min(frame, x.length - 1)
    const hovertemplate = path.hovertemplate?.replace(name, () => pinnedName(name))
    return [
      { ...faint(path, scale), name: pinnedName(name), mode: "lines", x, y, customdata: rows.values, hovertemplate },
      { ...head, name: pinnedName(name), mode: "markers", opacity: FAINT, x: [known(x[at])], y: [known(y[at])] },
    ]
  })
}

/** @param {Ghost[]} ghosts @param {Float64Array[]} heights one for each @param {Loss} axis @returns {Trace[]} */
function ghostLosses(ghosts, heights, axis) {
  return ghosts.map(({ name, rows, loss }, i) => ({
    ...faint(loss, 1), name: pinnedName(name), hoverinfo: "skip", hovertemplate: undefined,
    x: acrossOf(rows, axis), y: heights[i] ?? [],
  }))
}

/** @param {Trace} trace @param {number} scale @returns {Trace} */
function faint(trace, scale) {
  return { ...thicker(trace, scale), opacity: FAINT, line: { ...trace.line, width: 1.8 * scale, dash: GHOST_DASH } }
}

// What the fold “Look inside a step” shows of the step at the player's cursor: the explanation of the step, curves
// over all steps, and arrows for the picture. The stage loads this on demand.

/** @typedef {{ slot: string, arrows: boolean, panels: Set<string> }} InsideChoices  kept for the visit by the stage */

const PAUSE = 250 // ms between two explanations that are written out

export class Inside {
  /** @param {HTMLElement} root with the markup @param {StepEngine} engine
   * @param {{ changed: () => void, pick: (step: number) => void }} acts @param {InsideChoices} choices */
  constructor(root, engine, acts, choices) {
    this.root = root
    this.engine = engine
    this.acts = acts
    this.choices = choices
    /** @param {string} name */
    const part = name => /** @type {HTMLElement} */ (root.querySelector(name))
    this.part = part
    this.explanation = new StepExplanation(part(".explanation"))
    this.curves = new StepCurves(part(".curves"), { pick: acts.pick })
    /** @type {InsideView | null} */ this.view = null
    /** @type {StepStates | null} */ this.states = null
    /** @type {CurvePanel[]} */ this.panels = []
    this.explained = "" // which step of which states is written out
    this.described = ""
    this.written = 0 // when
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.writing = undefined
    this.made = 0 // counts the states that were computed
    for (const [name, by] of /** @type {[string, number][]} */ ([[".earlier", -1], [".later", 1]])) {
      part(name).addEventListener("click", () => acts.pick((this.view?.frame ?? 0) + by))
    }
    const arrows = /** @type {HTMLInputElement} */ (part(".arrows"))
    arrows.checked = choices.arrows
    arrows.addEventListener("change", () => { choices.arrows = arrows.checked; acts.changed() })
  }

  /** @param {InsideView} view */
  follow(view) {
    const before = this.view
    this.view = view
    const slot = this.slot()
    this.describe(view.scene, slot)
    if (before?.shown !== view.shown || this.shownSlot !== slot) this.compute(slot)
    else if (before.frame !== view.frame) this.curves.move(view.frame)
    for (const [name, end] of /** @type {[string, number][]} */ ([[".earlier", 0], [".later", view.shown.steps]])) {
      const button = /** @type {HTMLButtonElement} */ (this.part(name))
      if (button.disabled !== (view.frame === end)) button.disabled = view.frame === end
    }
    this.explain()
  }

  /** The chosen run, or the first where it is gone. */
  slot() {
    const runs = this.view?.scene.runs ?? []
    return (runs.find(run => run.slot === this.choices.slot) ?? runs[0])?.slot ?? ""
  }

  /** Whose step can be chosen. @param {StageData} scene @param {string} slot */
  describe({ runs }, slot) {
    const sorted = [...runs].sort((a, b) => a.slot.localeCompare(b.slot))
    const said = JSON.stringify([slot, sorted.map(({ slot, label, path }) => [slot, label, path.line])])
    if (said === this.described) return
    this.described = said
    const held = this.root.querySelector(".runs :focus") !== null
    this.part(".runs").replaceChildren(...sorted.map(run => {
      const { color, dash } = run.path.line
      return chip(legendParts({ name: run.label, color, dash }), run.slot === slot, () => {
        this.choices.slot = run.slot
        this.acts.changed()
      })
    }))
    if (held) /** @type {HTMLElement | null} */ (this.root.querySelector(".runs [aria-pressed=true]"))?.focus()
  }

  /** @param {string} slot */
  compute(slot) {
    const { scene, shown, run: runOfSlot } = /** @type {InsideView} */ (this.view)
    const place = scene.runs.findIndex(one => one.slot === slot)
    const [row, run] = [scene.runs[place], runOfSlot(slot)]
    this.shownSlot = slot
    this.states = null
    this.made += 1
    if (!run) this.say(tr("The browser cannot compute this run, so it cannot look inside its steps."))
    else {
      this.states = this.engine.states(run)
      const rows = shown.rows[place]
      this.say(rows && endsElsewhere(this.states, rows, scene.domain) ? tr(ELSEWHERE) : "")
    }
    this.part(".inside-parts").hidden = !this.states
    this.panels = []
    if (this.states && row) {
      const { color, dash } = row.path.line
      this.panels = curvePanels([{ label: row.label, color, dash, states: this.states }]).filter(panel => panel.key !== "loss")
    }
    this.showCurves()
  }

  showCurves() {
    const { shown, frame } = /** @type {InsideView} */ (this.view)
    const groups = [...new Map(this.panels.map(panel => [panel.group, panel.label]))]
    const row = this.part(".chosen")
    if (row.dataset.groups !== JSON.stringify(groups)) {
      row.dataset.groups = JSON.stringify(groups)
      row.replaceChildren(...groups.map(([name, label]) => chip([label], this.choices.panels.has(name), pressed => {
        if (pressed) this.choices.panels.add(name)
        else this.choices.panels.delete(name)
        this.showCurves()
      })))
    }
    this.curves.show(this.panels.filter(panel => this.choices.panels.has(panel.group)), shown.steps, frame)
  }

  /** Writing formulas takes longer than a frame: not while it plays, and now and then while a finger is down. */
  explain() {
    const { moving } = /** @type {InsideView} */ (this.view)
    this.part(".explanation").classList.toggle("passing", moving)
    clearTimeout(this.writing)
    if (moving || !this.states) return
    const early = this.written + PAUSE - performance.now()
    if (early > 0) this.writing = setTimeout(() => this.write(), early)
    else this.write()
  }

  write() {
    const { states, view } = this
    const wanted = `${this.made} ${view?.frame}`
    if (!states || !view || wanted === this.explained) return
    this.explained = wanted
    this.explanation.show(this.engine, states, view.frame)
    this.written = performance.now()
  }

  /** The anatomy of the step at the cursor, for the picture, and what it means beside the switch.
   * @param {Axes | null} axes @returns {Trace[]} */
  traces(axes) {
    const { view, states } = this
    if (!view || !axes || !states || !this.choices.arrows) return this.legend([], "")
    const { scene, frame } = view
    if (frame < 1) return this.legend([], tr("No step has been taken yet: go to step 1 to see its arrows."))
    if (frame > states.steps) return this.legend([], "")
    const explanation = this.engine.explain(states, frame)
    const run = scene.runs.find(one => one.slot === this.shownSlot)
    const inks = { color: run?.path.line.color, ink: scene.main.start.marker.color, halo: run?.head.marker.line.color }
    const anatomy = anatomyOf(explanation, { scale: arrowScale(explanation, axes) })
    const { traces, key, short } = drawnAnatomy(anatomy, inks, axes, states.values[frame - 1] ?? NaN, explanation.rate)
    this.legend(key, short ? tr("This step is too short to be seen here. Go to an earlier step, or zoom in.") : "")
    return traces
  }

  /** @param {LegendEntry[]} key @param {string} sentence @returns {Trace[]} nothing to draw */
  legend(key, sentence) {
    const [row, tiny] = [this.part(".key"), this.part(".tiny")]
    const said = JSON.stringify(key)
    if (row.dataset.said !== said) {
      row.dataset.said = said
      row.replaceChildren(...key.map(entry => explainNode("span", "", ...legendParts(entry))))
    }
    tiny.hidden = !sentence
    tiny.textContent = sentence
    return []
  }

  /** @param {string} sentence */
  say(sentence) {
    const said = this.part(".said")
    if (said.textContent !== sentence) said.textContent = sentence
  }

  close() {
    clearTimeout(this.writing)
    this.curves.unmount()
  }
}

const ELSEWHERE = marked("This path is chaotic: the last digit of a number decides its end. What stands here is the browser's own run, which ends elsewhere than the one in the picture.")
const SAME_END = 0.01 // of the domain

/** @param {StepStates} states @param {Rows} rows @param {[number, number][]} domain */
function endsElsewhere({ points }, rows, domain) {
  return domain.some(([low, high], i) => Math.abs((points[i]?.at(-1) ?? NaN) - (rows.points[i]?.at(-1) ?? NaN)) > SAME_END * (high - low))
}

/** @param {(Node | string)[]} parts @param {boolean} pressed @param {(pressed: boolean) => void} act */
function chip(parts, pressed, act) {
  const node = document.createElement("button")
  node.type = "button"
  node.append(...parts)
  node.setAttribute("aria-pressed", String(pressed))
  node.addEventListener("click", () => {
    const now = node.getAttribute("aria-pressed") !== "true"
    node.setAttribute("aria-pressed", String(now))
    act(now)
  })
  return node
}

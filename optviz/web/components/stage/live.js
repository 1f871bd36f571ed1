// While a finger is down, the browser computes the runs itself. Drafts come from the page's bus as link texts;
// only the newest is computed, at most once a frame, and of it only the runs that changed.

const ENGINE_FAILED = marked("The engine could not be loaded")
const CHAOS = 0.01 // of the domain: ends farther apart than this differ visibly

class Live {
  /** @param {OptvizPage} bus @param {() => void} wanted asks for a frame @param {() => void} forgotten after Escape */
  constructor(bus, wanted, forgotten) {
    this.bus = bus
    /** @type {Texts | null} the newest draft that is not drawn yet */ this.newest = null
    /** @type {boolean} a finger is down */ this.active = false
    /** @type {Map<string, { key: string, rows: Rows }>} the newest run of each slot */ this.runs = new Map()
    this.stop = [
      bus.on("draft", texts => { this.active = true; this.newest = texts; wanted() }),
      bus.on("settled", ({ given }) => {
        if (!this.active && given === null) return
        this.active = false
        this.newest = given === null ? null : bus.values
        if (given === null) forgotten()
        wanted()
      }),
    ]
  }

  /** A new scene has come. Says which runs ended elsewhere here than on the server.
   * @param {StageData} scene @param {Rows[]} rows the server's @returns {string[]} */
  meet(scene, rows) {
    const link = scene.live?.link
    const apart = scene.runs.flatMap(({ slot, label }, i) => {
      const [mine, theirs] = [this.runs.get(slot), rows[i]]
      if (!link || !mine || !theirs || mine.key !== runKey(link, slot)) return []
      return endsApart(mine.rows, theirs, scene.domain) ? [label] : []
    })
    if (this.active) this.newest ??= this.bus.with(this.bus.drafted)
    else { this.newest = null; this.runs.clear() }
    this.scene = scene
    this.server = rows
    this.draws = scene.live?.draws ? unpack(scene.live.draws) : null
    return apart
  }

  /** What the newest draft shows, or null if there is none. Where it cannot be computed, only the start moves.
   * @param {Shown} before @returns {Shown | null} */
  take(before) {
    const draft = this.newest
    this.newest = null
    if (!draft || !this.scene) return null
    const texts = { ...this.scene.live?.link, ...draft }
    const start = numbersIn(texts.start ?? "")
    if (start.length !== this.scene.domain.length || !start.every(Number.isFinite)) return null
    return this.compute(texts, start) ?? { ...before, start }
  }

  /** @param {Texts} texts @param {number[]} start @returns {Shown | null} */
  compute(texts, start) {
    const { scene, server } = this
    const engine = engineHere()
    if (!engine || !scene?.live || !server) return null
    /** @type {Rows[]} */
    const rows = []
    let steps = 0
    for (const [i, { slot }] of scene.runs.entries()) {
      const [key, run] = [runKey(texts, slot), this.run(texts, slot)]
      if (!key || !run) return null
      steps = run.steps
      let known = this.runs.get(slot)
      if (known?.key !== key) {
        const made = key === runKey(scene.live.link, slot) ? /** @type {Rows} */ (server[i]) : walked(engine, run)
        known = { key, rows: made }
        this.runs.set(slot, known)
      }
      rows.push(known.rows)
    }
    return { rows, steps, start, texts }
  }

  /** How the engine computes the run of a slot; null where it cannot. @param {Texts} texts @param {string} slot */
  run(texts, slot) {
    const engine = engineHere()
    return engine && this.scene ? runOf(engine, this.scene, this.draws ?? null, texts, slot) : null
  }

  close() { for (const stop of this.stop) stop() }
}

/** @param {Engine} engine @param {RunDescription} run @returns {Rows} */
function walked(engine, run) {
  const { points, values, gradientsAsked } = engine.simulate(run)
  return { points, values, asked: gradientsAsked }
}

/** @returns {Engine | undefined} undefined while it has not come */
function engineHere() {
  return /** @type {any} */ (globalThis).optvizEngine
}

/** @param {{ points: Numbers[] }} a @param {{ points: Numbers[] }} b @param {[number, number][]} domain */
function endsApart(a, b, domain) {
  return domain.some(([low, high], i) => {
    const ends = [a, b].map(({ points }) => points[i]?.at(-1) ?? NaN)
    return Math.abs((ends[0] ?? NaN) - (ends[1] ?? NaN)) > CHAOS * (high - low)
  })
}

/** @param {string[]} names */
function chaosSentence(names) {
  if (!names.length) return ""
  const said = { names: names.join(tr("; ")) }
  return together(
    names.length === 1 ? tr("This path is chaotic: {names}.", said) : tr("These paths are chaotic: {names}.", said),
    tr("The last digit of a number decides the end, and browser and server round differently. The server's path is shown."),
  )
}

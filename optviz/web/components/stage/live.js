// While a finger is down, the browser computes the runs itself. Drafts come from the page's bus as link texts;
// only the newest is computed, at most once a frame, and of it only the runs that changed.

const CHAOS = 0.01 // of the domain: ends farther apart than this differ visibly

/** @param {string} text */
function numbersIn(text) {
  return text.split("_").map(part => (part.trim() === "" ? NaN : Number(part)))
}

/** `key_name_value_name_value`, as an optimizer or a schedule stands in a link.
 * @param {string} text @returns {{ key: string, values: Record<string, number> } | null} null if it cannot be read */
function configured(text) {
  const [key = "", ...parts] = text.split("_")
  /** @type {Record<string, number>} */
  const values = {}
  for (let i = 0; i < parts.length; i += 2) values[parts[i] ?? ""] = Number(parts[i + 1] || NaN)
  return Object.values(values).every(Number.isFinite) ? { key, values } : null
}

/** What a run depends on, as one text; null where a draft cannot be computed here.
 * @param {Texts} texts @param {string} slot */
function runKey(texts, slot) {
  const [setup, schedule] = [configured(texts[slot] ?? ""), configured(texts.schedule ?? "constant")]
  const plain = [texts.steps, texts.noise ?? "0", texts.seed ?? "0"].map(Number)
  if (!setup || !schedule || !plain.every(Number.isFinite)) return null
  const landscape = [texts.objective, texts.objective === "formula" ? texts.formula : "", texts.domain]
  return JSON.stringify([landscape, numbersIn(texts.start ?? ""), plain, schedule, setup])
}

class Live {
  /** @param {OptvizPage} bus @param {() => void} wanted asks for a frame @param {() => void} forgotten after Escape */
  constructor(bus, wanted, forgotten) {
    this.bus = bus
    /** @type {Texts | null} the newest draft that is not drawn yet */ this.newest = null
    /** @type {boolean} a finger is down */ this.active = false
    /** @type {Map<string, { key: string, rows: Rows }>} the newest run of each slot */ this.runs = new Map()
    /** @type {{ source: string, landscape: EngineLandscape | null } | null} */ this.compiled = null
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
    const engine = /** @type {Engine | undefined} */ (/** @type {any} */ (globalThis).optvizEngine)
    if (!engine || !scene?.live || !server) return null
    const { link } = scene.live
    const landscape = this.landscape(engine, scene.live)
    const steps = Number(texts.steps)
    if (!landscape || ["objective", "formula", "domain"].some(name => texts[name] !== link[name])) return null
    if (!Number.isInteger(steps) || steps < 1) return null
    const draws = this.noise(texts, steps, start.length)
    if (draws === undefined) return null
    const schedule = configured(texts.schedule ?? "constant")
    if (!schedule || !(schedule.key in engine.schedules)) return null
    /** @type {Rows[]} */
    const rows = []
    for (const [i, { slot }] of scene.runs.entries()) {
      const [key, setup] = [runKey(texts, slot), configured(texts[slot] ?? "")]
      if (!key || !setup || !(setup.key in engine.optimizers)) return null
      let known = this.runs.get(slot)
      if (known?.key !== key) {
        const { key: optimizer, values } = setup
        const made = key === runKey(link, slot)
          ? /** @type {Rows} */ (server[i])
          : engine.simulate({ landscape, optimizer, start, steps, values, schedule, ...(draws && { draws }) })
        known = { key, rows: { points: made.points, values: made.values } }
        this.runs.set(slot, known)
      }
      rows.push(known.rows)
    }
    return { rows, steps, start }
  }

  /** @param {Engine} engine @param {LiveData} live @returns {EngineLandscape | null} */
  landscape(engine, { link, engine: source }) {
    if (link.objective !== "formula") return engine.landscapes[link.objective ?? ""] ?? null
    if (!source) return null
    if (this.compiled?.source !== source) this.compiled = { source, landscape: engine.compile(source) }
    return this.compiled.landscape
  }

  /** The server's draws times σ; null without noise, undefined where there are too few draws.
   * @param {Texts} texts @param {number} steps @param {number} dimension @returns {Float64Array | null | undefined} */
  noise(texts, steps, dimension) {
    const [sigma, link] = [Number(texts.noise ?? 0), this.scene?.live?.link]
    if (sigma === 0) return null
    const draws = this.draws
    if (!draws || draws.length < steps * dimension || Number(texts.seed) !== Number(link?.seed)) return undefined
    return Float64Array.from(draws.subarray(0, steps * dimension), draw => sigma * draw)
  }

  close() { for (const stop of this.stop) stop() }
}

/** @param {Rows} a @param {Rows} b @param {[number, number][]} domain */
function endsApart(a, b, domain) {
  return domain.some(([low, high], i) => {
    const ends = [a, b].map(({ points }) => points[i]?.at(-1) ?? NaN)
    return Math.abs((ends[0] ?? NaN) - (ends[1] ?? NaN)) > CHAOS * (high - low)
  })
}

/** @param {string[]} names */
function chaosSentence(names) {
  if (!names.length) return ""
  const which = names.length === 1 ? `This path is chaotic: ${names[0]}` : `These paths are chaotic: ${names.join("; ")}`
  return `${which}. The last digit of a number decides the end, and browser and server round differently. ` +
    "The server's path is shown."
}

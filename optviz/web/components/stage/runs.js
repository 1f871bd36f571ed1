// What a run depends on, read from the texts of a link: for the engine in the browser, which computes it.

/** @typedef {{ key: string, text: string, values: Record<string, number> }} ReadSetup  `text` is the packed rule of one's own */
/** What the engine simulates and, with `explained`, explains.
 * @typedef {{ landscape: EngineLandscape, optimizer: string | object, explained?: string, start: number[], steps: number,
 *   values: Record<string, number>, schedule: ReadSetup, noise: number, draws?: Numbers }} RunDescription */

/** @type {Map<string, any>} what the engine has made of a source, the newest few */
const compiledSources = new Map()

/** @param {Engine} engine @param {string} source @returns {any} */
function compiledOnce(engine, source) {
  const made = compiledSources.get(source) ?? engine.compile(source)
  compiledSources.delete(source)
  compiledSources.set(source, made)
  for (const oldest of [...compiledSources.keys()].slice(0, -12)) compiledSources.delete(oldest)
  return made
}

/** @param {string} text */
function numbersIn(text) {
  return text.split("_").map(part => (part.trim() === "" ? NaN : Number(part)))
}

/** `key_name_value_name_value`, as an optimizer or a schedule stands in a link; a rule of one's own has its text
 * behind the key. @param {string} text @returns {ReadSetup | null} null if it cannot be read */
function configured(text) {
  const [key = "", ...parts] = text.split("_")
  const rule = key === "own" ? parts.shift() ?? "" : ""
  /** @type {Record<string, number>} */
  const values = {}
  for (let i = 0; i < parts.length; i += 2) values[parts[i] ?? ""] = Number(parts[i + 1] || NaN)
  return Object.values(values).every(Number.isFinite) ? { key, text: rule, values } : null
}

/** Which learning rates are compared, as the link says it; see optviz/settings/experiment.py. @param {Texts} texts */
function ratesIn(texts) {
  return texts.rates ?? "own"
}

/** The values of a setup with the rate that it runs with; it is "best" where it has to be searched for.
 * @param {Texts} texts @param {ReadSetup} setup @returns {Record<string, number | string>} */
function ratedValues(texts, { values }) {
  const rates = ratesIn(texts)
  return rates === "own" ? values : { ...values, lr: rates === "same" ? Number(texts.rate || NaN) : "best" }
}

const MOST_SEARCHED = 500 // steps up to which the rates of a draft are searched for; others wait for the server
/** @type {Map<string, number>} the best rates by what they depend on, the newest few */
const foundRates = new Map()

/** The rate that ends lowest, as the server has found it or will; null where the search takes too long for a draft.
 * @param {Engine} engine @param {LiveData} live @param {Texts} texts @param {string} slot @param {RunDescription} run */
function bestRate(engine, live, texts, slot, run) {
  const key = runKey(texts, slot) ?? ""
  const known = key === runKey(live.link, slot) ? live.rates[slot] : foundRates.get(key)
  if (known !== undefined) return known
  if (run.steps > MOST_SEARCHED) return null
  const found = engine.searchRates(run).best ?? run.values.lr ?? NaN
  foundRates.set(key, found)
  for (const oldest of [...foundRates.keys()].slice(0, -24)) foundRates.delete(oldest)
  return found
}

/** What a run depends on, as one text; null where a draft cannot be computed here.
 * @param {Texts} texts @param {string} slot */
function runKey(texts, slot) {
  const [setup, schedule] = [configured(texts[slot] ?? ""), configured(texts.schedule ?? "constant")]
  const plain = [texts.steps, texts.noise ?? "0", texts.seed ?? "0"].map(Number)
  if (!setup || !schedule || !plain.every(Number.isFinite)) return null
  const values = ratedValues(texts, setup)
  if (Number.isNaN(values.lr)) return null
  const landscape = [texts.objective, texts.objective === "formula" ? texts.formula : "", texts.domain]
  return JSON.stringify([landscape, numbersIn(texts.start ?? ""), plain, schedule, { ...setup, values }])
}

/** The run of one slot; null where the browser cannot compute it: with another landscape than the scene's, an
 * optimizer that is not in its engine, or noise that the server has not sent.
 * @param {Engine} engine @param {{ live: LiveData | null, domain: [number, number][] }} scene @param {Numbers | null} draws the scene's
 * @param {Texts} texts @param {string} slot @returns {RunDescription | null} */
function runOf(engine, { live, domain }, draws, texts, slot) {
  if (!live || ["objective", "formula", "domain"].some(name => texts[name] !== live.link[name])) return null
  const landscape = live.link.objective === "formula" ? live.engine && compiledOnce(engine, live.engine) : engine.landscapes[live.link.objective ?? ""]
  const [start, steps] = [numbersIn(texts.start ?? ""), Number(texts.steps)]
  const [setup, schedule] = [configured(texts[slot] ?? ""), configured(texts.schedule ?? "constant")]
  const noise = noiseOf(live, draws, texts, steps * start.length)
  if (!landscape || !setup || !schedule || !noise || !(schedule.key in engine.schedules)) return null
  if (!Number.isInteger(steps) || steps < 1 || start.length !== domain.length || !start.every(Number.isFinite)) return null
  const own = live.own[setup.text]
  if (setup.text ? !own : !(setup.key in engine.optimizers)) return null
  const row = own ? { optimizer: compiledOnce(engine, own.step), explained: own.explained } : { optimizer: setup.key }
  const rated = ratedValues(texts, setup).lr
  /** @type {RunDescription} */
  const run = { landscape, ...row, start, steps, values: setup.values, schedule, ...noise }
  const lr = rated === "best" ? bestRate(engine, live, texts, slot, run) : Number(rated)
  return lr === null || Number.isNaN(lr) ? null : { ...run, values: { ...setup.values, lr } }
}

/** σ and the server's standard normal draws; null where there are too few draws, or others.
 * @param {LiveData} live @param {Numbers | null} draws @param {Texts} texts @param {number} count
 * @returns {{ noise: number, draws?: Numbers } | null} */
function noiseOf({ link }, draws, texts, count) {
  const noise = Number(texts.noise ?? 0)
  if (noise === 0) return { noise }
  if (!draws || draws.length < count || Number(texts.seed) !== Number(link.seed)) return null
  return { noise, draws }
}

// Changes of an experiment answered without a server, by the engine in the browser: for pages that somebody took
// away. What is said of the runs is worded as Python words it (figures/scenes.py); verdicts are Python's alone.

/** @typedef {{ link: Texts, address: string, rules: Record<string, string>, declaration: Declaration, head: Record<string, any>, notes: Texts,
 *   stage: StageData, results: Record<string, any>, templates: Run[], losses: Record<string, Loss>, hovers: Record<string, string>, minima: number[][],
 *   unbounded: boolean, draws: Packed, dark: boolean, sources: Record<string, string>,
 *   views: Record<string, { words: string, picture: string, gap: string }>, speech?: Speech }} Taken  see web/take_away.py; `rules` are the
 *   texts of own optimizers by their keys on this page and `sources` their JavaScript, `templates` how each of the six places is drawn */
/** One optimizer at the rate that it runs with; `search` is where that was looked for.
 * @typedef {{ option: Option, values: Record<string, number>, search: RatesSearched | null, run: Simulated }} Walker */
/** @typedef {Rows & { steps: number, brokeAt: number | null, gradientsAsked: Numbers, valuesAsked: Numbers }} Simulated */

const NAME = "\u0001" // stands in a template for the name of its run
const USUAL_VIEW = "contour" // a link does not say it
const FROZEN = marked("Computed in your browser. What happened to each run, in words, stands at the link.")

class BrowserAnswers {
  /** @param {Taken} taken */
  constructor(taken) {
    this.taken = taken
    this.engine = /** @type {Engine} */ (/** @type {any} */ (globalThis).optvizEngine)
    this.fields = taken.declaration.sections.flatMap(section => section.fields)
    this.options = this.fields.find(({ kind }) => kind === "compared")?.options ?? []
    this.draws = unpack(taken.draws)
    const { objective = "" } = taken.link
    const source = taken.stage.live?.engine
    this.landscape = source ? this.engine.compile(source) : /** @type {EngineLandscape} */ (this.engine.landscapes[objective])
    this.values = taken.link
  }

  /** @param {Question} question @returns {Answer | Found} */
  answer(question) {
    return question.find ? this.found(question.link, question.find) : this.changed(question)
  }

  /** A good learning rate for the optimizer of that name. @param {Texts} link @param {string} name @returns {Found} */
  found(link, name) {
    const walk = this.described(link, name)
    if (!walk) throw new Error("there is nothing to look for here")
    const search = this.engine.searchRates(walk)
    return { rate: search.best === null ? null : writeNumber(search.best), sentence: this.sentence(link, search) }
  }

  /** @param {Texts} link @param {RatesSearched} search */
  sentence(link, search) {
    const { minima, unbounded } = this.taken
    return searchSentence(search, minima, { noisy: Number(link.noise) > 0, unbounded })
  }

  /** @param {Question} question @returns {Answer} */
  changed({ link, changes, whole }) {
    const { taken } = this
    const before = whole && !Object.keys(link).length ? taken.link : link
    const wanted = changed(before, this.completed(changes))
    const refused = this.objections(wanted, changes)
    const kept = Object.fromEntries(Object.keys(refused).map(place => {
      const name = place.split(".")[0] ?? ""
      return [name, before[name] ?? null]
    }))
    this.values = changed(wanted, kept)
    const walkers = this.walk(this.values)
    const parts = sameTexts(this.values, taken.link) ? { stage: taken.stage, results: taken.results } : this.parts(this.values, walkers)
    return { values: this.values, address: this.values, refused, typed: {}, notices: [], rest: "", notes: this.notes(this.values, walkers), parts }
  }

  /** Without null for what cannot be missing: it goes back to what the page was made of. @param {Changes} changes */
  completed(changes) {
    const { link } = this.taken
    return Object.fromEntries(Object.entries(changes).map(([name, text]) =>
      [name, text === null && !/^o\d$/.test(name) ? link[name] ?? null : text]))
  }

  // ---- what cannot be used

  /** Why some of the changes cannot be used, by place. @param {Texts} wanted @param {Changes} changes @returns {Texts} */
  objections(wanted, changes) {
    /** @type {Texts} */
    const found = {}
    for (const name of Object.keys(changes)) {
      const text = wanted[name]
      if (text === undefined) continue
      const field = this.fields.find(each => each.name === name)
      if (/^o\d$/.test(name)) this.setupObjections(found, name, text, this.options)
      else if (!field) found[name] = tr("This cannot be changed on this page. Open the link to change it.")
      else if (field.kind === "configured") this.setupObjections(found, name, text, field.options ?? [])
      else if (field.kind === "number") note(found, name, objection(kindOf(field), text))
      else if (field.kind === "point") note(found, name, this.startObjection(field, text))
    }
    return { ...this.rateObjections(wanted), ...found }
  }

  /** Whether a rate for all suits the rules of one's own, which say themselves what they allow. @param {Texts} wanted @returns {Texts} */
  rateObjections(wanted) {
    if (wanted.rates !== "same") return {}
    const setups = Object.keys(wanted).filter(name => /^o\d$/.test(name)).map(name => setupIn(wanted[name] ?? "").key)
    const rates = setups.flatMap(key => this.options.find(option => option.key === key)?.numbers?.filter(({ name }) => name === "lr") ?? [])
    const said = rates.map(rate => objection(kindOf(rate), wanted.rate ?? "")).find(Boolean)
    return said ? { rate: said, rates: said } : {}
  }

  /** @param {Texts} found @param {string} name @param {string} text @param {Option[]} options */
  setupObjections(found, name, text, options) {
    const setup = setupIn(text)
    const option = options.find(({ key }) => key === setup.key)
    if (!option) { found[name] = tr("“{key}” is not on this page.", { key: setup.key.slice(0, 20) }); return }
    for (const number of option.numbers ?? []) {
      const given = setup.values[number.name]
      if (given !== undefined) note(found, `${name}.${number.name}`, objection(kindOf(number), given))
    }
  }

  /** @param {Field} field @param {string} text */
  startObjection(field, text) {
    const start = coordinatesIn(text)
    const [low, high] = [field.low ?? -1e6, field.high ?? 1e6]
    if (start.length === this.landscape.dimension && start.every(v => v >= low && v <= high)) return ""
    return this.landscape.dimension === 1
      ? tr("The start must be a number between {low} and {high}.", { low, high })
      : tr("The start must be two numbers between {low} and {high}.", { low, high })
  }

  // ---- runs

  /** What the engine runs for one optimizer, with the rate on its card. @param {Texts} values @param {string} name */
  described(values, name) {
    const { landscape, draws } = this
    const [start, steps, noise] = [coordinatesIn(values.start ?? ""), Number(values.steps), Number(values.noise)]
    const plan = setupIn(values.schedule ?? "constant")
    const schedule = { key: plan.key, values: numbered(plan.values) }
    const setup = setupIn(values[name] ?? "")
    const option = this.options.find(({ key }) => key === setup.key)
    const own = option && numbered({ ...usualOf(option), ...setup.values })
    return option && own && { option, landscape, optimizer: option.key, start, steps, values: own, schedule, noise, draws }
  }

  /** @param {Texts} values @returns {Walker[]} */
  walk(values) {
    /** @type {Walker[]} */
    const walkers = []
    for (let i = 1; values[`o${i}`] !== undefined; i++) {
      const walk = this.described(values, `o${i}`)
      if (!walk) continue
      const { option, ...described } = walk
      const search = values.rates === "best" ? this.engine.searchRates(described) : null
      const rate = values.rates === "same" ? Number(values.rate) : search?.best ?? described.values.lr ?? NaN
      const own = { ...described.values, lr: rate }
      const run = /** @type {Simulated} */ (this.engine.simulate({ ...described, values: own }))
      walkers.push({ option, values: own, search, run })
    }
    return walkers
  }

  /** What each card says of a rate that it does not set itself. @param {Texts} values @param {Walker[]} walkers @returns {Texts} */
  notes(values, walkers) {
    if (values.rates !== "same" && values.rates !== "best") return {}
    return Object.fromEntries(walkers.map(({ values: own, search }, i) => [`o${i + 1}`, search
      ? together(ratedSentence(search, shownNumber(writeNumber(own.lr ?? NaN))), this.sentence(values, search))
      : tr("At the rate for all, {rate}.", { rate: shownNumber(writeNumber(own.lr ?? NaN)) })]))
  }

  /** What the components show of other values. @param {Texts} values @param {Walker[]} walkers */
  parts(values, walkers) {
    const { taken } = this
    const { stage } = taken
    const terms = rateTerms(values, walkers.map(({ search }) => search))
    const [names, labels] = [walkers.map(legendName), shortNames(walkers)]
    const runs = walkers.map(({ run }, i) => ({
      ...hovered(named(/** @type {Run} */ (taken.templates[i]), names[i] ?? "", labels[i] ?? ""), taken.hovers[values.across ?? "step"] ?? ""),
      points: run.points,
      asked: run.gradientsAsked,
      base: 0,
      values: run.values,
    }))
    const live = stage.live && { ...stage.live, link: values, draws: taken.draws, rates: Object.fromEntries(walkers.map(({ values: own }, i) => [`o${i + 1}`, own.lr ?? NaN])) }
    const shown = {
      ...stage,
      runs,
      live,
      loss: taken.losses[`${values.loss ?? "log"} ${values.across ?? "step"}`] ?? stage.loss,
      start: coordinatesIn(values.start ?? ""),
      steps: Number(values.steps),
      budget: this.budget(values, walkers, labels, terms),
      alt: this.words(values, walkers, names),
      picture: this.view(values)?.picture ?? stage.picture,
    }
    return { stage: shown, results: this.results(walkers, names, values.rates === "own" ? "" : terms) }
  }

  /** @param {Walker[]} walkers @param {string[]} names @param {string} terms which rates are compared */
  results(walkers, names, terms) {
    const rows = walkers.map(({ run }, i) => {
      const end = run.points.map(column => column.at(-1) ?? NaN)
      const far = this.taken.minima.map(minimum => Math.hypot(...minimum.map((v, k) => v - (end[k] ?? NaN))))
      const steps = run.brokeAt === null ? `${run.steps}` : tr("broke off at step {step}: a number was no longer finite", { step: run.brokeAt })
      const cells = [steps, fourDigits(run.values.at(-1) ?? NaN), far.length ? fourDigits(Math.min(...far)) : "—"]
      return { color: this.taken.templates[i]?.path.line.color ?? "", name: names[i] ?? "", cells }
    })
    const headings = [terms ? tr("Optimizer, {terms}", { terms }) : tr("Optimizer"), tr("Steps"), tr("f at the end"), tr("Distance to nearest minimum")]
    const headline = terms
      ? tr("{terms}: computed in your browser. What happened to each run, in words, stands at the link.", { terms: capitalized(terms) })
      : tr(FROZEN)
    return { headline, headings, rows, csv: "#", dark: this.taken.dark }
  }

  /** On which terms the optimizers are compared. @param {Texts} values @param {Walker[]} walkers @param {string[]} labels
   * @param {string} terms which rates are compared */
  budget(values, walkers, labels, terms) {
    const steps = Number(values.steps)
    const whole = walkers.every(({ run }) => run.steps === steps)
    const start = tr("Same start {place}", { place: pointOf(coordinatesIn(values.start ?? "")) })
    /** @param {Numbers} column */
    const last = column => column.at(-1) ?? 0
    const usual = walkers.every(({ run }) => last(run.gradientsAsked) === run.steps && !last(run.valuesAsked))
    const said = { terms: listed([start, terms].filter(Boolean)), count: steps }
    const asked = walkers.map(({ run }, i) => {
      const [name, gradients, heights] = [labels[i] ?? "", last(run.gradientsAsked), last(run.valuesAsked)]
      return heights ? tr("{name} {gradients} and {values} values of f", { name, gradients, values: heights }) : `${name} ${gradients}`
    })
    const spent = usual
      ? whole
        ? tr("{terms}, {count} gradient evaluations each.", said)
        : tr("{terms}, {count} gradient evaluations each, fewer where a run broke off.", said)
      : together(
        whole ? tr("{terms}, {count} steps each.", said) : tr("{terms}, {count} steps each, fewer where a run broke off.", said),
        tr("Gradient evaluations: {asked}.", { asked: asked.join(tr("; ")) }),
      )
    const noise = Number(values.noise)
    const noisy = noise ? tr("Same noise: σ = {noise}, seed {seed}.", { noise: fourDigits(noise), seed: values.seed ?? "" }) : ""
    const axis = values.across === "gradients" ? tr("The loss is drawn against gradient evaluations, not against steps.") : ""
    return together(spent, axis, noisy, this.view(values)?.gap ?? "")
  }

  /** How the landscape is shown. @param {Texts} values */
  view(values) { return this.taken.views[values.view ?? USUAL_VIEW] }

  /** What the picture shows, in words. @param {Texts} values @param {Walker[]} walkers @param {string[]} names */
  words(values, walkers, names) {
    const kind = this.landscape.dimension === 1 ? tr("Curve") : this.view(values)?.words ?? ""
    const ends = walkers.map(({ run }, i) => tr("{name}: f = {height} after {steps} steps.", {
      name: names[i] ?? "", height: fourDigits(run.values.at(-1) ?? NaN), steps: run.steps,
    }))
    const place = pointOf(coordinatesIn(values.start ?? ""))
    return together(tr("{picture} of {landscape}, paths from {place}.", { picture: kind, landscape: this.taken.head.name, place }), ...ends)
  }

  /** Where the experiment opens with its verdicts, as it stands now. */
  get link() {
    const texts = Object.entries(this.values).map(([name, text]) => {
      const [key = "", ...rest] = text.split("_")
      const rule = /^o\d$/.test(name) ? this.taken.rules[key] : undefined
      return [name, rule ? [rule, ...rest].join("_") : text]
    })
    return `${this.taken.address}?${new URLSearchParams(texts)}`
  }

  /** Every iterate of every run, as the server's own CSV has them, but for the gradients. */
  get csv() {
    const walkers = this.walk(this.values)
    const names = walkers.map(legendName)
    const lines = walkers.flatMap(({ run }, i) => Array.from(run.values, (value, k) =>
      [`"${names[i]}"`, k, ...run.points.map(column => column[k]), value].join(",")))
    return ["optimizer,step," + ["x", "y"].slice(0, this.landscape.dimension).join(",") + ",f", ...lines].join("\r\n")
  }
}

/** At which rate an optimizer is shown. @param {RatesSearched} search @param {string} rate */
function ratedSentence({ best }, rate) {
  return best === null ? tr("Shown at its own rate {rate}.", { rate }) : tr("Shown at its best rate {rate}.", { rate })
}

/** @param {string} text as a point stands in a link */
function coordinatesIn(text) {
  return text.split("_").map(readNumber)
}

/** A row of a table with its values, as it stands in a link; here a rule of one's own is a row too.
 * @param {string} text @returns {{ key: string, values: Texts }} */
function setupIn(text) {
  const [key = "", ...parts] = text.split("_")
  const names = parts.filter((_, i) => i % 2 === 0)
  return { key, values: Object.fromEntries(names.map((name, i) => [name, parts[2 * i + 1] ?? ""])) }
}

/** @param {Option} option @returns {Texts} */
function usualOf(option) {
  return Object.fromEntries((option.numbers ?? []).map(({ name, default: usual }) => [name, String(usual)]))
}

/** @param {Texts} texts @returns {Record<string, number>} */
function numbered(texts) {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Number(text)]))
}

/** @param {Texts} found @param {string} place @param {string} sentence */
function note(found, place, sentence) {
  if (sentence) found[place] = sentence
}

/** @param {Run} template @param {string} name @param {string} label @returns {Run} */
function named(template, name, label) {
  const text = JSON.stringify(template).replaceAll(JSON.stringify(NAME).slice(1, -1), JSON.stringify(name).slice(1, -1))
  return { ...JSON.parse(text), name, label }
}

/** The run with what its loss says under a pointer. @param {Run} run @param {string} hover @returns {Run} */
function hovered(run, hover) {
  return { ...run, loss: { ...run.loss, hovertemplate: `${run.name}<br>${hover}<extra></extra>` } }
}

/** The optimizer with its own hyperparameters, but for the advanced ones. @param {Walker} walker */
function legendName({ option, values }) {
  const shown = (option.numbers ?? []).filter(({ advanced }) => !advanced).map(({ name }) => `${name} ${fourDigits(values[name] ?? NaN)}`)
  return shown.length ? `${option.name} (${shown.join(", ")})` : option.name
}

/** The optimizer, and where it stands there more than once what sets it apart. @param {Walker[]} walkers */
function shortNames(walkers) {
  const several = new Set(walkers.map(({ option }) => option.name)).size > 1
  return walkers.map(({ option, values }) => {
    const alike = walkers.filter(other => other.option.key === option.key)
    const apart = Object.keys(values).filter(name => alike.some(other => other.values[name] !== values[name]))
    const told = apart.map(name => `${name} ${fourDigits(values[name] ?? NaN)}`)
    return [...(several || !told.length ? [option.name] : []), ...told].join(", ")
  })
}

/** Four significant digits, as `engine.outcomes.number` writes them. @param {number} value */
function fourDigits(value) {
  if (value === 0 || !Number.isFinite(value)) return String(value === 0 ? 0 : value)
  const [digits = "", power = "0"] = value.toExponential(3).split("e")
  const exponent = Number(power)
  const text = exponent < -4 || exponent >= 4 ? `${Number(digits)}e${exponent}` : String(Number(value.toPrecision(4)))
  return text.replaceAll("-", "−")
}

/** @param {number[]} point */
function pointOf(point) {
  return `(${point.map(fourDigits).join(", ")})`
}

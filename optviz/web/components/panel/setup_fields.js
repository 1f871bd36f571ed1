// A row of a table with its numbers, such as an optimizer with its learning rate; and the landscape.

/** @typedef {{key: string, values: Texts}} Setup */
/**
 * @typedef {object} SetupOwner
 * @property {(values: Texts) => void} draft
 * @property {(values: Texts) => void} commit
 */

/** Read key_name_value_name_value; `own_text` is the key of a rule. @param {string} text @returns {Setup} */
function readSetup(text) {
  const [first = "", ...parts] = text.split("_")
  const key = first === OWN ? OWN_KEY + (parts.shift() ?? "") : first
  /** @type {Texts} */ const values = {}
  for (let i = 0; i + 1 < parts.length; i += 2) values[parts[i] ?? ""] = parts[i + 1] ?? ""
  return { key, values }
}

/** @param {Option} option @param {Texts} values those that are missing take their default */
function writeSetup(option, values) {
  const given = defaultsOf(option)
  return [option.key, ...Object.keys(given).flatMap(name => [name, values[name] ?? given[name]])].join("_")
}

/** @param {Option} option @returns {Texts} every number's default */
function defaultsOf(option) {
  return Object.fromEntries(
    (option.numbers ?? []).map(number => [number.name, String(number.default ?? number.low ?? 0)]),
  )
}

/** The rows of a setup's numbers, advanced ones behind More. They are made anew only for another option. */
class SetupNumbers {
  /** @param {Panel} panel @param {SetupOwner} owner @param {Fold} fold whether More is open */
  constructor(panel, owner, fold) {
    this.panel = panel
    this.owner = owner
    this.built = ""
    /** @type {Map<string, NumberRow>} */ this.rows = new Map()
    /** @type {Texts} */ this.values = {}
    this.plain = el("div", { class: "rows" })
    this.more = new More(fold)
    this.node = el("div", { class: "setup" }, this.plain, this.more.body)
  }

  /**
   * @param {Option | undefined} option
   * @param {Texts} values
   * @param {(name: string) => string} refusal
   * @param {string[]} [without]
   */
  show(option, values, refusal, without = []) {
    const built = `${option?.key ?? ""}|${without.join()}`
    if (built !== this.built) this.build(option, without)
    this.built = built
    this.values = option ? { ...defaultsOf(option), ...values } : values
    for (const [name, row] of this.rows) row.show(this.values[name] ?? "", refusal(name))
  }

  /** @param {Option | undefined} option @param {string[]} without */
  build(option, without) {
    this.rows.clear()
    /** @type {[HTMLElement[], HTMLElement[]]} */ const [plain, advanced] = [[], []]
    for (const number of option?.numbers ?? []) {
      if (without.includes(number.name)) continue
      const { name } = number
      const row = new NumberRow(this.panel, number, {
        draft: text => this.owner.draft({ ...this.values, [name]: text }),
        commit: text => {
          this.values = { ...this.values, [name]: text }
          this.owner.commit(this.values)
        },
        giveUp: () => this.panel.giveUp(),
      })
      this.rows.set(name, row)
      ;(number.advanced ? advanced : plain).push(row.node)
    }
    this.plain.replaceChildren(...plain)
    this.more.body.replaceChildren(...advanced)
    this.more.present(advanced.length > 0)
  }
}

/** @typedef {{open: boolean}} Fold */

/** A button that shows and hides what is rarely needed. */
class More {
  /** @param {Fold} fold @param {string} name */
  constructor(fold, name = tr("More")) {
    this.fold = fold
    this.body = el("div", { class: "advanced", id: newId() })
    this.button = el(
      "button",
      {
        type: "button",
        class: "more",
        "aria-controls": this.body.id,
        onclick: () => this.show(!fold.open),
      },
      name,
    )
    this.button.prepend(icon(ICONS.open))
    this.draw()
  }

  /** @param {boolean} open */
  show(open) {
    this.fold.open = open
    this.draw()
  }

  draw() {
    this.body.hidden = !this.fold.open
    attribute(this.button, "aria-expanded", String(this.fold.open))
  }

  /** @param {boolean} there whether there is anything to show */
  present(there) {
    this.button.hidden = !there
  }
}

/** One row of a table; its values stand in the same text, or, with `spread`, under names of their own. */
class ConfiguredField {
  /** @param {Panel} panel @param {Field} field */
  constructor(panel, field) {
    this.panel = panel
    this.field = field
    this.options = withOwn(field)
    /** @type {Setup} */ this.setup = { key: "", values: {} }
    /** @type {Map<string, Texts>} */ this.memory = new Map() // what each option had when it was left
    const choose = (/** @type {string} */ key) => this.choose(key)
    this.choice =
      field.look === "segments"
        ? new Segments(this.options, choose, { "aria-label": field.label || field.name })
        : new Combobox(panel, { label: field.label || field.name, options: this.options, choose })
    const inputs = this.choice instanceof Segments ? [this.choice.node] : [this.choice.input]
    const { node, label, sentence } = labelled(
      panel,
      field,
      this.choice.node,
      inputs,
      field.look === "segments" ? "stacked" : "beside",
    )
    label.addEventListener("dblclick", () => this.restore())
    this.sentence = sentence
    this.numbers = new SetupNumbers(
      panel,
      {
        draft: values => panel.draft(this.changes(this.setup.key, values)),
        commit: values => panel.commit(this.changes(this.setup.key, values)),
      },
      panel.fold(`${field.name}.more`),
    )
    this.rule = new RulePlace(panel, field.own, (row, before) =>
      panel.commit(this.changes(row.key, keptValues(before, row, this.setup.values))),
    )
    this.node = el("div", { class: "configured" }, node, this.rule.node, this.numbers.node, this.numbers.more.button)
  }

  /** @param {string} key @returns {Option | undefined} */
  option(key) {
    return this.options.find(option => option.key === key) ?? ruleBook.row(key, this.panel)
  }

  restore() {
    const usual = typeof this.field.default === "string" ? readSetup(this.field.default) : null
    if (!usual || !this.option(usual.key)) return
    this.panel.commit(this.changes(usual.key, usual.values))
  }

  /** @param {string} key */
  choose(key) {
    this.memory.set(this.setup.key, this.setup.values)
    if (key === OWN) return this.rule.begin(this.setup.key)
    this.panel.commit(this.changes(key, this.memory.get(key) ?? {}))
  }

  /** @param {string} key @param {Texts} values @returns {Changes} */
  changes(key, values) {
    const { name, spread } = this.field
    const option = this.option(key) ?? { key, name: key }
    if (!spread) return { [name]: writeSetup(option, values) }
    const wanted = { ...defaultsOf(option), ...values }
    /** @type {Changes} */ const changes = { [name]: key }
    for (const old of this.option(this.setup.key)?.numbers ?? []) changes[spread + old.name] = null
    for (const number of option.numbers ?? []) changes[spread + number.name] = wanted[number.name] ?? null
    return changes
  }

  /** @param {Texts} texts @param {Refusals} refusals */
  show(texts, refusals) {
    const { name, spread } = this.field
    const text = this.panel.declared.text(texts, this.field)
    this.setup = readSetup(text)
    if (spread) {
      const numbers = this.option(this.setup.key)?.numbers ?? []
      const given = numbers
        .map(number => [number.name, texts[spread + number.name]])
        .filter(pair => pair[1] !== undefined)
      this.setup.values = Object.fromEntries(given)
    }
    const option = this.option(this.setup.key)
    this.choice.show(this.setup.key, option?.name)
    this.rule.show(this.setup.key, option, refusals.take(`${name}.text`))
    this.numbers.show(option, this.setup.values, number =>
      refusals.take(spread ? spread + number : `${name}.${number}`),
    )
    say(this.sentence, refusals.take(name))
  }
}

/** The landscape: one of the table with a line about it, or one's own formula. */
class LandscapeField {
  /** @param {Panel} panel @param {Field} field */
  constructor(panel, field) {
    this.panel = panel
    this.field = field
    this.options = field.options ?? []
    this.typing = false // one's own formula is chosen, but none is there yet
    this.choice = new Combobox(panel, {
      label: field.label || field.name,
      options: this.options,
      none: marked("No landscape matches “{query}”."),
      choose: key => this.choose(key),
    })
    this.notes = el("p", { class: "notes" })
    const placeholder = this.options.find(({ key }) => key === "formula")?.placeholder
    this.formula = new TypedText(
      { placeholder },
      { "aria-label": tr("Formula in x and y"), enterkeyhint: "done" },
      text => this.take(text),
    )
    const { input } = this.formula
    this.reading = new FormulaReading(
      text => this.use(text),
      said => panel.announce(said),
    )
    input.addEventListener("input", () => {
      this.reading.type(input.value)
      this.sentence.classList.add("stale")
    })
    const { button } = this.reading
    this.formula.companion = button
    button.addEventListener("blur", event => {
      if (event.relatedTarget !== input) this.formula.take()
    })
    this.typed = el("div", { class: "formula" }, input, this.reading.node)
    const body = el("div", { class: "landscape" }, this.choice.node, this.typed, this.notes)
    const { node, label, sentence } = labelled(panel, field, body, [this.choice.input, input])
    attribute(input, "aria-describedby", `${input.getAttribute("aria-describedby")} ${this.reading.node.id}`)
    label.addEventListener("dblclick", () => {
      if (typeof field.default === "string") this.choose(field.default)
    })
    this.node = node
    this.sentence = sentence
  }

  /** @param {string} key */
  choose(key) {
    if (key !== "formula") {
      this.typing = false
      return this.panel.commit({ objective: key, formula: null, start: null, domain: null })
    }
    if (this.formula.kept) return this.take(this.formula.kept)
    this.typing = true
    this.panel.refresh()
    this.formula.input.focus()
  }

  /** @param {string} text */
  take(text) {
    this.typing = true // until the server has taken it
    this.formula.kept = text
    this.panel.commit({ objective: "formula", formula: text, start: null, domain: null })
  }

  /** @param {string} text what may have been meant */
  use(text) {
    this.formula.put(text)
    this.formula.input.focus()
  }

  /** @param {Texts} texts @param {Refusals} refusals */
  show(texts, refusals) {
    const key = this.panel.declared.text(texts, this.field)
    const wrong = refusals.take("formula")
    const refusal = [wrong, refusals.take(this.field.name)].filter(Boolean)[0] ?? ""
    if (wrong) this.typing = true // what was typed stays in sight, to be mended
    else if (key === "formula" && !refusal) this.typing = false
    const shown = this.typing ? "formula" : key
    const option = this.options.find(each => each.key === shown)
    this.choice.show(shown)
    this.typed.hidden = shown !== "formula"
    this.formula.show(texts.formula ?? "", refusal)
    if (shown === "formula" && !this.formula.dirty) this.reading.show(this.formula.input.value, Boolean(refusal))
    const notes = option ? detail(option) : ""
    if (this.notes.textContent !== notes) this.notes.textContent = notes
    say(this.sentence, refusal)
    this.sentence.classList.toggle("stale", this.formula.dirty)
  }
}

// Where somebody writes an update rule: its lines with their numbers, and under them how the server reads it, or
// what is wrong in which line. A rule is taken when one leaves the field, and with Ctrl+Enter; one with a mistake
// is not.

const FEWEST_LINES = 3

class RuleReading extends FormulaReading {
  /** @param {(said: string) => void} announce @param {(line: number) => void} mark hears of the wrong line, or 0 */
  constructor(announce, mark) {
    super(() => {}, announce)
    this.mark = mark
    this.summary = el("p", { class: "notes" })
    this.node.classList.add("of-rule")
    this.note = el("p", { class: "notes", hidden: true })
    this.node.replaceChildren(el("div", { class: "said" }, this.summary, this.mistake, this.note), this.typeset)
  }

  /** @param {string} text @returns {Promise<any>} */
  async fetched(text) {
    return (await ruleBook.read(text)) ?? undefined
  }

  /** @param {string} text @param {number} rest */
  read(text, rest) {
    super.read(text, ruleBook.answers.has(text) ? 0 : rest)
  }

  /** @param {RuleAnswer} answer */
  draw(answer) {
    const { error, state = [], numbers = [] } = answer
    const kept = state.length ? tr("Remembers {names} from step to step.", { names: listed(state) }) : tr("Remembers nothing but x.")
    const sliders = numbers.length ? tr("Sliders: {names}.", { names: listed(numbers.map(({ name }) => name)) }) : ""
    this.summary.textContent = sliders ? together(kept, sliders) : ""
    this.summary.hidden = Boolean(error)
    super.draw(answer)
    this.typeset.hidden = false // the last one stays while there is a mistake, so that nothing jumps
    this.typeset.classList.toggle("stale", Boolean(error))
    this.mark(error?.line ?? 0)
  }

  words() {
    return this.summary.textContent ? together(tr("The rule can be used."), this.summary.textContent) : ""
  }

  /** @param {{sentence: string}} error */
  point({ sentence }) {
    this.sentence.textContent = sentence
    this.sentence.hidden = this.refused
    this.where.hidden = true
  }
}

class RuleField {
  /**
   * @param {Panel} panel @param {OwnRule | undefined} own
   * @param {(row: Option, before: Option | undefined) => void} commit takes a rule that can be used
   */
  constructor(panel, own, commit) {
    this.panel = panel
    this.own = own
    this.commit = commit
    this.key = ""
    /** @type {Option | undefined} */ this.row = undefined
    this.wrong = 0
    this.typed = new TypedText(
      { lines: FEWEST_LINES },
      { "aria-label": tr("Update rule"), wrap: "off", autocapitalize: "off", autocorrect: "off" },
      text => this.take(text),
    )
    const input = /** @type {HTMLTextAreaElement} */ (this.typed.input)
    this.input = input
    this.gutter = el("div", { class: "gutter", "aria-hidden": "true" })
    this.bar = el("div", { class: "bar", hidden: true })
    this.reading = new RuleReading(
      said => panel.announce(said),
      line => this.mark(line),
    )
    this.sentence = sentencePlace()
    this.starters = el(
      "select",
      { "aria-label": tr("Begin from"), onchange: () => this.startFrom(this.starters.value) },
      el("option", { value: "" }, tr("Begin from…")),
      ...(own?.starters ?? []).map(({ key, name }) => el("option", { value: key }, name)),
    )
    attribute(input, "aria-describedby", `${this.reading.node.id} ${this.sentence.id}`)
    input.addEventListener("input", () => {
      this.grow()
      say(this.reading.note, "")
      this.sentence.classList.add("stale")
      this.reading.type(input.value)
    })
    input.addEventListener("keydown", event => {
      if (event.key === "Escape") this.shown()
    })
    const editor = el("div", { class: "editor" }, this.gutter, this.bar, input)
    this.node = el("div", { class: "rule" }, this.starters, editor, this.sentence, this.reading.node)
  }

  /** @param {string} key */
  startFrom(key) {
    this.starters.value = ""
    const starter = this.own?.starters.find(each => each.key === key)
    if (!starter) return
    this.typed.put(starter.text)
    this.reading.read(starter.text, 0)
    this.grow()
  }

  /** @param {string} text */
  take(text) {
    const known = ruleBook.answers.get(text)
    if (known) return this.taken(known)
    this.typed.dirty = true // until it is read, what was typed stays
    ruleBook.read(text).then(answer => {
      if (!this.typed.dirty || this.input.value !== text) return
      this.typed.dirty = false
      this.taken(answer)
    })
  }

  /** @param {RuleAnswer | null} answer */
  taken(answer) {
    const row = answer ? ruleBook.learn(answer) : undefined
    attribute(this.input, "aria-invalid", row ? null : "true")
    if (row) {
      say(this.reading.note, "")
      return this.commit(row, this.row)
    }
    this.typed.dirty = true // Escape gives the mistake up
    const why = answer ? tr("The picture still shows the rule from before. Esc in the text brings it back.") : tr(NO_ANSWER)
    say(this.reading.note, why)
  }

  /** @param {string} key @param {Option | undefined} row @param {string} refusal */
  show(key, row, refusal) {
    if (key !== this.key) {
      this.key = key
      this.typed.dirty = false
      say(this.reading.note, "")
    }
    this.row = row
    if (!isOwn(key)) return
    this.input.readOnly = !row
    const invalid = this.typed.dirty && this.input.getAttribute("aria-invalid")
    this.typed.show(row?.text ?? "", refusal)
    if (invalid) attribute(this.input, "aria-invalid", invalid)
    say(this.sentence, refusal)
    this.sentence.classList.toggle("stale", this.typed.dirty)
    if (!this.typed.dirty) this.shown(Boolean(refusal))
  }

  /** What the field shows was not typed just now. */
  shown(refused = false) {
    say(this.reading.note, "")
    this.grow()
    this.reading.show(this.input.value, refused)
  }

  /** As high as the rule has lines, each with its number. */
  grow() {
    const lines = this.input.value.split("\n").length
    this.input.rows = Math.max(FEWEST_LINES, lines)
    const numbers = Array.from({ length: lines }, (_, i) => i + 1)
    const marked = numbers.map(n => el("span", { class: n === this.wrong ? "wrong" : "" }, `${n}`))
    this.gutter.replaceChildren(...marked)
    this.bar.hidden = !this.wrong || this.wrong > lines
    this.bar.style.setProperty("--line", String(this.wrong - 1))
  }

  /** @param {number} line */
  mark(line) {
    this.wrong = line
    this.grow()
  }
}

/** Where a rule is written if there is one: the field is made when it is needed first. */
class RulePlace {
  /**
   * @param {Panel} panel @param {OwnRule | undefined} own
   * @param {(row: Option, before: Option | undefined) => void} commit takes a rule that can be used
   */
  constructor(panel, own, commit) {
    this.panel = panel
    this.own = own
    this.commit = commit
    /** @type {RuleField | null} */ this.field = null
    this.node = el("div", { class: "rule-place", hidden: true })
  }

  /** One's own rule is chosen where another optimizer stood: it begins as that one, if it can. @param {string} key */
  async begin(key) {
    const row = await ruleBook.started(this.own, key)
    if (row) this.commit(row, undefined)
    else this.panel.announce(tr(NO_ANSWER))
    this.focus()
  }

  focus() {
    this.field?.input.focus()
    this.field?.input.scrollIntoView({ block: "nearest" }) // on a phone the picture lies over the panel
  }

  /** @param {string} key @param {Option | undefined} row @param {string} refusal */
  show(key, row, refusal) {
    this.node.hidden = !isOwn(key)
    if (isOwn(key) && !this.field) {
      this.field = new RuleField(this.panel, this.own, this.commit)
      this.node.append(this.field.node)
    }
    this.field?.show(key, row, refusal)
  }
}

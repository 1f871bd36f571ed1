// Fields of several numbers in one text: a point, intervals, a range, and the side of a map.

/** What these fields share: the parts of one text, which become a change only while they go together. */
class Parts {
  /**
   * @param {Panel} panel
   * @param {string} name
   * @param {HTMLElement} sentence
   * @param {(parts: string[]) => string} complain
   */
  constructor(panel, name, sentence, complain) {
    this.panel = panel
    this.name = name
    this.sentence = sentence
    this.complain = complain
    this.text = ""
    this.head = "" // stands in front of the parts: the hyperparameter of a side
    /** @type {string[]} */ this.parts = []
    this.open = false // what was typed does not go together yet
  }

  /** @param {number} i @returns {NumberOwner} the owner of one part */
  owner(i) {
    return {
      draft: text => {
        const parts = this.parts.with(i, text)
        if (!this.complain(parts)) this.panel.draft({ [this.name]: this.join(parts) })
      },
      commit: text => {
        this.parts = this.parts.with(i, text)
        const complaint = this.complain(this.parts)
        this.open = Boolean(complaint)
        say(this.sentence, complaint)
        if (complaint) this.panel.giveUp()
        else this.panel.commit({ [this.name]: this.join(this.parts) })
      },
      giveUp: () => this.panel.giveUp(),
    }
  }

  /** @param {string[]} parts */
  join(parts) {
    return [...(this.head ? [this.head] : []), ...parts].join("_")
  }

  /** @param {string} text @param {string} refusal @returns {boolean} whether the parts are to be drawn */
  take(text, refusal) {
    if (this.open && text === this.text && !refusal) return false
    if (text !== this.text || refusal || !this.open) say(this.sentence, refusal)
    this.open = false
    this.text = text
    const all = text.split("_")
    this.head = this.head ? (all[0] ?? "") : ""
    this.parts = this.head ? all.slice(1) : all
    return true
  }
}

/** @param {string} label @param {string[]} parts low and high, in turn */
function reversed(label, parts) {
  for (let i = 0; i + 1 < parts.length; i += 2) {
    if (!(readNumber(parts[i] ?? "") < readNumber(parts[i + 1] ?? "")))
      return tr("{name} must go from a smaller to a larger number.", { name: label })
  }
  return ""
}

/** A point: one number for each axis; or intervals: two for each axis. As many as the text has. */
class CoordinatesField {
  /** @param {Panel} panel @param {Field} field */
  constructor(panel, field) {
    this.panel = panel
    this.field = field
    this.name = field.label || field.name
    this.each = field.kind === "intervals" ? 2 : 1
    this.body = el("div", { class: "coordinates", role: "group", "aria-label": this.name })
    const { node, label, sentence } = labelled(panel, field, this.body, [this.body], "beside")
    this.node = node
    label.addEventListener("dblclick", () => panel.restore(field))
    this.parts = new Parts(panel, field.name, sentence, parts =>
      this.each === 2 ? reversed(this.name, parts) : "",
    )
    /** @type {NumberEntry[]} */ this.entries = []
  }

  /** @param {number} count */
  build(count) {
    const axes = this.field.axes ?? ["x", "y"]
    const kind = kindOf(this.field)
    /** @type {HTMLElement[]} */ const lines = []
    this.entries = Array.from({ length: count }, (_, i) => {
      const axis = axes[Math.floor(i / this.each)] ?? `${i + 1}`
      const said = this.each === 1 ? marked("{name}: {axis}") : i % 2 ? marked("{name}: {axis} to") : marked("{name}: {axis} from")
      const name = tr(said, { name: this.name, axis })
      const given = { "aria-label": name, "aria-describedby": this.parts.sentence.id }
      const entry = new NumberEntry(
        { ...kind, label: name, integer: false, log: false },
        this.parts.sentence,
        this.parts.owner(i),
        given,
      )
      if (i % this.each === 0)
        lines.push(el("span", { class: "line" }, el("i", { "aria-hidden": "true" }, axis)))
      else lines.at(-1)?.append(el("span", { "aria-hidden": "true" }, tr("to")))
      lines.at(-1)?.append(entry.input)
      return entry
    })
    this.body.replaceChildren(...lines)
  }

  /** @param {Texts} texts @param {Refusals} refusals */
  show(texts, refusals) {
    const refusal = refusals.take(this.field.name)
    const text = this.panel.declared.text(texts, this.field)
    if (!text || !this.parts.take(text, refusal)) return
    const { parts } = this.parts
    if (parts.length !== this.entries.length && parts.length <= 12) this.build(parts.length)
    const shown = this.parts.sentence.textContent
    this.entries.forEach((entry, i) => entry.show(parts[i] ?? ""))
    const own = this.entries.find(entry => entry.own)?.own // all entries speak at the same place
    say(this.parts.sentence, refusal || own || shown || "")
  }
}

/** From one number to another, each with a slider. */
class RangeField {
  /** @param {Panel} panel @param {Field} field @param {string} [head] what stands in front of both numbers */
  constructor(panel, field, head = "") {
    this.panel = panel
    this.field = field
    const name = field.label || field.name
    const { node, label, sentence } = labelled(panel, field, el("div"), [])
    this.node = node
    this.node.classList.add("range")
    label.addEventListener("dblclick", () => panel.restore(field))
    this.parts = new Parts(panel, field.name, sentence, parts => reversed(name, parts))
    this.parts.head = head
    this.rows = [tr("from"), tr("to")].map((end, i) => {
      const usual = String(field.default ?? "")
        .split("_")
        .at(i - 2)
      const row = new NumberRow(
        panel,
        { ...field, label: tr("{name}, {end}", { name, end }), help: "", default: usual },
        this.parts.owner(i),
      )
      row.label.replaceChildren(end, el("span", { class: "unseen" }, ` (${name})`))
      return row
    })
    label.after(...this.rows.map(row => row.node))
    this.parts.sentence = sentence
  }

  /** @param {Texts} texts @param {Refusals} refusals */
  show(texts, refusals) {
    this.draw(this.panel.declared.text(texts, this.field), refusals.take(this.field.name))
  }

  /** @param {string} text @param {string} refusal */
  draw(text, refusal) {
    if (!this.parts.take(text, refusal)) return
    this.rows.forEach((row, i) => row.show(this.parts.parts[i] ?? ""))
  }
}

/** One side of a map: which hyperparameter of the first optimizer, and from where to where. */
class SideField {
  /**
   * @param {Panel} panel
   * @param {Field} field
   * @param {string} [name] the link name, if the field holds several sides
   */
  constructor(panel, field, name = field.name) {
    this.panel = panel
    this.name = name
    const side = field.label || tr("Side")
    this.which = el("select", {
      "aria-label": tr("{side} {name}: hyperparameter", { side, name }),
      onchange: () => this.choose(),
    })
    this.sentence = sentencePlace()
    this.label = el("span", { class: "label" }, name === field.name ? field.label || name : name)
    this.body = el("div", { class: "side-range" })
    this.node = el("div", { class: "row side" }, this.label, this.which, this.body, this.sentence)
    panel.help.describe(this.node, this.label, field.help ?? "", [this.which], this.sentence)
    /** @type {RangeField | null} */ this.range = null
    /** @type {Field[]} */ this.numbers = []
    this.drawn = ""
  }

  choose() {
    const number = this.numbers.find(({ name }) => name === this.which.value)
    if (number) this.panel.commit({ [this.name]: whole(number) })
  }

  /** @param {Texts} texts @param {Refusals} refusals */
  show(texts, refusals) {
    const refusal = refusals.take(this.name)
    this.numbers = this.panel.declared.firstNumbers(texts)
    const usual = this.numbers[this.name === "y" ? 1 : 0]
    const text = texts[this.name] ?? (usual ? whole(usual) : "")
    const number = this.numbers.find(({ name }) => text.startsWith(`${name}_`))
    const listed = this.numbers.map(({ name }) => name).join(" ")
    if (this.which.dataset.listed !== listed) {
      this.which.dataset.listed = listed
      this.which.replaceChildren(
        ...this.numbers.map(each =>
          el(
            "option",
            { value: each.name },
            [each.label || each.name, each.symbol].filter(Boolean).join(" "),
          ),
        ),
      )
    }
    if (number) {
      this.which.value = number.name
      if (this.drawn !== `${listed}/${number.name}`) {
        this.drawn = `${listed}/${number.name}`
        this.range = new RangeField(
          this.panel,
          { ...number, name: this.name, advanced: false, default: whole(number) },
          number.name,
        )
        this.body.replaceChildren(this.range.node)
      }
      this.range?.draw(text, "")
    }
    say(this.sentence, refusal)
  }
}

/** The whole range of a hyperparameter, as the text of a side. @param {Field} number */
function whole(number) {
  const { low, high } = kindOf(number)
  return [number.name, writeNumber(low), writeNumber(high)].join("_")
}

/** Several sides in one field. */
class SidesField {
  /** @param {Panel} panel @param {Field} field */
  constructor(panel, field) {
    this.sides = (field.names ?? ["x", "y"]).map(name => new SideField(panel, field, name))
    this.sentence = sentencePlace()
    this.place = field.name
    this.node = el("div", { class: "sides" }, ...this.sides.map(side => side.node), this.sentence)
  }

  /** @param {Texts} texts @param {Refusals} refusals */
  show(texts, refusals) {
    for (const side of this.sides) side.show(texts, refusals)
    say(this.sentence, refusals.take(this.place))
  }
}

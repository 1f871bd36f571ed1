// The kinds of fields that hold one value without a number's slider: choice, toggle, several, text, presets.

/**
 * A label, a body, and a place for refusals.
 * @param {Panel} panel
 * @param {Field} field
 * @param {HTMLElement} body
 * @param {HTMLElement[]} inputs
 * @param {string} [shape]
 */
function labelled(panel, field, body, inputs, shape = "stacked") {
  const sentence = sentencePlace()
  const label = el("span", { class: "label", id: newId() }, field.label || field.name)
  const node = el("div", { class: `row ${shape}` }, label, body, sentence)
  panel.help.describe(node, label, field.help ?? "", inputs, sentence)
  return { node, label, sentence }
}

class ChoiceField {
  /** @param {Panel} panel @param {Field} field */
  constructor(panel, field) {
    this.panel = panel
    this.field = field
    const options = field.options ?? []
    const choose = (/** @type {string} */ key) => panel.commit({ [field.name]: key })
    const name = field.label || field.name
    const segments = field.look !== "list"
    this.choice = segments
      ? new Segments(options, choose, { "aria-label": name })
      : new Combobox(panel, { label: name, options, choose })
    const inputs = this.choice instanceof Segments ? [this.choice.node] : [this.choice.input]
    const { node, label, sentence } = labelled(
      panel,
      field,
      this.choice.node,
      inputs,
      segments ? "stacked" : "beside",
    )
    this.node = node
    this.sentence = sentence
    label.addEventListener("dblclick", () => panel.restore(field))
  }

  /** @param {Texts} texts @param {Refusals} refusals */
  show(texts, refusals) {
    this.choice.show(this.panel.declared.text(texts, this.field))
    say(this.sentence, refusals.take(this.field.name))
  }
}

class ToggleField {
  /** @param {Panel} panel @param {Field} field */
  constructor(panel, field) {
    this.panel = panel
    this.field = field
    this.box = el("input", { type: "checkbox", role: "switch", id: newId(), onchange: () => this.flip() })
    const label = el("label", { for: this.box.id }, field.label || field.name)
    this.sentence = sentencePlace()
    this.node = el("div", { class: "row toggle" }, label, this.box, this.sentence)
    panel.help.describe(this.node, label, field.help ?? "", [this.box], this.sentence)
  }

  flip() {
    this.panel.commit({ [this.field.name]: (this.box.checked ? this.field.on : this.field.off) ?? "" })
  }

  /** @param {Texts} texts @param {Refusals} refusals */
  show(texts, refusals) {
    this.box.checked = this.panel.declared.text(texts, this.field) === this.field.on
    say(this.sentence, refusals.take(this.field.name))
  }
}

class SeveralField {
  /** @param {Panel} panel @param {Field} field */
  constructor(panel, field) {
    this.panel = panel
    this.field = field
    this.text = ""
    /** @type {HTMLInputElement[]} */ this.boxes = []
    const chips = (field.options ?? []).map(option => {
      const box = el("input", { type: "checkbox", value: option.key, onchange: () => this.flip(box) })
      this.boxes.push(box)
      return el("label", { title: option.help || undefined }, box, el("span", {}, option.name))
    })
    const body = el(
      "div",
      { class: "segments several", role: "group", "aria-label": field.label || field.name },
      ...chips,
    )
    const { node, sentence } = labelled(panel, field, body, [body])
    this.node = node
    this.sentence = sentence
  }

  /** @param {HTMLInputElement} box */
  flip(box) {
    const keys = this.text.split(".").filter(Boolean)
    const after = box.checked ? [...keys, box.value] : keys.filter(key => key !== box.value)
    if (after.length) return this.panel.commit({ [this.field.name]: after.join(".") })
    box.checked = true
    say(this.sentence, tr("{field}: at least one must stay chosen.", { field: this.field.label || this.field.name }))
  }

  /** @param {Texts} texts @param {Refusals} refusals */
  show(texts, refusals) {
    const text = this.panel.declared.text(texts, this.field)
    const refusal = refusals.take(this.field.name)
    if (text !== this.text || refusal) say(this.sentence, refusal)
    this.text = text
    const keys = new Set(text.split("."))
    for (const box of this.boxes) box.checked = keys.has(box.value)
  }
}

/** A text field that keeps what was typed until it is taken, refused ones too. */
class TypedText {
  /**
   * @param {{lines?: number, placeholder?: string, shown?: [string, string][]}} look
   * @param {Record<string, string>} given attributes that name it @param {(text: string) => void} commit
   */
  constructor(look, given, commit) {
    this.shown = look.shown ?? []
    this.commit = commit
    this.text = ""
    this.kept = ""
    this.dirty = false
    /** @type {HTMLElement | null} */ this.companion = null // going there is not leaving the field
    const lines = look.lines ?? 1
    const common = {
      class: "typed",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: look.placeholder || undefined,
      ...given,
      oninput: () => {
        this.dirty = true
      },
      onblur: (/** @type {FocusEvent} */ event) => {
        if (!this.companion || event.relatedTarget !== this.companion) this.take()
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event, lines === 1),
    }
    this.input =
      lines === 1 ? el("input", { type: "text", ...common }) : el("textarea", { rows: lines, ...common })
  }

  /** @param {string} text @param {string} refusal */
  show(text, refusal) {
    this.text = text
    attribute(this.input, "aria-invalid", refusal ? "true" : null)
    if (this.dirty) return
    const wanted = refusal && this.kept ? this.kept : this.readable(text)
    if (this.input.value !== wanted) this.input.value = wanted
  }

  /** @param {string} text a link's text @returns {string} as people write it */
  readable(text) {
    return this.shown.reduce((all, [from, to]) => all.replaceAll(from, to), text)
  }

  take() {
    if (!this.dirty) return
    this.dirty = false
    const typed = this.input.value
    if (typed === this.readable(this.text)) return
    this.kept = typed
    this.commit(typed)
  }

  /** As if it had been typed, and taken. @param {string} text */
  put(text) {
    this.input.value = text
    this.dirty = true
    this.take()
  }

  /** @param {KeyboardEvent} event @param {boolean} single */
  key(event, single) {
    if (event.key === "Enter" && (single || event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      this.take()
    } else if (event.key === "Escape" && this.dirty) {
      event.stopPropagation()
      this.dirty = false
      this.kept = ""
      this.show(this.text, "")
    }
  }
}

class TextField {
  /** @param {Panel} panel @param {Field} field */
  constructor(panel, field) {
    this.panel = panel
    this.field = field
    this.typed = new TypedText(field, { "aria-label": field.label || field.name }, text =>
      panel.commit({ [field.name]: text }),
    )
    const { node, label, sentence } = labelled(panel, field, this.typed.input, [this.typed.input], "stacked")
    this.node = node
    this.sentence = sentence
    label.addEventListener("dblclick", () => panel.restore(field))
  }

  /** @param {Texts} texts @param {Refusals} refusals */
  show(texts, refusals) {
    const refusal = refusals.take(this.field.name)
    this.typed.show(this.panel.declared.text(texts, this.field), refusal)
    say(this.sentence, refusal)
  }
}

class NumberField {
  /** @param {Panel} panel @param {Field} field */
  constructor(panel, field) {
    this.panel = panel
    this.field = field
    this.row = new NumberRow(panel, field, {
      draft: text => panel.draft({ [field.name]: text }),
      commit: text => panel.commit({ [field.name]: text }),
      giveUp: () => panel.giveUp(),
    })
    this.node = this.row.node
  }

  /** @param {Texts} texts @param {Refusals} refusals */
  show(texts, refusals) {
    this.row.show(this.panel.declared.text(texts, this.field), refusals.take(this.field.name))
  }
}

/** Ready-made settings: choosing one sets all of its values. It is shown as chosen while they stay. */
class PresetsField {
  /** @param {Panel} panel @param {Field} field */
  constructor(panel, field) {
    this.options = field.options ?? []
    this.choice = new Combobox(panel, {
      label: field.label || field.name,
      options: this.options,
      placeholder: field.placeholder || tr("Choose…"),
      choose: key => panel.commit(this.options.find(option => option.key === key)?.values ?? {}),
    })
    const { node, sentence } = labelled(panel, field, this.choice.node, [this.choice.input], "beside")
    this.node = node
    this.sentence = sentence
    this.place = field.name
  }

  /** @param {Texts} texts @param {Refusals} refusals */
  show(texts, refusals) {
    const chosen = this.options.find(({ values = {} }) =>
      Object.entries(values).every(([name, text]) => (texts[name] ?? null) === text),
    )
    this.choice.show(chosen?.key ?? "", chosen?.name ?? "")
    say(this.sentence, refusals.take(this.place))
  }
}

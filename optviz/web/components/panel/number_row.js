// One number: a label with its symbol, a slider, and a field for exact entry.

/**
 * @typedef {object} NumberOwner  who turns a number's text into changes of the link
 * @property {(text: string) => void} draft
 * @property {(text: string) => void} commit
 * @property {() => void} giveUp
 */

/** A text field for one number. Enter and blur take what was typed; a refusal is a sentence under it. */
class NumberEntry {
  /**
   * @param {Kind} kind @param {HTMLElement} sentence where a refusal is said
   * @param {NumberOwner} owner @param {Record<string, string>} given attributes that name the field
   */
  constructor(kind, sentence, owner, given) {
    this.kind = kind
    this.owner = owner
    this.sentence = sentence
    this.text = "" // what the link says
    this.drafted = "" // what the arrow keys have reached
    this.dirty = false // typed, and neither taken nor given up
    this.own = "" // the refusal that was said here
    this.kept = "" // what was sent last: it stays in the field if the server refuses it
    this.input = el("input", {
      type: "text",
      class: "entry",
      autocomplete: "off",
      spellcheck: "false",
      enterkeyhint: "done",
      inputmode: kind.low >= 0 ? "decimal" : "text",
      ...given,
      oninput: () => this.typed(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
      onkeyup: () => this.release(),
      onblur: () => this.left(),
      onfocus: () => this.input.select(),
    })
  }

  /** @param {string} text @param {string} refusal the server's sentence, or "" */
  show(text, refusal = "") {
    const changed = text !== this.text
    this.text = text
    if (this.dirty || this.drafted) return
    if (refusal) {
      this.write(this.kept || shownNumber(text))
      return this.say(refusal)
    }
    this.write(shownNumber(text))
    if (changed) this.own = ""
    this.say(this.own, false) // what was refused is no longer in the field, its sentence still helps
  }

  /** @param {string} text */
  write(text) {
    if (this.input.value !== text) this.input.value = text
  }

  /** @param {string} sentence @param {boolean} invalid whether what it is about stands in the field */
  say(sentence, invalid = Boolean(sentence)) {
    say(this.sentence, sentence)
    attribute(this.input, "aria-invalid", invalid ? "true" : null)
  }

  typed() {
    this.dirty = true
    if (this.own && !objection(this.kind, this.input.value)) this.say((this.own = ""))
  }

  /** Take what was typed. @returns {boolean} whether it could be used */
  take() {
    const typed = this.input.value
    this.own = objection(this.kind, typed)
    if (this.own) {
      this.say(this.own)
      return false
    }
    const text = writeNumber(readNumber(typed))
    this.dirty = false
    this.say("")
    this.write(text)
    if (!sameNumber(text, this.text)) {
      this.kept = text
      this.owner.commit(text)
    }
    return true
  }

  left() {
    this.release()
    if (this.dirty && !this.take()) {
      this.dirty = false
      this.write(shownNumber(this.text))
      attribute(this.input, "aria-invalid", null)
    }
  }

  release() {
    if (!this.drafted) return
    const text = this.drafted
    this.drafted = ""
    if (sameNumber(text, this.text)) return this.owner.giveUp()
    this.kept = text
    this.owner.commit(text)
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "Enter") {
      event.preventDefault()
      this.take()
    } else if (event.key === "Escape" && (this.dirty || this.drafted)) {
      event.stopPropagation()
      if (this.drafted) this.owner.giveUp()
      this.dirty = false
      this.drafted = this.own = ""
      this.show(this.text)
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault()
      const value = readNumber(this.input.value)
      if (!Number.isFinite(value)) return
      const steps = (event.key === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 10 : 1)
      const text = writeNumber(nudged(this.kind, within(this.kind, value), steps))
      this.dirty = false
      this.drafted = text
      this.write(text)
      this.say((this.own = ""))
      this.owner.draft(text)
    }
  }
}

/** Put a sentence of refusal into its place. @param {HTMLElement} place @param {string} sentence */
function say(place, sentence) {
  if (place.textContent !== sentence) place.textContent = sentence
  place.hidden = !sentence
}

/** A place for a refusal under a field. @returns {HTMLParagraphElement} */
function sentencePlace() {
  return el("p", { class: "refusal", id: newId(), role: "alert", hidden: true })
}

class NumberRow {
  /** @param {Panel} panel @param {Field} field @param {NumberOwner} owner */
  constructor(panel, field, owner) {
    this.kind = kindOf(field)
    this.owner = owner
    this.text = ""
    this.drafted = ""
    this.usual = typeof field.default === "string" ? field.default : ""
    const [label, entry] = [newId(), newId()]
    this.sentence = sentencePlace()
    this.label = el("label", { id: label, for: entry, ondblclick: () => this.restore() }, this.kind.label)
    if (field.symbol && field.symbol !== this.kind.label) this.label.append("\u00a0", el("i", {}, field.symbol))
    this.entry = new NumberEntry(
      this.kind,
      this.sentence,
      {
        draft: text => {
          this.slider.show(readNumber(text))
          owner.draft(text)
        },
        commit: text => {
          this.text = text
          this.slider.show(readNumber(text))
          owner.commit(text)
        },
        giveUp: () => this.giveUp(),
      },
      { id: entry, name: field.name },
    )
    this.slider = new Slider(this.kind, label, {
      draft: value => this.draft(writeNumber(value)),
      release: () => this.release(),
      giveUp: () => this.giveUp(),
      restore: () => this.restore(),
    })
    const { range } = this.slider
    this.node = el(
      "div",
      { class: field.slider === false ? "row number exact" : "row number" },
      this.label,
      ...(field.slider === false ? [] : [this.slider.node]),
      this.entry.input,
      this.sentence,
    )
    panel.help.describe(this.node, this.label, field.help ?? "", [range, this.entry.input], this.sentence)
  }

  /** @param {string} text @param {string} refusal */
  show(text, refusal = "") {
    this.text = text
    if (this.slider.busy) return
    this.entry.show(text, refusal)
    if (this.entry.drafted) return
    const value = readNumber(text)
    if (Number.isFinite(value) && value !== this.slider.value) this.slider.show(value)
    else if (!this.slider.range.hasAttribute("aria-valuetext"))
      this.slider.show(Number.isFinite(value) ? value : this.kind.low)
  }

  /** @param {string} text */
  draft(text) {
    this.drafted = text
    this.entry.dirty = false
    this.entry.own = ""
    this.entry.say("")
    this.entry.write(text)
    this.owner.draft(text)
  }

  release() {
    const text = this.drafted
    this.drafted = ""
    if (!text || sameNumber(text, this.text)) return this.giveUp()
    this.commit(text)
  }

  /** @param {string} text */
  commit(text) {
    this.text = this.entry.text = this.entry.kept = text
    this.owner.commit(text)
  }

  giveUp() {
    this.drafted = ""
    this.owner.giveUp()
    this.show(this.text)
  }

  restore() {
    if (this.usual && !sameNumber(this.usual, this.text)) this.commit(this.usual)
    else this.giveUp()
  }
}

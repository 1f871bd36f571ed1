// Under the field for a formula: how the server reads what is being typed, or what is wrong, where, and what may be
// meant. One request is in flight, for the newest text; answers about older ones are dropped.

const REST = 150 // ms without a key before the server is asked
const SAY = 900 // ms without a key before a screen reader is told
const BUSY_READING = 300 // ms to wait, and up to as much again, when the server has too much to do
const AROUND = 12 // characters shown on both sides of a mistake
const SMALLEST = 0.65 // of the letters' size: a wider formula is scrolled

/**
 * @typedef {object} Reading  an answer of the server
 * @property {string} [mathml]
 * @property {{sentence: string, start?: number, end?: number, line?: number}} [error]
 * @property {string} [repaired]
 */

/**
 * Ask the server how something is read. @param {Texts} query
 * @returns {Promise<any>} null where it had too much to do, after a wait; undefined where there is no answer
 */
async function askReading(query) {
  try {
    const got = await fetch(`${FormulaReading.address}?${new URLSearchParams(query)}`, { headers: spokenHeaders() })
    if (got.status === 200) return await got.json()
    if (got.status !== 429) return undefined
    await new Promise(resolve => window.setTimeout(resolve, BUSY_READING * (1 + Math.random())))
    return null
  } catch {
    return undefined // no network: the release will say so
  }
}

class FormulaReading {
  /** Where the server reads formulas and rules; the module says it. */
  static address = ""

  /** @param {(text: string) => void} use takes the text that may be meant @param {(said: string) => void} announce */
  constructor(use, announce) {
    this.use = use
    this.announce = announce
    this.text = "" // what is to be read
    this.shown = "" // what was read last
    this.refused = false
    this.typed = false
    this.asking = false
    this.resting = 0
    this.saying = 0
    this.repaired = ""
    this.typeset = el("div", { class: "typeset" })
    this.excerpt = el("code", { class: "excerpt", "aria-hidden": "true" })
    this.sentence = el("p", { class: "mistake" })
    this.button = el("button", {
      type: "button",
      class: "repair",
      hidden: true,
      onclick: () => this.use(this.repaired),
      onpointerdown: (/** @type {Event} */ event) => event.preventDefault(), // the field keeps the focus
    })
    this.mistake = el(
      "div",
      { hidden: true },
      (this.where = el("div", { class: "where" }, this.excerpt, this.button)),
      this.sentence,
    )
    this.node = el("div", { class: "reading", id: newId() }, this.typeset, this.mistake)
  }

  /** Somebody types. @param {string} text */
  type(text) {
    this.typed = true
    this.refused = false
    this.read(text, REST)
  }

  /** What the field shows without being typed into. @param {string} text @param {boolean} refused */
  show(text, refused) {
    if (refused !== this.refused) {
      this.refused = refused
      this.sentence.hidden = refused // the field's own sentence says it
    }
    this.read(text, 0)
  }

  /** @param {string} text @param {number} rest */
  read(text, rest) {
    if (text === this.text) return
    this.text = text
    window.clearTimeout(this.resting)
    window.clearTimeout(this.saying)
    if (text.trim()) this.resting = window.setTimeout(() => this.ask(), rest)
    else this.draw({})
  }

  async ask() {
    if (this.asking) return
    const { text } = this
    if (!text.trim() || text === this.shown) return
    this.asking = true
    const answer = await this.fetched(text)
    if (answer === undefined) this.shown = text // nothing to show, and nothing to ask again
    this.asking = false
    if (text === this.text && answer) this.draw(answer)
    else this.ask()
  }

  /** @param {string} text @returns {Promise<Reading | null | undefined>} as `askReading` says */
  fetched(text) {
    return askReading({ formula: text })
  }

  /** @param {Reading} answer */
  draw(answer) {
    const { error, mathml = "" } = answer
    this.shown = this.text
    this.repaired = answer.repaired ?? ""
    this.mistake.hidden = !error
    this.typeset.hidden = Boolean(error)
    if (error) this.point(error)
    else {
      // MathML is read as XML: nothing in it can become a part of the page that runs.
      const math = mathml && new DOMParser().parseFromString(mathml, "application/xml").documentElement
      this.typeset.replaceChildren(...(math ? [document.importNode(math, true)] : []))
      this.fit()
    }
    const said = error ? error.sentence : this.words()
    if (this.typed && said) this.saying = window.setTimeout(() => this.say(said), SAY)
    this.typed = false
  }

  /** @param {string} said */
  say(said) {
    const offer = this.repaired ? tr("You can use {formula} with the button after the field.", { formula: this.repaired }) : ""
    this.announce(together(said, offer))
  }

  words() {
    const label = this.typeset.querySelector("math")?.getAttribute("aria-label")
    return label ? tr("Read as: {formula}", { formula: label }) : ""
  }

  /** @param {{sentence: string, start?: number, end?: number}} error */
  point({ sentence, start, end }) {
    this.sentence.textContent = sentence
    this.sentence.hidden = this.refused
    this.button.hidden = !this.repaired
    this.button.textContent = tr("Use {formula}", { formula: this.repaired })
    attribute(this.button, "title", this.repaired)
    const letters = [...this.text] // the server counts characters, not their halves
    const whole = start === undefined || end === undefined || end - start >= letters.length
    this.excerpt.hidden = whole
    this.where.hidden = whole && !this.repaired // more room for the sentence
    if (whole) return
    const before = letters.slice(Math.max(0, start - AROUND), start).join("")
    const after = letters.slice(end, end + AROUND).join("")
    const marked = el("mark", { class: end > start ? "" : "gap" }, letters.slice(start, end).join(""))
    this.excerpt.replaceChildren(
      start > AROUND ? `…${before}` : before,
      marked,
      end + AROUND < letters.length ? `${after}…` : after,
    )
  }

  /** A wide or high formula gets smaller letters, down to a size that can be read. */
  fit() {
    const { typeset } = this
    typeset.style.setProperty("--fit", "1")
    const { clientWidth, scrollWidth, clientHeight, scrollHeight } = typeset
    const size = Math.min(clientWidth / scrollWidth, clientHeight / scrollHeight)
    if (size < 1) typeset.style.setProperty("--fit", String(Math.max(SMALLEST, size * 0.98)))
  }
}

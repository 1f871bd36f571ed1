// “Find a good rate” on a card: the rate that ends lowest of many that are tried, and how it was found. What is
// found is put in as if a person had typed it, so that it can be undone.

/** What the sentence of a search is about, and the sentence. @typedef {{ about: string, sentence: string }} Searched */

/** The names of the link on which a search depends, besides the optimizer itself. */
const SEARCHED = ["objective", "formula", "start", "steps", "schedule", "noise", "seed"]

/** What a search depends on: the sentence stays while it is the same. @param {Texts} texts @param {Setup} setup */
function aboutSearch(texts, { key, values }) {
  const { lr: _, ...others } = values
  return JSON.stringify([SEARCHED.map(name => texts[name] ?? ""), key, others, speech().language])
}

class GoodRate {
  /** @param {Panel} panel @param {{ found: Searched | null }} memory where the last search is kept
   * @param {(rate: string) => void} put */
  constructor(panel, memory, put) {
    this.panel = panel
    this.memory = memory
    this.put = put
    this.name = ""
    this.about = ""
    this.busy = false
    this.sentence = el("p", { class: "notes good-rate", role: "status", id: newId(), hidden: true })
    this.button = el(
      "button",
      { type: "button", class: "find-rate", "aria-describedby": this.sentence.id, onclick: () => this.find() },
      tr("Find a good rate"),
    )
  }

  /** @param {string} name the card's in the link @param {string} called the optimizer @param {string} about see `aboutSearch`
   * @param {boolean} offered whether the card sets its rate @param {string} note what is said of the rate otherwise */
  show(name, called, about, offered, note) {
    this.name = name
    this.about = about
    this.button.hidden = !offered
    attribute(this.button, "aria-label", tr("Find a good rate for {optimizer}", { optimizer: called }))
    const { found } = this.memory
    say(this.sentence, offered ? (found?.about === about ? found.sentence : "") : note)
  }

  async find() {
    if (this.busy) return
    this.wait(true)
    const { name, about } = this
    try {
      const { rate, sentence } = await this.panel.conversation.find(name)
      if (this.about !== about || this.name !== name) return // something was changed meanwhile
      this.memory.found = { about, sentence: rate === null ? together(sentence, tr("The rate stays as it is.")) : sentence }
      say(this.sentence, this.memory.found.sentence)
      if (rate !== null) this.put(rate)
    } catch (error) {
      console.warn(error)
      say(this.sentence, tr("The search got no answer. Try again in a moment."))
    } finally {
      this.wait(false)
    }
  }

  /** @param {boolean} busy */
  wait(busy) {
    this.busy = busy
    attribute(this.button, "aria-busy", busy ? "true" : null)
    this.button.textContent = busy ? tr("Trying rates…") : tr("Find a good rate")
  }
}

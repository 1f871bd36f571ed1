// What panel and server say to each other: edits go out, values and refusals come back, and the address bar says
// what is shown. Nothing here draws.
//
// A page either runs its script for every edit, or answers edits at an address of its own (`answers`). Then the
// script lags behind: it hears of the values when something else on the page depends on them.

/** @typedef {{ url: Parameters<typeof answerFrom>[0], opened: string, rest: string, whole: boolean, guide: Texts, guided: string[] }} Answers  see panel/__init__.py */
const FIRST = "first" // where the values come from while Streamlit has not begun, see web/first_sight.py

/** @typedef {{ n: number, values: Texts, address: Texts, refused: Texts, notes: Texts, language: string }} Told  the last answer without a run */

/**
 * A query, letter by letter as Python writes it: by that the server knows that nothing has changed.
 * @param {Texts} link
 */
function queryOf(link) {
  return String(new URLSearchParams(link)).replaceAll("*", "%2A").replaceAll("%7E", "~")
}

class Conversation {
  /** @param {Memory} memory @param {Bus} bus @param {() => void} heard the server has answered */
  constructor(memory, bus, heard) {
    this.memory = memory
    this.bus = bus
    this.heard = heard
    this.path = window.location.pathname
    this.dark = false
    this.seen = "" // the last answer, to pass over the same one
    /** @type {Texts | null} */ this.server = null
    /** @type {Texts} */ this.refused = {}
    /** @type {Texts} */ this.notes = {} // sentences by place that are no refusals
    /** @type {SetStateValue} */ this.send = () => {}
    /** @type {Answers | null} */ this.answers = null
    this.acknowledged = 0 // the number of the newest edit whose answer was shown
    this.script = { ack: 0, values: /** @type {Texts} */ ({}) } // what the script knows
    this.asking = false
    memory.conversation = this
  }

  // ---- what is said

  /** Somebody committed: here, or on the stage. @param {Changes} changes */
  commit(changes) {
    this.refused = notAbout(this.refused, Object.keys(changes))
    this.memory.written = false
    this.transmit(this.memory.edits.add(changes))
  }

  /** Back or Forward on this page. */
  wentBack() {
    if (window.location.pathname !== this.path) return
    this.memory.written = true
    this.refused = {}
    this.transmit(this.memory.edits.open(Object.fromEntries(new URLSearchParams(window.location.search))))
  }

  /** @param {Edit} edit all that is not answered yet */
  transmit(edit) {
    if (this.answers) this.ask()
    else this.send("edit", edit)
  }

  /** Ask at the page's own address until everything is answered. */
  async ask() {
    const { edits } = this.memory
    if (this.asking) return // what is under way goes on with the newest
    this.asking = true
    try {
      while (!edits.settled && this.answers && this.memory.conversation === this) {
        const { url, opened, guide } = this.answers
        const edit = edits.all()
        const before = { ...this.server, ...guide }
        const [link, typed] = edit.link ? [edit.link, {}] : [before, this.memory.typed]
        const theme = this.dark ? "dark" : "light"
        const answer = await answerFrom(url, { link, changes: edit.changes, typed, whole: Boolean(edit.link), theme })
        // Where another link was opened meanwhile, what is not answered is asked on top of that.
        if (opened === this.memory.opened && this.memory.conversation === this) this.answered(answer, edit)
      }
    } catch (error) {
      console.warn(error)
      this.send("edit", { ...edits.all(), ...(this.server && !edits.link && { values: this.server }) })
    } finally {
      this.asking = false
    }
  }

  /** Look for a good value of what the link calls so, with all else as it is shown now.
   * @param {string} name @returns {Promise<Found>} rejects where there is no answer */
  find(name) {
    const url = this.answers?.url
    if (!url) return Promise.reject(new Error("this page has no answers"))
    const theme = this.dark ? "dark" : "light"
    return findFrom(url, { link: this.bus.values, changes: {}, typed: {}, whole: false, theme, find: name })
  }

  /** Let the script know what is shown, if it does not. */
  tellScript() {
    const { ahead } = this.memory
    if (!ahead || ahead.n <= this.memory.told) return
    this.memory.told = ahead.n
    this.send("edit", { n: ahead.n, changes: {}, values: ahead.values })
  }

  /** Something else on the page is about to be used. */
  catchUp() {
    const { ahead } = this.memory
    if (ahead && this.script.ack < ahead.n && !sameTexts(ahead.values, this.script.values)) this.tellScript()
  }

  // ---- what is heard

  /** @param {Answer} answer @param {Edit} edit what it answers */
  answered(answer, edit) {
    const { memory, answers } = this
    memory.typed = answer.typed
    memory.ahead = { n: edit.n, values: answer.values, address: answer.address, refused: answer.refused, notes: answer.notes, language: speech().language }
    this.bus.answer({ opened: memory.opened, n: edit.n, parts: answer.parts })
    this.take(edit.n, memory.ahead)
    const { link } = edit
    const other = link && answers?.guided.some(name => (link[name] ?? "") !== (answers.guide[name] ?? ""))
    if (answer.notices.length || other) this.send("edit", edit) // the script names them, or shows another lesson
    else if (answers?.whole || answer.rest !== answers?.rest) this.tellScript()
  }

  /** A run of the script has come. @param {PanelData} data @param {SetStateValue} send */
  arrive(data, send) {
    const { memory } = this
    this.send = send
    const seen = JSON.stringify([data.ack, data.values, data.refused, data.notes, data.dark, data.address, data.answers])
    if (seen === this.seen) return
    this.seen = seen
    const turned = this.server !== null && this.dark !== Boolean(data.dark)
    this.dark = Boolean(data.dark)
    this.answers = data.answers ?? null
    const ack = Number(data.ack) || 0 // 0 is a server that knows no edit yet, also after it was started anew
    const values = data.values ?? {}
    this.script = { ack, values }
    if (this.answers && this.answers.opened !== memory.opened) {
      if (memory.opened === FIRST && memory.ahead) this.bus.adopt(this.answers.opened)
      else {
        // what is shown now comes from elsewhere
        memory.ahead = null
        memory.typed = {}
        this.server = null
        this.acknowledged = 0
      }
      memory.opened = this.answers.opened
    }
    const { ahead } = memory
    if (ahead && ack < ahead.n) {
      if (turned || !sameTexts(values, ahead.values)) this.tellScript()
      this.take(ahead.n, ahead)
    } else if (ahead?.n === ack && ahead.language === speech().language && sameTexts(values, ahead.values)) this.take(ack, ahead)
    else this.take(ack, { values, address: data.address, refused: data.refused ?? {}, notes: data.notes ?? {} })
  }

  /** @param {number} ack the number of the last edit that is answered
   * @param {{ values: Texts, address: Texts | undefined, refused: Texts, notes: Texts }} answer */
  take(ack, { values, address, refused, notes }) {
    if (ack && ack < this.acknowledged) return // overtaken by a newer answer
    const { edits, history } = this.memory
    // A server that was started again knows only the link, and its first run takes no edit.
    const anew = ack === 0 && this.acknowledged > 0
    // The page was left before an edit was answered, or the server was: the edit may have been lost.
    const lost = !this.server || anew
    this.acknowledged = ack
    edits.answered(ack)
    this.server = values
    this.notes = notes
    if (lost && !edits.settled) this.transmit(edits.again())
    const waiting = edits.pending.flatMap(edit => Object.keys(edit.changes))
    this.refused = notAbout(refused, waiting)
    if (edits.settled) {
      history.arrived(values)
      this.writeAddress(address)
    }
    this.bus.values = edits.over(values)
    this.heard()
  }

  /**
   * Each change is an entry of the browser's history; a first address is only completed.
   * @param {Texts | undefined} address
   */
  writeAddress(address) {
    if (!address || window.location.pathname !== this.path) return
    const now = Object.fromEntries(new URLSearchParams(window.location.search))
    const entry = this.memory.written ? "replaceState" : "pushState"
    this.memory.written = true
    const query = `?${queryOf(address)}`
    if (query === window.location.search) return
    const how = sameTexts(now, address) ? "replaceState" : entry
    window.history[how](window.history.state, "", `${this.path}${query}${window.location.hash}`)
  }
}

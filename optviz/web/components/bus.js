// What panel and stage of one page tell each other in the browser. `mount` puts this in front of a component's
// script. Values are link texts by link name. Every page key has one bus on `window`; whoever asks first makes it.

/** @typedef {Record<string, string>} Texts */
/** @typedef {Record<string, string | null>} Changes  null drops a name: it goes back to its default */
/** @typedef {(told: any) => void} Listener */
/** @typedef {{ opened: string, done: number }} Stamp  which settings a run of the script shows; see web/page.py */
/** @typedef {{ opened: string, n: number, parts: Record<string, any>, language?: string }} Answered  the answer to edit `n` */

class OptvizPage {
  constructor() {
    /** @type {Texts} */ this.known = {}
    /** @type {Changes} */ this.drafted = {}
    /** @type {Changes[]} */ this.unheard = [] // commits from before the panel was there
    /** @type {Record<string, Set<Listener>>} */ this.listeners = {}
    /** @type {Answered | null} */ this.answered = null
    this.touched = false // something was changed or dragged during this visit
    /** @type {(name: string) => boolean} */ this.fixed = () => false // what a teacher's link does not let one change
  }

  /** An edit was answered without a run of the script. Tells "answer" with the components' data by name.
   * @param {Answered} answered */
  answer(answered) {
    this.answered = { ...answered, language: speech().language }
    this.tell("answer", answered.parts)
  }

  /** The last answer belongs to the settings that are called so. @param {string} opened */
  adopt(opened) {
    if (this.answered) this.answered.opened = opened
  }

  /** What a component shows when a run of the script brings `data`: that, or an answer that is newer.
   * @param {string} name @param {any} data */
  newest(name, data) {
    const { answered } = this
    const part = answered?.parts[name]
    const newer = part && data.stamp && answered?.opened === data.stamp.opened && answered.n > data.stamp.done
    const alike = part?.dark === data.dark && answered?.language === speech().language
    return newer && alike ? { ...data, ...part } : data
  }

  /** The server's last texts, with what was committed since. The panel sets them when the server has answered
   * (with its own unanswered changes laid over them); that tells "values". */
  get values() { return this.known }
  set values(texts) { this.known = { ...texts }; this.tell("values", this.known) }

  /** Listen to "draft" (texts), "settled" (), "values" (texts), "answer" (components' data), or, for the panel
   * only, "commit" (changes), for the stage only, "film" (what an animation is wanted for).
   * @param {string} event @param {Listener} listener @returns {() => void} stops listening */
  on(event, listener) {
    const heard = (this.listeners[event] ??= new Set())
    heard.add(listener)
    if (event === "commit") for (const changes of this.unheard.splice(0)) listener(changes)
    return () => heard.delete(listener)
  }

  /** While a finger is down. Tells "draft" with all texts. @param {Changes} changes */
  draft(changes) {
    changes = this.free(changes)
    this.drafted = { ...this.drafted, ...changes }
    this.tell("draft", this.with(this.drafted))
  }

  /** On release: the panel sends it. Tells "commit", then "settled". @param {Changes} changes */
  commit(changes) {
    changes = this.free(changes)
    this.known = this.with(changes)
    this.drafted = {}
    if (this.listeners.commit?.size) this.tell("commit", changes)
    else this.unheard.push(changes)
    this.tell("settled", { given: changes })
  }

  /** The changes that may be made. @param {Changes} changes @returns {Changes} */
  free(changes) {
    return Object.fromEntries(Object.entries(changes).filter(([name]) => !this.fixed(name)))
  }

  /** Escape: the draft is forgotten. Tells "settled". */
  giveUp() {
    this.drafted = {}
    this.tell("settled", { given: null })
  }

  /** @param {Changes} changes @returns {Texts} */
  with(changes) {
    return /** @type {Texts} */ (Object.fromEntries(Object.entries({ ...this.known, ...changes }).filter(([, text]) => text !== null)))
  }

  /** @param {string} event @param {any} told */
  tell(event, told) { for (const listener of [...(this.listeners[event] ?? [])]) listener(told) }
}

/** @param {string} key @returns {OptvizPage} */
function optvizPage(key) {
  const pages = (/** @type {any} */ (window).optvizPages ??= new Map())
  if (!pages.has(key)) pages.set(key, new OptvizPage())
  return pages.get(key)
}

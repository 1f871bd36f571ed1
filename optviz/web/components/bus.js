// What panel and stage of one page tell each other in the browser. `mount` puts this in front of a component's
// script. Values are link texts by link name. Every page key has one bus on `window`; whoever asks first makes it.

/** @typedef {Record<string, string>} Texts */
/** @typedef {Record<string, string | null>} Changes  null drops a name: it goes back to its default */
/** @typedef {(told: any) => void} Listener */

class OptvizPage {
  constructor() {
    /** @type {Texts} */ this.known = {}
    /** @type {Changes} */ this.drafted = {}
    /** @type {Changes[]} */ this.unheard = [] // commits from before the panel was there
    /** @type {Record<string, Set<Listener>>} */ this.listeners = {}
  }

  /** The server's last texts, with what was committed since. The panel sets them when the server has answered
   * (with its own unanswered changes laid over them); that tells "values". */
  get values() { return this.known }
  set values(texts) { this.known = { ...texts }; this.tell("values", this.known) }

  /** Listen to "draft" (texts), "settled" (), "values" (texts), or, for the panel only, "commit" (changes).
   * @param {string} event @param {Listener} listener @returns {() => void} stops listening */
  on(event, listener) {
    const heard = (this.listeners[event] ??= new Set())
    heard.add(listener)
    if (event === "commit") for (const changes of this.unheard.splice(0)) listener(changes)
    return () => heard.delete(listener)
  }

  /** While a finger is down. Tells "draft" with all texts. @param {Changes} changes */
  draft(changes) {
    this.drafted = { ...this.drafted, ...changes }
    this.tell("draft", this.with(this.drafted))
  }

  /** On release: the panel sends it. Tells "commit", then "settled". @param {Changes} changes */
  commit(changes) {
    this.known = this.with(changes)
    this.drafted = {}
    if (this.listeners.commit?.size) this.tell("commit", changes)
    else this.unheard.push(changes)
    this.tell("settled", { given: changes })
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

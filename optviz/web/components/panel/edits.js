// What was changed and not yet answered, and what can be undone. Nothing here draws.

/** @typedef {{n: number, changes: Changes, link?: Texts, values?: Texts}} Edit  what the server is sent: changes of
 *   `values`, or of what it shows if they are not there; or a `link` */

/** @param {Texts} texts @param {Changes} changes @returns {Texts} a copy with the changes in it */
function changed(texts, changes) {
  const after = { ...texts }
  for (const [name, text] of Object.entries(changes)) {
    if (text === null) delete after[name]
    else after[name] = text
  }
  return after
}

/** What leads from some texts to others. @param {Texts} from @param {Texts} to @returns {Changes} */
function difference(from, to) {
  /** @type {Changes} */ const changes = {}
  for (const name of Object.keys(from)) if (!(name in to)) changes[name] = null
  for (const [name, text] of Object.entries(to)) if (from[name] !== text) changes[name] = text
  return changes
}

/** @param {Texts} a @param {Texts} b */
function sameTexts(a, b) {
  return Object.keys(difference(a, b)).length === 0
}

/** Numbers the edits and merges all unanswered ones: the server may see only the last message. */
class Edits {
  constructor() {
    this.n = 0
    /** @type {{n: number, changes: Changes}[]} */ this.pending = []
    /** @type {Texts | null} */ this.link = null // from Back or Forward, not yet answered
  }

  get settled() {
    return !this.pending.length && !this.link
  }

  /** @param {Changes} changes @returns {Edit} */
  add(changes) {
    this.count()
    if (this.link) {
      // what is changed on a page that is still coming is part of what comes
      this.link = changed(this.link, changes)
      return this.all()
    }
    this.pending.push({ n: this.n, changes })
    return this.all()
  }

  /** @param {Texts} link the whole of another address @returns {Edit} */
  open(link) {
    this.count()
    this.pending = []
    this.link = link
    return this.all()
  }

  /** All that is unanswered once more, for a server that has lost it. @returns {Edit} */
  again() {
    this.count()
    return this.all()
  }

  /** @returns {Edit} */
  all() {
    if (this.link) return { n: this.n, changes: {}, link: this.link }
    return { n: this.n, changes: Object.assign({}, ...this.pending.map(edit => edit.changes)) }
  }

  count() {
    this.n = Math.max(this.n + 1, Date.now())
  }

  /** @param {number} ack the number of the last edit that the server has read */
  answered(ack) {
    this.pending = this.pending.filter(edit => edit.n > ack)
    if (ack >= this.n) this.link = null
  }

  /** The server's texts with what it has not yet answered. @param {Texts} texts */
  over(texts) {
    return this.link ?? this.pending.reduce((all, edit) => changed(all, edit.changes), texts)
  }
}

const LONGEST_HISTORY = 200

/** Undo and redo of whole values, as the server has acknowledged them. */
class UndoHistory {
  constructor() {
    /** @type {Texts[]} */ this.past = []
    /** @type {Texts[]} */ this.future = []
    /** @type {Texts | null} */ this.present = null
  }

  /** The server has answered everything. @param {Texts} texts */
  arrived(texts) {
    if (this.present && sameTexts(this.present, texts)) return
    if (this.present) {
      this.past.push(this.present)
      this.past.splice(0, this.past.length - LONGEST_HISTORY)
      this.future = []
    }
    this.present = texts
  }

  /** Where Undo leads from what is shown, or null. @param {Texts} shown @returns {Texts | null} */
  before(shown) {
    if (this.present && !sameTexts(this.present, shown)) return this.present
    return this.past.at(-1) ?? null
  }

  /** @returns {Texts | null} where Redo leads */
  after() {
    return this.future.at(-1) ?? null
  }

  /** Go back. @param {Texts} shown with what is not yet acknowledged @returns {Texts | null} */
  undo(shown) {
    if (!this.present) return null
    if (!sameTexts(this.present, shown)) {
      // the last change was not even answered
      this.future.push(shown)
      return this.present
    }
    const target = this.past.pop()
    if (!target) return null
    this.future.push(this.present)
    this.present = target
    return target
  }

  /** @returns {Texts | null} */
  redo() {
    const target = this.future.pop()
    if (!target || !this.present) return null
    this.past.push(this.present)
    this.present = target
    return target
  }
}

/**
 * @typedef {object} Memory
 * @property {Edits} edits
 * @property {UndoHistory} history
 * @property {Map<string, Fold>} folds
 * @property {Slot[]} slots
 * @property {boolean} written  no edit waits for its address
 * @property {string} opened  which link the values come from, see web/page.py
 * @property {Told | null} ahead  the last answer without a run of the script
 * @property {number} told  the number of the last edit that the script was told of
 * @property {Changes} typed  texts that were refused and still stand in their fields
 * @property {Conversation | null} conversation  that of the panel which is shown
 */

/** @type {Map<string, Memory>} what stays while somebody visits another page and comes back */
const memories = new Map()

/** @param {string} page @returns {Memory} */
function memoryOf(page) {
  let memory = memories.get(page)
  if (!memory)
    memories.set(
      page,
      (memory = {
        edits: new Edits(),
        history: new UndoHistory(),
        folds: new Map(),
        slots: [],
        written: true,
        opened: "",
        ahead: null,
        told: 0,
        typed: {},
        conversation: null,
      }),
    )
  return memory
}

// Rules that somebody wrote: how the server reads their texts, kept while the visit lasts. In a link a rule is
// own_text_name_value…, with its text packed; own_text is the key by which it is known here.

/** @typedef {{key: string, name: string, longest: number, starters: {key: string, name: string, text: string}[]}} OwnRule */
/**
 * @typedef {object} RuleAnswer  how the server reads a rule: a row, or the error; see web/rule_reading.py
 * @property {string} [key]
 * @property {string} [text]
 * @property {string} [name]
 * @property {string[]} [state]
 * @property {Field[]} [numbers]
 * @property {string} [mathml]
 * @property {{sentence: string, line?: number}} [error]
 */

const OWN = "own"
const OWN_KEY = `${OWN}_`
const TRIES_TO_READ = 10
const NO_ANSWER = marked("The server does not answer; nothing was changed.")

/** @param {string} key */
function isOwn(key) {
  return key.startsWith(OWN_KEY)
}

/** The rows that one may choose, with one's own rule before them. @param {Field} field @returns {Option[]} */
function withOwn({ own, options = [] }) {
  const help = tr("Write the update rule yourself, as a few lines of text.")
  return own ? [{ key: OWN, name: `${own.name}…`, help }, ...options] : options
}

/**
 * The values that stay when a rule is written anew: those of the sliders about which it says the same as before.
 * @param {Option | undefined} before @param {Option} row @param {Texts} values @returns {Texts}
 */
function keptValues(before, row, values) {
  /** @type {Texts} */ const kept = {}
  for (const number of row.numbers ?? []) {
    const [old, value] = [before?.numbers?.find(({ name }) => name === number.name), values[number.name]]
    if (value !== undefined && JSON.stringify(old) === JSON.stringify(number)) kept[number.name] = value
  }
  return kept
}

class RuleBook {
  constructor() {
    /** @type {Map<string, Option>} */ this.rows = new Map()
    /** @type {Map<string, RuleAnswer>} */ this.answers = new Map() // by text
    /** @type {Map<string, Set<Panel>>} */ this.waiting = new Map() // by key: who is told when the row is there
  }

  /** @param {RuleAnswer} answer @returns {Option | undefined} the row of a rule that can be used */
  learn(answer) {
    const { key, text, name, numbers, error } = answer
    if (error || key === undefined || text === undefined || name === undefined) return undefined
    this.answers.set(text, answer)
    const row = this.rows.get(key) ?? { key, name, numbers, text }
    this.rows.set(key, row)
    return row
  }

  /** @param {Texts} query @returns {Promise<RuleAnswer | null>} null where there is no answer */
  async ask(query) {
    for (let i = 0; i < TRIES_TO_READ; i++) {
      const answer = await askReading(query)
      if (answer) return answer
      if (answer === undefined) return null
    }
    return null
  }

  /** How a text is read. @param {string} text @returns {Promise<RuleAnswer | null>} */
  async read(text) {
    const known = this.answers.get(text)
    if (known) return known
    const answer = await this.ask({ rule: text })
    if (answer) {
      this.answers.set(text, answer)
      this.learn(answer)
    }
    return answer
  }

  /**
   * The row of a rule in a link. Where it is not known yet, the server is asked, and the panel drawn again.
   * @param {string} key @param {Panel} panel @returns {Option | undefined}
   */
  row(key, panel) {
    const row = this.rows.get(key)
    if (row || !isOwn(key)) return row
    const waiting = this.waiting.get(key)
    if (waiting) waiting.add(panel)
    else {
      this.waiting.set(key, new Set([panel]))
      this.ask({ packed: key.slice(OWN_KEY.length) }).then(answer => {
        const panels = this.waiting.get(key) ?? []
        if (!answer) this.waiting.delete(key) // it is asked for again when the panel is drawn next
        if (answer && this.learn({ ...answer, key })) for (const each of panels) each.refresh()
      })
    }
    return undefined
  }

  /** A rule to begin from. @param {OwnRule | undefined} own @param {string} key of a starter, else the empty one
   * @returns {Promise<Option | undefined>} */
  async started(own, key) {
    const starter = own?.starters.find(each => each.key === key) ?? own?.starters.at(-1)
    const answer = starter ? await this.read(starter.text) : null
    return answer ? this.learn(answer) : undefined
  }
}

const ruleBook = new RuleBook()

// While a finger is down, a picture that only the server can compute follows it by short requests: one in flight,
// always for the newest draft, and what comes between is dropped. A late answer never replaces anything newer.

const BUSY = 120 // ms to wait, and up to as much again, when the server has too much to do

/**
 * @typedef {object} Followed
 * @property {() => string} url  where to ask; the draft is added. "" where nothing follows
 * @property {(picture: any, texts: Texts) => Promise<void> | void} draw  a draft's picture has come
 * @property {(busy: boolean) => void} wait  whether an answer is awaited
 * @property {() => void} restore  the server's own picture is to be shown again
 */

class Following {
  /** @param {OptvizPage} bus @param {Followed} followed */
  constructor(bus, followed) {
    this.followed = followed
    /** @type {Texts | null} the newest draft that is not asked for yet */ this.newest = null
    /** @type {AbortController | null} */ this.asking = null
    this.active = false // a finger is down
    this.drafted = false // a draft's picture is shown
    this.closed = false
    this.stop = [
      bus.on("draft", texts => this.draft(texts)),
      bus.on("settled", ({ given }) => this.settle(given !== null)),
      bus.on("values", () => { if (!this.active) this.restore() }), // no new picture came before: nothing changed
    ]
  }

  /** @param {Texts} texts */
  draft(texts) {
    this.active = true
    this.newest = texts
    this.ask()
  }

  /** After a release the last picture stays until the server's own run is there. @param {boolean} committed */
  settle(committed) {
    if (!this.active) return
    this.active = false
    this.newest = null
    if (!committed) this.restore()
  }

  restore() {
    this.forget()
    if (!this.drafted) return
    this.drafted = false
    this.followed.restore()
  }

  /** The server's own picture has come. Says whether it is to be drawn now: a newer draft may be shown. */
  arrived() {
    if (this.active) {
      this.drafted = true // Escape brings the picture that has just come
      return false
    }
    this.forget()
    this.drafted = false
    return true
  }

  /** No answer that is under way counts any more. */
  forget() {
    this.newest = null
    this.asking?.abort()
    this.asking = null
    this.followed.wait(false)
  }

  async ask() {
    const [texts, url] = [this.newest, this.followed.url()]
    if (!texts || !url || this.asking || this.closed) return
    this.newest = null
    const asking = this.asking = new AbortController()
    this.followed.wait(true)
    try {
      const answer = await fetch(`${url}&${new URLSearchParams(texts)}`, { signal: asking.signal, headers: spokenHeaders() })
      if (answer.status === 429) {
        await new Promise(resolve => setTimeout(resolve, BUSY * (1 + Math.random())))
        if (this.active) this.newest ??= texts
      } else if (answer.status === 200) {
        const picture = await answer.json()
        if (asking === this.asking) {
          this.drafted = true
          await this.followed.draw(picture, texts)
        }
      } // 204: too much work for a drag. 400: a value that the release will name. The picture stays.
    } catch (error) {
      if (!asking.signal.aborted) console.warn(error)
    }
    if (asking !== this.asking) return
    this.asking = null
    this.followed.wait(false)
    this.ask()
  }

  close() {
    this.closed = true
    this.forget()
    for (const stop of this.stop) stop()
  }
}

// The button that makes an animation: it asks the stage of the page, shows how far it is, and can end it.

class FilmButton {
  /** @param {HTMLElement} root of this part @param {OptvizPage} bus */
  constructor(root, bus) {
    this.bus = bus
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(name))
    this.make = part(".make")
    this.making = part(".making")
    this.told = part(".told")
    this.bar = /** @type {HTMLProgressElement} */ (part("progress"))
    /** @type {AbortController | null} */ this.wish = null
    this.make.onclick = () => this.begin()
    part(".cancel").onclick = () => { this.end(""); this.make.focus() }
  }

  begin() {
    const wish = this.wish = new AbortController()
    this.make.hidden = true
    this.making.hidden = false
    this.bar.value = 0
    this.told.textContent = ""
    this.bus.tell("film", {
      signal: wish.signal,
      progress: (/** @type {number} */ share) => { if (this.wish === wish) this.bar.value = share },
      failed: (/** @type {string} */ sentence) => { if (this.wish === wish) this.end(sentence) },
      done: (/** @type {Blob} */ film) => { if (this.wish === wish) this.save(film) },
    })
  }

  /** @param {Blob} film */
  save(film) {
    const link = document.createElement("a")
    link.href = URL.createObjectURL(film)
    link.download = "optviz.webp"
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
    this.end(tr("The animation is made: {size} MB. The link stands in it.", { size: (film.size / 1e6).toFixed(1) }))
  }

  /** @param {string} sentence */
  end(sentence) {
    this.wish?.abort()
    this.wish = null
    this.make.hidden = false
    this.making.hidden = true
    this.told.textContent = sentence
  }
}

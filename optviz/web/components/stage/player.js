// The player: which frame is shown, its buttons, keys and words.

const SECONDS = 6 // how long a whole run plays at speed 1
const REST_AT_END = 0.5 // seconds between the last step and the first, in a loop
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8]
/** What is said of a place, by its unit: by itself, and with the last place. @type {Record<string, [string, string]>} */
const PLACES = {
  step: [marked("step {now}"), marked("step {now} of {all}")],
  epoch: [marked("epoch {now}"), marked("epoch {now} of {all}")],
  example: [marked("example {now}"), marked("example {now} of {all}")],
}
/** What has keys of its own. */
const KEYED = "select, summary, input:not(.scrub)"

/** Such as “step 3 of 200”. @param {string} unit @param {number} now @param {number} all */
function placeText(unit, now, all) {
  return tr(PLACES[unit]?.[1] ?? "{unit} {now} of {all}", { unit, now, all })
}

class Player {
  /** @param {HTMLElement} root @param {() => void} changed asks for a new picture @param {() => void} rested */
  constructor(root, changed, rested) {
    this.root = root
    this.changed = changed
    this.rested = rested
    this.scrub = /** @type {HTMLInputElement} */ (root.querySelector(".scrub"))
    this.button = /** @type {HTMLElement} */ (root.querySelector(".play"))
    this.readout = /** @type {HTMLElement} */ (root.querySelector(".readout"))
    this.frame = Infinity // Infinity is "at the end", wherever that is after the next change
    this.steps = 0
    this.unit = "step"
    this.per = 1 // how many units a frame has
    this.playing = 0
    this.ticket = 0
    this.speed = 1
    this.loops = false
    this.listen()
  }

  get now() { return Math.min(this.frame, this.steps) }

  /** @param {number} steps @param {string} unit @param {number} per */
  measure(steps, unit, per) {
    if (steps === this.steps && unit === this.unit && per === this.per) return
    Object.assign(this, { steps, unit, per })
    this.tell()
  }

  /** @param {number} frame */
  go(frame) {
    this.frame = frame >= this.steps ? Infinity : Math.max(0, frame)
    this.tell()
    this.changed()
    if (!this.playing) this.rested()
  }

  play() {
    if (!this.steps) return
    const token = ++this.ticket
    this.playing = token
    let at = this.now >= this.steps ? 0 : this.now
    let last = performance.now()
    this.go(Math.floor(at))
    /** @param {number} time */
    const tick = time => {
      if (this.playing !== token) return
      const pace = Math.max(2, this.steps / SECONDS) * this.speed // steps a second
      at += Math.max(0, (time - last) / 1000) * pace
      last = time
      if (this.loops && at >= this.steps + REST_AT_END * pace) at = 0
      this.go(Math.floor(at))
      if (at >= this.steps && !this.loops) this.pause()
      else requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  }

  pause() {
    const played = this.playing
    this.playing = 0
    this.tell()
    if (!played) return
    this.changed() // what moved is drawn in full
    this.rested()
  }

  toggle() {
    if (this.playing) this.pause()
    else this.play()
  }

  tell() {
    const now = this.now * this.per
    const said = tr(PLACES[this.unit]?.[0] ?? "{unit} {now}", { unit: this.unit, now })
    this.scrub.max = String(this.steps)
    this.scrub.value = String(this.now)
    this.scrub.setAttribute("aria-valuetext", said)
    this.button.setAttribute("aria-label", this.playing ? tr("Pause") : tr("Play"))
    this.readout.textContent = placeText(this.unit, now, this.steps * this.per)
    this.root.dataset.frame = String(this.now)
    this.root.dataset.playing = String(Boolean(this.playing))
  }

  listen() {
    /** @param {number} by */
    const step = by => { this.pause(); this.go(this.now + by) }
    const first = () => { this.pause(); this.go(0) }
    const last = () => { this.pause(); this.go(Infinity) }
    /** @type {Record<string, () => void>} */
    const buttons = {
      ".play": () => this.toggle(),
      ".first": first,
      ".back": () => step(-1),
      ".forward": () => step(1),
      ".last": last,
    }
    for (const [name, action] of Object.entries(buttons)) {
      this.root.querySelector(name)?.addEventListener("click", action)
    }
    this.scrub.addEventListener("input", () => {
      const wanted = Number(this.scrub.value) // read before pausing, which writes the present step to it
      this.pause()
      this.go(wanted)
    })
    const loop = this.root.querySelector(".loop")
    loop?.addEventListener("click", () => {
      this.loops = !this.loops
      loop.setAttribute("aria-pressed", String(this.loops))
    })
    const speed = /** @type {HTMLSelectElement} */ (this.root.querySelector(".speed"))
    speed.replaceChildren(...SPEEDS.map(by => new Option(`${by}×`, String(by), by === 1, by === 1)))
    speed.addEventListener("change", () => { this.speed = Number(speed.value) })
    /** @type {Record<string, () => void>} */
    const keys = {
      " ": () => this.toggle(),
      ArrowLeft: () => step(-1),
      ArrowRight: () => step(1),
      Home: first,
      End: last,
    }
    this.root.addEventListener("keydown", event => {
      const action = keys[event.key]
      const target = /** @type {Element} */ (event.target)
      const theirs = target.closest?.(KEYED) || (event.key === " " && target.closest?.("button"))
      if (!action || theirs || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      event.stopPropagation()
      action()
    })
  }
}

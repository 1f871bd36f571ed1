// Show the part of the landscape that the paths are in, or the whole of it again. It changes the setting `domain`:
// so it is in the link, the ground is as fine there as anywhere, and every view shows it.

const FIT_MARGIN = 0.08 // of the extent of the paths, on either side
const FIT_NARROWEST = 0.02 // of the present side: what hardly moves is not blown up further
const FIT_FLATTEST = 1 / 3 // of the longer side: axes of equal scale are kept, see figures/landscapes.py
const FIT_FAR = 20 // sides of the picture: runs that leave it farther are left out

class FitButton {
  /** @param {HTMLElement} root of the stage
   * @param {{ shown: () => { scene: StageData, rows: Rows[], names: string[] } | null, set: (domain: string | null) => void,
   *   say: (sentence: string) => void }} acts `shown` are the runs that are not hidden, `set` changes the setting */
  constructor(root, acts) {
    this.acts = acts
    this.button = /** @type {HTMLButtonElement} */ (root.querySelector(".fit"))
    /** @type {string} */ this.offers = ""
    this.button.addEventListener("click", () => this.fit())
  }

  /** @param {StageData} scene */
  describe({ fit }) {
    this.offers = fit ?? ""
    this.button.hidden = !fit
    this.button.textContent = fit === "paths" ? tr("Fit to the paths") : tr("Whole landscape")
    this.button.title = fit === "paths"
      ? tr("Show the part of the landscape that the paths are in")
      : tr("Show the landscape's own part again")
  }

  fit() {
    if (this.offers !== "paths") return this.acts.set(null)
    const found = this.acts.shown()
    if (!found) return
    const { domain, left } = fittedTo(found.rows, found.scene.domain)
    if (!domain) return this.acts.say(tr("All paths leave the picture, so it stays as it is."))
    this.acts.set(domain.flat().join("_"))
    const names = left.map(i => found.names[i]).join(tr("; "))
    if (names) this.acts.say(tr("Left out, because far outside: {names}.", { names }))
  }
}

/** The part that runs are in, with round numbers; null where none stays near. `left` are the runs that do not.
 * @param {Rows[]} rows @param {[number, number][]} domain the present one
 * @returns {{ domain: [number, number][] | null, left: number[] }} */
function fittedTo(rows, domain) {
  /** @type {number[]} */ const left = []
  const ends = domain.map(() => ({ low: Infinity, high: -Infinity }))
  rows.forEach(({ points }, run) => {
    const spans = domain.map(([low, high], i) => {
      const column = points[i] ?? []
      const [least, most] = [leastOf(column), -leastOf(Float64Array.from(column, v => -v))]
      const far = FIT_FAR * (high - low)
      return Number.isFinite(least + most) && least >= low - far && most <= high + far ? { least, most } : null
    })
    if (spans.includes(null)) { left.push(run); return }
    spans.forEach((span, i) => {
      const end = ends[i]
      if (!span || !end) return
      end.low = Math.min(end.low, span.least)
      end.high = Math.max(end.high, span.most)
    })
  })
  if (left.length === rows.length) return { domain: null, left }
  const longest = Math.max(...ends.map(({ low, high }) => high - low))
  const fitted = ends.map(({ low, high }, i) => {
    const [from, to] = domain[i] ?? [0, 1]
    const side = Math.max(high - low, FIT_NARROWEST * (to - from), domain.length > 1 ? FIT_FLATTEST * longest : 0) * (1 + 2 * FIT_MARGIN)
    return outwards((low + high) / 2 - side / 2, (low + high) / 2 + side / 2)
  })
  return { domain: fitted, left }
}

/** The least of some numbers; NaN if one is. @param {ArrayLike<number>} column */
function leastOf(column) {
  let least = Infinity
  for (let i = 0; i < column.length; i++) {
    const value = column[i] ?? NaN
    if (!(value >= least)) least = value
    if (value !== value) return NaN
  }
  return least
}

/** With as few digits as change an end by a hundredth of the side at most. @param {number} low @param {number} high @returns {[number, number]} */
function outwards(low, high) {
  const unit = 10 ** Math.floor(Math.log10((high - low) / 100))
  const digits = Math.min(100, Math.max(0, -Math.floor(Math.log10(unit))))
  return [Number((Math.floor(low / unit) * unit).toFixed(digits)), Number((Math.ceil(high / unit) * unit).toFixed(digits))]
}

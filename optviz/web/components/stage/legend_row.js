// The legend above the picture, and which runs it hides.

class LegendRow {
  /** @param {HTMLElement} root of the stage @param {(hidden: Set<string>) => void} changed somebody has hidden or shown a run */
  constructor(root, changed) {
    this.row = /** @type {HTMLElement} */ (root.querySelector(".legend"))
    this.changed = changed
    /** @type {Set<string>} slots that the legend or the panel has hidden */ this.hidden = new Set()
  }

  /** A click hides or shows a run, a double click shows it alone or, if it is, all of them.
   * @param {StageData} scene */
  show(scene) {
    const slots = scene.runs.map(({ slot }) => slot)
    for (const slot of this.hidden) if (!slots.includes(slot)) this.hidden.delete(slot)
    const items = [...scene.runs].sort((a, b) => a.slot.localeCompare(b.slot)).map(({ slot, name, path }) => {
      const item = document.createElement("button")
      item.type = "button"
      item.title = tr("Click to hide or show. Double click to show it alone.")
      item.dataset.slot = slot
      item.append(...legendParts({ name, color: path.line.color, dash: path.line.dash }))
      item.addEventListener("click", () => this.hide(slot))
      item.addEventListener("dblclick", () => this.isolate(slot, slots))
      return item
    })
    this.row.replaceChildren(...items)
    this.press()
  }

  /** @param {string} slot */
  hide(slot) {
    if (!this.hidden.delete(slot)) this.hidden.add(slot)
    this.tell()
  }

  /** @param {string} slot @param {string[]} slots */
  isolate(slot, slots) {
    const others = slots.filter(other => other !== slot)
    const alone = !this.hidden.has(slot) && others.every(other => this.hidden.has(other))
    this.hidden = new Set(alone ? [] : others)
    this.tell()
  }

  /** @param {Set<string>} slots that the panel's cards hide */
  take(slots) {
    this.hidden = new Set(slots)
    this.press()
  }

  tell() {
    this.press()
    this.changed(this.hidden)
  }

  press() {
    for (const item of /** @type {NodeListOf<HTMLElement>} */ (this.row.querySelectorAll("button"))) {
      item.setAttribute("aria-pressed", String(!this.hidden.has(item.dataset.slot ?? "")))
    }
  }
}

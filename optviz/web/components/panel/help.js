// One sentence of help, on hover over a label and while a field of the row has the keyboard's focus. The same
// sentence is the description of the field for screen readers. Escape hides it.

const PATIENCE = 350 // ms on a label before the sentence comes

class Help {
  constructor() {
    this.tip = el("div", { class: "tip", popover: "manual", "aria-hidden": "true" })
    this.waiting = 0
    /** @type {HTMLElement | null} */ this.anchor = null
    this.tip.addEventListener("pointerleave", () => this.hide())
  }

  /**
   * Describe a row. @param {HTMLElement} row where the hidden sentence is put
   * @param {HTMLElement} label what one hovers over @param {string} help may be ""
   * @param {HTMLElement[]} inputs what is described @param {HTMLElement} refusal its place for refusals
   */
  describe(row, label, help, inputs, refusal) {
    const told = help ? el("span", { id: newId(), hidden: true }, help) : null
    if (told) {
      row.append(told)
      label.classList.add("helped")
      label.addEventListener("pointerenter", event => {
        if (event.pointerType === "mouse") this.soon(label, help)
      })
      label.addEventListener("pointerleave", event => this.leave(event))
      let pressed = false // a slider that is pressed gets the focus too; then nobody asks for help
      row.addEventListener(
        "pointerdown",
        () => {
          pressed = true
          this.hide()
        },
        true,
      )
      row.addEventListener("focusin", event => {
        const target = /** @type {HTMLElement} */ (event.target)
        if (!pressed && inputs.includes(target) && target.matches(":focus-visible")) this.show(label, help)
        pressed = false
      })
      row.addEventListener("focusout", () => this.hide())
      row.addEventListener("keydown", event => {
        if (event.key === "Escape") this.hide()
      })
    }
    const ids = [told?.id, refusal.id].filter(Boolean).join(" ")
    for (const input of inputs) attribute(input, "aria-describedby", ids)
  }

  /** @param {HTMLElement} anchor @param {string} help */
  soon(anchor, help) {
    window.clearTimeout(this.waiting)
    this.waiting = window.setTimeout(() => this.show(anchor, help), PATIENCE)
  }

  /** The pointer may go onto the sentence without losing it. @param {PointerEvent} event */
  leave(event) {
    window.clearTimeout(this.waiting)
    if (event.relatedTarget !== this.tip) this.hide()
  }

  /** @param {HTMLElement} anchor @param {string} help */
  show(anchor, help) {
    window.clearTimeout(this.waiting)
    if (!anchor.isConnected || !anchor.offsetParent) return
    this.tip.textContent = help
    this.anchor = anchor
    if (!this.tip.matches(":popover-open")) this.tip.showPopover()
    place(this.tip, anchor, "above")
  }

  hide() {
    window.clearTimeout(this.waiting)
    this.anchor = null
    if (this.tip.matches(":popover-open")) this.tip.hidePopover()
  }
}

/**
 * Put a popover next to its anchor, inside the window. @param {HTMLElement} shown @param {HTMLElement} anchor
 * @param {"above" | "below"} side where it goes if there is room
 */
function place(shown, anchor, side) {
  const box = anchor.getBoundingClientRect()
  const room = { above: box.top - 8, below: window.innerHeight - box.bottom - 8 }
  const wanted = shown.scrollHeight + 2
  const other = side === "above" ? "below" : "above"
  const at = room[side] >= Math.min(wanted, 320) || room[side] >= room[other] ? side : other
  const height = Math.max(80, Math.min(wanted, room[at], 420))
  const left = Math.max(6, Math.min(box.left, window.innerWidth - shown.offsetWidth - 6))
  shown.style.left = `${left}px`
  shown.style.top = `${at === "above" ? Math.max(4, box.top - height - 3) : box.bottom + 3}px`
  shown.style.maxHeight = `${height}px`
}

// One of many: a list that is searched by typing (the combobox of the WAI-ARIA practices), or a row of
// segments.

/**
 * @typedef {object} ComboboxGiven
 * @property {string} label  its name for screen readers
 * @property {Option[]} options
 * @property {(key: string) => void} choose
 * @property {string} [placeholder]
 * @property {string} [none]  the message where nothing matches a `query`
 */

const NO_ENTRY = marked("No entry matches “{query}”.")

/** Lower case without accents, so that Holder finds Hölder. @param {string} text */
function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
}

/** The second line of an option. @param {Option} option */
function detail(option) {
  const dimension = option.dimension && option.key !== "formula" ? `${option.dimension}D` : ""
  return [dimension, option.notes || option.help || ""].filter(Boolean).join(" · ")
}

/**
 * The options in which every word of a query stands: in name, group, dimension or notes.
 * @param {Option[]} options
 * @param {string} query
 */
function found(options, query) {
  const words = folded(query).split(/\s+/).filter(Boolean)
  return options.filter(option => {
    const text = folded(`${option.name} ${option.key} ${option.group ?? ""} ${detail(option)}`)
    return words.every(word => text.includes(word))
  })
}

class Combobox {
  /** @param {Panel} panel @param {ComboboxGiven} given */
  constructor(panel, given) {
    this.panel = panel
    this.given = given
    this.key = ""
    this.name = ""
    /** @type {HTMLElement | null} */ this.list = null
    /** @type {Option[]} */ this.listed = []
    /** @type {HTMLElement[]} */ this.rows = []
    this.active = -1
    this.input = el("input", {
      type: "text",
      role: "combobox",
      class: "choice",
      autocomplete: "off",
      spellcheck: "false",
      "aria-label": given.label,
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      "aria-haspopup": "listbox",
      placeholder: given.placeholder,
      onclick: () => this.open(),
      oninput: () => this.typed(),
      onblur: () => this.close(),
      onfocus: () => this.input.select(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.pressed(event),
    })
    this.node = el("div", { class: "combobox" }, this.input, icon(ICONS.open))
  }

  /** @param {string} key @param {string} [name] what is shown, if not the option's name */
  show(key, name) {
    this.key = key
    this.name = name ?? this.given.options.find(option => option.key === key)?.name ?? key
    if (!this.list && this.input.value !== this.name) this.input.value = this.name
    attribute(this.input, "title", this.name || null)
  }

  /** @param {string} label */
  rename(label) {
    attribute(this.input, "aria-label", label)
  }

  /** @param {string} reason why nothing can be chosen, or "" */
  disable(reason) {
    this.input.disabled = Boolean(reason)
    if (reason) this.close()
  }

  open() {
    if (this.list || this.input.disabled) return
    this.list = el("div", {
      class: "list",
      role: "listbox",
      id: newId(),
      popover: "manual",
      "aria-label": this.given.label,
      onmousedown: (/** @type {MouseEvent} */ event) => event.preventDefault(), // the field keeps the focus
    })
    this.node.append(this.list)
    attribute(this.input, "aria-controls", this.list.id)
    attribute(this.input, "aria-expanded", "true")
    this.fill("")
    this.list.style.minWidth = `${Math.max(this.node.offsetWidth, Math.min(300, window.innerWidth - 12))}px`
    this.list.showPopover()
    this.put = () => {
      if (this.list) place(this.list, this.input, "below")
    }
    this.put()
    window.addEventListener("scroll", this.put, true)
    window.addEventListener("resize", this.put)
    this.mark(
      this.listed.findIndex(option => option.key === this.key),
      "center",
    )
  }

  close() {
    if (this.list) {
      if (this.put) {
        window.removeEventListener("scroll", this.put, true)
        window.removeEventListener("resize", this.put)
      }
      this.list.remove()
      this.list = null
      this.rows = []
      attribute(this.input, "aria-controls", null)
      attribute(this.input, "aria-activedescendant", null)
      attribute(this.input, "aria-expanded", "false")
    }
    this.input.value = this.name
  }

  /** List what a query finds, under the headings of the groups. @param {string} query */
  fill(query) {
    if (!this.list) return
    this.listed = []
    this.rows = []
    /** @type {Map<string, HTMLElement>} */ const groups = new Map()
    const nodes = []
    for (const option of found(this.given.options, query)) {
      const title = option.group ?? ""
      let group = groups.get(title)
      if (!group) {
        const heading = el("div", { class: "heading", id: newId(), role: "presentation" }, title)
        group = title
          ? el("div", { role: "group", "aria-labelledby": heading.id }, heading)
          : el("div", { role: "group", "aria-label": this.given.label })
        groups.set(title, group)
        nodes.push(group)
      }
      group.append(this.row(option))
    }
    // Groups may have been taken up again further down: the order of the keys is that of the screen.
    this.rows = nodes.flatMap(
      group => /** @type {HTMLElement[]} */ ([...group.querySelectorAll("[role=option]")]),
    )
    this.listed = this.rows.map(
      row => /** @type {Option} */ (this.given.options.find(option => option.key === row.dataset.key)),
    )
    const none = tr(this.given.none ?? NO_ENTRY, { query })
    this.list.replaceChildren(
      ...(nodes.length
        ? nodes
        : [
            el(
              "div",
              { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" },
              none,
            ),
          ]),
    )
    if (query)
      this.panel.announce(this.rows.length ? tr("{found} of {all}", { found: this.rows.length, all: this.given.options.length }) : none)
  }

  /** @param {Option} option */
  row(option) {
    const row = el(
      "div",
      {
        role: "option",
        id: newId(),
        class: "option",
        "data-key": option.key,
        "aria-selected": String(option.key === this.key),
        onclick: () => this.take(option.key),
      },
      el("span", { class: "name" }, option.name),
    )
    const second = detail(option)
    if (second) row.append(el("span", { class: "detail" }, second))
    return row
  }

  /**
   * @param {number} place of the option that Enter takes
   * @param {ScrollLogicalPosition} [at] where in the list it is scrolled to
   */
  mark(place, at = "nearest") {
    this.rows[this.active]?.classList.remove("active")
    this.active = place
    const row = this.rows[place]
    attribute(this.input, "aria-activedescendant", row?.id ?? null)
    row?.classList.add("active")
    row?.scrollIntoView({ block: at })
  }

  typed() {
    const query = this.input.value
    if (!this.list) this.open()
    this.fill(query)
    const wanted = folded(query)
    const best = this.listed.findIndex(
      option => folded(option.name).startsWith(wanted) || folded(option.key) === wanted,
    )
    this.active = -1
    this.mark(query ? Math.max(best, this.listed.length ? 0 : -1) : -1)
    this.put?.()
  }

  /** @param {string} key */
  take(key) {
    const changed = key !== this.key
    this.close()
    if (changed) this.given.choose(key)
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const { key } = event
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault()
      if (event.altKey && key === "ArrowUp") return this.close()
      if (!this.list) return this.open()
      const count = this.rows.length
      if (count)
        this.mark(
          this.active < 0
            ? key === "ArrowDown"
              ? 0
              : count - 1
            : (this.active + (key === "ArrowDown" ? 1 : count - 1)) % count,
        )
    } else if ((key === "PageDown" || key === "PageUp") && this.list) {
      event.preventDefault()
      this.mark(Math.max(0, Math.min(this.rows.length - 1, this.active + (key === "PageDown" ? 8 : -8))))
    } else if (key === "Enter") {
      event.preventDefault()
      const option = this.list && this.listed[this.active]
      if (option) this.take(option.key)
      else if (!this.list) this.open()
    } else if (key === "Escape" && this.list) {
      event.preventDefault()
      event.stopPropagation()
      this.close()
      this.input.select()
    }
  }
}

/** One of a few, side by side: native radio buttons, so that arrow keys and screen readers know them. */
class Segments {
  /**
   * @param {Option[]} options
   * @param {(key: string) => void} choose
   * @param {Record<string, string>} given names the group
   */
  constructor(options, choose, given) {
    const name = newId()
    /** @type {HTMLInputElement[]} */ this.radios = []
    const segments = options.map(option => {
      const radio = el("input", {
        type: "radio",
        name,
        value: option.key,
        onchange: () => choose(option.key),
      })
      this.radios.push(radio)
      return el("label", { title: option.help || undefined }, radio, el("span", {}, option.name))
    })
    this.node = el("div", { class: "segments", role: "radiogroup", ...given }, ...segments)
  }

  /** @param {string} key */
  show(key) {
    for (const radio of this.radios) radio.checked = radio.value === key
  }
}

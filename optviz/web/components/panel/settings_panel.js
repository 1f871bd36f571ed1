// The panel: all settings of a page, drawn from their declaration. Fields are made once and then redrawn in
// place, so that focus, caret and a finger stay.

/** @typedef {ReturnType<typeof optvizPage>} Bus */
/**
 * @typedef {object} PanelData  what a run of the server says
 * @property {string | Declaration} declaration  its address, or the declaration itself
 * @property {string} [page]  the key of the bus, if it is not the page of the declaration
 * @property {Texts} values
 * @property {Texts} [refused]  sentences by place: a link name, or o2.lr
 * @property {Texts} [notes]  sentences by place that are no refusals
 * @property {Texts} [address]  what the address bar is to say
 * @property {number} ack  the number of the last edit that was answered
 * @property {boolean} [dark]
 * @property {Answers} [answers]
 */
/** @typedef {(name: string, value: Edit) => void} SetStateValue */

/** @type {Record<string, new (panel: Panel, field: Field) => Control>} */
const KINDS = {
  number: NumberField,
  choice: ChoiceField,
  toggle: ToggleField,
  several: SeveralField,
  text: TextField,
  point: CoordinatesField,
  intervals: CoordinatesField,
  range: RangeField,
  side: SideField,
  sides: SidesField,
  configured: ConfiguredField,
  compared: ComparedField,
  landscape: LandscapeField,
  presets: PresetsField,
}

class Panel {
  /** @param {HTMLElement} root @param {Declaration} declaration @param {string} page */
  constructor(root, declaration, page) {
    this.root = root
    this.declaration = declaration
    this.memory = memoryOf(page)
    this.bus = optvizPage(page)
    this.help = new Help()
    this.conversation = new Conversation(this.memory, this.bus, () => this.heard())
    this.drafting = false
    this.telling = false
    this.foreign = false // the stage's draft is shown
    this.frame = 0
    /** @type {Set<string>} */ this.left = new Set() // fields that a teacher's link hides
    /** @type {EventTarget | null} */ this.typing = null
    /** @type {(() => void)[]} */ this.ends = []
    this.declared = new Declared(declaration)
    /** @type {{field: Field, control: Control}[]} */ this.controls = []
    /** @type {More[]} */ this.mores = []
    this.undoButton = this.headButton(tr("Undo"), ICONS.undo, () => this.undo())
    this.redoButton = this.headButton(tr("Redo"), ICONS.redo, () => this.redo())
    this.resetButton = this.headButton(tr("Reset"), ICONS.reset, () => this.reset())
    nameButton(this.resetButton, tr("Reset all settings to the defaults"))
    this.problems = el("p", { class: "refusal", role: "alert", hidden: true })
    this.live = el("p", { class: "unseen", role: "status" })
    this.build()
  }

  /** @param {string} name @param {string} path @param {() => void} press */
  headButton(name, path, press) {
    const button = el("button", { type: "button", class: "head-button", onclick: press }, name)
    button.prepend(icon(path))
    return button
  }

  build() {
    const head = el(
      "div",
      { class: "toolbar", role: "toolbar", "aria-label": tr("Settings") },
      this.undoButton,
      this.redoButton,
      this.resetButton,
    )
    const sections = this.declaration.sections.map((section, i) => this.section(section, i))
    this.root.replaceChildren(head, this.problems, ...sections, this.live, this.help.tip)
  }

  /** @param {SectionData} section @param {number} i @returns {HTMLElement} */
  section(section, i) {
    const more = new More(this.fold(`section.${i}.more`))
    const body = el("div", { class: "fields" })
    for (const field of section.fields) {
      const Kind = Object.hasOwn(KINDS, field.kind) ? KINDS[field.kind] : undefined
      if (!Kind) {
        // a newer declaration than this script
        body.append(
          el(
            "p",
            { class: "refusal" },
            tr("{field} cannot be shown: unknown kind “{kind}”.", { field: field.label || field.name, kind: field.kind }),
          ),
        )
        continue
      }
      const control = new Kind(this, field)
      this.controls.push({ field, control })
      ;(field.advanced ? more.body : body).append(control.node)
    }
    body.append(more.button, more.body)
    this.mores.push(more)
    if (!section.title) return el("section", { class: "section" }, body)
    const title = el("h2", { class: "title" }, section.title)
    if (!section.folded) return el("section", { class: "section" }, title, body)
    const fold = this.fold(`section.${i}`)
    const details = el(
      "details",
      {
        class: "section",
        open: fold.open,
        ontoggle: () => {
          fold.open = details.open
        },
      },
      el("summary", {}, title),
      body,
    )
    return details
  }

  // ---- what fields ask of the panel

  /** Whether a part is unfolded; remembered while the visit lasts. @param {string} name @returns {Fold} */
  fold(name) {
    let fold = this.memory.folds.get(name)
    if (!fold) this.memory.folds.set(name, (fold = { open: false }))
    return fold
  }

  /** @param {number} place @returns {Style} how the optimizer at that place is drawn */
  style(place) {
    return (
      this.declaration.styles?.[this.conversation.dark ? "dark" : "light"]?.[place] ?? {
        color: "currentColor",
        dash: "solid",
        marker: "circle",
      }
    )
  }

  /** @param {Changes} changes */
  draft(changes) {
    this.drafting = true
    this.bus.draft(changes)
    this.drafting = false
  }

  /** @param {Changes} changes */
  commit(changes) {
    const { values } = this.bus
    const names = Object.keys(changes)
    const retried = !sameTexts(this.refused, notAbout(this.refused, names)) // the server refused it before
    if (retried || !sameTexts(values, changed(values, changes))) this.bus.commit(changes)
    else this.giveUp()
    this.refresh()
  }

  giveUp() {
    this.bus.giveUp()
  }

  /** @param {Field} field */
  restore(field) {
    this.commit({ [field.name]: typeof field.default === "string" ? field.default : null })
  }

  /** Say something to screen readers. @param {string} sentence */
  announce(sentence) {
    this.live.textContent = sentence
  }

  /** @param {Set<string>} slots */
  tellHidden(slots) {
    this.telling = true
    this.bus.tell("hidden", slots)
    this.telling = false
  }

  /** @param {Set<string>} slots what the stage's legend has hidden */
  takeHidden(slots) {
    if (this.telling) return
    for (const { control } of this.controls) if (control instanceof ComparedField) control.takeHidden(slots)
    this.refresh()
  }

  // ---- drawing

  refresh() {
    this.show(this.bus.values)
  }

  /** Draw texts in place. @param {Texts} texts */
  show(texts) {
    const refusals = new Refusals(this.refused)
    for (const { field, control } of this.controls) {
      const wanted = !this.left.has(field.name) && Object.entries(field.when ?? {}).every(([name, allowed]) =>
        allowed.includes(this.declared.textOf(texts, name)),
      )
      if (control.node.hidden === wanted) control.node.hidden = !wanted
      if (wanted) control.show(texts, refusals)
    }
    for (const more of this.mores)
      more.present([...more.body.children].some(node => !(/** @type {HTMLElement} */ (node).hidden)))
    say(this.problems, together(...refusals.left.values()))
    this.nameHistory()
  }

  nameHistory() {
    const shown = this.bus.values
    const { history } = this.memory
    const before = history.before(shown)
    const after = history.after()
    nameButton(
      this.undoButton,
      before ? tr("Undo: {what} (Ctrl+Z)", { what: this.declared.describe(difference(shown, before)) }) : tr("Nothing to undo"),
      !before,
    )
    nameButton(
      this.redoButton,
      after ? tr("Redo: {what} (Ctrl+Y)", { what: this.declared.describe(difference(shown, after)) }) : tr("Nothing to redo"),
      !after,
    )
  }

  // ---- server and history

  /** @returns {Texts} why an edit was not taken, by place */
  get refused() {
    return this.conversation.refused
  }

  /** A run of the script has come. @param {PanelData} data @param {SetStateValue} send */
  arrive(data, send) {
    this.guide(data.address ?? {})
    this.conversation.arrive(data, send)
    this.root.classList.toggle("dark", this.conversation.dark)
  }

  /** What a teacher's link fixes and hides; see web/guide.py. @param {Texts} address */
  guide(address) {
    const named = (/** @type {string} */ name) => new Set((address[name] ?? "").split("_").filter(Boolean))
    const fixed = named("lock")
    this.left = named("hide")
    this.bus.fixed = name => fixed.has(this.declared.fieldOf(name)?.name ?? "")
    for (const { field, control } of this.controls) {
      control.node.inert = fixed.has(field.name)
      control.node.classList.toggle("fixed", control.node.inert)
      control.node.dataset.fixed = tr("Fixed by this link") // its style shows it
    }
  }

  /** The server has answered. */
  heard() {
    this.refresh()
    this.root.dataset.answered = String(this.conversation.acknowledged)
  }

  /** Somebody committed: here, or on the stage. @param {Changes} changes */
  committed(changes) {
    this.conversation.commit(changes)
    this.refresh()
  }

  undo() {
    const target = this.memory.history.undo(this.bus.values)
    if (target) this.bus.commit(difference(this.bus.values, target))
  }

  redo() {
    const target = this.memory.history.redo()
    if (target) this.bus.commit(difference(this.bus.values, target))
  }

  reset() {
    const { defaults } = this.declaration
    const names = Object.keys(this.bus.values).filter(name => name !== "v")
    this.commit(
      defaults ? difference(this.bus.values, defaults) : Object.fromEntries(names.map(name => [name, null])),
    )
  }

  // ---- listening

  start() {
    if (this.ends.length) return
    const { bus, root } = this
    const heard = (/** @type {KeyboardEvent} */ event) => this.key(event)
    const back = () => this.conversation.wentBack()
    const elsewhere = (/** @type {Event} */ event) => {
      const ours = event.composedPath().some(node => node instanceof Element && node.matches(".optviz-host"))
      if (!ours) this.conversation.catchUp()
    }
    window.addEventListener("keydown", heard)
    window.addEventListener("popstate", back)
    for (const event of ["pointerdown", "keydown"]) window.addEventListener(event, elsewhere, true)
    const typed = (/** @type {Event} */ event) => {
      this.typing = event.target
    }
    const rested = () => {
      this.typing = null
    }
    const ended = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter" || event.key === "Escape") rested()
    }
    root.addEventListener("input", typed)
    root.addEventListener("keydown", ended, true)
    root.addEventListener("change", rested)
    root.addEventListener("focusin", rested)
    this.ends = [
      bus.on("commit", changes => this.committed(changes)),
      bus.on("draft", texts => this.drafted(texts)),
      bus.on("settled", () => this.settle()),
      bus.on("hidden", slots => this.takeHidden(slots)),
      () => window.removeEventListener("keydown", heard),
      () => window.removeEventListener("popstate", back),
      () => {
        for (const event of ["pointerdown", "keydown"]) window.removeEventListener(event, elsewhere, true)
      },
      () => root.removeEventListener("input", typed),
      () => root.removeEventListener("keydown", ended, true),
      () => root.removeEventListener("change", rested),
      () => root.removeEventListener("focusin", rested),
    ]
  }

  stop() {
    for (const end of this.ends.splice(0)) end()
    window.cancelAnimationFrame(this.frame)
    this.help.hide()
  }

  /** The stage drags: its numbers are shown once a frame. @param {Texts} texts */
  drafted(texts) {
    if (this.drafting) return
    this.foreign = true
    window.cancelAnimationFrame(this.frame)
    this.frame = window.requestAnimationFrame(() => this.show(texts))
  }

  settle() {
    if (!this.foreign) return
    this.foreign = false
    window.cancelAnimationFrame(this.frame)
    this.refresh()
  }

  /** Ctrl+Z, Ctrl+Shift+Z and Ctrl+Y, unless a text is being typed. @param {KeyboardEvent} event */
  key(event) {
    if (event.defaultPrevented || event.altKey || !(event.ctrlKey || event.metaKey)) return
    const key = event.key.toLowerCase()
    if (key !== "z" && key !== "y") return
    const target = /** @type {HTMLElement} */ (event.composedPath()[0] ?? event.target)
    const writes =
      target instanceof HTMLElement &&
      (target.isContentEditable ||
        target.matches("textarea, input:not([type=range], [type=checkbox], [type=radio])"))
    if (writes && (!this.root.contains(target) || this.typing === target)) return
    event.preventDefault()
    if (key === "z" && !event.shiftKey) this.undo()
    else this.redo()
  }
}

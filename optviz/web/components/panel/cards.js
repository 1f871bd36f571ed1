// The compared optimizers: one card for each, with its style, its numbers, and buttons to arrange them.

const MOST = 6 // cards, where the declaration says no other number
const WORDS = [
  "", marked("One"), marked("Two"), marked("Three"), marked("Four"), marked("Five"), marked("Six"), marked("Seven"), marked("Eight"),
]
const NONE = marked("No optimizer matches “{query}”.")

/** What a page remembers of a card.
 * @typedef {{memory: Map<string, Texts>, hidden: boolean, fold: Fold, rule: Fold, found: Searched | null}} Slot */

/** @returns {Slot} */
function newSlot() {
  return { memory: new Map(), hidden: false, fold: { open: false }, rule: { open: true }, found: null }
}

class Card {
  /** @param {ComparedField} owner @param {Slot} slot */
  constructor(owner, slot) {
    this.owner = owner
    this.slot = slot
    this.place = 0
    /** @type {Setup} */ this.setup = { key: "", values: {} }
    this.style = ""
    this.line = el("span", { class: "swatch" })
    this.choice = new Combobox(owner.panel, {
      label: "",
      options: owner.options,
      none: NONE,
      choose: key => this.choose(key),
    })
    this.numbers = new SetupNumbers(
      owner.panel,
      {
        draft: values => owner.panel.draft({ [this.name]: this.write(values) }),
        commit: values => owner.panel.commit({ [this.name]: this.write(values) }),
      },
      slot.fold,
    )
    this.rule = new RulePlace(owner.panel, owner.field.own, (row, before) => {
      const kept = keptValues(before, row, this.setup.values)
      if (owner.cards.includes(this)) owner.panel.commit({ [this.name]: writeSetup(row, kept) })
    })
    this.rate = new GoodRate(owner.panel, slot, rate => {
      owner.panel.commit({ [this.name]: this.write({ ...this.setup.values, lr: rate }) })
    })
    this.fold = new More(slot.rule, tr("Rule"))
    this.fold.body.append(this.rule.node)
    this.hide = iconButton("", ICONS.shown, () => owner.hide(this))
    this.remove = iconButton("", ICONS.remove, () => owner.remove(this))
    this.copy = iconButton("", ICONS.copy, () => owner.duplicate(this))
    this.up = iconButton("", ICONS.up, () => owner.move(this, -1))
    this.down = iconButton("", ICONS.down, () => owner.move(this, 1))
    this.sentence = sentencePlace()
    attribute(this.choice.input, "aria-describedby", this.sentence.id)
    const head = el("div", { class: "head" }, this.line, this.choice.node, this.hide, this.remove)
    const foot = el("div", { class: "foot" }, this.rate.button, this.fold.button, this.numbers.more.button, this.copy, this.up, this.down)
    const parts = [head, this.sentence, this.fold.body, this.numbers.node, this.rate.sentence, foot]
    this.node = el("div", { class: "card", role: "group" }, ...parts)
  }

  /** The link name of the slot. */
  get name() {
    return `${this.owner.field.name}${this.place + 1}`
  }

  /** @returns {Option | undefined} */
  get option() {
    const { key } = this.setup
    return this.owner.options.find(option => option.key === key) ?? ruleBook.row(key, this.owner.panel)
  }

  /** @param {Texts} values @returns {string} */
  write(values) {
    return this.option ? writeSetup(this.option, values) : this.setup.key
  }

  /** Another optimizer begins with its defaults, or with what it had here before. @param {string} key */
  choose(key) {
    this.slot.memory.set(this.setup.key, this.setup.values)
    if (key === OWN) return this.rule.begin(this.setup.key)
    const option = this.owner.options.find(each => each.key === key)
    if (option) this.owner.panel.commit({ [this.name]: writeSetup(option, this.slot.memory.get(key) ?? {}) })
  }

  /**
   * @param {number} place
   * @param {number} count
   * @param {string} text
   * @param {Refusals} refusals
   * @param {string[]} without
   * @param {boolean} full
   * @param {Texts} texts all of them
   */
  show(place, count, text, refusals, without, full, texts) {
    this.place = place
    this.setup = readSetup(text)
    const { option, name } = this
    const own = isOwn(this.setup.key)
    const title = option?.name ?? (own ? tr("Your own") : this.setup.key)
    const called = `${title} (${place + 1})`
    this.choice.show(this.setup.key, title)
    this.choice.rename(tr("Optimizer {place}", { place: place + 1 }))
    this.numbers.show(option, this.setup.values, number => refusals.take(`${name}.${number}`), without)
    this.showRate(texts, without, called)
    this.fold.present(own)
    this.rule.show(this.setup.key, option, refusals.take(`${name}.text`))
    attribute(this.node, "aria-label", tr("Optimizer {place}: {name}", { place: place + 1, name: title }))
    this.node.classList.toggle("hidden-run", this.slot.hidden)
    const unknown =
      option || own || !text ? "" : tr("“{key}” is no optimizer here; choose another.", { key: this.setup.key.slice(0, 20) })
    say(this.sentence, refusals.take(name) || unknown)
    nameButton(
      this.hide,
      this.slot.hidden ? tr("Show {optimizer} in the picture", { optimizer: called }) : tr("Hide {optimizer} in the picture", { optimizer: called }),
    )
    this.hide.querySelector("path")?.setAttribute("d", this.slot.hidden ? ICONS.hidden : ICONS.shown)
    attribute(this.hide, "aria-pressed", String(this.slot.hidden))
    nameButton(
      this.remove,
      count > 1 ? tr("Remove {optimizer}", { optimizer: called }) : tr("The last optimizer cannot be removed"),
      count < 2,
    )
    nameButton(this.copy, full ? this.owner.fullReason(full) : tr("Duplicate {optimizer}", { optimizer: called }), full)
    nameButton(this.up, place ? tr("Move {optimizer} up", { optimizer: called }) : tr("{optimizer} is the first", { optimizer: called }), !place)
    nameButton(
      this.down,
      place < count - 1 ? tr("Move {optimizer} down", { optimizer: called }) : tr("{optimizer} is the last", { optimizer: called }),
      place === count - 1,
    )
    this.dress()
  }

  /** The search for a rate, or what is said of a rate that comes from elsewhere.
   * @param {Texts} texts @param {string[]} without @param {string} called */
  showRate(texts, without, called) {
    const { rate, owner, name, setup } = this
    const offered = Boolean(owner.field.finds && this.option) && !without.includes("lr")
    rate.show(name, called, aboutSearch(texts, setup), offered, owner.panel.conversation.notes[name] ?? "")
  }

  dress() {
    const style = this.owner.panel.style(this.place)
    const text = JSON.stringify(style)
    if (text === this.style) return
    this.style = text
    this.node.style.setProperty("--run", style.color)
    this.line.replaceChildren(swatch(style))
  }
}

class ComparedField {
  /** @param {Panel} panel @param {Field} field */
  constructor(panel, field) {
    this.panel = panel
    this.field = field
    this.options = withOwn(field)
    this.most = MOST
    /** @type {Card[]} */ this.cards = []
    /** @type {string[]} */ this.texts = []
    this.body = el("div", { class: "cards" })
    this.adder = new Combobox(panel, {
      label: tr("Add an optimizer"),
      options: this.options,
      placeholder: tr("Add an optimizer…"),
      none: NONE,
      choose: key => this.add(key),
    })
    this.reason = el("p", { class: "notes", id: newId(), hidden: true })
    attribute(this.adder.input, "aria-describedby", this.reason.id)
    this.sentence = sentencePlace()
    this.label = el("span", { class: "label" }, field.label || tr("Optimizers"))
    this.node = el(
      "div",
      { class: "row stacked compared", role: "group", "aria-label": field.label || tr("Optimizers") },
      this.label,
      this.body,
      this.adder.node,
      this.reason,
      this.sentence,
    )
    panel.help.describe(this.node, this.label, field.help ?? "", [this.node], this.sentence)
  }

  /** @param {boolean} full */
  fullReason(full) {
    if (!full) return ""
    if (this.most === 1) return tr("Only one optimizer can be shown here.")
    const count = tr(WORDS[this.most] ?? String(this.most))
    return tr("{count} optimizers are the most; remove one to add another.", { count })
  }

  /** What changes when the slots are these texts. @param {string[]} texts */
  send(texts) {
    /** @type {Changes} */ const changes = {}
    for (let i = 0; i < Math.max(texts.length, this.texts.length); i++) {
      if (texts[i] !== this.texts[i]) changes[`${this.field.name}${i + 1}`] = texts[i] ?? null
    }
    this.panel.commit(changes)
    this.tellHidden()
  }

  /** @param {string} key */
  add(key) {
    const option = this.options.find(each => each.key === key)
    this.adder.show("", "")
    if (!option || this.texts.length >= this.most) return
    if (key === OWN) return void this.addOwn()
    this.send([...this.texts, writeSetup(option, {})])
    this.panel.announce(tr("{name} is optimizer {place}.", { name: option.name, place: this.texts.length }))
    if (this.adder.input.disabled) this.cards.at(-1)?.choice.input.focus()
  }

  /** A card in which one writes a rule; it begins with one that can be used. */
  async addOwn() {
    const row = await ruleBook.started(this.field.own, "")
    if (!row) return this.panel.announce(tr(NO_ANSWER))
    if (this.texts.length >= this.most) return
    this.send([...this.texts, writeSetup(row, {})])
    const added = this.cards.at(-1)
    added?.fold.show(true)
    added?.rule.focus()
    this.panel.announce(tr("A rule of your own is optimizer {place}.", { place: this.texts.length }))
  }

  /** @param {Card} card */
  duplicate(card) {
    if (this.texts.length >= this.most) return
    const place = card.place + 1
    this.insert(new Card(this, newSlot()), place)
    this.send(this.texts.toSpliced(place, 0, this.texts[card.place] ?? ""))
    this.cards[place]?.copy.focus()
  }

  /** @param {Card} card */
  remove(card) {
    if (this.texts.length < 2) return
    const { place } = card
    this.cards.splice(place, 1)
    card.node.remove()
    this.send(this.texts.toSpliced(place, 1))
    this.cards[Math.min(place, this.cards.length - 1)]?.remove.focus()
  }

  /** @param {Card} card @param {number} way */
  move(card, way) {
    const [from, to] = [card.place, card.place + way]
    const other = this.cards[to]
    if (!other) return
    this.cards[from] = other
    this.cards[to] = card
    this.body.insertBefore(card.node, way < 0 ? other.node : other.node.nextSibling)
    this.send(this.texts.with(from, this.texts[to] ?? "").with(to, this.texts[from] ?? ""))
    ;(way < 0 ? card.up : card.down).focus()
  }

  /** @param {Card} card */
  hide(card) {
    card.slot.hidden = !card.slot.hidden
    this.panel.refresh()
    this.tellHidden()
  }

  /** Tell the stage which slots (o1, o2, …) are not drawn. */
  tellHidden() {
    this.panel.memory.slots = this.cards.map(card => card.slot)
    this.panel.tellHidden(new Set(this.cards.filter(card => card.slot.hidden).map(card => card.name)))
  }

  /** The stage's legend hides runs too. @param {Set<string>} slots */
  takeHidden(slots) {
    for (const card of this.cards) card.slot.hidden = slots.has(card.name)
  }

  /** @param {Card} card @param {number} place */
  insert(card, place) {
    this.cards.splice(place, 0, card)
    this.body.insertBefore(card.node, this.body.children[place] ?? null)
  }

  /** @param {Texts} texts */
  without(texts) {
    const { without = [], by = "map" } = this.field
    return Array.isArray(without) ? without : (without[this.panel.declared.textOf(texts, by)] ?? [])
  }

  /** @param {Texts} texts @param {Refusals} refusals */
  show(texts, refusals) {
    const { name, most = MOST, most_by_kind: byKind = {}, by = "map" } = this.field
    this.most = byKind[this.panel.declared.textOf(texts, by)] ?? most
    /** @type {string[]} */ const found = []
    for (let i = 1; i <= most; i++)
      if (texts[`${name}${i}`] !== undefined) found.push(texts[`${name}${i}`] ?? "")
    say(this.sentence, refusals.take(name))
    if (!found.length) return // on its way to the defaults, which the server knows
    this.texts = found
    for (const card of this.cards.splice(found.length)) card.node.remove()
    while (this.cards.length < found.length)
      this.insert(new Card(this, this.panel.memory.slots[this.cards.length] ?? newSlot()), this.cards.length)
    const full = found.length >= this.most
    const without = this.without(texts)
    this.cards.forEach((card, i) => card.show(i, found.length, found[i] ?? "", refusals, without, full, texts))
    this.adder.show("", "")
    const reason = this.fullReason(full)
    this.adder.disable(reason)
    say(this.reason, reason)
    this.panel.memory.slots = this.cards.map(card => card.slot)
  }
}

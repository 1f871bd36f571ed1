// What a declaration says about the names of a link: the text that a field has, and what people call it.

class Declared {
  /** @param {Declaration} declaration */
  constructor(declaration) {
    this.defaults = declaration.defaults
    /** @type {Field[]} */ this.fields = declaration.sections.flatMap(section => section.fields)
  }

  /**
   * The text of a field: that of the link, or what the server will say.
   * @param {Texts} texts
   * @param {Field} field
   */
  text(texts, field) {
    const given = texts[field.name]
    if (given !== undefined) return given
    if (field.name === "start" || field.name === "domain") {
      // each landscape has its own
      const options = this.fields.find(({ kind }) => kind === "landscape")?.options
      const own = options?.find(option => option.key === texts.objective)?.[field.name]
      if (own) return own
      if (options && texts.objective) return ""
    }
    return this.defaults?.[field.name] ?? (typeof field.default === "string" ? field.default : "")
  }

  /** @param {Texts} texts @param {string} name */
  textOf(texts, name) {
    const field = this.fields.find(each => each.name === name)
    return field ? this.text(texts, field) : (texts[name] ?? "")
  }

  /** The numbers of the first optimizer. @param {Texts} texts @returns {Field[]} */
  firstNumbers(texts) {
    const field = this.fields.find(
      ({ kind, name }) => kind === "compared" || (kind === "configured" && /^o1?$/.test(name)),
    )
    const { key } = readSetup(
      texts[field?.kind === "compared" ? `${field.name}1` : (field?.name ?? "o1")] ?? "",
    )
    const option = field?.options?.find(each => each.key === key) ?? ruleBook.rows.get(key)
    return option?.numbers ?? []
  }

  /** The names of what changes. @param {Changes} changes */
  describe(changes) {
    const names = [...new Set(Object.keys(changes).map(name => this.nameOf(name)))]
    return names.length > 3
      ? tr("{names} and {count} more", { names: listed(names.slice(0, 2)), count: names.length - 2 })
      : listed(names) || tr("nothing")
  }

  /** The field that a link name belongs to, if one does. @param {string} name @returns {Field | undefined} */
  fieldOf(name) {
    return (
      this.fields.find(each => each.name === name) ??
      this.fields.find(
        ({ kind, name: start }) =>
          kind === "compared" && name.startsWith(start) && /^\d+$/.test(name.slice(start.length)),
      ) ??
      this.fields.find(({ spread }) => spread && name.startsWith(spread)) ??
      this.fields.find(({ names }) => names?.includes(name)) ??
      (name === "formula" ? this.fields.find(({ kind }) => kind === "landscape") : undefined)
    )
  }

  /** What people call a link name. @param {string} name */
  nameOf(name) {
    const field = this.fields.find(each => each.name === name)
    if (field) return field.label || name
    const compared = this.fields.find(
      ({ kind, name: start }) =>
        kind === "compared" && name.startsWith(start) && /^\d+$/.test(name.slice(start.length)),
    )
    if (compared) return tr("Optimizer {place}", { place: name.slice(compared.name.length) })
    const spread = this.fields.find(({ spread: start }) => start && name.startsWith(start))
    return spread ? spread.label || name : name
  }
}

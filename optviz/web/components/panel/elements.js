// What all parts of the panel build with: elements, icons, and the types of the declaration. The types Texts
// and Changes are those of bus.js.

/**
 * @typedef {object} Option  one row to choose
 * @property {string} key
 * @property {string} name
 * @property {string} [help]
 * @property {string} [group]
 * @property {Field[]} [numbers]
 * @property {number} [dimension]
 * @property {string} [notes]
 * @property {string} [start]
 * @property {string} [domain]
 * @property {string} [placeholder]
 * @property {Texts} [values]
 * @property {string} [text] of a rule that somebody wrote
 */
/**
 * @typedef {object} Field  one setting of the declaration; which of the rest it has depends on its kind
 * @property {string} name
 * @property {string} kind
 * @property {string} [label]
 * @property {string} [symbol]
 * @property {string} [help]
 * @property {boolean} [advanced]
 * @property {unknown} [default]
 * @property {Record<string, string[]>} [when]
 * @property {number} [low]
 * @property {number} [high]
 * @property {boolean} [log]
 * @property {boolean} [integer]
 * @property {boolean} [slider] false where only a field for exact numbers makes sense
 * @property {string} [look]
 * @property {Option[]} [options]
 * @property {string} [on]
 * @property {string} [off]
 * @property {string[]} [axes]
 * @property {string[]} [names]
 * @property {number} [lines]
 * @property {string} [placeholder]
 * @property {[string, string][]} [shown]
 * @property {string} [spread]
 * @property {number} [most]
 * @property {Record<string, number>} [most_by_kind]
 * @property {string} [by]
 * @property {string[] | Record<string, string[]>} [without]
 * @property {boolean} [finds] whether a card offers to look for a good learning rate
 * @property {OwnRule} [own] where a rule of one's own may be written
 */
/** @typedef {{title: string, folded?: boolean, fields: Field[]}} SectionData */
/** @typedef {{color: string, dash: string, marker: string}} Style */
/**
 * @typedef {object} Declaration
 * @property {string} page
 * @property {SectionData[]} sections
 * @property {Texts} [defaults]
 * @property {{light: Style[], dark: Style[]}} [styles]
 */
/**
 * @typedef {object} Control  what every kind of field gives the panel
 * @property {HTMLElement} node
 * @property {(texts: Texts, refusals: Refusals) => void} show  draws these texts in place; what is held stays
 */

/** Why the server did not take an edit, by place. Who shows a sentence takes it; the panel shows the rest. */
class Refusals {
  /** @param {Texts} sentences */
  constructor(sentences) {
    this.left = new Map(Object.entries(sentences))
  }

  /** @param {string} place @returns {string} the sentence, or "" */
  take(place) {
    const sentence = this.left.get(place) ?? ""
    this.left.delete(place)
    return sentence
  }
}

/**
 * The sentences that are not about any of these names. A place is a name, or one with a number of it: o2.lr.
 * @param {Texts} sentences @param {string[]} names @returns {Texts}
 */
function notAbout(sentences, names) {
  const about = (/** @type {string} */ place) =>
    names.some(name => place === name || place.startsWith(`${name}.`))
  return Object.fromEntries(Object.entries(sentences).filter(([place]) => !about(place)))
}

/**
 * An element with attributes (`class`, `aria-label`, …), listeners (`onclick`) and children.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, any>} [given] @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
function el(tag, given = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value)
    else if (value === true) node.setAttribute(name, "")
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(name, String(value))
  }
  node.append(...children)
  return node
}

let made = 0

/** @returns {string} an id that no other element of the page has */
function newId() {
  return `optviz-panel-${++made}`
}

/**
 * Set an attribute, or take it away.
 * @param {Element} node
 * @param {string} name
 * @param {string | null} value
 */
function attribute(node, name, value) {
  if (node.getAttribute(name) === value) return
  if (value === null) node.removeAttribute(name)
  else node.setAttribute(name, value)
}

/** @param {string} d a path in a box of 24 × 24 @returns {SVGSVGElement} */
function icon(d) {
  return drawing("0 0 24 24", [{ d }])
}

/** @param {string} box @param {Record<string, string>[]} paths @returns {SVGSVGElement} */
function drawing(box, paths) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  svg.setAttribute("viewBox", box)
  svg.setAttribute("aria-hidden", "true")
  for (const given of paths) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path")
    for (const [name, value] of Object.entries(given)) path.setAttribute(name, value)
    svg.append(path)
  }
  return svg
}

const ICONS = {
  undo: "M9 6L4 11l5 5M4 11h10a6 6 0 0 1 0 12h-2",
  redo: "M15 6l5 5-5 5M20 11H10a6 6 0 0 0 0 12h2",
  reset: "M5 12a7.5 7.5 0 1 0 2.6-5.7M5 3v5h5",
  up: "M12 19V6M6 11l6-6 6 6",
  down: "M12 5v13M6 13l6 6 6-6",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  remove: "M6 6l12 12M18 6L6 18",
  shown: "M2 12q10-13 20 0-10 13-20 0zM12 9a3 3 0 1 0 .01 0z",
  hidden: "M2 12q10-13 20 0-10 13-20 0zM4 20L20 4",
  open: "M6 9l6 6 6-6",
}

/** @type {Record<string, string>} stroke patterns by the name that Plotly has for a dash */
const SWATCH_DASHES = {
  solid: "",
  dash: "6 4",
  dot: "2 3",
  dashdot: "7 3 2 3",
  longdash: "11 4",
  longdashdot: "11 3 2 3",
}

/** @type {Record<string, string>} outlines around (20, 8) by the name that Plotly has for a marker */
const SWATCH_MARKERS = {
  circle: "M15.5 8a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
  square: "M16 4h8v8h-8z",
  diamond: "M20 2.5L25.5 8 20 13.5 14.5 8z",
  "triangle-up": "M20 2.5L25.5 12h-11z",
  "triangle-down": "M20 13.5L25.5 4h-11z",
  cross: "M18 3h4v3h3v4h-3v3h-4v-3h-3V6h3z",
  x: "M17 3l3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3-3-3z",
  star: "M20 2l1.8 3.9 4.2.4-3.2 2.8 1 4.2L20 11.1l-3.8 2.2 1-4.2L14 6.3l4.2-.4z",
}

/** A line as the picture draws it. @param {Style} style @returns {SVGSVGElement} */
function swatch(style) {
  const line = {
    d: "M1 8H39",
    stroke: style.color,
    "stroke-width": "3",
    fill: "none",
    "stroke-dasharray": SWATCH_DASHES[style.dash] ?? "",
  }
  return drawing("0 0 40 16", [
    line,
    { d: SWATCH_MARKERS[style.marker] ?? "M16 4h8v8h-8z", fill: style.color, stroke: "none" },
  ])
}

/**
 * A button with an icon; its name is its tooltip too.
 * @param {string} name
 * @param {string} path
 * @param {() => void} press
 */
function iconButton(name, path, press) {
  const button = el("button", {
    type: "button",
    class: "icon",
    "aria-label": name,
    title: name,
    onclick: press,
  })
  button.append(icon(path))
  return button
}

/** @param {HTMLButtonElement} button @param {string} name @param {boolean} [off] */
function nameButton(button, name, off = false) {
  attribute(button, "aria-label", name)
  attribute(button, "title", name)
  attribute(button, "aria-disabled", off ? "true" : null)
}

// What people read, in their language. The server sends the catalogue, see web/language.py; `mount` puts this in
// front of a component's script. Where a message is missing, the English stands.

/** @typedef {{ language: string, words: Record<string, string> }} Speech */
/** @typedef {Record<string, string | number>} Values */

/** @returns {Speech} */
function speech() {
  return /** @type {any} */ (globalThis).optvizSpeech ?? { language: "en", words: {} }
}

/** The message in the page's language, with `{name}` replaced by each value of that name.
 * @param {string} message @param {Values} [values] @returns {string} */
function tr(message, values = {}) {
  const said = speech().words[message] ?? message
  const edge = speech().language === "zh" ? EDGE : ""
  const filled = said.replace(/\{(\w+)\}/g, (place, name) => (name in values ? `${edge}${values[name]}${edge}` : place))
  return edge ? spaced(filled) : filled
}

const EDGE = "\ue0f0" // stands at both ends of a value until the spaces are right

/** The text with a space at each EDGE where it belongs in Chinese; `words/spacing.py` says the same.
 * @param {string} text @returns {string} */
function spaced(text) {
  return text.replace(/([^\s\ue0f0])?([ \ue0f0]*\ue0f0[ \ue0f0]*)(?=([^\s\ue0f0])?)/g, (_, before = "", gap = "", after = "") => {
    const both = [before, after]
    const chinese = both.filter(sign => /[\u3400-\u9fff]/.test(sign)).length
    if (chinese === 2 || both.some(sign => /[\u3000-\u303f\uff01-\uff5e]/.test(sign))) return before
    if (chinese && both.some(sign => /[A-Za-z0-9]/.test(sign))) return `${before} `
    return before + (gap.includes(" ") ? " " : "")
  })
}

/** `one` if the count is 1, else `many`; `{count}` is the count.
 * @param {string} one @param {string} many @param {number} count @param {Values} [values] @returns {string} */
function trn(one, many, count, values = {}) {
  return tr(count === 1 ? one : many, { count, ...values })
}

/** What a request to our server says of the language. @returns {Record<string, string>} */
function spokenHeaders() {
  return { "accept-language": speech().language }
}

/** The same message: it is translated later, where it is shown. @param {string} message @returns {string} */
function marked(message) {
  return message
}

/** Sentences one after the other; Chinese has no space between them. @param {string[]} sentences @returns {string} */
function together(...sentences) {
  return sentences.filter(Boolean).join(speech().language === "zh" ? "" : " ")
}

/** Names one after the other, with the commas of the language. @param {string[]} names @returns {string} */
function listed(names) {
  return names.join(speech().language === "zh" ? "、" : ", ")
}

/** With a capital letter, where the language has them. @param {string} text @returns {string} */
function capitalized(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** Markup in the page's language: its texts and what is read aloud are messages. @param {string} markup @returns {string} */
function inWords(markup) {
  if (speech().language === "en") return markup
  const template = document.createElement("template")
  template.innerHTML = markup
  for (const element of template.content.querySelectorAll("*")) {
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      const said = element.getAttribute(name)
      if (said) element.setAttribute(name, tr(said))
    }
    if (element.localName === "style" || element.localName === "script") continue
    for (const node of element.childNodes) {
      const said = node.nodeType === Node.TEXT_NODE ? (node.textContent ?? "").replace(/\s+/g, " ").trim() : ""
      if (said) node.textContent = (node.textContent ?? "").replace(/\S(?:[\s\S]*\S)?/, tr(said))
    }
  }
  return template.innerHTML
}

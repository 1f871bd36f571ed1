// What somebody has opened and found of the course: kept by this browser alone, and shown as marks on the cards.

/** @typedef {"opened" | "found"} Mark */
/** @typedef {{ opened: string, found: string, lessons: string[] }} ProgressData  keys of lessons, "" for none */

const KEPT = "optviz.lessons"
const MARKS = "optviz-progress-marks" // the id of the styles that mark the cards

/** @returns {Record<string, Mark>} */
function keptProgress() {
  try {
    const said = JSON.parse(localStorage.getItem(KEPT) ?? "{}")
    return said && typeof said === "object" ? said : {}
  } catch {
    return {} // storage is closed to this page, or holds what another program has written
  }
}

/** @param {Record<string, Mark>} marks */
function keepProgress(marks) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(marks))
  } catch {
    // The browser keeps nothing: the course works without.
  }
}

/** Streamlit draws the cards anew at any time, so styles mark them. @param {string[]} lessons @param {Record<string, Mark>} marks */
function markCards(lessons, marks) {
  const style = document.getElementById(MARKS) ?? document.head.appendChild(Object.assign(document.createElement("style"), { id: MARKS }))
  const rule = (/** @type {string} */ key, /** @type {string} */ sign, /** @type {string} */ words) =>
    `.st-key-card-${CSS.escape(key)} h3::after { content: ${JSON.stringify(` ${sign}`)} / ${JSON.stringify(` (${words})`)}; opacity: 0.75; }`
  style.textContent = lessons
    .filter(key => Object.hasOwn(marks, key))
    .map(key => (marks[key] === "found" ? rule(key, "★", tr("found")) : rule(key, "✓", tr("opened"))))
    .join("\n")
}

/** @param {HTMLElement} root @param {string[]} lessons */
function showProgress(root, lessons) {
  const marks = keptProgress()
  const known = lessons.filter(key => Object.hasOwn(marks, key))
  const found = known.filter(key => marks[key] === "found")
  markCards(lessons, marks)
  root.hidden = !known.length
  const said = /** @type {HTMLElement} */ (root.querySelector(".said"))
  const opened = tr("✓ You have opened {opened} of {all} lessons.", { opened: known.length, all: lessons.length })
  const made = found.length ? trn("★ In {count} you have found what it asks for.", "★ In {count} you have found what they ask for.", found.length) : ""
  said.textContent = together(opened, made, tr("Only this browser knows."))
}

/** @param {{ data: ProgressData, parentElement: HTMLElement }} component */
export default function ({ data, parentElement }) {
  const root = /** @type {HTMLElement} */ (parentElement.querySelector(".optviz-progress"))
  const marks = keptProgress()
  if (data.opened) marks[data.opened] ??= "opened"
  if (data.found) marks[data.found] = "found"
  if (data.opened || data.found) keepProgress(marks)
  if (!data.lessons.length) return
  showProgress(root, data.lessons)
  const forget = /** @type {HTMLButtonElement} */ (root.querySelector(".forget"))
  forget.onclick = () => {
    keepProgress({})
    showProgress(root, data.lessons)
  }
}

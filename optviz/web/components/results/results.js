// The results under a picture: one statement, and a row for each thing that is compared.

/** @typedef {{ color: string, name: string, cells: string[] }} ResultRow */
/** @typedef {{ headline: string, headings: string[], rows: ResultRow[], csv: string, dark: boolean }} Results */

/** @param {string} tag @param {string} text */
function cell(tag, text) {
  const made = document.createElement(tag)
  made.textContent = text
  return made
}

/** @param {HTMLElement} root @param {Results} results */
function showResults(root, { headline, headings, rows, csv }) {
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector))
  if (part(".headline").textContent !== headline) part(".headline").textContent = headline
  part("thead tr").replaceChildren(...headings.map(heading => cell("th", heading)))
  part("tbody").replaceChildren(...rows.map(({ color, name, cells }) => {
    const row = document.createElement("tr")
    const first = cell("th", name)
    first.setAttribute("scope", "row")
    const swatch = document.createElement("i")
    swatch.style.background = color
    first.prepend(swatch)
    row.append(first, ...cells.map((text, i) => {
      const made = cell("td", text)
      made.dataset.heading = headings[i + 1] ?? ""
      return made
    }))
    return row
  }))
  part(".csv").setAttribute("href", csv)
}

/** @type {WeakMap<Element, () => void>} */
const listening = new WeakMap()

/** @param {{ data: Results & { page: string, stamp: Stamp }, parentElement: HTMLElement }} component */
export default function ({ data, parentElement }) {
  const root = /** @type {HTMLElement} */ (parentElement.querySelector(".optviz-results"))
  const bus = optvizPage(data.page)
  showResults(root, bus.newest("results", data))
  listening.get(root)?.()
  const end = bus.on("answer", parts => { if (parts.results) showResults(root, parts.results) })
  listening.set(root, end)
  return end
}

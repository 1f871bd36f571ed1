// The Share button: copies the address, which always says the whole of what is shown, and shows its QR code.

/** @param {string} text @param {HTMLInputElement} field */
async function copy(text, field) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Without https the clipboard is closed to pages; the old way still works.
    field.select()
    return document.execCommand("copy")
  }
}

/** @typedef {{ qr: string, file?: string, embed?: string, fields?: [string, string][], languages?: [string, string][], page?: string }} ShareData
 *   addresses; `file` and `embed` where the page can be taken away; `fields`, names and labels, that a link can lock and
 *   hide; `languages`, codes and names; the key of the page's bus */
/** @type {Record<string, string>} what the keys of a presenter do in large type */
const STEPS = { PageDown: "next", ArrowRight: "next", PageUp: "previous", ArrowLeft: "previous" }
const GUIDE = ["prompt", "lock", "hide", "large", "lang"] // as in web/guide.py

/** The address with what is chosen for a class. @param {HTMLElement} root @returns {string} */
function classLink(root) {
  const link = new URL(window.location.href)
  for (const name of GUIDE) link.searchParams.delete(name)
  const prompt = /** @type {HTMLTextAreaElement} */ (root.querySelector(".prompt")).value.trim()
  if (prompt) link.searchParams.set("prompt", prompt)
  for (const name of ["lock", "hide"]) {
    const chosen = [...root.querySelectorAll(".fields select")].map(field => /** @type {HTMLSelectElement} */ (field)).filter(({ value }) => value === name).map(({ dataset }) => dataset.name)
    if (chosen.length) link.searchParams.set(name, chosen.join("_"))
  }
  if (/** @type {HTMLInputElement} */ (root.querySelector(".large")).checked) link.searchParams.set("large", "1")
  const { value: lang } = /** @type {HTMLSelectElement} */ (root.querySelector(".lang"))
  if (lang) link.searchParams.set("lang", lang)
  return link.href
}

/** What the address says already for a class. @param {HTMLElement} root @param {[string, string][]} fields
 * @param {[string, string][]} languages */
function showGuide(root, fields, languages) {
  const said = new URLSearchParams(window.location.search)
  const named = (/** @type {string} */ name) => (said.get(name) ?? "").split("_")
  const prompt = /** @type {HTMLTextAreaElement} */ (root.querySelector(".prompt"))
  prompt.value = said.get("prompt") ?? ""
  ;/** @type {HTMLInputElement} */ (root.querySelector(".large")).checked = said.get("large") === "1"
  const lang = /** @type {HTMLSelectElement} */ (root.querySelector(".lang"))
  lang.replaceChildren(...[["", tr("that of each browser")], ...languages].map(([value, name]) => new Option(name, value)))
  lang.value = said.get("lang") ?? ""
  const rows = fields.map(([name, label]) => {
    const row = document.createElement("label")
    const select = document.createElement("select")
    select.dataset.name = name
    select.append(...[["", tr("can be changed")], ["lock", tr("fixed")], ["hide", tr("hidden")]].map(([value, text]) => new Option(text, value)))
    select.value = ["lock", "hide"].find(kind => named(kind).includes(name)) ?? ""
    row.append(label, select)
    return row
  })
  root.querySelector(".fields")?.replaceChildren(...rows)
}

/** What the address says of the experiment, without what Streamlit may be told there. @returns {string} */
function experimentQuery() {
  const link = new URLSearchParams(window.location.search)
  for (const name of [...link.keys()]) if (name.startsWith("embed")) link.delete(name)
  return String(link)
}

/** The code that shows the lean view in another page. @param {string} embed @param {string} title */
function frameCode(embed, title) {
  const frame = document.createElement("iframe")
  const given = { src: `${window.location.origin}${embed}?${experimentQuery()}`, title, width: "1000", height: "600", style: "border: 0" }
  for (const [name, value] of Object.entries(given)) frame.setAttribute(name, value)
  return frame.outerHTML
}

/** @type {WeakMap<Element, () => void>} */
const shares = new WeakMap()
/** @type {WeakMap<Element, FilmButton>} */
const films = new WeakMap()

/** @param {{ data: ShareData, parentElement: HTMLElement }} component */
export default function ({ data, parentElement }) {
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (parentElement.querySelector(selector))
  const [root, button, panel, said, code] = [".share", ".copy", ".panel", ".said", ".code"].map(part)
  const field = /** @type {HTMLInputElement} */ (part(".link"))
  if (!root || !button || !panel || !said || !code) return
  /** @param {boolean} open */
  const show = open => {
    panel.hidden = !open
    button.setAttribute("aria-expanded", String(open))
  }
  button.onclick = async () => {
    if (!panel.hidden) return show(false)
    const link = window.location.href
    showGuide(root, data.fields ?? [], data.languages ?? [])
    offer(link)
    part(".take").hidden = !data.file || !data.embed
    part(".file").setAttribute("href", `${data.file}?${experimentQuery()}`)
    part(".frame").textContent = frameCode(data.embed ?? "", document.querySelector(".optviz-bench h1")?.textContent ?? "optviz")
    show(true)
    said.textContent = (await copy(link, field)) ? tr("The link is copied.") : tr("Copy this link:")
  }
  /** @param {string} link */
  const offer = link => {
    field.value = link
    const image = code.querySelector("img") ?? new Image() // the same one: what stands below must not jump
    image.src = `${data.qr}?${new URLSearchParams({ text: link })}`
    image.alt = tr("QR code of the link")
    code.append(image)
  }
  part(".teach").oninput = () => {
    offer(classLink(root))
    said.textContent = tr("This link is not copied yet:")
  }
  part(".again").onclick = async () => {
    said.textContent = (await copy(field.value, field)) ? tr("The link for a class is copied.") : tr("Copy this link:")
  }
  const closed = (/** @type {Event} */ event) => {
    const escaped = event instanceof KeyboardEvent && event.key === "Escape"
    const outside = event.type === "pointerdown" && !event.composedPath().includes(root)
    if (panel.hidden || (!escaped && !outside)) return
    if (escaped && root.contains(event.target instanceof Node ? event.target : null)) button.focus()
    show(false)
  }
  const keyed = (/** @type {Event} */ event) => {
    closed(event)
    const step = event instanceof KeyboardEvent && !event.defaultPrevented && event.target === document.body && STEPS[event.key]
    const button = step && document.documentElement.matches(".optviz-large") && document.querySelector(`.st-key-lesson-${step} button`)
    if (button instanceof HTMLElement) button.click()
  }
  if (data.page && !films.has(root)) films.set(root, new FilmButton(part(".film"), optvizPage(data.page)))
  shares.get(root)?.()
  window.addEventListener("keydown", keyed)
  window.addEventListener("pointerdown", closed)
  const end = () => {
    window.removeEventListener("keydown", keyed)
    window.removeEventListener("pointerdown", closed)
  }
  shares.set(root, end)
  return end
}

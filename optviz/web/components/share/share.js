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

/** @typedef {{ qr: string, file?: string, embed?: string }} ShareData  addresses; `file` and `embed` where the page can
 *   be taken away */

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
    const link = window.location.href
    if (!panel.hidden && field.value === link) return show(false)
    field.value = link
    const image = new Image()
    image.src = `${data.qr}?${new URLSearchParams({ text: link })}`
    image.alt = "QR code of the link"
    code.replaceChildren(image)
    part(".take").hidden = !data.file || !data.embed
    part(".file").setAttribute("href", `${data.file}?${experimentQuery()}`)
    part(".frame").textContent = frameCode(data.embed ?? "", document.querySelector(".optviz-bench h1")?.textContent ?? "optviz")
    show(true)
    said.textContent = (await copy(link, field)) ? "The link is copied." : "Copy this link:"
  }
  const closed = (/** @type {Event} */ event) => {
    const escaped = event instanceof KeyboardEvent && event.key === "Escape"
    const outside = event.type === "pointerdown" && !event.composedPath().includes(root)
    if (panel.hidden || (!escaped && !outside)) return
    if (escaped && root.contains(event.target instanceof Node ? event.target : null)) button.focus()
    show(false)
  }
  shares.get(root)?.()
  for (const event of ["keydown", "pointerdown"]) window.addEventListener(event, closed)
  const end = () => {
    for (const event of ["keydown", "pointerdown"]) window.removeEventListener(event, closed)
  }
  shares.set(root, end)
  return end
}

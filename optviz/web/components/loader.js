// Loads the components. Streamlit sends a component's script with every run, so it is given two lines that call
// this, and this fetches the component's own module once. Large data come compressed, as bytes.

/** @typedef {{ parentElement: HTMLElement, data: any, [name: string]: any }} Component */

const PROJECTED = 1000 // px of a window from which a link's large type counts: on a phone it would only take room

/** @param {any} data */
async function read(data) {
  if (!(data instanceof Uint8Array)) return data
  const stream = new Blob([/** @type {any} */ (data)]).stream().pipeThrough(new DecompressionStream("deflate"))
  return new Response(stream).json()
}

/** Speak the language that the server speaks. @param {{ language: string, words: string } | undefined} said */
async function speak(said) {
  const { language, words } = said ?? { language: "en", words: "" }
  if (speech().language === language) return
  const catalogue = words ? await (await fetch(words)).json() : {}
  ;/** @type {any} */ (globalThis).optvizSpeech = { language, words: catalogue }
  document.documentElement.lang = language === "zh" ? "zh-Hans" : language
}

/** @type {Promise<void>} */
let calls = Promise.resolve() // one after the other, in their order

/** Put a component's markup into its host; or what was drawn before Streamlit began, see first_sight.js.
 * @param {HTMLElement} host @param {string} address @param {string} markup */
function fill(host, address, markup) {
  const first = /** @type {any} */ (globalThis).optvizFirst
  if (first?.module !== address || first.host === host) host.innerHTML = inWords(markup)
  else {
    host.replaceChildren(...first.host.childNodes)
    first.done()
  }
}

/** @type {WeakMap<Element, { language: string, end: (() => void) | undefined }>} what stands in a host */
const standing = new WeakMap()

/** Markup in another language than that of the page goes. @param {HTMLElement} host */
function clear(host) {
  const before = standing.get(host)
  if (!before || before.language === speech().language) return
  before.end?.()
  host.replaceChildren()
}

/** Call a component's module. Returns what ends it.
 * @param {Component} component @param {string} address @returns {() => void} */
export function call(component, address) {
  const app = document.querySelector(".stApp")
  const page = document.documentElement
  if (app) page.style.setProperty("--page-ground", getComputedStyle(app).backgroundColor)
  const large = new URLSearchParams(window.location.search).get("large") === "1"
  page.classList.toggle("optviz-large", large && window.innerWidth >= PROJECTED)
  const host = /** @type {HTMLElement} */ (component.parentElement.querySelector(".optviz-host"))
  /** @type {(() => void) | undefined} */
  let end
  let over = false
  calls = calls.then(async () => {
    try {
      const [part, data] = await Promise.all([import(new URL(address, window.location.origin).href), read(component.data)])
      await speak(data?.speech)
      if (over) return
      clear(host)
      if (!host.hasChildNodes()) fill(host, address, part.markup)
      end = part.default({ ...component, data })
      standing.set(host, { language: speech().language, end })
    } catch (error) {
      console.error(error)
      const why = error instanceof Error ? error.message : String(error)
      if (!host.hasChildNodes()) host.textContent = tr("This could not be loaded: {why}. Reload the page to try again.", { why })
    }
  })
  return () => {
    over = true
    end?.()
  }
}

/** @type {string} what site.css says, put in front of this script */
const css = /** @type {any} */ (globalThis).optvizCss ?? ""
const style = document.createElement("style")
style.textContent = css
document.head.append(style)

// Draws the bench of the first page before Streamlit has begun; see web/first_sight.py. The bench lies over the
// page, in the place that Streamlit will give it, until Streamlit's own component takes it over (`loader.js`).

/** @typedef {Record<string, any>} Data */
/** @typedef {{ loader: string, module: string, data: Data, guided: string[], themes: Record<"light" | "dark", Record<string, string>> }} Given */
/** @typedef {{ module: string, host: HTMLElement, done: () => void }} FirstSight */

const FONT = '"Source Sans", "Source Sans Pro", sans-serif'
const PATIENT = 2500 // ms that Streamlit waits for the picture

/** What the visitor has chosen in Streamlit's menu, else what the system says. @returns {"light" | "dark"} */
function themeOfVisitor() {
  const kept = Object.keys(localStorage).find(key => key.startsWith(`stActiveTheme-${window.location.pathname}-`))
  const chosen = /\b(light|dark)\b/i.exec((kept && localStorage.getItem(kept)) ?? "")?.[1]?.toLowerCase()
  if (chosen === "light" || chosen === "dark") return chosen
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"
}

/** @param {Given} given @returns {Promise<void>} resolved when Streamlit may begin */
export async function draw({ loader, module, data, themes, guided }) {
  const link = Object.fromEntries(new URLSearchParams(window.location.search))
  if (Object.keys(link).some(name => name.startsWith("embed"))) return // Streamlit's own layouts
  if (guided.some(name => name in link)) return // a lesson or a prompt stands above the bench
  const theme = themeOfVisitor()
  const asked = fetch(data.panel.answers.url, {
    method: "POST",
    headers: { "content-type": "application/json", "accept-language": data.speech?.language ?? "en" },
    body: JSON.stringify({ link, whole: true, theme }),
  })
  const { call } = await import(new URL(loader, window.location.origin).href)
  const answer = await (await asked).json()
  if (answer.notices.length) return // Streamlit's page names them above the picture
  const over = overlay(themes[theme])
  const { values, address, notes, parts } = answer
  /** @type {Data} */
  const shown = { ...data, panel: { ...data.panel, values, address, notes, dark: theme === "dark" } }
  for (const [name, part] of Object.entries(parts)) shown[name] = { ...shown[name], ...part }
  const path = window.location.pathname
  const left = setInterval(() => { if (window.location.pathname !== path) done() }, 100)
  const done = () => {
    clearInterval(left)
    const main = document.querySelector("[data-testid=stMain]")
    if (main) main.scrollTop = over.scrollTop
    over.remove()
    if (first.optvizFirst?.host === host) first.optvizFirst = undefined
  }
  const host = /** @type {HTMLElement} */ (over.querySelector(".optviz-host"))
  const first = /** @type {{ optvizFirst?: FirstSight }} */ (globalThis)
  first.optvizFirst = { module, host, done }
  call({ data: shown, parentElement: over, setStateValue: () => {} }, module)
  await Promise.race([drawn(host), new Promise(resolve => setTimeout(resolve, PATIENT))])
}

/** What lies over Streamlit's page, below its header. @param {Record<string, string>} colours */
function overlay(colours) {
  const over = document.createElement("div")
  over.id = "optviz-first"
  over.innerHTML = '<div class="optviz-host"></div>'
  for (const [name, value] of Object.entries({ ...colours, "--st-font": FONT, "--st-button-radius": "6px" })) {
    over.style.setProperty(name, value)
  }
  document.documentElement.style.setProperty("--page-ground", colours["--st-background-color"] ?? "")
  document.body.append(over)
  return over
}

/** @param {HTMLElement} host @returns {Promise<void>} */
function drawn(host) {
  return new Promise(resolve => {
    const observer = new MutationObserver(() => {
      if (!host.querySelector(".optviz-stage.ready")) return
      observer.disconnect()
      resolve()
    })
    observer.observe(host, { subtree: true, attributes: true, attributeFilter: ["class"], childList: true })
  })
}

// What Streamlit calls after each run of the server: it loads the declaration and hands the answer to the
// panel.

FormulaReading.address = String(new URL("../read", import.meta.url)) // beside assets/, under any prefix

/** @type {Map<string, Promise<Declaration>>} */
const declarations = new Map()

/** @param {string | Declaration} declaration @returns {Promise<Declaration>} */
function load(declaration) {
  if (typeof declaration !== "string") return Promise.resolve(declaration)
  let loaded = declarations.get(declaration)
  if (!loaded) {
    loaded = fetch(declaration).then(answer => {
      if (!answer.ok) throw new Error(tr("the server answered {status}", { status: answer.status }))
      return answer.json()
    })
    loaded.catch(() => declarations.delete(declaration))
    declarations.set(declaration, loaded)
  }
  return loaded
}

/**
 * @typedef {object} Mounted  one panel on the page
 * @property {PanelData} data
 * @property {SetStateValue} send
 * @property {Panel | null} panel
 * @property {string} declared
 * @property {boolean} gone
 */
/** @type {WeakMap<Element, Mounted>} */
const mounted = new WeakMap()

/** @param {{data: PanelData, parentElement: ParentNode, setStateValue: SetStateValue}} given */
export default function ({ data, parentElement, setStateValue }) {
  const root = /** @type {HTMLElement} */ (parentElement.querySelector(".optviz-panel"))
  const here = mounted.get(root) ?? {
    data,
    send: setStateValue,
    panel: null,
    declared: "",
    gone: false,
  }
  Object.assign(here, { data, send: setStateValue, gone: false })
  mounted.set(root, here)
  load(data.declaration)
    .then(declaration => {
      if (here.gone || here.data !== data) return // a newer run is on its way
      const declared = typeof data.declaration === "string" ? data.declaration : JSON.stringify(declaration)
      if (!here.panel || here.declared !== declared) {
        here.panel?.stop()
        here.panel = new Panel(root, declaration, data.page ?? declaration.page)
        here.declared = declared
      }
      here.panel.conversation.send = here.send // the stage may have committed something already
      here.panel.start()
      here.panel.arrive(data, here.send)
      root.dataset.drawn = String(Number(root.dataset.drawn ?? 0) + 1)
    })
    .catch(error => {
      if (!here.panel)
        root.replaceChildren(
          el(
            "p",
            { class: "refusal", role: "alert" },
            tr("The settings could not be loaded: {why}. Reload the page to try again.", { why: error.message }),
          ),
        )
      else console.error(error)
    })
  return () => {
    here.gone = true
    here.panel?.stop()
  }
}

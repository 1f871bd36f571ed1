// A page that holds one experiment and needs no server: the bench, with answers from the browser's engine.

/** @typedef {(question: Question) => Promise<Answer>} Ask */
/** @typedef {{ markup: string, default: (component: any) => void | (() => void) }} Part */

/** The panel of the lean view: sliders, with what arranges the optimizers left out. It stands in a shadow root. */
const LEAN = `<style>
.optviz-panel :is(.toolbar, .foot, .find-rate, .compared > .combobox, .compared > .label) { display: none; }
.optviz-panel .card { padding-bottom: 6px; }
.optviz-panel .row.number { grid-template-columns: minmax(0, 38%) minmax(0, 1fr) 4.6em; gap: 2px 5px; font-size: 13px; }
.optviz-panel .row.number .slider { grid-column: auto; grid-row: auto; }
.optviz-panel .coordinates { flex-wrap: nowrap; }
</style>`

/** @param {Taken} taken @param {Record<string, Part>} modules the bench and its parts */
export function open(taken, modules) {
  ;/** @type {any} */ (globalThis).optvizSpeech = taken.speech
  const root = /** @type {HTMLElement} */ (document.querySelector(".optviz-alone"))
  const host = /** @type {HTMLElement} */ (root.querySelector(".optviz-host"))
  const { bench, panel: settings, ...others } = modules
  if (!bench || !settings) return
  const lean = root.classList.contains("lean")
  const parts = { ...others, panel: lean ? { ...settings, markup: settings.markup + LEAN } : settings }
  const engine = /** @type {Engine} */ (/** @type {any} */ (globalThis).optvizEngine)
  for (const [key, source] of Object.entries(taken.sources)) engine.optimizers[key] = engine.compile(source)
  const answers = new BrowserAnswers(taken)
  const link = /** @type {HTMLAnchorElement} */ (root.querySelector(".open"))
  /** @type {Ask} */
  const ask = async question => {
    const answer = answers.answer(question)
    if ("sentence" in answer) return /** @type {any} */ (answer) // a search changes nothing
    const { address, ...rest } = answer
    link.href = answers.link
    return /** @type {Answer} */ (rest) // the address of this page says nothing of its experiment
  }
  host.innerHTML = inWords(bench.markup)
  const page = taken.declaration.page
  const stamp = { opened: "", done: 0 }
  const said = { opened: "taken", rest: "", whole: false, lesson: "" }
  const panel = { declaration: taken.declaration, values: taken.link, refused: {}, notes: taken.notes, ack: 0, dark: taken.dark, answers: { ...said, url: ask } }
  const data = { head: taken.head, stage: taken.stage, panel, results: taken.results }
  const shown = Object.fromEntries(Object.entries(data).map(([name, part]) => [name, { ...part, page, stamp }]))
  bench.default({ data: { ...shown, page, modules: parts }, parentElement: root, setStateValue: () => {} })
  host.addEventListener("click", event => {
    const csv = /** @type {HTMLElement} */ (event.target).closest?.("a.csv")
    if (!csv) return
    csv.setAttribute("download", "optviz.csv")
    csv.setAttribute("href", URL.createObjectURL(new Blob(["\ufeff", answers.csv], { type: "text/csv" })))
  }, true)
}

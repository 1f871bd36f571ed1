// The bench: title and Share, picture, panel and results of a page. Each part is a module of its own, which gets
// its data as if it were a component alone; panel and Share keep their styles to themselves in a shadow root.

/** @typedef {{ name: string, math: string, dark: boolean }} Head  `math` is MathML that the server has made */
/** @typedef {{ markup: string, default: (component: any) => void | (() => void) }} PartModule */
/** @typedef {{ page: string, modules: Record<string, string | PartModule>, head: Head & { stamp: Stamp }, [part: string]: any }} BenchData */

const ISOLATED = new Set(["share", "panel"])

class Bench {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    /** @type {Map<string, () => void>} */ this.ends = new Map()
    this.shown = 0
  }

  /** @param {BenchData} data @param {(name: string, value: any) => void} setStateValue */
  async show(data, setStateValue) {
    const turn = ++this.shown
    const bus = optvizPage(data.page)
    this.head(bus.newest("head", data.head))
    this.end("head")
    this.ends.set("head", bus.on("answer", ({ head }) => { if (head) this.head(head) }))
    const names = Object.keys(data.modules)
    const modules = names.map(name => {
      const module = data.modules[name] ?? ""
      return typeof module === "string" ? import(new URL(module, window.location.origin).href) : module
    })
    for (const [i, name] of names.entries()) {
      const part = await modules[i]
      if (turn !== this.shown) return // newer data have come
      this.part(name, part, data[name], setStateValue)
    }
  }

  /** @param {string} name @param {PartModule} part @param {any} data @param {(name: string, value: any) => void} setStateValue */
  part(name, part, data, setStateValue) {
    const place = /** @type {HTMLElement} */ (this.root.querySelector(`.${name}-place`))
    const parentElement = ISOLATED.has(name) ? place.shadowRoot ?? place.attachShadow({ mode: "open" }) : place
    if (!parentElement.childNodes.length) parentElement.innerHTML = inWords(part.markup)
    this.ends.set(name, part.default({ data, parentElement, setStateValue }) ?? (() => {}))
  }

  /** @param {Head} head */
  head({ name, math }) {
    const [title, formula] = ["h1", ".math"].map(part => /** @type {HTMLElement} */ (this.root.querySelector(part)))
    if (title && title.textContent !== name) title.textContent = name
    if (!formula || formula.dataset.math === math) return
    formula.innerHTML = math
    formula.dataset.math = math
  }

  /** @param {string} name */
  end(name) {
    this.ends.get(name)?.()
    this.ends.delete(name)
  }

  close() {
    this.shown++
    for (const name of [...this.ends.keys()]) this.end(name)
  }
}

/** @type {WeakMap<Element, Bench>} */
const benches = new WeakMap()

/** @param {{ data: BenchData, parentElement: HTMLElement, setStateValue: (name: string, value: any) => void }} component */
export default function ({ data, parentElement, setStateValue }) {
  const root = /** @type {HTMLElement} */ (parentElement.querySelector(".optviz-bench"))
  const bench = benches.get(root) ?? new Bench(root)
  benches.set(root, bench)
  bench.show(data, setStateValue).catch(console.error)
  return () => bench.close()
}

// All that touches Plotly's insides, and what every component that draws with it shares.
// Plotly's private names (_fullLayout, _offset, _length, d2p, p2d) stand in this file only.

/** @typedef {any} PlotlyLibrary  Plotly ships no types */
/** @typedef {HTMLElement & { on?: (event: string, listener: (told: any) => void) => void }} PlotNode */
/** @typedef {{ dtype: string, bdata: string, shape?: string }} Packed */
/** @typedef {Float32Array | Float64Array | Int32Array | Uint8Array} Numbers */
/** @typedef {{ range: [number, number], domain: [number, number], offset: number, length: number,
 *   toPixel: (value: number) => number, toData: (pixel: number) => number }} Axis  pixels from the plot's edge */
/** @typedef {{ x: Axis, y: Axis }} Axes */

/** For what is written on a canvas: that of Plotly's pictures, see optviz/figures/style.py. */
const FONTS = '"Open Sans", verdana, arial, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif'

/** One promise for each script, shared by all components of the page.
 * @param {string} url @param {() => any} found @param {string} failed what is said if it does not come @returns {Promise<any>} */
function loadScript(url, found, failed) {
  if (found()) return Promise.resolve(found())
  const loads = (/** @type {any} */ (window).optvizScripts ??= new Map())
  if (!loads.has(url)) {
    loads.set(url, new Promise((resolve, reject) => {
      // The head of the page may have asked for it already; then it is still on its way.
      const early = [...document.scripts].find(script => script.src === new URL(url, document.baseURI).href)
      const script = early ?? document.createElement("script")
      script.addEventListener("load", () => resolve(found()))
      script.addEventListener("error", () => { loads.delete(url); script.remove(); reject(new Error(tr(failed))) })
      if (early) return
      script.src = url
      document.head.append(script)
    }))
  }
  return loads.get(url)
}

/** @param {string} url @returns {Promise<PlotlyLibrary>} */
function loadPlotly(url) {
  return loadScript(url, () => /** @type {any} */ (window).Plotly, marked("Plotly could not be loaded"))
}

/** @param {Packed | Numbers} packed numbers that the browser has made are none @returns {Numbers} */
function unpack(packed) {
  if (ArrayBuffer.isView(packed)) return packed
  const { buffer } = Uint8Array.from(atob(packed.bdata), c => c.charCodeAt(0))
  switch (packed.dtype) {
    case "f4": return new Float32Array(buffer)
    case "f8": return new Float64Array(buffer)
    case "i4": return new Int32Array(buffer)
    case "u1": return new Uint8Array(buffer)
    default: throw new Error(`Numbers of type ${packed.dtype} are not known`)
  }
}

/** @param {PlotNode} node @returns {Axes | null} null while nothing is drawn */
function axesOf(node) {
  const full = /** @type {any} */ (node)._fullLayout
  if (!full?.xaxis) return null
  /** @param {any} axis @returns {Axis} */
  const plain = axis => ({
    range: [axis.range[0], axis.range[1]],
    domain: [axis.domain[0], axis.domain[1]],
    offset: axis._offset,
    length: axis._length,
    toPixel: value => axis.d2p(value),
    toData: pixel => axis.p2d(pixel),
  })
  return { x: plain(full.xaxis), y: plain(full.yaxis) }
}

/** Where an event is on a plot: in pixels of the axes and in data. null while nothing is drawn.
 * @param {PlotNode} node @param {{ clientX: number, clientY: number }} event */
function placeOn(node, event) {
  const axes = axesOf(node)
  if (!axes) return null
  const box = node.getBoundingClientRect()
  const [px, py] = [event.clientX - box.left - axes.x.offset, event.clientY - box.top - axes.y.offset]
  const inside = px >= 0 && py >= 0 && px <= axes.x.length && py <= axes.y.length
  return { axes, px, py, x: axes.x.toData(px), y: axes.y.toData(py), inside }
}

/** @param {EventTarget | null} target */
function onModebar(target) {
  return Boolean(/** @type {Element | null} */ (target)?.closest?.(".modebar"))
}

/** What Plotly itself says. */
const PLOTLYS_WORDS = [
  marked("Zoom"), marked("Pan"), marked("Zoom in"), marked("Zoom out"), marked("Reset axes"), marked("Download plot as a PNG"),
  marked("Double-click to zoom back out"), marked("Taking snapshot - this may take a few seconds"), marked("Snapshot succeeded"),
  marked("Sorry, there was a problem downloading your snapshot!"),
]

/** Plotly's own words in the page's language. */
function locale() {
  const { language } = speech()
  if (language === "en") return {}
  const dictionary = Object.fromEntries(PLOTLYS_WORDS.map(said => [said, tr(said)]))
  return { locale: language, locales: { [language]: { dictionary } } }
}

const NO_BUTTONS = ["sendChartToCloud", "select2d", "lasso2d", "autoScale2d"] // the first would upload the picture

/** @param {PlotlyLibrary} Plotly @param {object} [more] */
function configuration(Plotly, more) {
  return {
    displaylogo: false,
    responsive: false,
    modeBarButtonsToRemove: NO_BUTTONS,
    toImageButtonOptions: { format: "png", scale: 2, filename: "optviz" },
    modeBarButtonsToAdd: [{
      name: "Download as SVG",
      title: tr("Download as SVG"),
      icon: Plotly.Icons.disk,
      click: (/** @type {PlotNode} */ plot) => Plotly.downloadImage(plot, { format: "svg", filename: "optviz" }),
    }],
    ...locale(),
    ...more,
  }
}

function coarse() {
  return window.matchMedia("(pointer: coarse)").matches
}

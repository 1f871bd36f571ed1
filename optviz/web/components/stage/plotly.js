// What every component that draws with Plotly shares; `mount` puts it in front of the component's own code.

// One promise for the library, shared by all components of the page.
function loadPlotly(url) {
  if (window.Plotly) return Promise.resolve(window.Plotly)
  window.optvizPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = url
    script.onload = () => resolve(window.Plotly)
    script.onerror = () => { delete window.optvizPlotly; reject(new Error("Plotly could not be loaded")) }
    document.head.append(script)
  })
  return window.optvizPlotly
}

const ARRAYS = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u1: Uint8Array }

function unpack(values) {
  if (!values?.bdata) return values
  const bytes = Uint8Array.from(atob(values.bdata), c => c.charCodeAt(0))
  return new ARRAYS[values.dtype](bytes.buffer)
}

function configuration(Plotly, more) {
  return {
    displaylogo: false,
    responsive: false,
    // Nothing leaves the classroom: sendChartToCloud would upload the picture.
    modeBarButtonsToRemove: ["sendChartToCloud", "select2d", "lasso2d", "autoScale2d"],
    toImageButtonOptions: { format: "png", scale: 2, filename: "optviz" },
    modeBarButtonsToAdd: [{
      name: "Download as SVG",
      icon: Plotly.Icons.disk,
      click: plot => Plotly.downloadImage(plot, { format: "svg", filename: "optviz" }),
    }],
    ...more,
  }
}

function coarse() {
  return window.matchMedia("(pointer: coarse)").matches
}


// Both layers, the loss and the side picture as one figure with title, legend and terms, to be saved.

const HEAD = 64 // px for title and terms
const FOOT = 60 // px for the legend
const LETTERS = 5.4 // px that a letter of the link is wide
const LINE = 13 // px that a line of it is high

/** Where what is shown opens: the address of the page, but where a page was taken away, of that which it came from. */
function linkOfPage() {
  const taken = document.querySelector(".optviz-alone a.open")
  return taken instanceof HTMLAnchorElement ? taken.href : window.location.href
}

/** The link in lines, each of which leads to it where the picture is an SVG.
 * @param {string} link @param {number} width in px @returns {string[]} */
function linkLines(link, width) {
  /** @param {string} text */
  const escaped = text => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")
  return inLines(link, width).map(part => `<a href="${escaped(link)}">${escaped(part)}</a>`)
}

/** @param {string} link @param {number} width in px @returns {string[]} */
function inLines(link, width) {
  const most = Math.floor(width / LETTERS)
  return Array.from({ length: Math.ceil(link.length / most) }, (_, i) => link.slice(i * most, (i + 1) * most))
}

/** @param {StageData} scene @param {Figure | null} ground @param {Figure} main @param {Figure} loss
 * @param {Figure | null} side @param {string} link @param {string} raster the address of a picture in the place of ground and
 *   paths, of a view that Plotly does not draw; else "" @returns {Figure} */
function wholeFigure(scene, ground, main, loss, side, link, raster) {
  const [width, height] = [main.layout.width + loss.layout.width, main.layout.height]
  const { l, r, b, t } = main.layout.margin
  const inner = width - l - r
  /** @param {number} pixels @returns {number} */
  const share = pixels => Math.max(0, Math.min(1, pixels / inner))
  const mainEnd = share(main.layout.width - l - r)
  const besideStart = share(main.layout.width + loss.layout.margin.l - l)
  const font = main.layout.font
  /** @param {Trace} trace @param {string} axes @returns {Trace} */
  const on = (trace, axes) => ({ ...trace, xaxis: `x${axes}`, yaxis: `y${axes}`, showlegend: false })
  const names = scene.runs.map(({ path, name }) => ({ ...path, name, mode: "lines+markers", marker: { ...path.marker, size: 9 } }))
  const markers = scene.runs.map(({ head }) => head.marker)
  /** @param {Layout} axis @param {object} more */
  const axis = (axis, more) => ({ ...axis, ...more })
  const split = side ? 0.46 : 1
  const lines = linkLines(link, width - 24)
  const foot = FOOT + lines.length * LINE
  const colour = ground?.layout.plot_bgcolor ?? "rgba(0,0,0,0)"
  return {
    data: [
      ...(raster ? [] : ground?.data ?? []).map(trace => ({ ...on(trace, ""), colorbar: { ...trace.colorbar, x: mainEnd + 0.005 } })),
      ...(raster ? [] : main.data).map(trace => on(trace, "")),
      ...loss.data.map(trace => on(trace, "2")),
      ...(side?.data ?? []).map(trace => on(trace, "3")),
      ...names.map((trace, i) => ({
        ...trace, x: [null], y: [null], customdata: [null], visible: true, showlegend: true,
        marker: { ...markers[i], size: 9 },
      })),
    ],
    layout: {
      ...main.layout,
      width,
      height: height + HEAD + foot,
      margin: { l, r: loss.layout.margin.r, t: t + HEAD, b: b + foot, autoexpand: false },
      paper_bgcolor: main.layout.hoverlabel.bgcolor,
      plot_bgcolor: "rgba(0,0,0,0)",
      title: {
        text: `${scene.title}<br><sub>${scene.budget}</sub>`,
        x: 0.01, xanchor: "left", y: 1, yanchor: "top", pad: { t: 24 }, font: { ...font, size: 17 },
      },
      annotations: [...(main.layout.annotations ?? []), {
        text: lines.join("<br>"), align: "left", showarrow: false, font: { ...font, size: 10 },
        xref: "paper", x: 0, xanchor: "left", xshift: 12 - l, yref: "paper", y: 0, yanchor: "bottom", yshift: -b - foot + 2,
      }],
      showlegend: true,
      legend: { orientation: "h", x: 0, y: -b / (height - b - t), yanchor: "top", font },
      ...(raster && {
        images: [{
          source: raster, xref: "paper", yref: "paper", x: -l / inner, y: 1 + t / (height - t - b), xanchor: "left", yanchor: "top",
          sizex: main.layout.width / inner, sizey: height / (height - t - b), sizing: "stretch",
        }],
      }),
      xaxis: axis(main.layout.xaxis, { domain: [0, mainEnd], anchor: "y", visible: !raster }),
      yaxis: axis(main.layout.yaxis, { domain: [0, 1], anchor: "x", visible: !raster }),
      xaxis2: axis(loss.layout.xaxis, { domain: [besideStart, 1], anchor: "y2" }),
      yaxis2: axis(loss.layout.yaxis, { domain: [0, split - (side ? 0.1 : 0)], anchor: "x2" }),
      ...(side && {
        xaxis3: axis(side.layout.xaxis, { domain: [besideStart, 1], anchor: "y3" }),
        yaxis3: axis(side.layout.yaxis, { domain: [split, 1], anchor: "x3" }),
      }),
      shapes: raster || colour === "rgba(0,0,0,0)" ? [] : [{
        type: "rect", xref: "x domain", yref: "y domain", x0: 0, x1: 1, y0: 0, y1: 1,
        fillcolor: colour, line: { width: 0 }, layer: "below",
      }],
    },
  }
}

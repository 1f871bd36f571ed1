// A line of a legend as it looks in the picture; charts and stage share it.

/** @typedef {{ name: string, color: string, dash: string, entrant?: string }} LegendEntry */

/** @type {Record<string, string>} lengths in px of strokes and gaps, in proportion to those of Plotly */
const STROKES = {
  solid: "none",
  dot: "2.5 2.5",
  dash: "7 4",
  longdash: "12 4",
  dashdot: "7 3 2.5 3",
  longdashdot: "12 3 2.5 3",
}

/** A sample of the line, or a filled square for the dash "block", then the name.
 * @param {LegendEntry} entry @returns {Node[]} */
function legendParts({ name, color, dash }) {
  const space = "http://www.w3.org/2000/svg"
  const sample = document.createElementNS(space, "svg")
  sample.setAttribute("class", "sample")
  sample.setAttribute("aria-hidden", "true")
  sample.setAttribute("width", dash === "block" ? "14" : "34")
  sample.setAttribute("height", "14")
  const shape = document.createElementNS(space, dash === "block" ? "rect" : "path")
  const look = dash === "block"
    ? { width: "14", height: "14", fill: color, stroke: "#8a94a6" }
    : { d: "M0 7H34", stroke: color, "stroke-width": "3", fill: "none", "stroke-dasharray": STROKES[dash] ?? "none" }
  for (const [key, value] of Object.entries(look)) shape.setAttribute(key, value)
  sample.append(shape)
  // The hyperparameters of a run stand in parentheses behind its name.
  const [, plain = name, values = ""] = /^(.*?)( \(.*\))?$/.exec(name) ?? []
  const details = document.createElement("span")
  details.className = "values"
  details.textContent = values
  return [sample, document.createTextNode(plain), details]
}

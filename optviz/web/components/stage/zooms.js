// Which part of the pictures one looks at. A zoom stays while paths change.

class Zooms {
  /** @param {{ main: PlotNode, loss: PlotNode }} nodes @param {() => void} changed asks for a new picture
   * @param {() => void} moving while the picture is zoomed or moved by a finger */
  constructor(nodes, changed, moving) {
    this.nodes = nodes
    this.changed = changed
    this.moving = moving
    /** @type {Zoom | null} */ this.main = null
    /** @type {Zoom | null} */ this.loss = null
  }

  /** Plotly tells of every zoom of a person; those of ours it does not. */
  listen() {
    for (const name of /** @type {("main" | "loss")[]} */ (["main", "loss"])) {
      for (const event of ["plotly_relayout", "plotly_relayouting"]) this.hear(name, event)
    }
  }

  /** @param {"main" | "loss"} name @param {string} event */
  hear(name, event) {
    const node = this.nodes[name]
    if (node.dataset[event] || !node.on) return
    node.dataset[event] = "heard"
    node.on(event, (/** @type {object} */ told) => {
      const axes = axesOf(node)
      if (!axes || !Object.keys(told).some(key => key.includes("range"))) return // a double click tells nothing
      this[name] = { x: axes.x.range, y: axes.y.range }
      if (event === "plotly_relayout") this.changed()
      else if (name === "main") this.moving()
    })
  }

  reset() {
    this.main = this.loss = null
    this.changed()
  }

  /** Zoom out until a place is in the picture. @param {Layout} layout @param {[number, number]} at */
  widen({ xaxis, yaxis }, at) {
    const [x, y] = [xaxis.range, yaxis.range].map(([low, high], i) => {
      const margin = 0.08 * (Math.max(high, at[i] ?? high) - Math.min(low, at[i] ?? low))
      return [(at[i] ?? low) < low ? (at[i] ?? low) - margin : low, (at[i] ?? high) > high ? (at[i] ?? high) + margin : high]
    })
    this.main = { x: /** @type {[number, number]} */ (x), y: /** @type {[number, number]} */ (y) }
    this.changed()
  }
}

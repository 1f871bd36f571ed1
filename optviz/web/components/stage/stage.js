// The stage: landscape with paths, loss beside it, and a player. One node is kept for the whole visit and
// Plotly.react redraws into it, so that zoom and player survive every slider. plotly.js stands before it.

const stages = new WeakMap()
const SECONDS = 6 // how long a whole run plays
const GRAB = { mouse: 14, touch: 26, pen: 18 } // px around the start marker that take hold of it
const CLICK = 5 // px that a click may wander

class Stage {
  constructor(root) {
    this.root = root
    this.main = root.querySelector(".main")
    this.loss = root.querySelector(".loss")
    this.side = root.querySelector(".side") // a third picture, above the loss, for the scenes that have one
    this.plots = root.querySelector(".plots")
    this.scrub = root.querySelector(".scrub")
    this.playButton = root.querySelector(".play")
    this.readout = root.querySelector(".readout")
    this.legend = root.querySelector(".legend")
    this.budget = root.querySelector(".budget")
    this.frame = Infinity // Infinity is "at the end", wherever that is after the next change
    this.playing = 0
    this.dragging = null
    this.pending = Promise.resolve()
    this.listen()
    this.observer = new ResizeObserver(() => this.resize())
    this.observer.observe(this.plots)
  }

  // ---- data from the server

  show(data, send, sendStep) {
    this.send = send
    this.sendStep = sendStep
    this.pending = this.pending
      .then(() => loadPlotly(data.plotly))
      .then(Plotly => this.draw(Plotly, data))
      .catch(error => { this.readout.textContent = `The picture could not be drawn: ${error.message}.` })
  }

  async draw(Plotly, data) {
    this.Plotly = Plotly
    this.data = data
    this.root.classList.toggle("dark", data.dark)
    for (const run of data.runs) {
      const path = data.main.data[run.path]
      const loss = data.loss.data[run.loss]
      path.x = unpack(path.x)
      path.y = unpack(path.y)
      loss.x = unpack(loss.x)
      loss.y = unpack(loss.y)
      run.x = path.x
      run.y = path.y
      run.steps = loss.x
      run.heights = loss.y
    }
    // Traces that show another row of a matrix at each step, such as a line that is being fitted.
    for (const follower of (data.followers ??= [])) {
      follower.x = unpack(follower.x)
      follower.y = unpack(follower.y)
    }
    if (this.dragging) this.placeStart(data.main.data.at(-1), this.dragging.at)
    this.sliceTo(data, this.now())
    this.fit(data)
    // A click sets the start, so none resets the axes; the button in the bar does. The object is kept: a new
    // one would make Plotly start afresh and lose the zoom.
    this.config ??= configuration(Plotly, { doubleClick: false })
    await Promise.all([
      Plotly.react(this.main, data.main.data, data.main.layout, this.config),
      Plotly.react(this.loss, data.loss.data, data.loss.layout, this.config),
      data.side && Plotly.react(this.side, data.side.data, data.side.layout, this.config),
    ])
    this.main.setAttribute("role", "figure")
    this.main.setAttribute("aria-label", data.alt)
    this.loss.setAttribute("role", "figure")
    this.loss.setAttribute("aria-label", "Loss against step for the same runs.")
    if (data.side) {
      this.side.setAttribute("role", "figure")
      this.side.setAttribute("aria-label", data.side.alt)
    }
    this.scrub.max = data.steps
    this.drawLegend(data)
    this.budget.textContent = data.budget
    this.tell()
    this.report()
    this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1)
    this.root.classList.add("ready")
  }

  drawLegend(data) {
    this.legend.replaceChildren(...data.runs.map(run => {
      const item = document.createElement("span")
      const line = document.createElement("i")
      const { dash, color } = data.main.data[run.path].line
      line.style.borderTop = `3px ${dash === "solid" ? "solid" : dash === "dot" ? "dotted" : "dashed"} ${color}`
      item.append(line, run.name)
      return item
    }))
  }

  // Sizes follow the container: side by side when wide, one above the other when narrow.
  fit(data) {
    const width = this.plots.clientWidth
    const narrow = width < 720
    this.plots.classList.toggle("narrow", narrow)
    const main = narrow ? width : Math.round(width * (data.side ? 0.54 : 0.62))
    const height = Math.round(narrow ? Math.min(420, Math.max(280, width * 0.95)) : Math.min(700, Math.max(360, main * 0.9)))
    Object.assign(data.main.layout, { width: main, height, dragmode: coarse() ? false : "zoom" })
    Object.assign(data.loss.layout, {
      width: narrow ? width : width - main,
      height: narrow ? 260 : Math.round(data.side ? height * 0.45 : height),
      dragmode: coarse() ? false : "zoom",
    })
    if (data.side) {
      const { width: across, height: loss, dragmode } = data.loss.layout
      Object.assign(data.side.layout, { width: across, height: narrow ? 300 : height - loss, dragmode })
    }
    this.width = width
  }

  resize() {
    if (!this.data || this.plots.clientWidth === this.width || this.plots.clientWidth === 0) return
    this.fit(this.data)
    for (const name of ["main", "loss", "side"]) {
      const [node, figure] = [this[name], this.data[name]]
      if (!figure) continue
      const { width, height } = figure.layout
      this.Plotly.relayout(node, { width, height })
    }
  }

  // ---- the player

  now() {
    return Math.min(this.frame, this.data?.steps ?? 0)
  }

  sliceTo(data, k) {
    for (const run of data.runs) {
      const n = Math.min(k, run.x.length - 1)
      const path = data.main.data[run.path]
      const head = data.main.data[run.path + 1]
      const loss = data.loss.data[run.loss]
      const lossHead = data.loss.data[run.loss + 1]
      path.x = run.x.subarray(0, n + 1)
      path.y = run.y.subarray(0, n + 1)
      head.x = [run.x[n]]
      head.y = [run.y[n]]
      loss.x = run.steps.subarray(0, n + 1)
      loss.y = run.heights.subarray(0, n + 1)
      lossHead.x = [run.steps[n]]
      lossHead.y = [run.heights[n]]
    }
    for (const { figure, trace, x, y, across } of data.followers) {
      data[figure].data[trace].x = x.subarray(k * across, (k + 1) * across)
      data[figure].data[trace].y = y.subarray(k * across, (k + 1) * across)
    }
  }

  async go(frame) {
    if (!this.data) return
    this.frame = frame >= this.data.steps ? Infinity : Math.max(0, frame)
    this.tell()
    this.report()
    this.sliceTo(this.data, this.now())
    const { main, loss, side, runs, followers } = this.data
    const following = name => followers.flatMap(({ figure, trace }) => (figure === name ? [trace] : []))
    const update = (node, figure, indices) =>
      this.Plotly.restyle(
        node,
        { x: indices.map(i => figure.data[i].x), y: indices.map(i => figure.data[i].y) },
        indices,
      )
    await Promise.all([
      update(this.main, main, [...runs.flatMap(run => [run.path, run.path + 1]), ...following("main")]),
      update(this.loss, loss, runs.flatMap(run => [run.loss, run.loss + 1])),
      side && update(this.side, side, following("side")),
    ])
  }

  play() {
    if (!this.data) return
    const token = ++this.ticket || (this.ticket = 1)
    this.playing = token
    let at = this.now() >= this.data.steps ? 0 : this.now()
    let last = performance.now()
    const tick = async time => {
      if (this.playing !== token) return
      at += Math.max(0, (time - last) / 1000) * Math.max(2, this.data.steps / SECONDS)
      last = time
      await this.go(Math.floor(at))
      if (this.playing !== token) return
      if (at >= this.data.steps) this.pause()
      else requestAnimationFrame(tick)
    }
    this.go(Math.floor(at)).then(() => requestAnimationFrame(time => { last = time; tick(time) }))
    this.tell()
  }

  pause() {
    this.playing = 0
    this.tell()
    this.report()
  }

  // Tell the server which step one looks at, if it wants to know, once the player has come to rest.
  report() {
    clearTimeout(this.resting)
    if (!this.data?.follow) { this.reported = null; return }
    this.resting = setTimeout(() => {
      const k = this.now()
      if (this.playing || k === this.reported) return
      this.reported = k
      this.sendStep(k)
    }, 150)
  }

  toggle() {
    if (this.playing) this.pause()
    else this.play()
  }

  tell() {
    const k = this.now()
    this.scrub.value = k
    const { unit = "step", per = 1, steps = 0 } = this.data ?? {} // `per`: how many units a frame has
    this.scrub.setAttribute("aria-valuetext", `${unit} ${k * per}`)
    this.playButton.setAttribute("aria-label", this.playing ? "Pause" : "Play")
    this.readout.textContent = `${unit} ${k * per} of ${steps * per}`
    this.root.dataset.frame = k
    this.root.dataset.playing = Boolean(this.playing)
  }

  // ---- listening

  listen() {
    const act = (name, action) => { this.root.querySelector(name).onclick = action }
    const step = by => { this.pause(); this.go(this.now() + by) }
    act(".play", () => this.toggle())
    act(".first", () => { this.pause(); this.go(0) })
    act(".back", () => step(-1))
    act(".forward", () => step(1))
    act(".last", () => { this.pause(); this.go(Infinity) })
    this.scrub.oninput = () => {
      const wanted = Number(this.scrub.value) // read before pausing, which writes the present step to it
      this.pause()
      this.go(wanted)
    }
    const keys = {
      " ": () => this.toggle(),
      ArrowLeft: () => step(-1),
      ArrowRight: () => step(1),
      Home: () => { this.pause(); this.go(0) },
      End: () => { this.pause(); this.go(Infinity) },
    }
    this.root.addEventListener("keydown", event => {
      const onButton = event.target.closest?.("button") && event.key === " "
      if (!keys[event.key] || onButton || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      event.stopPropagation()
      keys[event.key]()
    })
    this.main.addEventListener("pointerdown", event => this.press(event), true)
    // Plotly starts its zoom on mousedown and touchstart, after pointerdown: keep them from a drag of ours.
    for (const kind of ["mousedown", "touchstart"]) {
      this.main.addEventListener(kind, event => {
        if (this.dragging) { event.stopPropagation(); event.preventDefault() }
      }, { capture: true, passive: false })
    }
    // Plotly covers the page while the button is down, so the release is heard on the window only.
    this.onMove = event => this.drag(event)
    this.onUp = event => this.release(event)
    window.addEventListener("pointermove", this.onMove)
    window.addEventListener("pointerup", this.onUp)
    window.addEventListener("pointercancel", this.onUp)
  }

  toData(event) {
    const { xaxis, yaxis } = this.main._fullLayout
    const box = this.main.getBoundingClientRect()
    const px = event.clientX - box.left - xaxis._offset
    const py = event.clientY - box.top - yaxis._offset
    const inside = px >= 0 && py >= 0 && px <= xaxis._length && py <= yaxis._length
    // No more digits than a pixel can mean.
    const round = (value, axis) => {
      const pixel = Math.abs(axis.range[1] - axis.range[0]) / axis._length
      return Number(value.toFixed(Math.min(12, Math.max(0, Math.ceil(-Math.log10(pixel))))))
    }
    const at = [round(xaxis.p2d(px), xaxis), round(yaxis.p2d(py), yaxis)]
    return { inside, at: this.data.dimension === 1 ? at.slice(0, 1) : at }
  }

  startDistance(event) {
    const { xaxis, yaxis } = this.main._fullLayout
    const box = this.main.getBoundingClientRect()
    const start = this.data.main.data.at(-1)
    return Math.hypot(
      box.left + xaxis._offset + xaxis.d2p(start.x[0]) - event.clientX,
      box.top + yaxis._offset + yaxis.d2p(start.y[0]) - event.clientY,
    )
  }

  press(event) {
    this.pressed = null
    if (!this.data || !this.main._fullLayout || event.button !== 0 || event.target.closest(".modebar")) return
    if (!this.toData(event).inside) return
    if (this.startDistance(event) <= (GRAB[event.pointerType] ?? GRAB.mouse)) {
      this.dragging = { at: null, sent: 0 }
      event.preventDefault()
      return
    }
    this.pressed = { x: event.clientX, y: event.clientY }
  }

  drag(event) {
    if (!this.dragging || !this.data) return
    const { at } = this.toData(event)
    if (!at.every(Number.isFinite)) return
    this.dragging.at = at
    const marker = this.data.main.data.at(-1)
    this.placeStart(marker, at)
    this.Plotly.restyle(this.main, { x: [marker.x], y: [marker.y] }, [this.data.main.data.length - 1])
    if (event.timeStamp - this.dragging.sent > 150) {
      this.dragging.sent = event.timeStamp
      this.send(at)
    }
  }

  release(event) {
    if (this.dragging) {
      // The release has its own place: the last move may not have been told.
      const moved = this.dragging.at !== null
      const { at } = this.toData(event)
      this.dragging = null
      if (moved && at.every(Number.isFinite)) this.send(at)
      return
    }
    const pressed = this.pressed
    this.pressed = null
    if (!pressed || event.type === "pointercancel") return
    if (Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > CLICK) return
    const { inside, at } = this.toData(event)
    if (inside && at.every(Number.isFinite)) this.send(at)
  }

  placeStart(marker, at) {
    if (!at) return
    marker.x = [at[0]]
    marker.y = [this.data.dimension === 1 ? this.heightAt(at[0]) : at[1]]
  }

  // In 1D the ring rides on the curve.
  heightAt(x) {
    const curve = this.data.main.data[0]
    const xs = unpack(curve.x)
    const ys = unpack(curve.y)
    const place = ((x - xs[0]) / (xs[xs.length - 1] - xs[0])) * (xs.length - 1)
    const i = Math.max(0, Math.min(xs.length - 2, Math.floor(place)))
    return ys[i] + (ys[i + 1] - ys[i]) * (place - i)
  }

  close() {
    this.pause()
    clearTimeout(this.resting)
    this.observer.disconnect()
    window.removeEventListener("pointermove", this.onMove)
    window.removeEventListener("pointerup", this.onUp)
    window.removeEventListener("pointercancel", this.onUp)
    if (this.Plotly) {
      this.Plotly.purge(this.main)
      this.Plotly.purge(this.loss)
      if (this.data?.side) this.Plotly.purge(this.side)
    }
  }
}

// The start is a state, not a trigger: while the server still works on one change, it keeps the last value
// of a state, but may keep the first of two triggers, and a drag ends with two in quick succession. Choices
// are counted, so that the same place chosen again is news.
let choices = Date.now()

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".optviz-stage")
  let stage = stages.get(root)
  if (!stage) {
    stage = new Stage(root)
    stages.set(root, stage)
  }
  stage.show(data, at => setStateValue("start", { at, choice: ++choices }), k => setStateValue("step", k))
  return () => {
    stage.close()
    stages.delete(root)
  }
}

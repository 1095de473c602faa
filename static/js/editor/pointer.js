// Mouse, pen and fingers on the floor: what a tool does with a press, a pull and letting go.
import { nothing, round } from "./drawing.js"
import { make } from "./floor.js"

const PULLED = 4
const BRUSH = 40

export class Pointer {
  constructor(editor) {
    this.editor = editor
    this.floor = editor.floor
    this.fingers = new Map()
    const svg = this.floor.svg
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel", "dblclick"]) svg.addEventListener(name, this)
    svg.addEventListener("wheel", this, { passive: false })
    svg.addEventListener("contextmenu", (event) => this.points && event.preventDefault())
  }

  handleEvent(event) {
    this[event.type](event)
  }

  wheel(event) {
    event.preventDefault()
    const frame = this.floor.svg.getBoundingClientRect()
    const at = [event.clientX - frame.left, event.clientY - frame.top]
    if (event.shiftKey) this.floor.pan(-(event.deltaX || event.deltaY), 0)
    else this.floor.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), at)
  }

  pointerdown(event) {
    this.floor.svg.focus({ preventScroll: true })
    this.fingers.set(event.pointerId, [event.clientX, event.clientY])
    // A pointer made by a test or a driver can't be captured; the floor hears of it all the same.
    try { this.floor.svg.setPointerCapture(event.pointerId) } catch { /* nothing to hold on to */ }
    if (this.fingers.size > 1) return this.beginPinch()
    const at = this.floor.at(event)
    this.start = { at, screen: [event.clientX, event.clientY], pulled: false }
    if (event.button === 1 || this.editor.tool === "pan" || this.editor.spaceHeld) this.doing = "pan"
    else if (event.button !== 0) this.doing = null
    else this.begin(event, at)
  }

  begin(event, at) {
    const { tool } = this.editor
    if (tool === "brush") {
      this.doing = "brush"
      this.painted = new Set()
      this.brush(at)
    } else if (tool === "select") {
      this.corner = this.editor.corners.near(at)
      if (this.corner !== null) return (this.doing = "corner")
      const hit = this.editor.hits.at(at, this.floor.view.scale)
      if (!hit) this.doing = event.pointerType === "touch" ? "pan" : "frame"
      else this.pressed(hit, event)
    } else this.doing = "draw"
  }

  pressed(hit, event) {
    const { editor } = this
    const things = editor.thingsOf(hit, event.altKey)
    const adds = event.shiftKey || event.ctrlKey || event.metaKey
    const already = editor.includes(things)
    this.doing = "move"
    if (adds) editor.choose(already ? editor.minus(things) : editor.plus(things))
    else if (!already) editor.choose(things)
    this.onlyThis = !adds && already ? things : null
    if (hit.seat) editor.cursorAt(hit)
  }

  pointermove(event) {
    if (!this.fingers.has(event.pointerId)) return this.hover(event)
    const [bx, by] = this.fingers.get(event.pointerId)
    this.fingers.set(event.pointerId, [event.clientX, event.clientY])
    if (this.fingers.size > 1) return this.pinch()
    if (!this.start) return
    const [sx, sy] = this.start.screen
    if (!this.start.pulled && Math.hypot(event.clientX - sx, event.clientY - sy) < PULLED) return
    this.start.pulled = true
    const at = this.floor.at(event)
    if (this.doing === "pan") this.floor.pan(event.clientX - bx, event.clientY - by)
    else if (this.doing === "move") this.move(at)
    else if (this.doing === "corner") this.editor.corners.sketch(this.corner, this.editor.snapped(at))
    else if (this.doing === "frame") this.frame(at)
    else if (this.doing === "brush") this.brush(at)
    else if (this.doing === "draw") this.sketch(at)
  }

  hover(event) {
    if (this.points?.length) this.sketchPoints(this.editor.snapped(this.floor.at(event)))
  }

  pointerup(event) {
    const wasPinching = this.fingers.size > 1
    this.fingers.delete(event.pointerId)
    if (wasPinching || !this.start) return this.over()
    const at = this.floor.at(event)
    const { pulled } = this.start
    if (this.doing === "move" && pulled) this.editor.moveBy(...this.by, "drag")
    else if (this.doing === "move" && this.onlyThis) this.editor.choose(this.onlyThis)
    else if (this.doing === "corner" && pulled) this.editor.corners.move(this.corner, this.editor.snapped(at))
    else if (this.doing === "frame") this.framed(at, event)
    else if (this.doing === "pan" && !pulled && this.editor.tool === "select") this.editor.choose(nothing())
    else if (this.doing === "brush") this.editor.paint(this.painted)
    else if (this.doing === "draw") this.drawn(at, event)
    this.over()
  }

  pointercancel(event) {
    this.fingers.delete(event.pointerId)
    this.over()
  }

  over() {
    this.start = this.doing = this.by = this.onlyThis = null
    if (!this.points?.length) this.floor.trace()
    this.editor.marked()
  }

  dblclick(event) {
    if (this.points?.length) return this.finishPoints()
    if (this.editor.tool !== "select") return
    const hit = this.editor.hits.at(this.floor.at(event), this.floor.view.scale)
    if (hit?.row) this.editor.choose(event.altKey ? this.editor.sectionOf(hit.section) : this.editor.rowOf(hit.row))
  }

  // Two fingers: moving them moves the floor, spreading them brings it nearer.
  beginPinch() {
    this.start = null
    this.floor.trace()
    this.span = this.spread()
  }

  spread() {
    const [[x1, y1], [x2, y2]] = [...this.fingers.values()]
    return { middle: [(x1 + x2) / 2, (y1 + y2) / 2], width: Math.hypot(x2 - x1, y2 - y1) || 1 }
  }

  pinch() {
    const now = this.spread()
    const before = this.span ?? now
    const frame = this.floor.svg.getBoundingClientRect()
    this.floor.pan(now.middle[0] - before.middle[0], now.middle[1] - before.middle[1])
    this.floor.zoom(now.width / before.width, [now.middle[0] - frame.left, now.middle[1] - frame.top])
    this.span = now
  }

  move([x, y]) {
    const [sx, sy] = this.start.at
    this.by = this.editor.snappedBy(x - sx, y - sy)
    this.floor.shift(...this.by)
  }

  frame([x, y]) {
    const [sx, sy] = this.start.at
    this.floor.trace(make("rect", { x: Math.min(x, sx), y: Math.min(y, sy), width: Math.abs(x - sx), height: Math.abs(y - sy), class: "floor__frame" }))
  }

  framed([x, y], event) {
    const [sx, sy] = this.start.at
    const found = this.start.pulled
      ? this.editor.hits.framed({ left: Math.min(x, sx), top: Math.min(y, sy), right: Math.max(x, sx), bottom: Math.max(y, sy) })
      : nothing()
    this.editor.choose(event.shiftKey ? this.editor.plus(found) : found)
  }

  brush(at) {
    const reach = Math.max(BRUSH, 12 / this.floor.view.scale)
    for (const { seat } of this.editor.hits.within(at, reach)) this.painted.add(seat.id)
    this.floor.trace(
      make("path", { d: [...this.editor.seatsById(this.painted)].map((seat) => `M${seat.x} ${seat.y}h0`).join(""), class: "floor__seat floor__brushed", stroke: this.editor.colour }),
      make("circle", { cx: at[0], cy: at[1], r: reach, class: "floor__frame" }),
    )
  }

  sketch(at) {
    const from = this.editor.snapped(this.start.at)
    const to = this.editor.snapped(at)
    const look = { class: "floor__frame" }
    if (["row", "line"].includes(this.editor.tool)) this.floor.trace(make("path", { d: `M${from}L${to}`, ...look, class: "floor__frame floor__frame--line" }))
    else this.floor.trace(make("rect", { x: Math.min(from[0], to[0]), y: Math.min(from[1], to[1]), width: Math.abs(to[0] - from[0]), height: Math.abs(to[1] - from[1]), ...look }))
  }

  drawn(at, event) {
    const from = this.editor.snapped(this.start.at)
    const to = this.editor.snapped(at)
    if (["polygon", "outline"].includes(this.editor.tool) || (this.editor.tool === "line" && !this.start.pulled)) return this.addPoint(to, event)
    this.editor.draw(from, this.start.pulled ? to : null)
  }

  // Shapes of many points: a press each, finished by Enter or a double press.
  addPoint(point) {
    this.points ??= []
    const last = this.points.at(-1)
    if (last && Math.hypot(last[0] - point[0], last[1] - point[1]) < 3 / this.floor.view.scale) return
    this.points.push(point)
    this.sketchPoints(point)
    this.editor.announce("pointAdded", { count: this.points.length })
  }

  sketchPoints(to) {
    const d = `M${[...this.points, to].map((point) => point.map(round).join(" ")).join("L")}`
    this.floor.trace(make("path", { d, class: "floor__frame" }), ...this.points.map(([cx, cy]) => make("circle", { cx, cy, r: 4 / this.floor.view.scale, class: "floor__point" })))
  }

  finishPoints() {
    const points = this.points ?? []
    this.points = null
    this.floor.trace()
    return points.length > 1 ? this.editor.drawPoints(points) : false
  }

  cancel() {
    const had = Boolean(this.points?.length || this.start)
    this.points = null
    this.over()
    this.floor.trace()
    return had
  }
}


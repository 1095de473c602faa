// Every tool by keyboard. Single letters count only while the floor has the focus, so nothing that
// is typed into a field, or said to a computer, moves a chair.

const TOOLS = { v: "select", h: "pan", b: "block", r: "row", t: "table", u: "booth", g: "standing", o: "outline", s: "stage", m: "rectangle", e: "ellipse", p: "polygon", l: "line", x: "text", f: "focal", c: "brush" }

const PLAIN = {
  Delete: ["delete"],
  Backspace: ["delete"],
  Escape: ["none"],
  "+": ["in"],
  "=": ["in"],
  "-": ["out"],
  0: ["fit"],
  z: ["here"],
  a: ["row"],
  A: ["section"],
  ",": ["turn", "-5"],
  ".": ["turn", "5"],
  "<": ["turn", "-45"],
  ">": ["turn", "45"],
  i: ["mirror", "x"],
  I: ["mirror", "y"],
  q: ["align", "left"],
  Q: ["align", "right"],
  w: ["align", "top"],
  W: ["align", "bottom"],
  d: ["align", "middle"],
  D: ["align", "centre"],
  k: ["distribute", "x"],
  K: ["distribute", "y"],
  y: ["corner", "1"],
  Y: ["corner", "-1"],
  "#": ["number"],
  "'": ["snap"],
  "?": ["help"],
}

const WITH_CONTROL_AND_SHIFT = { z: ["redo"], d: ["across"] }
const WITH_CONTROL = { z: ["undo"], y: ["redo"], c: ["copy"], x: ["cut"], v: ["paste"], d: ["duplicate"], a: ["all"], s: ["save"] }

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

export class Keys {
  constructor(editor) {
    this.editor = editor
    editor.addEventListener("keydown", (event) => this.pressed(event))
    editor.addEventListener("keyup", (event) => event.key === " " && this.space(false))
  }

  pressed(event) {
    if (event.isComposing || event.target.closest("dialog[open]")) return
    const typing = event.target.closest("input:not([type=checkbox], [type=radio], [type=color]), textarea, select, [contenteditable]")
    if (event.ctrlKey || event.metaKey) return typing ? null : this.withControl(event)
    if (!event.target.closest("[data-floor]") || event.altKey) return
    if (this.onFloor(event)) event.preventDefault()
  }

  withControl(event) {
    const key = event.key.toLowerCase()
    const act = (event.shiftKey && WITH_CONTROL_AND_SHIFT[key]) || WITH_CONTROL[key]
    if (!act) return
    // What is marked as text on the page may be copied as text.
    if (["c", "x"].includes(key) && !getSelection().isCollapsed && !event.target.closest("[data-floor]")) return
    event.preventDefault()
    this.editor.do(...act)
  }

  onFloor(event) {
    const { editor } = this
    const { key } = event
    if (ARROWS[key]) return this.arrow(...ARROWS[key], event.shiftKey)
    if (key === " ") return this.space(true)
    if (key === "Enter") return this.enter(event)
    if (key === "n" || key === "N") return editor.choosing.step(key === "n" ? 1 : -1, false) ?? true
    if (key === "j" || key === "J") return editor.choosing.step(key === "j" ? 1 : -1, true) ?? true
    if (/^[1-9]$/.test(key)) return editor.paint(null, editor.drawing.categories[Number(key) - 1]?.id) ?? true
    if (PLAIN[key]) return editor.do(...PLAIN[key]) ?? true
    if (TOOLS[key]) return editor.useTool(TOOLS[key]) ?? true
    return false
  }

  // Nudges a corner or what is chosen by a step of the grid, or by a centimetre; else moves the floor.
  arrow(dx, dy, fine) {
    const { editor } = this
    const step = fine ? 1 : editor.snaps ? editor.grid : 10
    if (editor.corners.at !== null) editor.corners.nudge(dx * step, dy * step)
    else if (editor.floor.frameOf && editor.tool === "select") editor.moveBy(dx * step, dy * step)
    else editor.floor.pan(-dx * 80, -dy * 80)
    return true
  }

  enter(event) {
    const { editor } = this
    if (editor.pointer.points?.length) editor.pointer.finishPoints()
    else if (editor.tool === "select") editor.choosing.chooseCursor(event.shiftKey)
    else editor.do("make")
    return true
  }

  space(held) {
    this.editor.spaceHeld = held
    this.editor.floor.svg.toggleAttribute("data-held", held)
    return true
  }
}

// Seats that stand where another stands already: told, and chosen at a press, since a buyer could
// press but one of the two. A file with such a pair is not imported.
import { nothing } from "./drawing.js"
import { told } from "./measures.js"

export class Spots {
  constructor(editor) {
    this.editor = editor
    this.button = editor.querySelector("[data-do=spots]")
  }

  // Looked for when a hand rests: a large hall takes a few milliseconds.
  soon() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.look(), 300)
  }

  look() {
    const { editor } = this
    this.seats = shared(editor.drawing, editor.limits.near)
    const count = this.seats.size
    this.button.hidden = !count
    const words = count ? editor.word(count === 1 ? "onOneSpot" : "onSpots", { count: told(count) }) : ""
    if (this.button.textContent !== words) this.button.textContent = words
  }

  choose() {
    const { editor } = this
    this.look()
    if (!this.seats.size) return
    editor.choose({ ...nothing(), seats: this.seats })
    editor.do("here")
    // Where keys move them, or take them away.
    editor.floor.svg.focus({ preventScroll: true })
  }
}

function shared(drawing, near) {
  const cells = new Map()
  const found = new Set()
  for (const section of drawing.sections) {
    for (const row of section.rows) for (const seat of row.seats) if (!take(cells, seat, near)) found.add(seat.id)
  }
  return found
}

function take(cells, { x, y }, near) {
  const [column, line] = [Math.floor(x / near), Math.floor(y / near)]
  for (let i = -1; i <= 1; i += 1) {
    for (let j = -1; j <= 1; j += 1) {
      for (const there of cells.get((column + i) * SPAN + line + j) ?? []) {
        if (Math.hypot(there[0] - x, there[1] - y) < near) return false
      }
    }
  }
  const cell = column * SPAN + line
  cells.set(cell, [...(cells.get(cell) ?? []), [x, y]])
  return true
}

// More lines than there are: two numbers as one.
const SPAN = 2 ** 24

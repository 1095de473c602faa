// The corners of a section's outline: pulled one at a time, or stepped to and moved by keys.
import { mapped, round } from "./drawing.js"
import { make } from "./floor.js"

const REACH = 11

export class Corners {
  constructor(editor) {
    this.editor = editor
    this.at = null
  }

  // The one section that is chosen, if it has an outline that may be changed.
  get section() {
    const { chosen, drawing, mayChange } = this.editor
    if (!mayChange || chosen.sections.size !== 1 || chosen.seats.size || chosen.shapes.size) return null
    const section = drawing.sections.find((one) => chosen.sections.has(one.id))
    return section?.outline.length ? section : null
  }

  near([x, y]) {
    const reach = REACH / this.editor.floor.view.scale
    const found = this.section?.outline.findIndex(([cx, cy]) => Math.hypot(cx - x, cy - y) <= reach) ?? -1
    return found < 0 ? null : found
  }

  step(by) {
    const { section } = this
    if (!section) return this.editor.announce("noCorners")
    const count = section.outline.length
    this.at = this.at === null ? (by > 0 ? 0 : count - 1) : (this.at + by + count) % count
    this.editor.floor.reveal(section.outline[this.at])
    this.editor.marked()
    this.editor.announce("corner", { number: this.at + 1, count })
  }

  nudge(dx, dy) {
    const [x, y] = this.section.outline[this.at]
    this.move(this.at, [x + dx, y + dy])
  }

  move(index, to) {
    const { section, editor } = this
    const outline = this.withCorner(index, to)
    editor.change({ ...editor.drawing, sections: mapped(editor.drawing.sections, (one) => (one === section ? { ...one, outline } : one)) }, "cornerMoved")
  }

  withCorner(index, to) {
    return this.section.outline.map((point, at) => (at === index ? to.map(round) : point))
  }

  sketch(index, to) {
    const points = this.withCorner(index, to).map((point) => point.join(",")).join(" ")
    this.editor.floor.trace(make("polygon", { points, class: "floor__frame" }))
  }

  get handles() {
    const scale = this.editor.floor.view.scale
    return (this.section?.outline ?? []).map(([cx, cy], index) =>
      make("circle", { cx, cy, r: (index === this.at ? 9 : 6) / scale, class: index === this.at ? "floor__cursor" : "floor__point" }))
  }
}

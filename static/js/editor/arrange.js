// Aligning, distributing, turning and mirroring what is chosen.
import { box, nothing, pointsOf, seatThings, transformed } from "./drawing.js"

// What keeps its form when things are aligned: a table with its chairs, a shape, a section; or a
// row where several are chosen, or each seat where all are of one row.
export function pieces(drawing, chosen) {
  const found = []
  const rows = new Map()
  for (const { row, seat } of seatThings(drawing, { ...chosen, sections: new Set() })) {
    if (!rows.has(row.id)) rows.set(row.id, { row, ids: [] })
    rows.get(row.id).ids.push(seat.id)
  }
  const single = rows.size === 1 && !chosen.shapes.size && !chosen.sections.size
  for (const { row, ids } of rows.values()) {
    if (single && row.kind === "row") for (const id of ids) found.push({ ...nothing(), seats: new Set([id]) })
    else found.push({ ...nothing(), seats: new Set(ids) })
  }
  for (const id of chosen.shapes) found.push({ ...nothing(), shapes: new Set([id]) })
  for (const id of chosen.sections) found.push({ ...nothing(), sections: new Set([id]) })
  return found.map((piece) => ({ piece, box: box(pointsOf(drawing, piece)) }))
}

const EDGES = { left: "left", middle: "x", right: "right", top: "top", centre: "y", bottom: "bottom" }

export function aligned(drawing, chosen, edge) {
  const name = EDGES[edge]
  const sideways = ["left", "x", "right"].includes(name)
  const whole = box(pointsOf(drawing, chosen))
  let made = drawing
  for (const { piece, box: its } of pieces(drawing, chosen)) {
    const by = whole[name] - its[name]
    made = transformed(made, piece, (x, y) => (sideways ? [x + by, y] : [x, y + by]))
  }
  return made
}

export function distributed(drawing, chosen, axis) {
  const parts = pieces(drawing, chosen).sort((one, other) => one.box[axis] - other.box[axis])
  if (parts.length < 3) return drawing
  const first = parts[0].box[axis]
  const step = (parts.at(-1).box[axis] - first) / (parts.length - 1)
  let made = drawing
  parts.forEach(({ piece, box: its }, index) => {
    const by = first + step * index - its[axis]
    made = transformed(made, piece, (x, y) => (axis === "x" ? [x + by, y] : [x, y + by]))
  })
  return made
}

export function turned(drawing, chosen, degrees) {
  const { x: cx, y: cy } = box(pointsOf(drawing, chosen))
  const angle = (degrees * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const place = (x, y) => [cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos]
  return transformed(drawing, chosen, place, { turn: degrees })
}

export function mirrored(drawing, chosen, axis) {
  const { x: cx, y: cy } = box(pointsOf(drawing, chosen))
  const place = axis === "x" ? (x, y) => [2 * cx - x, y] : (x, y) => [x, 2 * cy - y]
  return transformed(drawing, chosen, place, { mirrored: true, turn: 0 })
}

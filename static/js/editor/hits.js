// What is under a point, and what lies within a frame: asked of a grid of the floor, so that no
// seat has to be an element of its own.
import { SEAT, box, corners, nothing } from "./drawing.js"

const CELL = 120

export class Hits {
  constructor(drawing) {
    this.drawing = drawing
    this.cells = new Map()
    for (const section of drawing.sections) {
      for (const row of section.rows) {
        for (const seat of row.seats) {
          const key = `${Math.floor(seat.x / CELL)} ${Math.floor(seat.y / CELL)}`
          const cell = this.cells.get(key)
          if (cell) cell.push({ section, row, seat })
          else this.cells.set(key, [{ section, row, seat }])
        }
      }
    }
  }

  near([x, y], reach = SEAT / 2 + 4) {
    let nearest = null
    let least = reach
    const around = Math.ceil(reach / CELL)
    const [column, line] = [Math.floor(x / CELL), Math.floor(y / CELL)]
    for (let i = -around; i <= around; i += 1) {
      for (let j = -around; j <= around; j += 1) {
        for (const one of this.cells.get(`${column + i} ${line + j}`) ?? []) {
          const distance = Math.hypot(one.seat.x - x, one.seat.y - y)
          if (distance <= least) [nearest, least] = [one, distance]
        }
      }
    }
    return nearest
  }

  within([x, y], reach) {
    const found = []
    const around = Math.ceil(reach / CELL)
    const [column, line] = [Math.floor(x / CELL), Math.floor(y / CELL)]
    for (let i = -around; i <= around; i += 1) {
      for (let j = -around; j <= around; j += 1) {
        for (const one of this.cells.get(`${column + i} ${line + j}`) ?? []) {
          if (Math.hypot(one.seat.x - x, one.seat.y - y) <= reach) found.push(one)
        }
      }
    }
    return found
  }

  // A seat before a table, a table before a shape, the focal point before all.
  at(point, scale) {
    const reach = Math.max(SEAT / 2 + 2, 9 / scale)
    const [fx, fy] = this.drawing.focal
    if (Math.hypot(point[0] - fx, point[1] - fy) < 12 / scale) return { focal: true }
    const seat = this.near(point, reach)
    if (seat) return seat
    for (const section of this.drawing.sections) {
      for (const row of section.rows) {
        if (row.table && insideTable(point, row.table)) return { section, row, seat: row.seats[0] }
      }
    }
    for (const shape of this.drawing.shapes.toReversed()) if (onShape(point, shape, 8 / scale)) return { shape }
    for (const section of this.drawing.sections.toReversed()) {
      if (section.outline.length && inside(point, section.outline)) return { outline: section }
    }
    return null
  }

  framed({ left, top, right, bottom }) {
    const chosen = nothing()
    const contains = (x, y) => x >= left && x <= right && y >= top && y <= bottom
    for (const cell of this.cells.values()) for (const { seat } of cell) if (contains(seat.x, seat.y)) chosen.seats.add(seat.id)
    for (const shape of this.drawing.shapes) if (corners(shape).every(([x, y]) => contains(x, y))) chosen.shapes.add(shape.id)
    for (const section of this.drawing.sections) {
      if (section.outline.length && section.outline.every(([x, y]) => contains(x, y))) chosen.sections.add(section.id)
    }
    return chosen
  }
}

function turnedBack([x, y], cx, cy, rotation) {
  const angle = (-rotation * Math.PI) / 180
  const [dx, dy] = [x - cx, y - cy]
  return [cx + dx * Math.cos(angle) - dy * Math.sin(angle), cy + dx * Math.sin(angle) + dy * Math.cos(angle)]
}

function insideTable(point, { x, y, width, height, rotation }) {
  const [px, py] = turnedBack(point, x, y, rotation)
  return Math.abs(px - x) <= width / 2 && Math.abs(py - y) <= height / 2
}

function onShape(point, shape, reach) {
  if (shape.kind === "line") return nearLine(point, shape.points, Math.max(reach, 14))
  if (shape.points.length) return inside(point, shape.points)
  const [cx, cy] = [shape.x + shape.width / 2, shape.y + shape.height / 2]
  const [px, py] = turnedBack(point, cx, cy, shape.rotation)
  return Math.abs(px - cx) <= shape.width / 2 && Math.abs(py - cy) <= shape.height / 2
}

export function inside([x, y], points) {
  const around = box(points)
  if (x < around.left || x > around.right || y < around.top || y > around.bottom) return false
  let within = false
  for (let i = 0, j = points.length - 1; i < points.length; j = i, i += 1) {
    const [[xi, yi], [xj, yj]] = [points[i], points[j]]
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within
  }
  return within
}

function nearLine([x, y], points, reach) {
  for (let i = 1; i < points.length; i += 1) {
    const [[x1, y1], [x2, y2]] = [points[i - 1], points[i]]
    const length = (x2 - x1) ** 2 + (y2 - y1) ** 2
    const along = length ? Math.max(0, Math.min(1, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length)) : 0
    if (Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1)) <= reach) return true
  }
  return false
}

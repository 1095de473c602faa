// A drawing is never changed: every edit makes a new one that shares all it did not touch. So a
// step back is the drawing of before, and what has to be drawn or saved anew is what differs.

export const SEAT = 44

export const round = (value) => Math.round(value * 10) / 10

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"

export function newId(prefix) {
  const random = crypto.getRandomValues(new Uint8Array(8))
  return prefix + Array.from(random, (byte) => LETTERS[byte % LETTERS.length]).join("")
}

// The same list where nothing differs; null leaves a thing out.
export function mapped(list, change) {
  let differs = false
  const made = []
  for (const one of list) {
    const now = change(one)
    if (now !== one) differs = true
    if (now !== null) made.push(now)
  }
  return differs ? made : list
}

export function withSections(drawing, change) {
  const sections = mapped(drawing.sections, change)
  return sections === drawing.sections ? drawing : { ...drawing, sections }
}

export function withRows(drawing, change) {
  return withSections(drawing, (section) => {
    const rows = mapped(section.rows, (row) => change(row, section))
    return rows === section.rows ? section : { ...section, rows }
  })
}

export function withSeats(drawing, ids, change) {
  return withRows(drawing, (row) => {
    const seats = mapped(row.seats, (seat) => (ids.has(seat.id) ? change(seat, row) : seat))
    if (seats === row.seats) return row
    return seats.length ? { ...row, seats } : null
  })
}

export function withShapes(drawing, ids, change) {
  const shapes = mapped(drawing.shapes, (shape) => (ids.has(shape.id) ? change(shape) : shape))
  return shapes === drawing.shapes ? drawing : { ...drawing, shapes }
}

export function withSection(drawing, id, facts) {
  return withSections(drawing, (one) => (one.id === id ? { ...one, ...facts } : one))
}

// Facts of a seat that are as usual are left out, as the server keeps it.
export function seatWith(seat, facts) {
  const made = { ...seat, ...facts }
  for (const [name, usual] of [["category", ""], ["kind", ""], ["aisle", false], ["note", ""]]) {
    if (made[name] === usual || made[name] == null) delete made[name]
  }
  return made
}

export function* eachSeat(drawing) {
  for (const section of drawing.sections) {
    for (const row of section.rows) {
      for (const seat of row.seats) yield { section, row, seat }
    }
  }
}

export function count(drawing) {
  let seats = 0
  let standing = 0
  for (const section of drawing.sections) {
    standing += section.capacity ?? 0
    for (const row of section.rows) seats += row.seats.length
  }
  return { seats, standing }
}

// What is chosen: seats, shapes and whole sections by id; the focal point.
export const nothing = () => ({ seats: new Set(), shapes: new Set(), sections: new Set(), focal: false })

export const isNothing = (chosen) => !chosen.seats.size && !chosen.shapes.size && !chosen.sections.size && !chosen.focal

export function everything(drawing) {
  const chosen = nothing()
  for (const { seat } of eachSeat(drawing)) chosen.seats.add(seat.id)
  for (const section of drawing.sections) if (section.outline.length) chosen.sections.add(section.id)
  for (const shape of drawing.shapes) chosen.shapes.add(shape.id)
  return chosen
}

// The seats that move along: those chosen, and all of chosen sections.
export function seatsOf(drawing, chosen) {
  if (!chosen.sections.size) return chosen.seats
  const ids = new Set(chosen.seats)
  for (const { section, seat } of eachSeat(drawing)) if (chosen.sections.has(section.id)) ids.add(seat.id)
  return ids
}

export function seatThings(drawing, chosen) {
  const found = []
  if (!chosen.seats.size && !chosen.sections.size) return found
  for (const section of drawing.sections) {
    const whole = chosen.sections.has(section.id)
    for (const row of section.rows) {
      for (const seat of row.seats) if (whole || chosen.seats.has(seat.id)) found.push({ section, row, seat })
    }
  }
  return found
}

// Moves, turns or mirrors everything chosen: place(x, y) says where a point goes.
export function transformed(drawing, chosen, place, { turn = 0, mirrored = false } = {}) {
  const ids = seatsOf(drawing, chosen)
  const at = (x, y) => place(x, y).map(round)
  const turned = (rotation) => round(((((mirrored ? -rotation : rotation) + turn) % 360) + 360) % 360)
  let made = withSections(drawing, (section) => {
    const whole = chosen.sections.has(section.id)
    const rows = mapped(section.rows, (row) => {
      const seats = mapped(row.seats, (seat) => {
        if (!ids.has(seat.id)) return seat
        const [x, y] = at(seat.x, seat.y)
        return { ...seat, x, y }
      })
      if (seats === row.seats) return row
      if (!row.table || !row.seats.every((seat) => ids.has(seat.id))) return { ...row, seats }
      const [x, y] = at(row.table.x, row.table.y)
      return { ...row, seats, table: { ...row.table, x, y, rotation: turned(row.table.rotation) } }
    })
    const outline = whole ? section.outline.map(([x, y]) => at(x, y)) : section.outline
    return rows === section.rows && !whole ? section : { ...section, rows, outline }
  })
  made = withShapes(made, chosen.shapes, (shape) => {
    const [x, y] = at(shape.x + shape.width / 2, shape.y + shape.height / 2)
    return {
      ...shape,
      x: round(x - shape.width / 2),
      y: round(y - shape.height / 2),
      points: shape.points.map(([px, py]) => at(px, py)),
      rotation: turned(shape.rotation),
    }
  })
  return chosen.focal ? { ...made, focal: at(...drawing.focal) } : made
}

export function without(drawing, chosen) {
  let made = withSections(drawing, (section) => (chosen.sections.has(section.id) ? null : section))
  made = withSeats(made, chosen.seats, () => null)
  return withShapes(made, chosen.shapes, () => null)
}

export function pointsOf(drawing, chosen) {
  const points = seatThings(drawing, chosen).map(({ seat }) => [seat.x, seat.y])
  for (const section of drawing.sections) if (chosen.sections.has(section.id)) points.push(...section.outline)
  for (const shape of drawing.shapes) if (chosen.shapes.has(shape.id)) points.push(...corners(shape))
  if (chosen.focal) points.push(drawing.focal)
  return points
}

export function corners(shape) {
  if (shape.points.length) return shape.points
  const [cx, cy] = [shape.x + shape.width / 2, shape.y + shape.height / 2]
  const angle = (shape.rotation * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([i, j]) => {
    const [x, y] = [(i * shape.width) / 2, (j * shape.height) / 2]
    return [cx + x * cos - y * sin, cy + x * sin + y * cos]
  })
}

export function box(points) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y] of points) {
    if (x < left) left = x
    if (x > right) right = x
    if (y < top) top = y
    if (y > bottom) bottom = y
  }
  return { left, top, right, bottom, width: right - left, height: bottom - top, x: (left + right) / 2, y: (top + bottom) / 2 }
}

export function extent(drawing) {
  const points = pointsOf(drawing, everything(drawing))
  points.push(drawing.focal)
  const all = box(points)
  if (all.width > 200) return all
  return box([[0, 0], [drawing.width, drawing.height]])
}

// Whether two things say the same; the order of what is said is nothing.
export function isSame(one, other) {
  if (one === other) return true
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every((name) => isSame(one[name], other[name]))
}

// A name has room for 80 letters, that of a copy too.
export function freeName(wanted, taken) {
  let [name, number] = [wanted, 2]
  while (taken.has(name)) name = `${wanted.slice(0, 75)} ${number++}`
  return name
}

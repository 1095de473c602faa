// Rows, blocks and tables by rule: where each seat is, in centimetres.
import { newId, round } from "./drawing.js"
import { rowLabels, seatNumbers } from "./numbering.js"

const turnedBy = (degrees) => {
  const angle = (degrees * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return (x, y) => [x * cos - y * sin, x * sin + y * cos]
}

// Rows from the front to the back. The middle of the front row is at x, y; the stage lies above.
export function block(how) {
  const turn = turnedBy(how.rotation)
  const labels = rowLabels(how.rows, how.labels)
  const rows = []
  for (let index = 0; index < how.rows; index += 1) {
    const count = Math.max(1, how.seats + how.widen * index)
    const numbers = seatNumbers(count, how.numbers)
    // Where rows grow, aisles move out with them, so that the block in the middle keeps its width.
    const aisles = how.aisles.map((after) => after + Math.floor((how.widen * index) / 2))
    const along = offsets(count, { ...how, aisles })
    const shift = how.stagger && index % 2 ? how.pitch / 2 : 0
    const seats = along.map((offset, seat) => {
      const [u, v] = onRow(offset + shift, index * how.depth, how.radius)
      const [x, y] = turn(u, v)
      const made = { id: newId("k"), number: numbers[seat], x: round(how.x + x), y: round(how.y + y) }
      if (aisles.includes(seat + 1) && seat + 1 < count) made.aisle = true
      return made
    })
    rows.push({ id: newId("r"), label: labels[index], kind: "row", whole: false, seats })
  }
  return rows
}

function offsets(count, { pitch, aisles, aisleWidth }) {
  const along = []
  let at = 0
  for (let seat = 0; seat < count; seat += 1) {
    along.push(at)
    at += pitch + (aisles.includes(seat + 1) ? aisleWidth : 0)
  }
  const middle = along.at(-1) / 2
  return along.map((offset) => offset - middle)
}

function onRow(offset, depth, radius) {
  if (!radius) return [offset, depth]
  const reach = radius + depth
  const angle = offset / reach
  return [Math.sin(angle) * reach, Math.cos(angle) * reach - radius]
}

// A row along a line that was drawn from one point to another.
export function rowAlong([x1, y1], [x2, y2], pitch, label, numbers) {
  const length = Math.hypot(x2 - x1, y2 - y1)
  const count = Math.max(1, Math.min(500, Math.floor(length / pitch) + 1))
  const names = seatNumbers(count, numbers)
  const [dx, dy] = length ? [((x2 - x1) / length) * pitch, ((y2 - y1) / length) * pitch] : [pitch, 0]
  const seats = names.map((number, seat) => ({ id: newId("k"), number, x: round(x1 + dx * seat), y: round(y1 + dy * seat) }))
  return { id: newId("r"), label, kind: "row", whole: false, seats }
}

export function table(how, label) {
  const turn = turnedBy(how.rotation)
  const places = how.shape === "round" ? around(how) : along(how)
  const seats = places.map(([u, v], index) => {
    const [x, y] = turn(u, v)
    return { id: newId("k"), number: String(index + 1), x: round(how.x + x), y: round(how.y + y) }
  })
  const { shape, x, y, width, height, rotation } = how
  return { id: newId("r"), label, kind: how.kind, whole: how.whole, table: { shape, x: round(x), y: round(y), width, height, rotation }, seats }
}

const REACH = 36

function around({ seats, width, height }) {
  return Array.from({ length: seats }, (_one, index) => {
    const angle = (index / seats) * Math.PI * 2 - Math.PI / 2
    return [Math.cos(angle) * (width / 2 + REACH), Math.sin(angle) * (height / 2 + REACH)]
  })
}

// On both long sides of a table; on three sides of a booth, which is open to the room.
function along({ seats, width, height, kind }) {
  const spread = (count, side) => Array.from({ length: count }, (_one, index) => [((index + 0.5) / count - 0.5) * width, side * (height / 2 + REACH)])
  if (kind !== "booth") return [...spread(Math.ceil(seats / 2), -1), ...spread(Math.floor(seats / 2), 1).reverse()]
  const ends = Math.floor(seats / 4)
  const side = (sign) => Array.from({ length: ends }, (_one, index) => [sign * (width / 2 + REACH), ((index + 0.5) / Math.max(1, ends) - 0.5) * height])
  return [...side(-1).reverse(), ...spread(seats - ends * 2, -1), ...side(1)]
}

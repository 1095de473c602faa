// What no drawing may go beyond: the server keeps none that does, so the editor makes none.
import { count } from "./drawing.js"

// The word for what is beyond the limits in a drawing, looking only at what was not in the one
// before; null where nothing is.
export function beyond(drawing, before, limits) {
  const { seats } = count(drawing)
  if (seats > limits.seats && seats > count(before).seats) return "noMoreSeats"
  for (const name of ["sections", "categories", "shapes"]) if (drawing[name].length > Math.max(limits[name], before[name].length)) return "tooManyThings"
  const far = (...numbers) => numbers.some((number) => !(Math.abs(number) <= limits.far))
  const known = new Set([...before.sections, ...before.shapes])
  for (const section of before.sections) for (const row of section.rows) known.add(row)
  const isFar = drawing.sections.some((section) => !known.has(section) && (
    far(section.floor, section.rake, ...section.outline.flat()) ||
    section.rows.some((row) => !known.has(row) && ((row.table && far(row.table.x, row.table.y, row.table.width, row.table.height, row.table.rotation)) || row.seats.some(({ x, y }) => far(x, y))))
  )) || drawing.shapes.some((shape) => !known.has(shape) && far(shape.x, shape.y, shape.width, shape.height, shape.rotation, shape.size, ...shape.points.flat()))
  return isFar || far(drawing.width, drawing.height, ...drawing.focal) ? "tooFar" : null
}

// Two drawings made of one brought together: whatever either of them changed is in the outcome.
// Only where both changed the same fact of the same thing does one side win, and that is told.
import { isSame, freeName, nothing } from "./drawing.js"
import { nextLabel } from "./numbering.js"

// The facts of each kind of thing, those that only make sense together in one.
const FACTS = {
  map: [["width", "height"], ["focal"]],
  category: [["name"], ["colour"]],
  section: [["name"], ["kind", "capacity", "outline"], ["category"], ["floor", "rake"], ["note"]],
  row: [["section"], ["label"], ["kind", "table"], ["whole"]],
  seat: [["x", "y"], ["number"], ["category"], ["kind"], ["aisle"], ["note"]],
  shape: [["kind", "x", "y", "width", "height", "rotation", "points"], ["text", "size"]],
}

// The same drawing, with the very things of another wherever they say the same: what is not drawn
// or sent anew.
export function adopted(drawing, from) {
  if (!from) return drawing
  const sections = byId(from.sections)
  const rows = new Map(from.sections.flatMap((one) => one.rows.map((row) => [row.id, row])))
  const same = (thing, known) => (known && isSame(thing, known) ? known : thing)
  const shapes = byId(from.shapes)
  const made = {
    ...drawing,
    categories: isSame(drawing.categories, from.categories) ? from.categories : drawing.categories,
    sections: drawing.sections.map((section) => {
      const its = { ...section, rows: section.rows.map((row) => same(row, rows.get(row.id))) }
      const known = sections.get(section.id)
      return known && isSame(headOf(its), headOf(known)) && alike(its.rows, known.rows) ? known : its
    }),
    shapes: drawing.shapes.map((shape) => same(shape, shapes.get(shape.id))),
  }
  return isAlike(made, from) ? from : made
}

// { drawing, clashes, renamed }: both together. Clashes are what both changed, where the `preferred`
// side ("mine" or "theirs") stands; a drawing of null can't be made of these two.
export function merged(base, mine, theirs, preferred = "mine") {
  if (isAlike(mine, base)) return { drawing: theirs, clashes: [], renamed: [] }
  if (isAlike(theirs, base)) return { drawing: mine, clashes: [], renamed: [] }
  return new Merge(base, mine, theirs, preferred).whole()
}

class Merge {
  constructor(base, mine, theirs, preferred) {
    Object.assign(this, { base, mine, theirs, preferred })
    this.clashes = []
    this.renamed = []
    this.settled = new Map()
  }

  whole() {
    const { base, mine, theirs } = this
    const map = this.facts("map", ...[base, mine, theirs].map(({ width, height, focal }) => ({ width, height, focal })), () => ({ kind: "map" }))
    const categories = this.named(this.list("category", base.categories, mine.categories, theirs.categories), theirs.categories)
    const heads = this.named(this.heads(), theirs.sections)
    const rows = this.rows()
    const sections = heads.map((head) => this.section(head, rows))
    const shapes = this.list("shape", base.shapes, mine.shapes, theirs.shapes)
    const drawing = { ...theirs, ...map, sections, shapes, categories: this.stillUsed(categories, sections) }
    const { clashes, renamed } = this
    if (rows.size || !isWhole(drawing)) return { drawing: null, clashes, renamed }
    for (const side of [theirs, mine]) if (isAlike(drawing, side)) return { drawing: side, clashes, renamed }
    return { drawing, clashes, renamed }
  }

  list(kind, base, mine, theirs, told = (thing) => ({ kind, thing })) {
    const [b, m, t] = [base, mine, theirs].map(byId)
    const kept = new Map()
    for (const id of new Set([...m.keys(), ...t.keys()])) {
      const [one, mines, other] = [b.get(id), m.get(id), t.get(id)]
      const thing = this.decided(one, mines, other, told) ?? this.facts(kind, one, mines, other, told)
      if (thing) kept.set(id, thing)
    }
    return inOrder(kept, base, mine, theirs)
  }

  // What needs no look inside: the same on both sides, changed on one alone, or gone on one.
  // undefined where both changed it; null where it is gone.
  decided(base, mine, theirs, told) {
    if (isSame(mine, theirs)) return theirs ?? null
    if (base && isSame(mine, base)) return theirs ?? null
    if (base && isSame(theirs, base)) return mine ?? null
    if (mine && theirs) return undefined
    if (base) this.clashes.push({ ...told(mine ?? theirs), gone: mine ? "theirs" : "mine" })
    return (base ? (this.preferred === "mine" ? mine : theirs) : mine ?? theirs) ?? null
  }

  facts(kind, base, mine, theirs, told) {
    if (!mine || !theirs) return null
    const made = { ...theirs }
    let clashes = false
    for (const names of FACTS[kind]) {
      const [b, m, t] = [base, mine, theirs].map((thing) => names.map((name) => thing?.[name]))
      const [fromMine, fromTheirs] = [base && isSame(m, b), base && isSame(t, b)]
      if (isSame(m, t) || fromMine) continue
      if (!fromTheirs) clashes = true
      if (!fromTheirs && this.preferred === "theirs") continue
      for (const name of names) if (mine[name] === undefined) delete made[name]; else made[name] = mine[name]
    }
    if (clashes) this.clashes.push(told(mine))
    return isSame(made, mine) ? mine : isSame(made, theirs) ? theirs : made
  }

  // Sections without their rows. One that is gone on one side and was changed on the other is as the
  // preferred side has it, its rows too.
  heads() {
    const [b, m, t] = [this.base, this.mine, this.theirs].map((drawing) => byId(drawing.sections))
    const kept = new Map()
    for (const id of new Set([...m.keys(), ...t.keys()])) {
      const [base, mine, theirs] = [b.get(id), m.get(id), t.get(id)]
      const told = (section) => ({ kind: "section", section })
      if (base && (!mine || !theirs) && !isSame(mine ?? theirs, base)) this.settled.set(id, this.preferred)
      const found = mine && theirs ? undefined : this.decided(base, mine, theirs, told)
      const head = found === undefined ? this.facts("section", base && headOf(base), headOf(mine), headOf(theirs), told) : found && headOf(found)
      if (head) kept.set(id, head)
    }
    return inOrder(kept, this.base.sections, this.mine.sections, this.theirs.sections)
  }

  // Rows by id, wherever they are: one may have come into another section.
  rows() {
    const [b, m, t] = [this.base, this.mine, this.theirs].map((drawing) => {
      const found = new Map()
      for (const section of drawing.sections) for (const row of section.rows) found.set(row.id, { section: section.id, row })
      return found
    })
    const kept = new Map()
    for (const id of new Set([...m.keys(), ...t.keys()])) {
      const found = this.row(b.get(id), m.get(id), t.get(id))
      if (found) kept.set(id, found)
    }
    return kept
  }

  row(base, mine, theirs) {
    const side = [base, mine, theirs].map((one) => one && this.settled.get(one.section)).find(Boolean)
    if (side) return side === "mine" ? mine : theirs
    const told = ({ row, section }) => ({ kind: "row", row, section: this.sectionCalled(section) })
    const found = this.decided(base, mine, theirs, told)
    if (found !== undefined) return found
    const flat = (one) => one && { ...one.row, seats: undefined, section: one.section }
    const { section, ...facts } = this.facts("row", flat(base), flat(mine), flat(theirs), () => told(mine))
    const within = (seat) => ({ kind: "seat", seat, row: mine.row, section: this.sectionCalled(mine.section) })
    const seats = this.distinct(this.list("seat", base?.row.seats ?? [], mine.row.seats, theirs.row.seats, within), theirs.row.seats, "number", (_number, taken) => nextLabel(taken))
    if (!seats.length) return null
    const row = { ...facts, seats }
    return { section, row: [theirs.row, mine.row].find((one) => isSame(one, row)) ?? row }
  }

  section(head, rows) {
    const [base, mine, theirs] = [this.base, this.mine, this.theirs].map((drawing) => drawing.sections.find((one) => one.id === head.id)?.rows ?? [])
    const own = new Map()
    for (const [id, { section, row }] of rows) if (section === head.id) own.set(id, row)
    for (const id of own.keys()) rows.delete(id)
    const list = this.distinct(inOrder(own, base, mine, theirs), theirs, "label", (_label, taken) => nextLabel(taken), head)
    for (const drawing of [this.theirs, this.mine]) {
      const known = drawing.sections.find((one) => one.id === head.id)
      if (known && isSame(headOf(known), head) && alike(known.rows, list)) return known
    }
    return { ...head, rows: list }
  }

  named(things, theirs) {
    return this.distinct(things, theirs, "name", freeName)
  }

  // Two that came to bear one name: the one that is saved keeps it, the other gets a free one.
  distinct(things, theirs, fact, free, section = null) {
    const taken = new Set(things.map((one) => one[fact]))
    if (taken.size === things.length) return things
    const first = new Map(theirs.map((one) => [one[fact], one.id]))
    const seen = new Set()
    return things.map((one) => {
      const name = one[fact]
      const owner = first.get(name)
      const keeps = !seen.has(name) && (owner === undefined || owner === one.id || !things.some((other) => other.id === owner && other[fact] === name))
      if (keeps) {
        seen.add(name)
        return one
      }
      const called = free(name, taken)
      taken.add(called)
      this.renamed.push({ before: name, now: called, section: section?.name })
      return { ...one, [fact]: called }
    })
  }

  // A category that one side took away while the other gave it to somebody stays.
  stillUsed(categories, sections) {
    const there = new Set(categories.map((one) => one.id))
    const gone = new Map([this.base, this.theirs, this.mine].flatMap((drawing) => drawing.categories).filter((one) => !there.has(one.id)).map((one) => [one.id, one]))
    if (!gone.size) return categories
    const used = new Set()
    for (const section of sections) {
      used.add(section.category)
      for (const row of section.rows) for (const seat of row.seats) used.add(seat.category)
    }
    const back = [...gone.values()].filter((one) => used.has(one.id))
    return this.named([...categories, ...back], categories)
  }

  sectionCalled(id) {
    return [this.mine, this.theirs, this.base].flatMap((drawing) => drawing.sections).find((one) => one.id === id)
  }
}

// What is another in one drawing than in the one before: things to point at, and how much in words.
export function difference(before, after) {
  const chosen = nothing()
  const found = { chosen, seats: new Map(), gone: 0, sections: [], shapes: [], shapesGone: 0, categories: [], map: false }
  const was = new Map()
  for (const section of before.sections) for (const row of section.rows) for (const seat of row.seats) was.set(seat.id, seat)
  const earlier = byId(before.sections)
  for (const section of after.sections) {
    let count = 0
    for (const row of section.rows) {
      for (const seat of row.seats) {
        if (!isSame(was.get(seat.id), seat)) {
          chosen.seats.add(seat.id)
          count += 1
        }
        was.delete(seat.id)
      }
    }
    if (count) found.seats.set(section.name, count)
    const known = earlier.get(section.id)
    if (known ? !isSame(headOf(known), headOf(section)) || !isSame(labels(known), labels(section)) : !section.rows.length) {
      found.sections.push(section.name)
      if (section.outline.length) chosen.sections.add(section.id)
    }
    earlier.delete(section.id)
  }
  found.gone = was.size
  found.sectionsGone = [...earlier.values()].filter((one) => !one.rows.length).length
  const shapes = byId(before.shapes)
  for (const shape of after.shapes) {
    if (!isSame(shapes.get(shape.id), shape)) {
      chosen.shapes.add(shape.id)
      found.shapes.push(shape)
    }
    shapes.delete(shape.id)
  }
  found.shapesGone = shapes.size
  const categories = byId(before.categories)
  found.categories = after.categories.filter((one) => !isSame(categories.get(one.id), one)).map((one) => one.name)
  found.categoriesGone = before.categories.filter((one) => !after.categories.some((other) => other.id === one.id)).length
  chosen.focal = !isSame(before.focal, after.focal)
  found.map = chosen.focal || before.width !== after.width || before.height !== after.height
  return found
}

const byId = (things) => new Map(things.map((one) => [one.id, one]))

const labels = (section) => section.rows.map((row) => ({ ...row, seats: null }))

const alike = (one, other) => one.length === other.length && one.every((thing, index) => thing === other[index])

function headOf(section) {
  const { rows: _rows, ...head } = section
  return head
}

// Whether two drawings are the same, told without a look into what is the same thing in both.
function isAlike(one, other) {
  return one === other || (alike(one.sections, other.sections) && alike(one.shapes, other.shapes) && isSame({ ...one, sections: 0, shapes: 0 }, { ...other, sections: 0, shapes: 0 }))
}

// In the order of the side that changed it, the other's things behind those they stood behind there.
function inOrder(kept, base, mine, theirs) {
  const [b, m, t] = [base, mine, theirs].map((things) => things.map((one) => one.id))
  const [before, now] = [new Set(b), new Set(m)]
  const asBefore = alike(m.filter((id) => before.has(id)), b.filter((id) => now.has(id)))
  const [first, second] = asBefore ? [t, m] : [m, t]
  const order = first.filter((id) => kept.has(id))
  const placed = new Set(order)
  let last = null
  for (const id of second) {
    if (!kept.has(id)) continue
    if (!placed.has(id)) order.splice(order.indexOf(last) + 1, 0, id)
    placed.add(id)
    last = id
  }
  return order.map((id) => kept.get(id))
}

// Whether every thing of a drawing has an id of its own, and every row is where rows may be.
function isWhole(drawing) {
  const seen = new Set()
  const once = ({ id }) => !seen.has(id) && seen.add(id)
  return drawing.categories.every(once) && drawing.shapes.every(once) && drawing.sections.every((section) => once(section) && (section.kind === "seated" || !section.rows.length) && section.rows.every((row) => once(row) && row.seats.every(once)))
}

// What is chosen: growing it, taking away from it, copying it, saying it in words.
import { eachSeat, nothing, seatThings } from "./drawing.js"

export class Choosing {
  constructor(editor) {
    this.editor = editor
  }

  get chosen() {
    return this.editor.chosen
  }

  // A press on a chair of a table means the table, unless it is said to mean the chair.
  thingsOf(hit, single = false) {
    const chosen = nothing()
    if (hit.focal) chosen.focal = true
    else if (hit.shape) chosen.shapes.add(hit.shape.id)
    else if (hit.outline) chosen.sections.add(hit.outline.id)
    else if (hit.row.table && !single) return this.rowOf(hit.row)
    else chosen.seats.add(hit.seat.id)
    return chosen
  }

  rowOf(row) {
    return { ...nothing(), seats: new Set(row.seats.map((seat) => seat.id)) }
  }

  sectionOf(section) {
    return { ...nothing(), sections: new Set([section.id]) }
  }

  includes(things) {
    const all = (ids, within) => [...ids].every((id) => within.has(id))
    const { seats, shapes, sections, focal } = this.chosen
    return all(things.seats, seats) && all(things.shapes, shapes) && all(things.sections, sections) && (!things.focal || focal)
  }

  plus(things) {
    return {
      seats: new Set([...this.chosen.seats, ...things.seats]),
      shapes: new Set([...this.chosen.shapes, ...things.shapes]),
      sections: new Set([...this.chosen.sections, ...things.sections]),
      focal: this.chosen.focal || things.focal,
    }
  }

  minus(things) {
    const left = (ids, gone) => new Set([...ids].filter((id) => !gone.has(id)))
    return {
      seats: left(this.chosen.seats, things.seats),
      shapes: left(this.chosen.shapes, things.shapes),
      sections: left(this.chosen.sections, things.sections),
      focal: this.chosen.focal && !things.focal,
    }
  }

  forgetGone() {
    const { drawing, chosen } = this.editor
    if (!chosen.seats.size && !chosen.shapes.size && !chosen.sections.size) return
    const seats = new Set()
    for (const { seat } of seatThings(drawing, { ...chosen, sections: new Set() })) seats.add(seat.id)
    const there = (things, ids) => new Set(things.filter((one) => ids.has(one.id)).map((one) => one.id))
    this.editor.chosen = { seats, shapes: there(drawing.shapes, chosen.shapes), sections: there(drawing.sections, chosen.sections), focal: chosen.focal }
  }

  growToRows() {
    const rows = new Set(seatThings(this.editor.drawing, this.chosen).map(({ row }) => row))
    if (!rows.size) return this.editor.announce("nothingChosen")
    this.editor.choose({ ...nothing(), seats: new Set([...rows].flatMap((row) => row.seats.map((seat) => seat.id))) })
  }

  growToSections() {
    const sections = new Set(seatThings(this.editor.drawing, this.chosen).map(({ section }) => section.id))
    if (!sections.size) return this.editor.announce("nothingChosen")
    this.editor.choose({ ...nothing(), sections })
  }

  // The chosen things as a small drawing of their own.
  copied() {
    const { drawing } = this.editor
    const sections = drawing.sections.flatMap((section) => {
      const whole = this.chosen.sections.has(section.id)
      const rows = section.rows.flatMap((row) => {
        const seats = whole ? row.seats : row.seats.filter((seat) => this.chosen.seats.has(seat.id))
        return seats.length ? [{ ...row, seats, ...(row.table && seats.length < row.seats.length ? { table: undefined, kind: "row" } : {}) }] : []
      })
      return whole || rows.length ? [{ ...section, rows, whole }] : []
    })
    return { sections, shapes: drawing.shapes.filter((one) => this.chosen.shapes.has(one.id)) }
  }

  inWords() {
    const { drawing } = this.editor
    const { seats, shapes, sections, focal } = this.chosen
    const said = []
    const word = (key, facts) => this.editor.word(key, facts)
    if (seats.size === 1) {
      const [found] = seatThings(drawing, { ...nothing(), seats })
      if (found) said.push(this.seatInWords(found))
    } else if (seats.size) said.push(word("seats", { count: seats.size }))
    for (const section of drawing.sections) if (sections.has(section.id)) said.push(word("aSection", { name: section.name }))
    if (shapes.size === 1) {
      const shape = drawing.shapes.find((one) => shapes.has(one.id))
      said.push(word(`kind-${shape.kind}`) + (shape.text ? ` “${shape.text}”` : ""))
    } else if (shapes.size) said.push(word("shapes", { count: shapes.size }))
    if (focal) said.push(word("focal"))
    return said.join(", ") || word("nothing")
  }

  seatInWords({ section, row, seat }) {
    const { editor } = this
    const category = editor.drawing.categories.find((one) => one.id === (seat.category ?? section.category))
    const facts = [editor.word("aSeat", { section: section.name, row: row.label, number: seat.number }), category?.name ?? editor.word("unpriced")]
    if (seat.kind) facts.push(editor.word(seat.kind))
    if (seat.note) facts.push(seat.note)
    return facts.join(", ")
  }

  // Stepping from seat to seat, or from row to row, by keyboard.
  step(by, overRows) {
    const { editor } = this
    const places = [...eachSeat(editor.drawing)]
    if (!places.length) return editor.announce("noSeats")
    let index = places.findIndex(({ seat }) => seat.id === editor.cursor)
    if (index < 0) index = by > 0 ? -1 : 0
    if (!overRows) index += by
    else {
      const row = places[index]?.row
      while (places[index]?.row === row && places[index + by]) index += by
      if (by < 0) while (places[index - 1]?.row === places[index]?.row) index -= 1
    }
    const found = places[(index + places.length) % places.length]
    editor.cursorAt(found)
    editor.floor.reveal([found.seat.x, found.seat.y])
    editor.marked()
    editor.announce("stepped", { what: this.seatInWords(found) })
  }

  chooseCursor(adds) {
    const { editor } = this
    const found = [...eachSeat(editor.drawing)].find(({ seat }) => seat.id === editor.cursor)
    if (!found) return editor.announce("noCursor")
    const things = this.thingsOf(found)
    if (!adds) return editor.choose(things)
    editor.choose(this.includes(things) ? this.minus(things) : this.plus(things))
  }
}

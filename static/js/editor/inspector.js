// The panel beside the floor: what is chosen, in fields. A field of several things that differ is
// empty, and changes only what is written into it.
import { box, count, isNothing, pointsOf, round, seatThings, seatWith, transformed, withRows, withSection, withSeats, withShapes } from "./drawing.js"
import { turned } from "./arrange.js"

const MIXED = Symbol("mixed")

export class Inspector {
  constructor(editor) {
    this.editor = editor
    this.panels = [...editor.querySelectorAll("[data-panel]")]
    for (const panel of this.panels) panel.addEventListener("change", (event) => this.changed(event, panel.dataset.panel))
    if (!editor.mayChange) for (const field of editor.querySelectorAll("[data-panel] :is(input, select, textarea, button)")) field.disabled = true
  }

  show() {
    const { editor } = this
    const { drawing, chosen } = editor
    this.things = seatThings(drawing, { ...chosen, sections: new Set() })
    this.rows = new Map(this.things.map(({ row }) => [row.id, row]))
    const shapes = drawing.shapes.filter((one) => chosen.shapes.has(one.id))
    const sections = drawing.sections.filter((one) => chosen.sections.has(one.id))
    const tables = [...this.rows.values()].filter((row) => row.table)
    this.facts = {
      map: isNothing(chosen) ? { width: drawing.width, height: drawing.height, focalX: drawing.focal[0], focalY: drawing.focal[1], grid: editor.grid } : null,
      place: isNothing(chosen) ? null : this.place(),
      seats: this.things.length ? this.seatFacts() : null,
      row: this.rows.size ? this.rowFacts() : null,
      table: this.rows.size === 1 && tables.length === 1 ? { ...tables[0].table, whole: tables[0].whole } : null,
      section: sections.length === 1 && !this.things.length ? { ...sections[0], points: sections[0].outline.map((point) => point.join(",")).join(" "), places: count({ sections }).seats } : null,
      shape: shapes.length === 1 ? { ...shapes[0], points: shapes[0].points.map((point) => point.join(",")).join(" ") } : null,
    }
    for (const panel of this.panels) {
      const facts = this.facts[panel.dataset.panel]
      panel.hidden = !facts
      if (facts) this.fill(panel, facts)
    }
    editor.querySelector("[data-chosen]").textContent = isNothing(chosen) ? editor.word("wholeMap") : editor.choosing.inWords()
  }

  place() {
    const its = box(pointsOf(this.editor.drawing, this.editor.chosen))
    return { x: round(its.x), y: round(its.y), turn: 0 }
  }

  seatFacts() {
    const one = (read) => {
      const values = new Set(this.things.map(read))
      return values.size === 1 ? [...values][0] : MIXED
    }
    return {
      number: this.things.length === 1 ? this.things[0].seat.number : null,
      category: one(({ seat }) => seat.category ?? ""),
      kind: one(({ seat }) => seat.kind ?? ""),
      aisle: one(({ seat }) => Boolean(seat.aisle)),
      note: one(({ seat }) => seat.note ?? ""),
    }
  }

  rowFacts() {
    const sections = new Set(this.things.map(({ section }) => section.id))
    return { label: this.rows.size === 1 ? [...this.rows.values()][0].label : null, section: sections.size === 1 ? [...sections][0] : MIXED }
  }

  fill(panel, facts) {
    for (const field of panel.querySelectorAll("[data-fact]")) {
      const value = facts[field.dataset.fact]
      const group = field.closest(".field, .choice")
      if (group && ["number", "label", "capacity"].includes(field.dataset.fact)) group.hidden = value == null
      if (field.dataset.fact === "points") group.hidden = !value
      if (field.tagName === "SELECT" && ["category", "section"].includes(field.dataset.fact)) this.choices(field, panel.dataset.panel)
      if (field.type === "checkbox") {
        field.checked = value === true
        field.indeterminate = value === MIXED
      } else {
        field.value = value === MIXED || value == null ? "" : value
        if ("placeholder" in field) field.placeholder = value === MIXED ? this.editor.word("several") : ""
        if (field.tagName === "SELECT" && value === MIXED) field.selectedIndex = -1
      }
    }
  }

  choices(select, panel) {
    const { drawing } = this.editor
    const option = (value, text) => Object.assign(document.createElement("option"), { value, textContent: text })
    const things = select.dataset.fact === "section" ? drawing.sections.filter((one) => one.kind === "seated") : drawing.categories
    const first = select.dataset.fact === "section" ? [] : [option("", this.editor.word(panel === "section" ? "unpriced" : "asSection"))]
    select.replaceChildren(...first, ...things.map((one) => option(one.id, one.name)))
  }

  changed(event, panel) {
    const field = event.target.closest("[data-fact]")
    if (!field) return
    const name = field.dataset.fact
    const value = field.type === "checkbox" ? field.checked : field.type === "number" ? Number(field.value) : field.value.trim()
    if (field.type === "number" && (field.value === "" || !Number.isFinite(value))) return this.show()
    const wrong = this[`${panel}Changed`](name, value)
    if (wrong) {
      this.editor.announce(wrong)
      this.show()
    }
  }

  mapChanged(name, value) {
    const { editor } = this
    const { drawing } = editor
    if (name === "grid") {
      editor.grid = Math.max(1, value)
      return editor.refresh()
    }
    const focal = { focalX: [value, drawing.focal[1]], focalY: [drawing.focal[0], value] }[name]
    if (!focal && value < 1) return "tooSmall"
    editor.change({ ...drawing, ...(focal ? { focal } : { [name]: value }) }, focal ? "focalMoved" : "changed")
  }

  placeChanged(name, value) {
    const { editor } = this
    if (name === "turn") return void editor.change(turned(editor.drawing, editor.chosen, value), "turned")
    const by = value - this.facts.place[name]
    editor.change(transformed(editor.drawing, editor.chosen, (x, y) => (name === "x" ? [x + by, y] : [x, y + by])), "moved", name === "x" ? { x: by, y: 0 } : { x: 0, y: by })
  }

  seatsChanged(name, value) {
    const { editor } = this
    if (name === "number") {
      const [{ row, seat }] = this.things
      if (!value || row.seats.some((one) => one !== seat && one.number === value)) return "numberTaken"
    }
    editor.change(withSeats(editor.drawing, editor.chosen.seats, (seat) => seatWith(seat, { [name]: value })), "changed")
  }

  rowChanged(name, value) {
    const { editor } = this
    if (name === "section") return this.intoSection(value)
    const [row] = this.rows.values()
    const section = this.things[0].section
    if (!value || section.rows.some((one) => one !== row && one.label === value)) return "labelTaken"
    editor.change(withRows(editor.drawing, (one) => (one === row ? { ...row, label: value } : one)), "changed")
  }

  intoSection(id) {
    const { editor } = this
    const target = editor.drawing.sections.find((one) => one.id === id)
    const moving = [...this.rows.values()].filter((row) => !target.rows.includes(row))
    const labels = new Set(target.rows.map((row) => row.label))
    if (moving.some((row) => labels.has(row.label)) || new Set(moving.map((row) => row.label)).size < moving.length) return "labelsTaken"
    const made = withRows(editor.drawing, (row) => (moving.includes(row) ? null : row))
    editor.change(withSection(made, id, { rows: [...target.rows, ...moving] }), "changed")
  }

  tableChanged(name, value) {
    const { editor } = this
    const [row] = this.rows.values()
    if (["width", "height"].includes(name) && value < 1) return "tooSmall"
    const facts = name === "whole" ? { whole: value } : { table: { ...row.table, [name]: value } }
    editor.change(withRows(editor.drawing, (one) => (one === row ? { ...row, ...facts } : one)), "changed")
  }

  sectionChanged(name, value) {
    const { editor } = this
    const section = editor.drawing.sections.find((one) => editor.chosen.sections.has(one.id))
    if (name === "name" && (!value || editor.drawing.sections.some((one) => one !== section && one.name === value))) return "nameTaken"
    if (name === "capacity" && (value < 1 || !Number.isInteger(value))) return "tooSmall"
    let facts = { [name]: name === "category" ? value || null : value }
    if (name === "points") {
      const points = pointsIn(value)
      if (!points || (points.length < 3 && (points.length || section.kind === "standing"))) return "tooFewPoints"
      facts = { outline: points }
    }
    editor.change(withSection(editor.drawing, section.id, facts), "changed")
  }

  shapeChanged(name, value) {
    const { editor } = this
    let facts = { [name]: value }
    if (["width", "height", "size"].includes(name) && value < 1) return "tooSmall"
    if (name === "points") {
      const points = pointsIn(value)
      if (!points || points.length < (this.facts.shape.kind === "polygon" ? 3 : 2)) return "tooFewPoints"
      facts = { points }
    }
    editor.change(withShapes(editor.drawing, editor.chosen.shapes, (shape) => ({ ...shape, ...facts })), "changed")
  }
}

function pointsIn(text) {
  const points = text.split(/[\s;]+/).filter(Boolean).map((pair) => pair.split(",").map(Number))
  return points.every((point) => point.length === 2 && point.every(Number.isFinite)) ? points : null
}


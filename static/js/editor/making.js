// Making things: by a form that asks for their measures, or by pulling them out on the floor.
import { SEAT, box, corners, count as seatsIn, freeName, newId, nothing, pointsOf, round, seatThings, transformed, withRows, withSection } from "./drawing.js"
import { make, tableElement } from "./floor.js"
import { block, rowAlong, table } from "./generators.js"
import { aislesIn, clear, say, startOf, tightest, told, wrongIn } from "./measures.js"
import { nextLabel, rowLabels, seatNumbers } from "./numbering.js"

const ASKED = ["block", "table", "booth", "standing"]
const PITCH = 52
const CLOSE = 20

export class Making {
  constructor(editor) {
    this.editor = editor
    for (const dialog of editor.querySelectorAll("[data-dialog]")) {
      const form = dialog.querySelector("form")
      form.addEventListener("submit", (event) => this.submitted(event, dialog))
      form.addEventListener("keydown", (event) => this.entered(event, form))
      form.addEventListener("change", (event) => { this.measureChanged(event.target, form); this.preview(dialog) })
      form.addEventListener("input", (event) => { clear(event.target); this.preview(dialog) })
    }
  }

  // The tool in use, in the middle of what is in sight: for the keyboard.
  here() {
    const { tool } = this.editor
    if (tool === "pan") return
    const [x, y] = this.editor.snapped(this.editor.floor.middle())
    if (tool === "brush") return this.editor.paint(null)
    if (tool === "row") return this.draw([x - 260, y], [x + 260, y])
    if (tool === "line") return this.points([[x - 200, y], [x + 200, y]])
    if (tool === "polygon" || tool === "outline") return this.points([[x - 200, y - 150], [x + 200, y - 150], [x + 200, y + 150], [x - 200, y + 150]])
    this.draw([x, y], null)
  }

  draw(from, to) {
    const { tool } = this.editor
    if (!this.editor.mayChange) return this.editor.announce("mayNot")
    if (tool === "focal") return this.editor.change({ ...this.editor.drawing, focal: from.map(round) }, "focalMoved")
    if (tool === "row") return this.row(from, to)
    if (tool === "line") return this.points([from, to ?? from])
    if (tool === "standing" && to) return this.ask("standing", box([from, to]), [from, to])
    if (ASKED.includes(tool)) return this.ask(tool, { x: from[0], y: from[1] })
    this.shape(tool, from, to)
  }

  shape(kind, from, to) {
    const usual = { stage: [800, 240], text: [300, 60] }[kind] ?? [300, 200]
    const its = to ? box([from, to]) : { left: from[0] - usual[0] / 2, top: from[1] - usual[1] / 2, width: usual[0], height: usual[1] }
    const text = { stage: this.editor.word("stage"), text: this.editor.word("text") }[kind] ?? ""
    this.addShape({ kind, x: round(its.left), y: round(its.top), width: round(Math.max(its.width, 10)), height: round(Math.max(its.height, 10)), points: [], text, ...(kind === "stage" ? { size: 80 } : {}) })
  }

  addShape(facts) {
    const shape = { id: newId("h"), rotation: 0, size: 40, x: 0, y: 0, width: 0, height: 0, ...facts }
    const { drawing } = this.editor
    this.added({ ...drawing, shapes: [...drawing.shapes, shape] }, { ...nothing(), shapes: new Set([shape.id]) }, "shapeDrawn", { what: this.editor.word(`kind-${shape.kind}`) })
  }

  points(points) {
    points = points.map((point) => point.map(round))
    const { tool, drawing } = this.editor
    if (tool === "line") return this.addShape({ kind: "line", points, text: "" })
    if (points.length < 3) return this.editor.announce("tooFewPoints")
    if (tool === "polygon") return this.addShape({ kind: "polygon", points, text: "" })
    const section = drawing.sections.find((one) => one.id === this.editor.activeSection) ?? drawing.sections[0]
    if (!section) return this.ask("standing", box(points), points)
    this.added(withSection(drawing, section.id, { outline: points }), this.editor.sectionOf(section), "outlined", { name: section.name })
  }

  row(from, to) {
    const [section, drawing] = this.section("")
    const label = nextLabel(new Set(section.rows.map((one) => one.label)))
    const made = rowAlong(from, to ?? [from[0] + PITCH * 9, from[1]], PITCH, label, this.numbers ?? {})
    this.added(withSection(drawing, section.id, { rows: [...section.rows, made] }), this.editor.rowOf(made), "rowDrawn", { label, count: made.seats.length })
  }

  // The section that new rows go into: the one named, the one worked on, the last, or a new one.
  section(wanted, facts = {}) {
    const { drawing, activeSection } = this.editor
    const seated = drawing.sections.filter((one) => one.kind === "seated")
    const found = wanted === "new" ? null : seated.find((one) => one.id === (wanted || activeSection)) ?? (wanted ? null : seated.at(-1))
    if (found) return [found, drawing]
    const names = new Set(drawing.sections.map((one) => one.name))
    const name = freeName((facts.name ?? "").trim() || this.editor.word("newSection"), names)
    const section = { id: newId("s"), kind: "seated", category: drawing.categories[0]?.id ?? null, outline: [], floor: 0, rake: 0, note: "", rows: [], ...facts, name }
    return [section, { ...drawing, sections: [...drawing.sections, section] }]
  }

  // Forms

  ask(name, at = null, points = null) {
    const dialog = this.editor.querySelector(`[data-dialog=${["booth"].includes(name) ? "table" : name}]`)
    const form = dialog.querySelector("form")
    this.pointsAsked = points
    if (at && form.elements.x) [form.elements.x.value, form.elements.y.value] = [round(at.x), round(at.y)]
    this.fillChoices(form)
    if (name === "booth" || name === "table") this.usualTable(form, name)
    if (name === "block" && form.elements.section.value !== "new") this.continueLabels(form)
    for (const field of form.elements) clear(field)
    dialog.querySelector("[data-wrong]").textContent = ""
    this.preview(dialog)
    dialog.showModal()
  }

  // What the measures would draw, while they are written: its picture and its size. Of measures that
  // can't be drawn the picture before them stays, faint.
  preview(dialog) {
    const figure = dialog.querySelector("[data-preview]")
    const form = dialog.querySelector("form")
    if (!figure) return
    const rows = wrongIn(form).length ? null : this.rowsOf(dialog.dataset.dialog, numbered(Object.fromEntries(new FormData(form))))
    figure.toggleAttribute("data-faint", !rows)
    if (!rows) return
    const { editor } = this
    const seats = rows.flatMap((row) => row.seats)
    const its = box([...seats.map((seat) => [seat.x, seat.y]), ...rows.flatMap(({ table }) => (table ? corners({ ...table, x: table.x - table.width / 2, y: table.y - table.height / 2, points: [] }) : []))])
    const svg = figure.querySelector("svg")
    svg.setAttribute("viewBox", [its.left - SEAT, its.top - SEAT, its.width + SEAT * 2, its.height + SEAT * 2].join(" "))
    const d = seats.map(({ x, y }) => `M${x} ${y}h0`).join("")
    const category = editor.drawing.categories.find((one) => one.id === form.elements.category.value)
    svg.replaceChildren(...rows.filter((row) => row.table).map((row) => tableElement(row.table)), make("path", { d, class: "floor__seat", stroke: category?.colour ?? "currentColor" }))
    const facts = { rows: told(rows.length), count: told(seats.length), width: metres(its.width), depth: metres(its.height) }
    figure.querySelector("figcaption").textContent = editor.word(dialog.dataset.dialog === "block" ? "previewBlock" : rows.length === 1 ? "previewTable" : "previewTables", facts)
  }

  rowsOf(name, given) {
    if (name === "table") return given.lines * given.columns * given.seats <= this.editor.limits.seats ? tables(given, new Set()) : null
    const counts = countsIn(given)
    const aisles = aislesIn(given.aisles, Math.max(...counts))
    if (!aisles || startsWrong(given).length || counts.reduce((sum, one) => sum + one, 0) > this.editor.limits.seats) return null
    if (given.radius && given.radius < tightest(counts, { ...given, aisles })) return null
    return block({ ...given, aisles, stagger: Boolean(given.stagger), labels: labelsIn(given), numbers: numbersIn(given) })
  }

  // Enter draws what the form says, from a choice too, which it would open otherwise.
  entered(event, form) {
    if (event.key !== "Enter" || !event.target.matches("select, input")) return
    event.preventDefault()
    form.requestSubmit(form.querySelector(".button--primary"))
  }

  fillChoices(form) {
    const { drawing, activeSection, word } = this.editor
    const option = (value, text) => Object.assign(document.createElement("option"), { value, textContent: text })
    if (form.elements.section) {
      const seated = drawing.sections.filter((one) => one.kind === "seated")
      form.elements.section.replaceChildren(option("new", word.call(this.editor, "aNewSection")), ...seated.map((one) => option(one.id, one.name)))
      if (form.elements.section.dataset.last && seated.some((one) => one.id === activeSection)) form.elements.section.value = activeSection
    }
    if (form.elements.category) {
      const before = form.elements.category.value
      form.elements.category.replaceChildren(...drawing.categories.map((one) => option(one.id, one.name)))
      if (drawing.categories.some((one) => one.id === before)) form.elements.category.value = before
    }
  }

  usualTable(form, name) {
    const booth = name === "booth"
    form.elements.kind.value = booth ? "booth" : "table"
    if (form.dataset.kind === name) return
    form.dataset.kind = name
    form.elements.shape.value = booth ? "long" : "round"
    form.elements.width.value = booth ? 160 : 150
    form.elements.height.value = booth ? 80 : 150
    form.elements.seats.value = booth ? 6 : 8
  }

  // What a count starts at is a letter or a number, as is counted.
  measureChanged(field, form) {
    if (field.name === "section" && form.elements.rowStart) this.continueLabels(form)
    const start = { rowsAs: form.elements.rowStart, seatsAs: form.elements.start }[field.name]
    if (!start || startOf(start.value, field.value) !== null) return
    start.value = field.value === "letters" ? "A" : "1"
    clear(start)
  }

  continueLabels(form) {
    const section = this.editor.drawing.sections.find((one) => one.id === form.elements.section.value)
    const { rowsAs, rowStart } = form.elements
    if (section?.rows.length) {
      rowStart.value = nextLabel(new Set(section.rows.map((one) => one.label)))
      rowsAs.value = startOf(rowStart.value, "numbers") === null ? "letters" : "numbers"
    } else rowStart.value = rowsAs.value === "letters" ? "A" : "1"
    clear(rowStart)
  }

  submitted(event, dialog) {
    if (event.submitter?.value === "cancel" || dialog.dataset.dialog === "help") return
    event.preventDefault()
    const form = event.target
    for (const field of form.elements) clear(field)
    let wrong = wrongIn(form)
    if (!wrong.length) wrong = this[dialog.dataset.dialog](numbered(Object.fromEntries(new FormData(form)))) ?? []
    // Each is the field, what is wrong with it, and facts for the words. Without a field: all of it.
    for (const [name, words, facts] of wrong) if (name) say(form.elements[name], this.editor.word(words, facts))
    const general = wrong.find(([name]) => !name)
    dialog.querySelector("[data-wrong]").textContent = general ? this.editor.word(general[1], general[2]) : ""
    if (wrong.length) return form.querySelector("[aria-invalid=true]")?.focus()
    dialog.close()
    this.editor.useTool("select")
  }

  // How many more seats the map has room for, said of a field where these are too many.
  room(count, field) {
    const left = this.editor.limits.seats - seatsIn(this.editor.drawing).seats
    return count > left ? [[field, left > 0 ? "tooManySeats" : "noMoreSeats", { count: told(count), left: told(left) }]] : []
  }

  block(given) {
    const counts = countsIn(given)
    const aisles = aislesIn(given.aisles, Math.max(...counts))
    const wrong = [...this.room(counts.reduce((sum, one) => sum + one, 0), "seats"), ...startsWrong(given)]
    if (!aisles) wrong.push(["aisles", "wrongAisles"])
    const least = aisles && given.radius ? tightest(counts, { ...given, aisles }) : 0
    if (given.radius < least) wrong.push(["radius", "tooTight", { least: told(Math.ceil(least)) }])
    if (wrong.length) return wrong
    const [section, drawing] = this.section(given.section, { name: given.name, category: given.category || null, rake: given.rake })
    const labels = labelsIn(given)
    const names = rowLabels(given.rows, labels)
    const taken = new Set(section.rows.map((row) => row.label))
    if (names.some((name) => taken.has(name))) return [["rowStart", "labelsTaken"]]
    this.numbers = numbersIn(given)
    const rows = block({ ...given, aisles, stagger: Boolean(given.stagger), labels, numbers: this.numbers })
    const category = given.category && given.category !== section.category ? given.category : null
    const painted = category ? rows.map((row) => ({ ...row, seats: row.seats.map((seat) => ({ ...seat, category })) })) : rows
    const made = withSection(drawing, section.id, { rows: [...section.rows, ...painted] })
    const seats = new Set(rows.flatMap((row) => row.seats.map((seat) => seat.id)))
    const active = this.editor.activeSection
    this.editor.activeSection = section.id
    const beyond = this.added(made, { ...nothing(), seats }, "blockDrawn", { rows: rows.length, count: seats.size, name: section.name })
    if (beyond) {
      this.editor.activeSection = active
      return [["x", beyond]]
    }
    this.rememberSection()
  }

  table(given) {
    const crowded = this.room(given.lines * given.columns * given.seats, "seats")
    if (crowded.length) return crowded
    const [section, drawing] = this.section(given.section, { name: given.name, category: given.category || null })
    const taken = new Set(section.rows.map((row) => row.label))
    const rows = tables(given, taken)
    if (closest(rows[0].seats) < CLOSE) return [["seats", "tooClose", { least: CLOSE }]]
    const made = withSection(drawing, section.id, { rows: [...section.rows, ...rows] })
    const active = this.editor.activeSection
    this.editor.activeSection = section.id
    const seats = new Set(rows.flatMap((row) => row.seats.map((seat) => seat.id)))
    const beyond = this.added(made, { ...nothing(), seats }, rows.length === 1 ? "tableDrawn" : "tablesDrawn", { tables: rows.length, count: seats.size })
    if (beyond) {
      this.editor.activeSection = active
      return [["x", beyond]]
    }
    this.rememberSection()
  }

  standing(given) {
    const { drawing } = this.editor
    const names = new Set(drawing.sections.map((one) => one.name))
    const [w, h] = [given.width / 2, given.height / 2]
    const pulled = this.pointsAsked?.length === 2 ? box(this.pointsAsked) : null
    const corners = pulled ? [[pulled.left, pulled.top], [pulled.right, pulled.top], [pulled.right, pulled.bottom], [pulled.left, pulled.bottom]] : [[given.x - w, given.y - h], [given.x + w, given.y - h], [given.x + w, given.y + h], [given.x - w, given.y + h]]
    const outline = this.pointsAsked?.length > 2 ? this.pointsAsked : corners
    const section = { id: newId("s"), name: freeName(given.name.trim(), names), kind: "standing", category: given.category || null, capacity: given.capacity, outline: outline.map((point) => point.map(round)), floor: 0, rake: 0, note: "", rows: [] }
    const beyond = this.added({ ...drawing, sections: [...drawing.sections, section] }, this.editor.sectionOf(section), "standingDrawn", { name: section.name, count: section.capacity })
    return beyond ? [["x", beyond]] : []
  }

  // Numbers the chosen rows anew, and labels them where that is asked for.
  number(given) {
    const { drawing, chosen } = this.editor
    const rows = new Map()
    for (const { section, row } of seatThings(drawing, chosen)) rows.set(row.id, { section, row })
    if (!rows.size) return [["", "nothingChosen"]]
    const wrong = startsWrong(given, Boolean(given.relabel))
    if (wrong.length) return wrong
    const scheme = numbersIn(given)
    const wanted = [...rows.values()].map(({ row }) => row).sort((one, other) => middle(one) - middle(other))
    const labels = given.relabel ? rowLabels(wanted.length, labelsIn(given)) : null
    const named = new Map(wanted.map((row, index) => [row.id, labels?.[index] ?? row.label]))
    for (const section of drawing.sections) {
      const all = section.rows.map((row) => named.get(row.id) ?? row.label)
      if (new Set(all).size < all.length) return [["rowStart", "labelsTaken"]]
    }
    const made = withRows(drawing, (row) => {
      if (!named.has(row.id)) return row
      const backwards = row.kind === "row" && row.seats[0].x > row.seats.at(-1).x
      const numbers = seatNumbers(row.seats.length, scheme)
      if (backwards) numbers.reverse()
      return { ...row, label: named.get(row.id), seats: row.seats.map((seat, index) => ({ ...seat, number: numbers[index] })) }
    })
    this.editor.change(made, "numbered", { count: rows.size })
  }

  // Pasting: everything gets ids of its own, and names that are free. Across: mirrored, on the other
  // side of what everybody looks at.
  paste(copied, across = false) {
    if (!copied || !(copied.sections.length || copied.shapes.length)) return this.editor.announce("nothingCopied")
    const { drawing } = this.editor
    const by = across ? 0 : this.editor.grid * 2
    const place = ([x, y]) => [round(x + by), round(y + by)]
    const chosen = nothing()
    let { sections } = drawing
    for (const { whole, ...section } of copied.sections) {
      const target = sections.find((one) => one.id === section.id)
      const taken = whole || !target ? new Set() : new Set(target.rows.map((row) => row.label))
      const rows = section.rows.map((row) => pastedRow(row, taken, place, chosen, whole))
      if (target && !whole) sections = sections.map((one) => (one === target ? { ...one, rows: [...one.rows, ...rows] } : one))
      else {
        const made = { ...section, id: newId("s"), name: freeName(section.name, new Set(sections.map((one) => one.name))), outline: section.outline.map(place), rows }
        sections = [...sections, made]
        if (whole) { chosen.sections.add(made.id); for (const row of rows) for (const seat of row.seats) chosen.seats.delete(seat.id) }
      }
    }
    const shapes = copied.shapes.map((shape) => {
      const id = newId("h")
      chosen.shapes.add(id)
      return { ...shape, id, x: shape.x + by, y: shape.y + by, points: shape.points.map(place) }
    })
    const made = { ...drawing, sections, shapes: [...drawing.shapes, ...shapes] }
    if (across) return this.added(transformed(made, chosen, (x, y) => [drawing.focal[0] * 2 - x, y], { mirrored: true }), chosen, "pastedAcross")
    this.added(made, chosen, "pasted")
    this.editor.clipboard = this.editor.choosing.copied()
  }

  // Answers why it can't be drawn, if it can't.
  added(drawing, chosen, words, facts) {
    const beyond = this.editor.beyond(drawing)
    if (!this.editor.change(drawing, words, facts)) return beyond
    this.editor.chosen = chosen
    this.editor.marked()
    this.editor.inspector.show()
    this.editor.outline.mark()
    const its = box(pointsOf(drawing, chosen))
    if (Number.isFinite(its.x) && !this.editor.floor.isInSight(its)) this.editor.floor.fit()
    return null
  }

  rememberSection() {
    for (const select of this.editor.querySelectorAll("[data-dialog] select[name=section]")) select.dataset.last = "yes"
  }
}

function pastedRow(row, taken, place, chosen, keepLabels) {
  const label = keepLabels || !taken.has(row.label) ? row.label : nextLabel(taken)
  taken.add(label)
  const seats = row.seats.map((seat) => {
    const [x, y] = place([seat.x, seat.y])
    const made = { ...seat, id: newId("k"), x, y }
    chosen.seats.add(made.id)
    return made
  })
  const made = { ...row, id: newId("r"), label, seats }
  if (row.table) [made.table] = [{ ...row.table, x: place([row.table.x, 0])[0], y: place([0, row.table.y])[1] }]
  else delete made.table
  return made
}

const countsIn = (given) => Array.from({ length: given.rows }, (_one, index) => Math.max(1, given.seats + given.widen * index))

const metres = (length) => (length / 100).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })

const numbersIn = (given) => ({ order: given.order, start: given.start, as: given.seatsAs, skip: Boolean(given.skip) })

const labelsIn = (given) => ({ as: given.rowsAs, start: given.rowStart, skip: Boolean(given.skip), upward: given.rowOrder !== "down" })

// Tables beside and behind one another, with labels that are free.
function tables(given, taken) {
  const rows = []
  for (let line = 0; line < given.lines; line += 1) {
    for (let column = 0; column < given.columns; column += 1) {
      const label = taken.size ? nextLabel(taken) : "1"
      taken.add(label)
      const place = { x: given.x + column * given.apart, y: given.y + line * given.apart }
      rows.push(table({ ...given, ...place, whole: Boolean(given.whole) }, label))
    }
  }
  return rows
}

// How near to each other two seats that follow one another are.
function closest(seats) {
  return Math.min(...seats.slice(1).map((seat, index) => Math.hypot(seat.x - seats[index].x, seat.y - seats[index].y)))
}

// Where seats are numbered and rows labelled from something that can't be counted on.
function startsWrong(given, labelled = true) {
  return [...startWrong("start", given.start, given.seatsAs), ...(labelled ? startWrong("rowStart", given.rowStart, given.rowsAs) : [])]
}

function startWrong(name, text, as) {
  if (startOf(text, as) !== null) return []
  return [[name, !text ? "needed" : as === "letters" ? "startLetter" : "startNumber"]]
}

const middle = (row) => row.seats.reduce((sum, seat) => sum + seat.y, 0) / row.seats.length

// What a form gives, with numbers as numbers.
function numbered(given) {
  const texts = ["name", "section", "category", "aisles", "rowStart", "start", "kind", "shape", "order", "rowsAs", "seatsAs", "rowOrder", "skip", "stagger", "whole", "relabel"]
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, texts.includes(name) ? value.trim() : Number(value) || 0]))
}


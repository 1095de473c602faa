// Price categories: their names and colours, which one the brush paints with, who sits in them.
import { eachSeat, newId, nothing, seatWith, withSections } from "./drawing.js"
import { luminance } from "./floor.js"

const COLOURS = ["#b4232f", "#1f6f8b", "#c98a12", "#3d7a3a", "#6d4aa3", "#a3476f", "#55606b", "#8a5a2b"]
const PAPER = 0.97
const NIGHT = 0.017

export class Categories {
  constructor(editor) {
    this.editor = editor
    this.counted = new WeakMap()
    this.list = editor.querySelector("[data-categories]")
    this.template = editor.querySelector("[data-category-template]")
    this.list.addEventListener("change", (event) => this.changed(event))
    this.list.addEventListener("click", (event) => this.clicked(event))
    editor.querySelector("[data-add-category]")?.addEventListener("click", () => this.add())
  }

  draw() {
    const { editor } = this
    const { drawing } = editor
    if (this.drawn === drawing && this.by === editor.category) return
    if (!drawing.categories.some((one) => one.id === editor.category)) editor.category = drawing.categories[0]?.id
    const counts = new Map()
    for (const section of drawing.sections) {
      for (const row of section.rows) for (const [id, seats] of this.within(row, section.category)) counts.set(id, (counts.get(id) ?? 0) + seats)
    }
    const focused = this.focused()
    this.list.replaceChildren(...drawing.categories.map((one, index) => this.entry(one, index, counts.get(one.id) ?? 0)))
    if (focused) this.list.children[focused.index]?.querySelector(`[data-fact=${focused.fact}]`)?.focus()
    this.drawn = drawing
    this.by = editor.category
  }

  // How many seats of a row are in each category; counted once for each row there ever was.
  within(row, usual) {
    const before = this.counted.get(row)
    if (before?.usual === usual) return before.counts
    const counts = new Map()
    for (const seat of row.seats) counts.set(seat.category ?? usual, (counts.get(seat.category ?? usual) ?? 0) + 1)
    this.counted.set(row, { usual, counts })
    return counts
  }

  focused() {
    const field = document.activeElement
    const entry = this.list.contains(field) && field.closest("li")
    return entry && field.dataset.fact ? { index: [...this.list.children].indexOf(entry), fact: field.dataset.fact } : null
  }

  entry(category, index, seats) {
    const entry = this.template.content.firstElementChild.cloneNode(true)
    const { editor } = this
    entry.dataset.category = category.id
    const name = entry.querySelector("[data-fact=name]")
    const colour = entry.querySelector("[data-fact=colour]")
    name.value = category.name
    colour.value = category.colour
    name.setAttribute("aria-label", editor.word("categoryName", { number: index + 1 }))
    colour.setAttribute("aria-label", editor.word("categoryColour", { name: category.name }))
    entry.querySelector("[data-seats]").textContent = editor.word("seats", { count: seats.toLocaleString() })
    const use = entry.querySelector("[data-use]")
    use.checked = category.id === editor.category
    use.setAttribute("aria-label", editor.word("paintWith", { name: category.name }))
    entry.querySelector("[data-who]").setAttribute("aria-label", editor.word("chooseThese", { name: category.name }))
    entry.querySelector("[data-drop]").setAttribute("aria-label", editor.word("dropCategory", { name: category.name }))
    const doubt = this.doubt(category)
    entry.querySelector("[data-doubt]").textContent = doubt ? editor.word(doubt) : ""
    for (const field of entry.querySelectorAll("input, [data-drop]")) field.disabled = !editor.mayChange
    return entry
  }

  // Whether a colour stands out on paper, in the dark, and from its neighbours.
  doubt({ id, colour }) {
    const light = luminance(colour)
    const contrast = (one, other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
    if (contrast(light, PAPER) < 1.9) return "paleOnPaper"
    if (contrast(light, NIGHT) < 1.6) return "darkAtNight"
    const apart = (one, other) => Math.hypot(...[1, 3, 5].map((at) => Number.parseInt(one.slice(at, at + 2), 16) - Number.parseInt(other.slice(at, at + 2), 16)))
    return this.editor.drawing.categories.some((one) => one.id !== id && apart(one.colour, colour) < 48) ? "likeAnother" : null
  }

  changed(event) {
    const { editor } = this
    const { id } = this.of(event)
    const field = event.target
    if (field.matches("[data-use]")) {
      editor.category = id
      return editor.announce("paintsWith", { name: this.named(id) })
    }
    const value = field.value.trim()
    const others = editor.drawing.categories.filter((one) => one.id !== id)
    if (field.dataset.fact === "name" && (!value || others.some((one) => one.name === value))) {
      editor.announce("nameTaken")
      this.drawn = null
      return this.draw()
    }
    const categories = editor.drawing.categories.map((one) => (one.id === id ? { ...one, [field.dataset.fact]: value } : one))
    editor.change({ ...editor.drawing, categories }, "changed")
  }

  clicked(event) {
    const button = event.target.closest("button")
    if (!button) return
    const { id } = this.of(event)
    if (button.matches("[data-who]")) this.chooseAll(id)
    else if (button.matches("[data-drop]")) this.drop(id)
  }

  of(event) {
    return { id: event.target.closest("li").dataset.category }
  }

  named(id) {
    return this.editor.drawing.categories.find((one) => one.id === id)?.name
  }

  chooseAll(id) {
    const chosen = nothing()
    for (const { section, seat } of eachSeat(this.editor.drawing)) if ((seat.category ?? section.category) === id) chosen.seats.add(seat.id)
    this.editor.choose(chosen)
  }

  add() {
    const { editor } = this
    const { categories } = editor.drawing
    const names = new Set(categories.map((one) => one.name))
    let number = categories.length + 1
    while (names.has(editor.word("newCategory", { number }))) number += 1
    const used = new Set(categories.map((one) => one.colour))
    const colour = COLOURS.find((one) => !used.has(one)) ?? COLOURS[number % COLOURS.length]
    const made = { id: newId("c"), name: editor.word("newCategory", { number }), colour }
    editor.category = made.id
    editor.change({ ...editor.drawing, categories: [...categories, made] }, "categoryAdded", { name: made.name })
    this.list.lastElementChild?.querySelector("[data-fact=name]").select()
  }

  // Its seats go back to the category of their section; a section that had it has none.
  drop(id) {
    const { editor } = this
    const name = this.named(id)
    const categories = editor.drawing.categories.filter((one) => one.id !== id)
    const made = withSections({ ...editor.drawing, categories }, (section) => {
      const rows = section.rows.map((row) => (row.seats.some((seat) => seat.category === id) ? { ...row, seats: row.seats.map((seat) => (seat.category === id ? seatWith(seat, { category: "" }) : seat)) } : row))
      const touched = rows.some((row, index) => row !== section.rows[index])
      if (!touched && section.category !== id) return section
      return { ...section, rows: touched ? rows : section.rows, category: section.category === id ? null : section.category }
    })
    editor.change(made, "categoryDropped", { name })
  }
}

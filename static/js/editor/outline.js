// The map as a list: every section and row by name, for choosing without a pointer.
import { count } from "./drawing.js"
import { told } from "./measures.js"

export class Outline {
  constructor(editor) {
    this.editor = editor
    this.list = editor.querySelector("[data-outline]")
    this.open = new Set()
    this.list.addEventListener("click", (event) => this.clicked(event))
    this.list.addEventListener("toggle", (event) => this.toggled(event), true)
  }

  draw() {
    const { drawing } = this.editor
    if (this.drawn === drawing) return
    this.drawn = drawing
    const focused = document.activeElement?.dataset?.key
    this.list.replaceChildren(...drawing.sections.map((section) => this.section(section)))
    if (focused && this.list.querySelector(`[data-key="${focused}"]`)) this.list.querySelector(`[data-key="${focused}"]`).focus()
    this.mark()
  }

  section(section) {
    const item = document.createElement("li")
    const places = section.kind === "standing" ? this.editor.word("standing", { count: told(section.capacity) }) : this.editor.word("seats", { count: told(count({ sections: [section] }).seats) })
    const button = this.button(`${section.name}`, places, section.id)
    button.dataset.section = section.id
    item.append(button)
    if (section.rows.length) {
      const details = document.createElement("details")
      details.dataset.of = section.id
      const summary = document.createElement("summary")
      summary.textContent = this.editor.word("rows", { count: section.rows.length })
      details.append(summary)
      details.open = this.open.has(section.id)
      if (details.open) details.append(this.rows(section))
      item.append(details)
    }
    return item
  }

  rows(section) {
    const list = document.createElement("ul")
    list.className = "editor__rows"
    list.append(
      ...section.rows.map((row) => {
        const item = document.createElement("li")
        const button = this.button(row.label, this.editor.word("seats", { count: row.seats.length }), row.id)
        button.dataset.row = row.id
        item.append(button)
        return item
      }),
    )
    return list
  }

  button(text, note, key) {
    const button = document.createElement("button")
    button.type = "button"
    button.dataset.key = key
    button.append(Object.assign(document.createElement("span"), { textContent: text }), Object.assign(document.createElement("small"), { textContent: note }))
    return button
  }

  toggled(event) {
    const id = event.target.dataset.of
    const section = this.editor.drawing.sections.find((one) => one.id === id)
    if (!section) return
    if (event.target.open) {
      this.open.add(id)
      if (!event.target.querySelector("ul")) event.target.append(this.rows(section))
      this.mark()
    } else this.open.delete(id)
  }

  clicked(event) {
    const button = event.target.closest("button")
    if (!button) return
    const { editor } = this
    const { section: sectionId, row: rowId } = button.dataset
    for (const section of editor.drawing.sections) {
      if (section.id === sectionId) {
        editor.activeSection = section.id
        this.pick(editor.sectionOf(section), event)
      }
      const row = rowId && section.rows.find((one) => one.id === rowId)
      if (row) {
        editor.cursorAt({ section, row, seat: row.seats[0] })
        this.pick(editor.rowOf(row), event)
      }
    }
  }

  pick(things, event) {
    const { editor } = this
    const adds = event.shiftKey || event.ctrlKey || event.metaKey
    if (adds) editor.choose(editor.includes(things) ? editor.minus(things) : editor.plus(things))
    else editor.choose(things)
    if (editor.floor.frameOf) editor.floor.reveal([editor.floor.frameOf.x, editor.floor.frameOf.y])
  }

  mark() {
    const { chosen } = this.editor
    for (const button of this.list.querySelectorAll("button[data-section]")) button.setAttribute("aria-pressed", chosen.sections.has(button.dataset.section))
    if (!this.list.querySelector("button[data-row]")) return
    const rows = new Map(this.editor.drawing.sections.flatMap((one) => one.rows.map((row) => [row.id, row])))
    for (const button of this.list.querySelectorAll("button[data-row]")) {
      const row = rows.get(button.dataset.row)
      button.setAttribute("aria-pressed", Boolean(row?.seats.every((seat) => chosen.seats.has(seat.id))))
    }
  }
}

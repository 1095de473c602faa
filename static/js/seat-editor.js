// The seat map editor. The element holds the drawing, its history and what is chosen; the modules
// in editor/ each do one thing with them. docs/decisions/0020 says why it is made this way.
import { Choosing } from "./editor/choosing.js"
import { History } from "./editor/history.js"
import { Floor } from "./editor/floor.js"
import { Hits } from "./editor/hits.js"
import { Pointer } from "./editor/pointer.js"
import { Corners } from "./editor/corners.js"
import { Keys } from "./editor/keys.js"
import { Inspector } from "./editor/inspector.js"
import { Categories } from "./editor/categories.js"
import { Outline } from "./editor/outline.js"
import { Making } from "./editor/making.js"
import { Saving } from "./editor/saving.js"
import { forget, keyOf, leftBehind } from "./editor/keeping.js"
import { Together } from "./editor/together.js"
import { adopted } from "./editor/merging.js"
import { Spots } from "./editor/spots.js"
import { beyond } from "./editor/limits.js"
import { aligned, distributed, mirrored, turned } from "./editor/arrange.js"
import { box, count, everything, isNothing, isSame, mapped, nothing, pointsOf, round, seatThings, seatWith, seatsOf, transformed, withSeats, without } from "./editor/drawing.js"

class SeatEditor extends HTMLElement {
  async connectedCallback() {
    this.words = JSON.parse(this.dataset.words)
    this.limits = JSON.parse(this.dataset.limits)
    this.mayChange = this.hasAttribute("may-change")
    try {
      const answer = await fetch(this.getAttribute("drawing-url"), { headers: { Accept: "application/json" } })
      if (!answer.ok) return
      this.begin(await answer.json())
    } catch {
      // The picture and the lists that the page came with stay.
    }
  }

  begin({ drawing, version, changed_at }) {
    this.toggleAttribute("ready", true)
    this.querySelector("[data-app]").hidden = false
    this.history = new History(drawing)
    this.chosen = nothing()
    this.tool = "select"
    this.grid = 20
    this.snaps = true
    this.floor = new Floor(this.querySelector("[data-floor]"))
    this.choosing = new Choosing(this)
    this.making = new Making(this)
    this.corners = new Corners(this)
    this.pointer = new Pointer(this)
    this.keys = new Keys(this)
    this.inspector = new Inspector(this)
    this.categories = new Categories(this)
    this.outline = new Outline(this)
    this.spots = new Spots(this)
    this.floor.onLook = () => this.looked()
    if (this.mayChange) {
      this.saving = new Saving({
        url: this.getAttribute("drawing-url"),
        key: keyOf(this.getAttribute("map")),
        version,
        drawing,
        current: () => this.drawing,
        say: (state, facts) => this.saySaved(state, facts),
        behind: () => this.together.meet(),
      })
      this.saySaved("saved", { at: new Date(changed_at) })
      this.offerKept()
    }
    this.together = new Together(this, { url: this.getAttribute("now-url"), version, drawing })
    this.addEventListener("click", this)
    this.refresh()
    this.floor.fit()
    this.useTool("select")
  }

  get drawing() {
    return this.history.drawing
  }

  get hits() {
    if (this.hitsOf !== this.drawing) [this.hitsOf, this.hitsNow] = [this.drawing, new Hits(this.drawing)]
    return this.hitsNow
  }

  get colour() {
    return this.drawing.categories.find((one) => one.id === this.category)?.colour ?? this.drawing.categories[0]?.colour ?? "#808080"
  }

  handleEvent(event) {
    const button = event.target.closest("[data-do], [data-tool]")
    if (!button || !this.contains(button) || button.getAttribute("aria-disabled") === "true") return
    if (button.dataset.tool) this.useTool(button.dataset.tool)
    else this.do(button.dataset.do, button.dataset.with)
  }

  // Everything that can be done, by the name that buttons and keys know it by.
  do(name, how) {
    const acts = {
      undo: () => this.step("undo"),
      redo: () => this.step("redo"),
      delete: () => this.remove(),
      copy: () => this.copy(),
      cut: () => { this.copy(); this.remove() },
      paste: () => this.making.paste(this.clipboard),
      duplicate: () => this.making.paste(this.choosing.copied()),
      across: () => this.making.paste(this.choosing.copied(), true),
      corner: () => this.corners.step(Number(how)),
      all: () => this.choose(everything(this.drawing)),
      none: () => this.pointer.cancel() || (this.tool === "select" ? this.choose(nothing()) : this.useTool("select")),
      in: () => this.floor.zoom(1.3),
      out: () => this.floor.zoom(1 / 1.3),
      fit: () => this.floor.fit(),
      here: () => isNothing(this.chosen) || this.floor.show(box(pointsOf(this.drawing, this.chosen)), 140),
      snap: () => this.toggleSnap(),
      align: () => this.change(aligned(this.drawing, this.chosen, how), "aligned"),
      distribute: () => this.change(distributed(this.drawing, this.chosen, how), "distributed"),
      mirror: () => this.change(mirrored(this.drawing, this.chosen, how), "mirrored"),
      turn: () => this.change(turned(this.drawing, this.chosen, Number(how)), "turned"),
      row: () => this.choosing.growToRows(),
      section: () => this.choosing.growToSections(),
      number: () => this.making.ask("number"),
      spots: () => this.spots.choose(),
      make: () => this.making.here(),
      help: () => this.querySelector("[data-dialog=help]").showModal(),
      panel: () => this.togglePanel(),
      save: () => this.saving?.hurry(),
      "keep-copy": () => this.keepCopy(),
      "keep-mine": () => this.together.keepMine(),
      "take-theirs": () => this.together.takeTheirs(),
      "take-out": () => this.together.takeOut(),
      "look-at-theirs": () => this.together.look(),
      "close-together": () => this.together.hide(),
      "bring-back": () => this.bringBack(),
      "let-go": () => this.letGo(),
    }
    acts[name]?.()
  }

  // Edits

  change(drawing, words, facts = {}) {
    if (drawing === this.drawing) return false
    if (!this.mayChange) {
      this.announce("mayNot")
      return false
    }
    const wrong = this.beyond(drawing)
    if (wrong) {
      this.announce(wrong)
      this.inspector.show()
      return false
    }
    this.history.add(drawing, this.word(words, facts))
    this.refresh()
    this.saving.changed()
    this.announce(words, facts)
    return true
  }

  beyond(drawing) {
    return beyond(drawing, this.drawing, this.limits)
  }

  step(direction) {
    const words = this.history[direction]()
    this.refresh()
    if (words === null) return this.announce(direction === "undo" ? "nothingToUndo" : "nothingToRedo")
    this.saving?.changed()
    this.announce(direction === "undo" ? "undone" : "redone", { what: words })
  }

  refresh() {
    this.choosing.forgetGone()
    this.floor.draw(this.drawing, { grid: this.snaps ? this.grid * 5 : 0 })
    this.marked()
    this.outline.draw()
    this.spots.soon()
    this.categories.draw()
    this.inspector.show()
    this.offer("undo", this.history.canUndo)
    this.offer("redo", this.history.canRedo)
    const { seats, standing } = count(this.drawing)
    const counted = this.word("counted", { seats: seats.toLocaleString(), standing: standing.toLocaleString() })
    this.querySelector("[data-counted]").textContent = counted
  }

  offer(what, can) {
    const button = this.querySelector(`[data-do=${what}]`)
    // A button that can't be pressed loses the focus, and keys would reach nobody.
    if (!can && button === document.activeElement) this.querySelector("[data-floor]").focus({ preventScroll: true })
    button.disabled = !can
  }

  moveBy(dx, dy) {
    if (isNothing(this.chosen) || (!dx && !dy)) return
    this.change(transformed(this.drawing, this.chosen, (x, y) => [x + dx, y + dy]), "moved", { x: round(dx), y: round(dy) })
  }

  remove() {
    if (isNothing(this.chosen)) return this.announce("nothingChosen")
    const what = this.choosing.inWords()
    this.change(without(this.drawing, this.chosen), "deleted", { what })
  }

  paint(ids, category = this.category ?? this.drawing.categories[0]?.id) {
    const found = this.drawing.categories.find((one) => one.id === category)
    if (!found) return this.announce("noCategory")
    const chosen = ids ?? seatsOf(this.drawing, this.chosen)
    let made = withSeats(this.drawing, chosen, (seat, row) => (seat.category === category ? seat : seatWith(seat, { category })))
    if (!ids) {
      const sections = mapped(made.sections, (one) => (this.chosen.sections.has(one.id) && one.category !== category ? { ...one, category } : one))
      if (sections !== made.sections) made = { ...made, sections }
    }
    this.change(made, "painted", { count: chosen.size, name: found.name })
  }

  copy() {
    if (isNothing(this.chosen)) return this.announce("nothingChosen")
    this.clipboard = this.choosing.copied()
    this.announce("copied", { what: this.choosing.inWords() })
  }

  // Choosing

  choose(chosen) {
    this.chosen = chosen
    this.corners.at = null
    this.marked()
    this.inspector.show()
    this.outline.mark()
    this.announce("chosen", { what: this.choosing.inWords() })
  }

  marked() {
    const at = this.cursor && seatThings(this.drawing, { ...nothing(), seats: new Set([this.cursor]) })[0]
    if (!this.corners.section) this.corners.at = null
    this.floor.mark(this.chosen, at ? [at.seat.x, at.seat.y] : null, this.corners.handles)
  }

  cursorAt({ section, row, seat }) {
    this.cursor = seat.id
    this.activeSection = section.id
    this.activeRow = row.id
  }

  includes(things) { return this.choosing.includes(things) }
  plus(things) { return this.choosing.plus(things) }
  minus(things) { return this.choosing.minus(things) }
  thingsOf(hit, single) { return this.choosing.thingsOf(hit, single) }
  rowOf(row) { return this.choosing.rowOf(row) }
  sectionOf(section) { return this.choosing.sectionOf(section) }

  * seatsById(ids) {
    for (const { seat } of seatThings(this.drawing, { ...nothing(), seats: ids })) yield seat
  }

  // The grid

  snapped([x, y]) {
    return this.snaps ? [Math.round(x / this.grid) * this.grid, Math.round(y / this.grid) * this.grid] : [round(x), round(y)]
  }

  // Moves so that the upper left of what is chosen comes to lie on the grid.
  snappedBy(dx, dy) {
    if (!this.snaps || !this.floor.frameOf) return [round(dx), round(dy)]
    const { left, top } = this.floor.frameOf
    const [x, y] = this.snapped([left + dx, top + dy])
    return [round(x - left), round(y - top)]
  }

  toggleSnap() {
    this.snaps = !this.snaps
    this.querySelector("[data-do=snap]").setAttribute("aria-pressed", this.snaps)
    this.refresh()
    this.announce(this.snaps ? "snapOn" : "snapOff")
  }

  // Tools

  useTool(tool) {
    this.pointer.cancel()
    this.tool = tool
    for (const button of this.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", button.dataset.tool === tool)
    this.floor.svg.dataset.using = tool
    this.querySelector("[data-hint]").textContent = this.word(`hint-${tool}`)
    if (this.settled || document.activeElement === document.body) this.floor.svg.focus({ preventScroll: true })
    this.settled = true
  }

  draw(from, to) { this.making.draw(from, to) }
  drawPoints(points) { return this.making.points(points) }

  togglePanel() {
    const shown = this.toggleAttribute("panel")
    this.querySelector("[data-do=panel]").setAttribute("aria-expanded", shown)
  }

  looked() {
    this.querySelector("[data-zoom]").textContent = `${Math.round(this.floor.view.scale * 100)} %`
  }

  // Words

  word(key, facts = {}) {
    return (this.words[key] ?? key).replace(/\{(\w+)\}/g, (_all, name) => facts[name] ?? "")
  }

  announce(key, facts) {
    const status = this.querySelector("[data-status]")
    status.textContent = this.word(key, facts)
  }

  // How saving stands, and what came in between

  time(at) {
    return new Date(at).toLocaleTimeString(document.documentElement.dataset.times, { hour: "2-digit", minute: "2-digit" })
  }

  saySaved(state, facts = {}) {
    const place = this.querySelector("[data-saved]")
    place.dataset.saved = state
    place.querySelector("span").textContent = this.word(`save-${state}`, { time: facts.at ? this.time(facts.at) : "", detail: facts.detail })
  }

  async keepCopy() {
    const body = JSON.stringify({ drawing: this.drawing })
    const answer = await fetch(this.getAttribute("copy-url"), { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" }, body }).catch(() => null)
    if (!answer?.ok) return this.announce("copyFailed")
    const { url } = await answer.json()
    this.leave(url)
  }

  async leave(url) {
    this.saving.saved = this.drawing
    await forget(this.saving.key)
    location.assign(url)
  }

  async offerKept() {
    const before = await leftBehind(this.getAttribute("map"))
    this.keptBefore = before
    const bar = this.querySelector("[data-kept]")
    bar.hidden = true
    if (!before) return
    if (isSame(before.drawing, this.drawing)) return this.letGo()
    const time = new Date(before.at).toLocaleString(document.documentElement.dataset.times, { dateStyle: "medium", timeStyle: "short" })
    bar.querySelector("p").textContent = this.word(before.version === this.saving.version ? "kept" : "keptOlder", { time })
    bar.hidden = false
  }

  // Drawn on the version that it was drawn on, and then met by what was saved since, as if the page
  // had never been gone: nobody's edits win without a word.
  async bringBack() {
    const { key, version, base, drawing } = this.keptBefore
    await this.saving.allSaved()
    const before = adopted(base, this.drawing)
    const mine = adopted(drawing, before)
    if (mine !== this.drawing && !this.change(mine, "broughtBack")) return
    if (version !== this.saving.version) {
      this.saving.returnTo(version, before)
      this.together.meet()
    }
    await this.saving.keepNow()
    await forget(key)
    this.offerKept()
  }

  async letGo() {
    await forget(this.keptBefore.key)
    this.offerKept()
  }
}

customElements.define("seat-editor", SeatEditor)

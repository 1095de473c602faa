// A hall one can walk around in: drag, wheel, pinch, double tap, buttons and keys. The drawing is
// moved by a transform alone; the seats of a section come when one is near enough to see them.
// Says "seat-picked" when a seat is pressed; who has chosen what is told by `mark`.
import { Camera } from "./seat-camera.js"

const SEE = 5 // Pixels from seat to seat from which on seats are drawn at all,
const READ = 15 // from which on they can be pressed, and their numbers read.
const MOST_DRAWN = 5000

class SeatMap extends HTMLElement {
  connectedCallback() {
    this.window = this.querySelector("[data-window]")
    this.paper = this.window.querySelector("svg")
    this.states = this.querySelector("seat-states")
    this.chairs = new Map()
    this.sections = new Map()
    this.mine = new Set()
    this.blocks = [...this.querySelectorAll("[data-block]")].map((element) => this.block(element))
    this.pitch = Number(this.getAttribute("pitch"))
    this.style.setProperty("--pitch", this.pitch)
    const [x, y, width, height] = this.getAttribute("box").trim().split(/\s+/).map(Number)
    this.camera = new Camera(this.window, this.paper, { x, y, width, height }, { closest: 52 / this.pitch, settled: () => this.settle(), tapped: (event) => this.tapped(event) })
    this.dataset.ready = ""
    for (const part of this.querySelectorAll("[data-tools], [data-needs]")) part.hidden = false
    for (const name of ["click", "keydown", "seats", "change"]) this.addEventListener(name, this)
    this.watcher = new ResizeObserver(() => this.camera.measure())
    this.watcher.observe(this.window)
    this.offerPrices()
    this.camera.measure()
  }

  disconnectedCallback() {
    this.watcher.disconnect()
    this.camera.leave()
  }

  block(element) {
    const { block: key, from, end, categories, box } = element.dataset
    const [left, top, right, bottom] = box.split(" ").map(Number)
    return {
      key, element, from: Number(from), end: Number(end), left, top, right, bottom,
      scattered: element.firstElementChild.getAttribute("d").lastIndexOf("M") > 0, // Over a ground of several pieces.
      seated: Number(end) > Number(from), categories: new Set(categories.split(" ").filter(Boolean)),
      name: this.querySelector(`[data-names] [data-of="${CSS.escape(key)}"]`),
      listed: document.querySelector(`[data-left-of="${CSS.escape(key)}"]`),
    }
  }

  // Prices are a plain list until there is a script to filter by them.
  offerPrices() {
    const list = this.closest("seat-choice")?.querySelector(".prices")
    for (const item of list?.querySelectorAll("[data-category]") ?? []) {
      const button = document.createElement("button")
      button.type = "button"
      button.className = "prices__button"
      button.setAttribute("aria-pressed", "false")
      button.append(...item.childNodes)
      item.append(button)
    }
    list?.addEventListener("click", (event) => {
      const button = event.target.closest("button")
      if (!button) return
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"))
      this.sift()
    })
    this.prices = list
  }

  handleEvent(event) {
    switch (event.type) {
      case "click":
        this.clicked(event)
        break
      case "keydown":
        this.pressed(event)
        break
      case "seats":
        this.recolour(event.detail)
        break
      case "change":
        if (event.target.closest("[data-need]")) this.sift()
    }
  }

  clicked(event) {
    const tool = event.target.closest("[data-zoom]")?.dataset.zoom
    if (tool === "all") this.camera.home()
    else if (tool) this.camera.zoom(tool === "in" ? 1.8 : 1 / 1.8)
    if (!event.target.closest("a.chair, a.block")) return
    // With a pointer the camera tells a tap from a drag; what remains is Enter on a link.
    const standing = event.target.closest(".block--standing")
    if (standing) return this.toCounter(event, standing)
    event.preventDefault()
    if (event.detail === 0) this.act(event.target.closest("a"))
  }

  toCounter(event, link) {
    const field = document.querySelector(link.getAttribute("href"))
    if (!field) return
    event.preventDefault()
    field.focus()
  }

  tapped({ x, y, target }) {
    if (target.closest(".block--standing")) return
    // A finger is wide: the browser names what it thinks is meant, which may be a seat next to where it is.
    const near = this.nearest(x, y) ?? this.chairs.get(Number(target.closest("a.chair")?.dataset.at))
    if (near && this.camera.scale * this.pitch >= READ) return this.act(near.element)
    const block = this.blocks.find((one) => one.element === target.closest("a.block")) ?? this.blocks.find((one) => one.key === near?.of)
    if (block) this.enter(block, near ? { x, y } : null)
  }

  act(element) {
    if (element.matches(".block")) return this.enter(this.blocks.find((one) => one.element === element), null, true)
    const chair = this.chairs.get(Number(element.dataset.at))
    this.focusOn(element)
    this.dispatchEvent(new CustomEvent("seat-picked", { bubbles: true, detail: chair }))
  }

  // Near enough to press its seats, if it is small; else as near to that spot as one must be.
  async enter(block, spot, byKey = false) {
    if (!block.seated) return
    const close = 26 / this.pitch
    const fit = this.camera.fitting(block)
    if (fit.scale * this.pitch >= 20) this.camera.go(fit)
    else this.camera.go({ ...(spot ?? this.middle(block)), scale: Math.max(close, fit.scale) })
    await this.draw(block)
    if (block.outdated) location.assign(block.element.href.baseVal)
    if (byKey) this.focusOn(this.firstFree(block))
  }

  middle(block) {
    const name = block.name?.dataset
    return name ? { x: Number(name.x), y: Number(name.y) } : { x: (block.left + block.right) / 2, y: (block.top + block.bottom) / 2 }
  }

  firstFree(block) {
    const all = this.sections.get(block.key)?.chairs ?? []
    return (all.find((chair) => this.free(chair)) ?? all[0])?.element
  }

  free(chair) {
    return this.states.of(chair.at) === "f" || this.mine.has(chair.at)
  }

  nearest(x, y) {
    let best = null
    let least = this.pitch * 0.75
    for (const [key, section] of this.sections) {
      const block = this.blocks.find((one) => one.key === key)
      if (!section.chairs || x < block.left - 80 || x > block.right + 80 || y < block.top - 80 || y > block.bottom + 80) continue
      for (const chair of section.chairs) {
        const away = Math.hypot(chair.x - x, chair.y - y)
        if (away < least) [best, least] = [chair, away]
      }
    }
    return best
  }

  // What is in sight, how near it is, and what has to come for it.
  settle() {
    const scale = this.camera.scale
    const apart = scale * this.pitch
    this.dataset.level = apart < SEE ? "far" : apart < READ ? "dots" : "near"
    this.toggleAttribute("data-zoomed", scale > this.camera.least * 1.001)
    this.paper.style.setProperty("--cm", 1 / scale)
    this.nameAll(scale, apart < SEE)
    if (apart < SEE) return this.hide(this.sections.keys())
    const seen = this.camera.seen()
    const near = this.blocks.filter((one) => one.seated && one.right > seen.left && one.left < seen.right && one.bottom > seen.top && one.top < seen.bottom)
    const keys = new Set(near.map((one) => one.key))
    let drawn = 0
    for (const block of near) {
      drawn += block.end - block.from
      if (drawn <= MOST_DRAWN || apart >= READ) this.draw(block)
    }
    this.hide([...this.sections.keys()].filter((key) => !keys.has(key)))
  }

  // On its ground while that is bare, with what it costs where there is room for that; over it once
  // its seats are to be seen. The largest first: no two are written over each other, nor any off
  // the paper's edge. Until then as section_names.py has it.
  nameAll(scale, bare) {
    const { box } = this.camera
    const taken = []
    for (const block of this.blocks.filter((one) => one.name).sort((one, other) => area(other) - area(one))) {
      const { x, y } = this.middle(block)
      const words = Math.max(...[...block.name.children].map((line, n) => line.textContent.trim().length * (n ? 7 : 8.5)))
      const name = block.name.firstElementChild.textContent.length * 8.5
      const width = (block.right - block.left) * scale
      const height = (block.bottom - block.top) * scale
      const fits = { all: bare && !block.scattered && width >= 100 && height >= 56, name: width >= name * 0.8 && height > 14 }
      const read = scale * this.pitch >= READ && block.seated
      const places = Object.entries({ all: [words, 50], name: [name, 18] }).filter(([room]) => fits[room] && !read)
      const written = places.map(([room, [wide, high]]) => {
        const lift = room === "all" ? -15 / scale : block.seated && !bare ? this.over(block, x) - y - 15 / scale : 0
        const half = wide / 2 / scale
        const across = Math.min(Math.max(x, box.x + half), box.x + box.width - half)
        return { room, across, down: y + lift, left: across - half, right: across + half, top: y + lift - 12 / scale, bottom: y + lift + (high - 12) / scale }
      }).find((one) => !taken.some((other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom))
      block.name.dataset.room = written?.room ?? "none"
      if (!written) continue
      taken.push(written)
      block.name.setAttribute("transform", `translate(${written.across} ${written.down})`)
    }
  }

  // Where the seats of a section begin above this spot, however its rows are bent.
  over(block, x) {
    const column = this.sections.get(block.key)?.chairs?.filter((chair) => Math.abs(chair.x - x) < this.pitch * 2)
    return column?.length ? Math.min(...column.map((chair) => chair.y)) : block.top
  }

  hide(keys) {
    for (const key of keys) {
      const section = this.sections.get(key)
      if (section?.group?.isConnected && !section.group.contains(document.activeElement)) section.group.remove()
      this.blocks.find((one) => one.key === key)?.element.classList.remove("block--open")
    }
  }

  async draw(block) {
    let section = this.sections.get(block.key)
    if (!section) this.sections.set(block.key, (section = { coming: this.fetch(block) }))
    await section.coming
    if (!section.group) return
    const here = this.camera.scale * this.pitch >= SEE
    if (here && !section.group.isConnected) this.querySelector("[data-chairs]").append(section.group)
    block.element.classList.toggle("block--open", here)
  }

  async fetch(block) {
    block.outdated = false
    try {
      const path = new URL(block.element.getAttribute("href"), location.href).pathname
      const [answer, drawing] = await Promise.all([fetch(`${path}/seats?v=${this.getAttribute("version")}`), import(this.getAttribute("drawing"))])
      if (!answer.ok) throw new Error(answer.statusText)
      const columns = await answer.json()
      // What was fetched later may be of another version than the page; a section has a page too.
      block.outdated = true
      const section = Object.assign(this.sections.get(block.key), drawing.drawn(columns, block.key))
      block.outdated = false
      for (const chair of section.chairs) this.chairs.set(chair.at, chair)
      for (const chair of section.chairs) this.show(chair)
      this.sift()
      this.nameAll(this.camera.scale, this.dataset.level === "far")
    } catch {
      this.sections.delete(block.key) // The next look asks again.
    }
  }

  recolour(different) {
    for (const position of different.keys()) {
      const chair = this.chairs.get(position)
      if (chair) this.show(chair)
    }
    this.count()
    if (this.sifting) this.sift()
  }

  show(chair) {
    const mine = this.mine.has(chair.at)
    const letter = mine ? "f" : this.states.of(chair.at) ?? "f"
    chair.element.dataset.s = letter
    chair.element.firstElementChild.setAttribute("d", letter === "f" ? chair.whole : chair.less)
    chair.element.classList.toggle("chair--mine", mine)
    chair.element.setAttribute("aria-pressed", String(mine))
    const words = this.dataset.states.split("|")["fhsb".indexOf(letter)]
    chair.element.setAttribute("aria-label", mine ? chair.says : `${chair.says}, ${words}`)
  }

  count() {
    const { letters } = this.states
    for (const block of this.blocks) {
      if (!block.seated) continue
      let left = 0
      for (let at = block.from; at < block.end; at++) if (letters[at] === "f") left++
      if (block.left_ === left) continue
      block.left_ = left
      const words = left ? this.dataset.left.replace("{}", left) : this.dataset.none
      const shown = block.name?.querySelector("[data-left]")
      if (shown) shown.textContent = words
      if (block.listed) block.listed.textContent = words
      block.element.classList.toggle("block--gone", !left)
    }
  }

  // These positions are the reader's own; all others are as the box office says.
  mark(positions) {
    const before = this.mine
    this.mine = new Set(positions)
    for (const at of new Set([...before, ...this.mine])) {
      const chair = this.chairs.get(at)
      if (chair) this.show(chair)
    }
  }

  // Brings seats into sight that somebody else chose for the reader.
  async reveal(positions) {
    const blocks = this.blocks.filter((one) => positions.some((at) => at >= one.from && at < one.end))
    await Promise.all(blocks.map((block) => { this.camera.prepare(); return this.draw(block) }))
    const chairs = positions.map((at) => this.chairs.get(at)).filter(Boolean)
    if (!chairs.length) return
    const xs = chairs.map((chair) => chair.x)
    const ys = chairs.map((chair) => chair.y)
    this.camera.go({ x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2, scale: Math.max(this.camera.scale, 30 / this.pitch) })
  }

  // Prices and needs: what fits keeps its colour.
  sift() {
    const prices = new Set([...(this.prices?.querySelectorAll("[aria-pressed=true]") ?? [])].map((button) => button.parentElement.dataset.category))
    const needs = [...this.querySelectorAll("[data-need]:checked")].map((input) => input.dataset.need)
    const together = Number(this.querySelector("select[data-need]")?.value) || 1
    this.sifting = prices.size > 0 || needs.length > 0 || together > 1
    this.toggleAttribute("data-sifting", this.sifting)
    for (const block of this.blocks) block.element.classList.toggle("block--pale", prices.size > 0 && ![...block.categories].some((one) => prices.has(one)))
    for (const { chairs } of this.sections.values()) {
      if (!chairs) continue
      const edges = this.edges(chairs)
      const companions = together > 1 ? this.companions(chairs) : null
      for (const chair of chairs) {
        const fits = (!prices.size || prices.has(chair.category)) &&
          needs.every((need) => (need === "aisle" ? edges.has(chair.at) : chair.kind === need)) &&
          (!companions || companions.get(chair.at) >= together)
        chair.element.classList.toggle("chair--pale", !fits)
      }
    }
  }

  edges(chairs) {
    const edges = new Set()
    chairs.forEach((chair, n) => {
      if (chair.aisle || chairs[n + 1]?.bank !== chair.bank || chairs[n - 1]?.bank !== chair.bank || chairs[n - 1]?.aisle) edges.add(chair.at)
    })
    return edges
  }

  // How many free neighbours each seat makes one group with, itself included.
  companions(chairs) {
    const size = new Map()
    let group = []
    const close = () => { for (const at of group) size.set(at, group.length); group = [] }
    chairs.forEach((chair, n) => {
      if (n && (chairs[n - 1].bank !== chair.bank || chairs[n - 1].aisle)) close()
      if (this.free(chair)) group.push(chair.at)
      else close()
    })
    close()
    return size
  }

  // Keys: arrows from one to the next, Enter for more, Escape back to the hall.
  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select")) return
    const from = event.target.closest("a.chair, a.block")
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key]
    if (way && from) {
      event.preventDefault()
      this.focusOn(this.beyond(from, way))
    } else if (event.key === "+" || event.key === "-") {
      this.camera.zoom(event.key === "+" ? 1.5 : 1 / 1.5)
    } else if (event.key === "0") {
      this.camera.home()
    } else if (event.key === " " && from) {
      event.preventDefault()
      this.act(from)
    } else if (event.key === "Escape" && from?.matches(".chair")) {
      const block = this.blocks.find((one) => one.key === this.chairs.get(Number(from.dataset.at)).of)
      this.camera.home()
      this.focusOn(block.element)
    }
  }

  beyond(from, [right, down]) {
    const chair = from.matches(".chair") ? this.chairs.get(Number(from.dataset.at)) : null
    const here = chair ?? this.middle(this.blocks.find((one) => one.element === from))
    const others = chair ? this.sections.get(chair.of).chairs : this.blocks.map((one) => ({ ...this.middle(one), element: one.element }))
    let best = from
    let least = Infinity
    for (const other of others) {
      const ahead = (other.x - here.x) * right + (other.y - here.y) * down
      const aside = Math.abs((other.x - here.x) * down) + Math.abs((other.y - here.y) * right)
      if (ahead > 1 && ahead + 2.5 * aside < least && aside < ahead * 3) [best, least] = [other.element, ahead + 2.5 * aside]
    }
    return best
  }

  // One stop for the Tab key among the sections, and one among the seats.
  focusOn(element) {
    if (!element) return
    const kind = element.matches(".chair") ? ".chair[tabindex='0']" : "a.block"
    for (const other of this.paper.querySelectorAll(kind)) other.tabIndex = -1
    element.setAttribute("tabindex", "0")
    element.focus({ preventScroll: true })
    if (element.matches(".chair")) {
      const chair = this.chairs.get(Number(element.dataset.at))
      this.camera.show(chair.x, chair.y, this.pitch * 1.5, 22 / this.pitch)
    }
  }
}

function area(block) {
  return (block.right - block.left) * (block.bottom - block.top)
}

customElements.define("seat-map", SeatMap)

// A hall one can walk around in: drag, wheel, pinch, double tap, buttons and keys. The drawing is
// moved by a transform alone; the seats of a section come when one is near enough to see them.
// Says "seat-picked" when a seat is pressed; who has chosen what is told by `mark`.
import { Camera } from "./seat-camera.js"

const SEE = 5 // Pixels from seat to seat from which on seats are drawn at all,
const READ = 15 // from which on they can be pressed, and their numbers read.
const MOST_DRAWN = 5000
const EDGE = 25 // Centimetres by which a section's ground is drawn beyond its outline, or nearly so.
// The ways to write all of a section's name, as WAYS of section_names.py has them.
const WAYS = [
  { room: "all", letter: 8.5, small: 7, above: 8, below: 35, inside: 1 },
  { room: "short", letter: 8.5, small: 7, above: 8, below: 35, inside: 0.75 },
  { room: "brief", letter: 8, small: 5.8, above: 7, below: 29, inside: 0.75 },
]

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
    this.camera = new Camera(this.window, this.paper, { x, y, width, height }, {
      closest: 52 / this.pitch, settled: () => this.settle(), tapped: (event) => this.tapped(event), moved: () => this.rows?.moved(),
    })
    this.here = this.querySelector("[data-here]")
    this.whole = this.here && [...this.here.children].map((part) => part.textContent)
    this.dataset.ready = ""
    for (const part of this.querySelectorAll("[data-tools], [data-needs]")) part.hidden = false
    for (const name of ["click", "keydown", "seats", "change", "pointerover", "pointerleave", "focusin", "focusout"]) this.addEventListener(name, this)
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
    const name = this.querySelector(`[data-names] [data-of="${CSS.escape(key)}"]`)
    const says = element.getAttribute("aria-label")
    return {
      key, element, from: Number(from), end: Number(end), left, top, right, bottom,
      scattered: element.firstElementChild.getAttribute("d").lastIndexOf("M") > 0, // Over a ground of several pieces.
      seated: Number(end) > Number(from), categories: new Set(categories.split(" ").filter(Boolean)),
      name, says: says.slice(0, says.length - (name?.querySelector("[data-left]").textContent.length ?? 0)),
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
      this.sift(true)
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
        if (event.target.closest("[data-need]")) this.sift(true)
        break
      case "focusin":
        if (event.target.matches(":focus-visible")) this.learnSteps()
        this.lookAt(event.target)
        break
      case "pointerover":
        this.lookAt(event.target)
        break
      case "pointerleave": // A finger that is lifted leaves too, and what it was on is still meant.
        if (event.pointerType === "mouse") this.lookAt(null)
        break
      case "focusout":
        if (!event.relatedTarget) this.lookAt(null)
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

  // Says whether it brought one closer.
  tapped({ x, y, target }) {
    if (target.closest(".block--standing")) return false
    // A finger is wide: the browser names what it thinks is meant, which may be a seat next to where it is.
    const near = this.nearest(x, y) ?? this.chairs.get(Number(target.closest("a.chair")?.dataset.at))
    const close = this.camera.scale * this.pitch >= READ
    if (near && close) {
      this.act(near.element)
      return false
    }
    const block = this.blocks.find((one) => one.element === target.closest("a.block")) ?? this.blocks.find((one) => one.key === near?.of)
    if (!block?.seated || (close && block.element.matches(".block--open"))) return false
    this.enter(block, near ? { x, y } : null)
    return true
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
    this.lookAt(block.element)
    const close = 26 / this.pitch
    const fit = this.camera.fitting(block)
    if (fit.scale * this.pitch >= 20) this.camera.go(fit)
    else this.camera.go({ ...(spot ?? this.middle(block)), scale: Math.max(close, fit.scale) })
    await this.draw(block)
    if (block.outdated) location.assign(block.element.href.baseVal)
    if (byKey) this.stepTo(this.firstFree(block))
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
    if (this.looking || this.hasAttribute("data-zoomed")) this.lookAt(document.activeElement)
    this.nameRows()
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

  // What is under the pointer or has the focus, else what is in sight, is said above the map.
  async lookAt(target) {
    if (!this.here) return
    this.looking ??= import("./seat-here.js").catch(() => (this.looking = null))
    const here = await this.looking
    here?.lookAt(this, target)
  }

  // Row by row at the edge of the window, once the seats can be pressed and not all of them are in sight.
  nameRows() {
    if (this.dataset.level !== "near" || !this.hasAttribute("data-zoomed")) return this.rows?.clear()
    if (this.rows) return this.rows.write([...this.sections.values()].filter((one) => one.group?.isConnected).flatMap((one) => one.rows))
    this.learning ??= import("./seat-rows.js").then(({ RowLabels }) => {
      this.rows = new RowLabels(this.window, this.camera)
      this.nameRows()
    }).catch(() => (this.learning = null))
  }

  // On its ground while that is bare, with what it costs and what is left where there is room for that;
  // over it once its seats are to be seen. The largest first: no two are written over each other, nor
  // any off the paper's edge. Until then as section_names.py has it.
  nameAll(scale, bare) {
    const named = this.blocks.filter((one) => one.name).sort((one, other) => area(other) - area(one))
    let best = this.layOut(named, scale, bare, WAYS)
    // Large letters in one section may leave its neighbours no room for any.
    if (bare && best.filter(({ room }) => room !== "name").length < named.length) {
      const small = this.layOut(named, scale, bare, [WAYS[0], WAYS[2]])
      if (worth(small) > worth(best)) best = small
    }
    for (const { name } of named) name.dataset.room = "none"
    for (const { name, room, across, down } of best) {
      name.dataset.room = room
      name.setAttribute("transform", `translate(${across} ${down})`)
    }
  }

  layOut(named, scale, bare, ways) {
    const taken = []
    for (const block of named) {
      if (scale * this.pitch >= READ && block.seated) continue
      const written = this.places(block, scale, bare, ways).find((one) => !taken.some((other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom))
      if (written) taken.push(written)
    }
    return taken
  }

  // Where the section's name could be written, the fullest way first.
  places(block, scale, bare, ways) {
    const { box } = this.camera
    const { x, y } = this.middle(block)
    const [name, price, left, cost] = [...block.name.children].map((line) => line.textContent.length)
    const place = (room, wide, above, below, lift) => {
      const half = wide / 2 / scale
      const across = Math.min(Math.max(x, box.x + half), box.x + box.width - half)
      const down = y + lift
      return { name: block.name, room, across, down, left: across - half, right: across + half, top: down - above / scale, bottom: down + below / scale }
    }
    const places = []
    for (const { room, letter, small, above, below, inside } of bare && !block.scattered ? ways : []) {
      const wide = Math.max(name * letter, Math.max(room === "all" ? price : cost, left) * small)
      const one = place(room, wide, above, below, (above - below) / 2 / scale)
      if (this.isWithin(block, one, inside)) places.push(one)
    }
    if ((block.right - block.left) * scale >= name * 8.5 * 0.65 && (block.bottom - block.top) * scale > 14) {
      places.push(place("name", name * 8.5, 9, 9, block.seated && !bare ? this.over(block, x) - y - 15 / scale : 0))
    }
    return places
  }

  // So much of it, as seen from its middle.
  isWithin(block, { left, top, right, bottom }, inside) {
    const [midX, midY] = [(left + right) / 2, (top + bottom) / 2]
    const [half, low] = [(right - midX) * inside - EDGE, (bottom - midY) * inside - EDGE]
    return [midX - half, midX + half].every((x) => [midY - low, midY + low].every((y) => this.lies(block, x, y)))
  }

  // Whether this spot is on its ground.
  lies(block, x, y) {
    return block.element.firstElementChild.isPointInFill(Object.assign(this.paper.createSVGPoint(), { x, y }))
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
    await this.camera.still()
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
      await this.camera.still()
      // What was fetched later may be of another version than the page; a section has a page too.
      block.outdated = true
      const section = Object.assign(this.sections.get(block.key), drawing.drawn(columns, block.key, this.pitch))
      block.outdated = false
      for (const chair of section.chairs) this.chairs.set(chair.at, chair)
      for (const chair of section.chairs) this.show(chair)
      if (this.sieve) this.sift()
      this.nameAll(this.camera.scale, this.dataset.level === "far")
      this.nameRows()
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
    chair.element.setAttribute("aria-label", mine ? chair.says : `${chair.says}, ${this.wordOf(chair)}`)
  }

  wordOf(chair) {
    return this.dataset.states.split("|")["fhsb".indexOf(this.states.of(chair.at) ?? "f")]
  }

  count() {
    const { letters } = this.states
    let all = Number(this.here?.dataset.standing)
    for (const block of this.blocks) {
      if (!block.seated) continue
      let left = 0
      for (let at = block.from; at < block.end; at++) if (letters[at] === "f") left++
      all += left
      if (block.left_ === left) continue
      block.left_ = left
      const words = this.leftWords(left)
      block.element.setAttribute("aria-label", block.says + words)
      const shown = block.name?.querySelector("[data-left]")
      if (shown) shown.textContent = words
      if (block.listed) block.listed.textContent = words
      block.element.classList.toggle("block--gone", !left)
    }
    const words = this.leftWords(all)
    if (this.whole && this.whole[2] !== words) this.whole[2] = words
    else if (!this.looking) return
    this.lookAt(this.looked)
  }

  leftWords(left) {
    return left ? this.dataset.left.replace("{}", left.toLocaleString(document.documentElement.lang)) : this.dataset.none
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

  // Brings these into sight; without the script for it they are marked all the same.
  async reveal(positions, calmly = true) {
    const sight = await import("./seat-reveal.js").catch(() => null)
    return sight?.reveal(this, positions, calmly)
  }

  // Prices and needs: what fits keeps its colour. What that is, is fetched with the first wish.
  async sift(byHand) {
    this.sieve ??= import("./seat-sieve.js").catch(() => (this.sieve = null))
    const sieve = await this.sieve
    sieve?.sift(this)
    if (byHand) sieve?.tell(this)
  }

  // What keys do is fetched when they come to the map; then each is done before the next.
  async pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select")) return
    const from = event.target.closest("a.chair, a.block")
    const ours = from?.matches(".chair") ? /^(Arrow.*| |Home|End)$/ : /^(Arrow.*| )$/
    if (from && ours.test(event.key)) event.preventDefault()
    if (!this.steps) await this.learnSteps()
    this.steps?.press(this, event.key, from)
  }

  learnSteps() {
    return (this.learningSteps ??= import("./seat-steps.js").then((steps) => (this.steps = steps)).catch(() => (this.learningSteps = null)))
  }

  // To this, and the page follows.
  async stepTo(element) {
    if (!element) return
    if (!this.steps) await this.learnSteps()
    this.focusOn(element)
    this.steps?.follow(this, element)
  }

  // One stop for the Tab key among the sections, and one among the seats.
  focusOn(element) {
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

function worth(written) {
  return written.filter(({ room }) => room !== "name").length + written.length / 1000
}

function area(block) {
  return (block.right - block.left) * (block.bottom - block.top)
}

customElements.define("seat-map", SeatMap)

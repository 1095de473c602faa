// Draws the floor as SVG. A row is a path for each colour in it, drawn anew only when the row is
// another one than before; from afar its seats run together into a line, and numbers are written
// only where they can be read. So a hall of 20,000 seats is a few hundred elements.
import { SEAT, box, corners, extent, pointsOf, seatThings, isNothing } from "./drawing.js"

const NS = "http://www.w3.org/2000/svg"
const DOTS_FROM = 2.6
const LABELS_FROM = 9
const NUMBERS_FROM = 15

export function make(name, attributes = {}, text = null) {
  const element = document.createElementNS(NS, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  if (text !== null) element.textContent = text
  return element
}

export class Floor {
  constructor(svg) {
    this.svg = svg
    this.view = { x: 0, y: 0, scale: 0.3 }
    this.world = make("g", { class: "floor__world" })
    for (const layer of ["canvas", "shapes", "outlines", "tables", "halo", "rows", "marks", "words", "focal", "ghost"]) {
      this[layer] = make("g", { class: `floor__${layer}` })
      this.world.append(this[layer])
    }
    svg.replaceChildren(this.world)
    this.rowElements = new Map()
    this.boxes = new WeakMap()
    new ResizeObserver(() => this.looked()).observe(svg)
  }

  get size() {
    return { width: this.svg.clientWidth || 800, height: this.svg.clientHeight || 600 }
  }

  // Where on the floor a point of the screen is, and the other way round.
  at(event) {
    const frame = this.svg.getBoundingClientRect()
    return [(event.clientX - frame.left - this.view.x) / this.view.scale, (event.clientY - frame.top - this.view.y) / this.view.scale]
  }

  middle() {
    const { width, height } = this.size
    return [(width / 2 - this.view.x) / this.view.scale, (height / 2 - this.view.y) / this.view.scale]
  }

  pan(dx, dy) {
    this.view.x += dx
    this.view.y += dy
    this.looked()
  }

  zoom(factor, at = null) {
    const { width, height } = this.size
    const [px, py] = at ?? [width / 2, height / 2]
    const scale = Math.min(8, Math.max(0.005, this.view.scale * factor))
    this.view.x = px - ((px - this.view.x) / this.view.scale) * scale
    this.view.y = py - ((py - this.view.y) / this.view.scale) * scale
    this.view.scale = scale
    this.looked()
  }

  show(bounds, margin = 60) {
    const { width, height } = this.size
    const [across, down] = [Math.max(width - margin * 2, 50), Math.max(height - margin * 2, 50)]
    const scale = Math.min(across / Math.max(bounds.width, 50), down / Math.max(bounds.height, 50), 2)
    this.view = { scale, x: width / 2 - bounds.x * scale, y: height / 2 - bounds.y * scale }
    this.looked()
  }

  fit() {
    this.show(extent(this.drawing), 40)
  }

  isInSight({ left, top, right, bottom }) {
    const { x, y, scale } = this.view
    const { width, height } = this.size
    return left * scale + x >= 0 && top * scale + y >= 0 && right * scale + x <= width && bottom * scale + y <= height
  }

  reveal([x, y]) {
    const { width, height } = this.size
    const [sx, sy] = [x * this.view.scale + this.view.x, y * this.view.scale + this.view.y]
    if (sx < 40 || sy < 40 || sx > width - 40 || sy > height - 40) this.pan(width / 2 - sx, height / 2 - sy)
  }

  draw(drawing, { grid = 0 } = {}) {
    const before = this.drawing
    this.drawing = drawing
    this.grid = grid
    this.colours = new Map(drawing.categories.map((one) => [one.id, one.colour]))
    if (before?.categories !== drawing.categories) this.forgetRows()
    this.drawRows()
    this.drawTables()
    this.drawShapes()
    this.drawOutlines()
    this.drawCanvas()
    this.look()
  }

  forgetRows() {
    for (const { element } of this.rowElements.values()) element.remove()
    this.rowElements.clear()
  }

  looked() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null
      this.look()
    })
  }

  // What depends on where one looks: from afar or near, and which numbers are in sight.
  look() {
    const { x, y, scale } = this.view
    this.world.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${scale.toFixed(5)})`)
    if (!this.drawing) return
    const far = SEAT * scale < DOTS_FROM
    if (far !== this.far) {
      this.far = far
      this.forgetRows()
      this.drawRows()
    }
    this.drawWords()
    this.drawFocal()
    this.onLook?.()
  }

  drawRows() {
    const found = new Set()
    for (const section of this.drawing.sections) {
      for (const row of section.rows) {
        found.add(row.id)
        const drawn = this.rowElements.get(row.id)
        if (drawn?.row === row && drawn.category === section.category) continue
        const element = this.rowElement(row, section)
        if (drawn) drawn.element.replaceWith(element)
        else this.rows.append(element)
        this.rowElements.set(row.id, { row, element, category: section.category })
      }
    }
    if (this.rowElements.size > found.size) {
      for (const [id, { element }] of this.rowElements) {
        if (found.has(id)) continue
        element.remove()
        this.rowElements.delete(id)
      }
    }
  }

  rowElement(row, section) {
    const round = new Map()
    const square = new Map()
    const marks = []
    let before = null
    for (const seat of row.seats) {
      const colour = this.colours.get(seat.category ?? section.category) ?? "none"
      const into = seat.kind && !this.far ? square : round
      const goesOn = this.far && row.kind === "row" && before === colour
      into.set(colour, `${into.get(colour) ?? ""}${goesOn ? "L" : "M"}${seat.x} ${seat.y}${goesOn ? "" : "h0"}`)
      before = seat.aisle ? null : colour
      if (!this.far && (seat.note || seat.kind)) marks.push(markOf(seat))
    }
    const element = make("g")
    for (const [paths, kind] of [[round, "seat"], [square, "seat floor__seat--kept"]]) {
      for (const [colour, d] of paths) {
        element.append(make("path", { d, class: `floor__${kind}${colour === "none" ? " floor__seat--unsold" : ""}`, ...(colour === "none" ? {} : { stroke: colour }) }))
      }
    }
    if (marks.length) element.append(make("path", { d: marks.join(""), class: "floor__mark" }))
    return element
  }

  drawTables() {
    const elements = []
    for (const section of this.drawing.sections) {
      for (const { table } of section.rows) {
        if (table) elements.push(tableElement(table))
      }
    }
    this.tables.replaceChildren(...elements)
  }

  drawShapes() {
    this.shapes.replaceChildren(...this.drawing.shapes.flatMap((shape) => shapeElements(shape)))
  }

  drawOutlines() {
    this.outlines.replaceChildren(
      ...this.drawing.sections.filter((one) => one.outline.length).map((section) => {
        const colour = this.colours.get(section.category)
        const points = section.outline.map((point) => point.join(",")).join(" ")
        return make("polygon", { points, class: `floor__outline floor__outline--${section.kind}`, ...(colour ? { fill: colour, stroke: colour } : {}) })
      }),
    )
  }

  // The paper is as large as the canvas, and larger where something is drawn beyond it.
  drawCanvas() {
    const { width, height } = this.drawing
    const grid = this.grid
    const all = box(this.ends())
    const step = grid || 100
    const [left, top] = [all.left, all.top].map((at) => Math.min(0, Math.floor((at - step) / step) * step))
    const [right, bottom] = [[all.right, width], [all.bottom, height]].map(([at, least]) => (at > least ? Math.ceil((at + step) / step) * step : least))
    const lines = []
    if (grid) {
      for (let x = left; x <= right; x += grid) lines.push(`M${x} ${top}V${bottom}`)
      for (let y = top; y <= bottom; y += grid) lines.push(`M${left} ${y}H${right}`)
    }
    this.canvas.replaceChildren(
      make("rect", { x: left, y: top, width: right - left, height: bottom - top, class: "floor__paper" }),
      make("path", { d: lines.join(""), class: "floor__grid" }),
    )
  }

  // Points that everything drawn lies between.
  ends() {
    const { sections, shapes, focal } = this.drawing
    const ofRow = (row) => {
      const { left, top, right, bottom } = this.boxOf(row)
      return [[left, top], [right, bottom]]
    }
    return [focal, ...shapes.flatMap((shape) => corners(shape)), ...sections.flatMap((one) => [...one.outline, ...one.rows.flatMap(ofRow)])]
  }

  boxOf(row) {
    if (!this.boxes.has(row)) this.boxes.set(row, box(row.seats.map((seat) => [seat.x, seat.y])))
    return this.boxes.get(row)
  }

  drawWords() {
    const { scale } = this.view
    const { width, height } = this.size
    const left = -this.view.x / scale - SEAT
    const top = -this.view.y / scale - SEAT
    const sight = { left, top, right: left + width / scale + SEAT * 2, bottom: top + height / scale + SEAT * 2 }
    const seen = (one) => one.right >= sight.left && one.left <= sight.right && one.bottom >= sight.top && one.top <= sight.bottom
    const words = []
    const marks = []
    for (const section of this.drawing.sections) {
      const near = SEAT * scale >= LABELS_FROM
      for (const row of near ? section.rows : []) {
        if (!seen(this.boxOf(row))) continue
        words.push(...rowWords(row))
        if (SEAT * scale >= NUMBERS_FROM) {
          for (const seat of row.seats) {
            if (seat.x < sight.left || seat.x > sight.right || seat.y < sight.top || seat.y > sight.bottom) continue
            const colour = this.colours.get(seat.category ?? section.category)
            marks.push(make("text", { x: seat.x, y: seat.y, class: isPale(colour) ? "floor__number floor__number--dark" : "floor__number" }, seat.number))
          }
        }
      }
      const place = this.placeOf(section)
      if (place && (!near || section.kind === "standing")) {
        const size = Math.min(15 / scale, 900)
        const text = section.kind === "standing" ? `${section.name} · ${section.capacity}` : section.name
        words.push(make("text", { x: place.x, y: place.y, class: "floor__section-name", "font-size": size, "stroke-width": size / 4 }, text))
      }
    }
    this.words.replaceChildren(...words)
    this.marks.replaceChildren(...marks)
    this.marks.parentNode.classList.toggle("floor__world--numbered", marks.length > 0)
  }

  placeOf(section) {
    if (!this.boxes.has(section)) {
      const points = section.outline.length ? section.outline : section.rows.flatMap((row) => { const its = this.boxOf(row); return [[its.left, its.top], [its.right, its.bottom]] })
      this.boxes.set(section, points.length ? box(points) : null)
    }
    return this.boxes.get(section)
  }

  drawFocal() {
    const [x, y] = this.drawing.focal
    const size = 9 / this.view.scale
    this.focal.replaceChildren(
      make("circle", { cx: x, cy: y, r: size, class: "floor__focal" }),
      make("path", { d: `M${x - size * 1.8} ${y}h${size * 3.6}M${x} ${y - size * 1.8}v${size * 3.6}`, class: "floor__focal" }),
    )
  }

  // A ring around everything that is chosen, and where a step of the keyboard stands.
  mark(chosen, cursor, handles = []) {
    const elements = []
    if (!isNothing(chosen)) {
      const seats = seatThings(this.drawing, chosen)
      const d = seats.map(({ seat }) => `M${seat.x} ${seat.y}h0`).join("")
      if (d) elements.push(make("path", { d, class: "floor__ring" }))
      for (const shape of this.drawing.shapes) if (chosen.shapes.has(shape.id)) elements.push(...shapeElements(shape, true))
      for (const section of this.drawing.sections) {
        if (chosen.sections.has(section.id) && section.outline.length) elements.push(make("polygon", { points: section.outline.join(" "), class: "floor__chosen" }))
      }
      if (chosen.focal) elements.push(make("circle", { cx: this.drawing.focal[0], cy: this.drawing.focal[1], r: 18 / this.view.scale, class: "floor__chosen" }))
    }
    if (cursor) elements.push(make("circle", { cx: cursor[0], cy: cursor[1], r: Math.max(34, 8 / this.view.scale), class: "floor__cursor" }))
    this.halo.replaceChildren(...elements, ...handles)
    this.halo.removeAttribute("transform")
    this.frameOf = isNothing(chosen) ? null : box(pointsOf(this.drawing, chosen))
  }

  // What is being drawn or moved, before it is let go.
  trace(...elements) {
    this.ghost.replaceChildren(...elements)
  }

  shift(dx, dy) {
    this.halo.setAttribute("transform", `translate(${dx} ${dy})`)
  }
}

// One dot where there is room for a wheelchair, two for who comes along, a line for a note.
function markOf({ x, y, kind, note }) {
  if (kind === "companion") return `M${x - 8} ${y}h0M${x + 8} ${y}h0`
  return kind || !note ? `M${x} ${y}h0` : `M${x - 9} ${y}h18`
}

function rowWords(row) {
  const first = row.seats[0]
  if (row.table) return [make("text", { x: row.table.x, y: row.table.y, class: "floor__label" }, row.label)]
  const last = row.seats.at(-1)
  const ends = first === last ? [first] : [first, last]
  const length = Math.hypot(last.x - first.x, last.y - first.y) || 1
  const [dx, dy] = first === last ? [1, 0] : [(last.x - first.x) / length, (last.y - first.y) / length]
  return ends.map((seat, index) => make("text", { x: seat.x + dx * (index ? 52 : -52), y: seat.y + dy * (index ? 52 : -52), class: "floor__label" }, row.label))
}

export function tableElement({ shape, x, y, width, height, rotation }) {
  const look = { class: "floor__table", ...(rotation ? { transform: `rotate(${rotation} ${x} ${y})` } : {}) }
  if (shape === "round") return make("ellipse", { cx: x, cy: y, rx: width / 2, ry: height / 2, ...look })
  return make("rect", { x: x - width / 2, y: y - height / 2, width, height, rx: 8, ...look })
}

export function shapeElements(shape, chosen = false) {
  const { x, y, width, height, kind } = shape
  const [cx, cy] = [x + width / 2, y + height / 2]
  const turn = shape.rotation ? { transform: `rotate(${shape.rotation} ${cx} ${cy})` } : {}
  const look = { class: chosen ? "floor__chosen" : `floor__shape floor__shape--${kind}` }
  const points = shape.points.map((point) => point.join(",")).join(" ")
  const made = []
  if (kind === "line") made.push(make("polyline", { points, ...look }))
  else if (points && kind !== "text") made.push(make("polygon", { points, ...look }))
  else if (kind === "stage" || kind === "rectangle") made.push(make("rect", { x, y, width, height, rx: 8, ...look, ...turn }))
  else if (kind === "ellipse") made.push(make("ellipse", { cx, cy, rx: width / 2, ry: height / 2, ...look, ...turn }))
  else if (chosen) made.push(make("rect", { x, y, width, height, ...look, ...turn }))
  if (shape.text && !chosen) {
    const middle = shape.points.length ? box(shape.points) : { x: cx, y: cy }
    made.push(make("text", { x: middle.x, y: middle.y, "font-size": shape.size, class: "floor__text", ...turn }, shape.text))
  }
  return made
}

// Whether dark writing reads better on this colour than light.
export function isPale(colour) {
  return !colour || luminance(colour) > 0.36
}

export function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

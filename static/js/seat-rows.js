// What a row is called, at the edge of the window where one of its ends is out of sight. Written when
// the map rests; until then what stands at the sides goes up and down with the rows, and what stands
// above or below goes left and right: two layers, whatever is on them.
const INSIDE = 9 // Pixels from the edge to the middle of a label, which hides little but seats that the edge cuts.
const APART = 17
const STALE = 60 // So far the map is pulled before the labels are written anew.

export class RowLabels {
  constructor(window_, camera) {
    this.camera = camera
    this.rails = ["sides", "ends"].map((name) => {
      const rail = document.createElement("div")
      rail.className = `hall__rows hall__rows--${name}`
      rail.setAttribute("aria-hidden", "true")
      window_.append(rail)
      return rail
    })
    this.rows = []
  }

  write(rows) {
    this.rows = rows
    const { x, y, scale } = this.camera
    this.at = { x, y, scale }
    const placed = []
    for (const row of rows) {
      const label = this.place(row)
      if (!label || placed.some((other) => Math.abs(other.x - label.x) < APART && Math.abs(other.y - label.y) < APART)) continue
      placed.push(label)
    }
    this.fill(this.rails[0], placed.filter((label) => this.isOnSide(label)))
    this.fill(this.rails[1], placed.filter((label) => !this.isOnSide(label)))
    this.moved()
  }

  fill(rail, labels) {
    while (rail.children.length > labels.length) rail.lastChild.remove()
    while (rail.children.length < labels.length) rail.append(document.createElement("span"))
    labels.forEach(({ words, x, y }, n) => {
      const label = rail.children[n]
      if (label.textContent !== words) label.textContent = words
      label.style.left = `${Math.round(x)}px`
      label.style.top = `${Math.round(y)}px`
    })
  }

  // The end that is farther left, or farther up: where the row comes into sight from there.
  place({ label: words, chairs, ends }) {
    const [first, last] = ends.map((end) => this.seen(end))
    const turned = last.x + last.y < first.x + first.y
    const line = [first, ...chairs.map((chair) => this.seen(chair)), last]
    if (turned) line.reverse()
    const n = line.findIndex((one) => this.isIn(one))
    if (n < 1) return null // Its own label is there, or nothing of it.
    const at = this.between(line[n - 1], line[n])
    // Where a row that lies flat comes in from above or below, its name would stand amid the seats.
    const flat = Math.abs(line[n].y - line[n - 1].y) < Math.abs(line[n].x - line[n - 1].x)
    return flat && !this.isOnSide(at) ? null : { words, ...at }
  }

  // In the window's pixels.
  seen({ x, y }) {
    const { camera } = this
    return { x: camera.x + (x - camera.box.x) * camera.scale, y: camera.y + (y - camera.box.y) * camera.scale }
  }

  isIn({ x, y }) {
    const { wide, high } = this.camera
    return x >= INSIDE && y >= INSIDE && x <= wide - INSIDE && y <= high - INSIDE
  }

  isOnSide({ x }) {
    return x <= INSIDE + 1 || x >= this.camera.wide - INSIDE - 1
  }

  // Where the way from outside to inside crosses the edge.
  between(out, in_) {
    const { wide, high } = this.camera
    const parts = [[out.x, in_.x, wide], [out.y, in_.y, high]].map(([from, to, size]) => {
      const edge = Math.min(Math.max(from, INSIDE), size - INSIDE)
      return edge === from ? 0 : (edge - from) / (to - from)
    })
    const part = Math.max(...parts)
    return { x: out.x + (in_.x - out.x) * part, y: out.y + (in_.y - out.y) * part }
  }

  // With every frame: nothing but two transforms.
  moved() {
    if (!this.at || !this.rows.length) return
    const { x, y, scale } = this.camera
    const [across, down] = [x - this.at.x, y - this.at.y]
    const near = scale === this.at.scale
    if (near && Math.hypot(across, down) > STALE) return this.write(this.rows)
    for (const rail of this.rails) rail.hidden = !near
    this.rails[0].style.transform = `translate(0, ${down}px)`
    this.rails[1].style.transform = `translate(${across}px, 0)`
  }

  clear() {
    this.rows = []
    for (const rail of this.rails) rail.replaceChildren()
  }
}

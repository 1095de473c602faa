// Where one stands before a drawing that is larger than its window. Drawn once and moved by a
// transform, so that a frame costs the same however much is on the paper; drawn sharp again when
// it comes to rest.
const REST = 160
const TAP = 8
const TWICE = 300

export class Camera {
  constructor(window_, paper, box, { closest, settled, tapped }) {
    Object.assign(this, { window: window_, paper, box, closest, settled, tapped })
    this.fingers = new Map()
    this.x = this.y = 0
    this.scale = this.least = 1
    const listen = (name, act, options) => window_.addEventListener(name, act, options)
    listen("pointerdown", (event) => this.down(event))
    listen("pointermove", (event) => this.move(event))
    for (const name of ["pointerup", "pointercancel"]) listen(name, (event) => this.up(event))
    listen("wheel", (event) => this.wheel(event), { passive: false })
    // The browser scrolls to what gets the focus; here the paper moves, never the window.
    listen("scroll", () => window_.scrollTo(0, 0))
    this.scrolled = -Infinity
    this.scrolling = () => (this.scrolled = performance.now())
    addEventListener("scroll", this.scrolling, { passive: true })
    listen("dragstart", (event) => event.preventDefault())
  }

  leave() {
    removeEventListener("scroll", this.scrolling)
    clearTimeout(this.resting)
    cancelAnimationFrame(this.frame)
  }

  // The paper is as large as the whole hall fits; all else is the transform.
  measure() {
    const { width, height } = this.window.getBoundingClientRect()
    if (!width || !height) return
    const at = this.wide ? this.middle() : null
    const stayed = this.scale <= this.least * 1.001
    this.wide = width
    this.high = height
    this.least = Math.min(width / this.box.width, height / this.box.height)
    this.paper.style.width = `${this.box.width * this.least}px`
    this.paper.style.height = `${this.box.height * this.least}px`
    if (!at || stayed) this.home(false)
    else this.jump({ ...at, scale: Math.max(this.least, this.scale) })
  }

  home(calmly = true) {
    const whole = { x: this.box.x + this.box.width / 2, y: this.box.y + this.box.height / 2, scale: this.least }
    if (calmly) this.go(whole)
    else this.jump(whole)
  }

  middle() {
    return this.at(this.wide / 2, this.high / 2)
  }

  // From the window's pixels to the hall's centimetres.
  at(px, py) {
    return { x: this.box.x + (px - this.x) / this.scale, y: this.box.y + (py - this.y) / this.scale }
  }

  seen() {
    const { x: left, y: top } = this.at(0, 0)
    const { x: right, y: bottom } = this.at(this.wide, this.high)
    return { left, top, right, bottom }
  }

  fitting({ left, top, right, bottom }) {
    const scale = Math.min(this.wide / (right - left + 160), this.high / (bottom - top + 160), this.closest)
    return { x: (left + right) / 2, y: (top + bottom) / 2, scale: Math.max(scale, this.least) }
  }

  jump({ x, y, scale }) {
    this.scale = Math.min(Math.max(scale, this.least), this.closest)
    this.x = this.wide / 2 - (x - this.box.x) * this.scale
    this.y = this.high / 2 - (y - this.box.y) * this.scale
    this.put()
  }

  go(aim) {
    cancelAnimationFrame(this.frame)
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return this.jump(aim)
    const from = { ...this.middle(), scale: this.scale }
    const to = { ...aim, scale: Math.min(Math.max(aim.scale, this.least), this.closest) }
    const started = performance.now()
    const step = (now) => {
      const t = Math.min(1, Math.max(0, (now - started) / 190))
      const part = 1 - (1 - t) ** 3
      const scale = from.scale * (to.scale / from.scale) ** part
      // Along the straight line on the screen, so that it neither swings out nor overshoots.
      const way = to.scale === from.scale ? part : (1 / from.scale - 1 / scale) / (1 / from.scale - 1 / to.scale)
      this.jump({ x: from.x + (to.x - from.x) * way, y: from.y + (to.y - from.y) * way, scale })
      if (t < 1) this.frame = requestAnimationFrame(step)
    }
    this.frame = requestAnimationFrame(step)
  }

  prepare() {
    cancelAnimationFrame(this.frame)
  }

  zoom(factor, px = this.wide / 2, py = this.high / 2) {
    this.prepare()
    const scale = Math.min(Math.max(this.scale * factor, this.least), this.closest)
    this.x = px - ((px - this.x) * scale) / this.scale
    this.y = py - ((py - this.y) * scale) / this.scale
    this.scale = scale
    this.put()
  }

  // Into sight, and no farther away than this.
  show(x, y, margin, scale) {
    const seen = this.seen()
    const inside = x - margin > seen.left && x + margin < seen.right && y - margin > seen.top && y + margin < seen.bottom
    if (this.scale < scale) this.go({ x, y, scale })
    else if (!inside) this.go({ x, y, scale: this.scale })
  }

  put() {
    const width = this.box.width * this.scale
    const height = this.box.height * this.scale
    this.x = within(this.x, this.wide, width)
    this.y = within(this.y, this.high, height)
    if (!this.moving) {
      this.moving = true
      this.paper.style.willChange = "transform"
    }
    this.paper.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale / this.least})`
    clearTimeout(this.resting)
    this.resting = setTimeout(() => this.rest(), REST)
  }

  rest() {
    if (this.fingers.size) return
    this.moving = false
    this.paper.style.willChange = "auto"
    this.settled()
  }

  down(event) {
    if (event.button > 0) return
    this.prepare()
    const { left, top } = this.window.getBoundingClientRect()
    this.corner = { left, top }
    this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
    if (this.fingers.size === 1) this.press = { x: event.clientX, y: event.clientY, target: event.target, still: true }
    else this.press.still = false
  }

  move(event) {
    const finger = this.fingers.get(event.pointerId)
    if (!finger) return
    const before = this.spread()
    const still = this.press.still && Math.hypot(event.clientX - this.press.x, event.clientY - this.press.y) < TAP
    if (this.press.still && still) return
    if (this.press.still) {
      this.press.still = false
      this.window.setPointerCapture(event.pointerId)
    }
    finger.x = event.clientX
    finger.y = event.clientY
    const after = this.spread()
    this.x += after.x - before.x
    this.y += after.y - before.y
    if (before.apart && after.apart) this.zoom(after.apart / before.apart, after.x - this.corner.left, after.y - this.corner.top)
    else this.put()
  }

  up(event) {
    if (!this.fingers.delete(event.pointerId)) return
    if (this.fingers.size) return
    if (this.press.still && event.type === "pointerup") this.tap(event)
    else this.put()
  }

  tap(event) {
    const px = event.clientX - this.corner.left
    const py = event.clientY - this.corner.top
    const twice = this.last && event.timeStamp - this.last.time < TWICE && Math.hypot(px - this.last.px, py - this.last.py) < 30
    this.last = twice ? null : { time: event.timeStamp, px, py }
    if (twice && !this.press.target.closest("a")) return this.go({ ...this.at(px, py), scale: this.scale * 2.2 })
    this.tapped({ ...this.at(px, py), target: this.press.target })
  }

  // Between the fingers, and how far they are apart.
  spread() {
    const [one, other] = this.fingers.values()
    if (!other) return { x: one.x, y: one.y, apart: 0 }
    return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2, apart: Math.hypot(one.x - other.x, one.y - other.y) }
  }

  wheel(event) {
    // Whoever is scrolling the page scrolls on, and so does who is as far away as can be.
    const passing = performance.now() - this.scrolled < 300 || (event.deltaY > 0 && this.scale <= this.least * 1.001)
    if (!event.ctrlKey && passing) return
    event.preventDefault()
    const { left, top } = this.window.getBoundingClientRect()
    const step = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY
    this.zoom(Math.exp(-Math.max(-120, Math.min(120, step)) / (event.ctrlKey ? 120 : 320)), event.clientX - left, event.clientY - top)
  }
}

// Smaller than the window: in its middle. Larger: never farther away than half of the window.
function within(at, window_, size) {
  if (size <= window_) return (window_ - size) / 2
  const slack = window_ / 2
  return Math.min(slack, Math.max(window_ - size - slack, at))
}

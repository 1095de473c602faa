// Where one stands before a drawing that is larger than its window. Drawn once and moved by a
// transform, so that a frame costs the same however much is on the paper; drawn sharp again when
// it comes to rest.
const REST = 160
const GESTURES = ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave", "wheel"]

export class Camera {
  constructor(window_, paper, box, { closest, settled, tapped, moved }) {
    Object.assign(this, { window: window_, paper, box, closest, settled, tapped, moved })
    this.x = this.y = 0
    this.scale = this.least = 1
    const listen = (name, act, options) => window_.addEventListener(name, act, options)
    this.waiting = []
    this.waitingForRest = []
    for (const name of GESTURES) listen(name, (event) => this.gesture(event), { passive: name !== "wheel" })
    listen("pointerover", () => this.learn(), { once: true })
    this.scrolled = -Infinity
    this.scrolling = () => (this.scrolled = performance.now())
    addEventListener("scroll", this.scrolling, { passive: true })
    listen("dragstart", (event) => event.preventDefault())
  }

  // What fingers and the wheel mean is fetched when one is near; what they did until then is not lost.
  gesture(event) {
    if (this.gestures) return this.gestures.handle(event)
    if (event.type !== "wheel") this.waiting.push(event)
    this.learn()
  }

  learn() {
    this.learning ??= import("./seat-gestures.js").then(({ Gestures }) => {
      this.gestures = new Gestures(this)
      for (const event of this.waiting.splice(0)) this.gestures.handle(event)
    }).catch(() => {
      this.learning = null // The next touch asks again.
      this.waiting.length = 0
    })
  }

  leave() {
    removeEventListener("scroll", this.scrolling)
    clearTimeout(this.resting)
    cancelAnimationFrame(this.frame)
    this.goOn()
  }

  // The paper is as large as the whole hall fits; all else is the transform.
  measure() {
    const { width, height } = this.window.getBoundingClientRect()
    // Whoever watches a size is told of it once without its having changed.
    if (!width || !height || (width === this.wide && height === this.high)) return
    const at = this.wide ? this.middle() : null
    const stayed = this.scale <= this.least * 1.001
    this.wide = width
    this.high = height
    this.least = Math.min(width / this.box.width, height / this.box.height)
    this.paper.style.width = `${this.box.width * this.least}px`
    this.paper.style.height = `${this.box.height * this.least}px`
    if (!at || stayed) this.home(false)
    else this.jump({ ...at, scale: Math.max(this.least, this.scale) })
    if (!at) this.rest()
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

  go(aim, calmly = true) {
    cancelAnimationFrame(this.frame)
    if (!calmly || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.jump(aim)
      return this.rest()
    }
    const from = { ...this.middle(), scale: this.scale }
    const to = { ...aim, scale: Math.min(Math.max(aim.scale, this.least), this.closest) }
    const started = performance.now()
    this.aim = to
    this.motion ??= this.begin()
    const step = (now) => {
      const t = Math.min(1, Math.max(0, (now - started) / 190))
      const part = 1 - (1 - t) ** 3
      const scale = from.scale * (to.scale / from.scale) ** part
      // Along the straight line on the screen, so that it neither swings out nor overshoots.
      const way = to.scale === from.scale ? part : (1 / from.scale - 1 / scale) / (1 / from.scale - 1 / to.scale)
      this.jump({ x: from.x + (to.x - from.x) * way, y: from.y + (to.y - from.y) * way, scale })
      if (t < 1) return (this.frame = requestAnimationFrame(step))
      this.aim = null
      this.rest()
    }
    this.frame = requestAnimationFrame(step)
  }

  prepare() {
    cancelAnimationFrame(this.frame)
    this.aim = null
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
    this.motion ??= this.begin()
    this.paper.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale / this.least})`
    this.moved?.()
    clearTimeout(this.resting)
    this.resting = setTimeout(() => this.rest(), REST)
  }

  // A layer of its own. For one that changes, Chromium looks in each frame at all that is on it,
  // lest something else come to lie over it; for one that is being animated it takes that for given.
  // So an animation stands still on it that adds nothing.
  begin() {
    this.paper.style.willChange = "transform"
    const motion = this.paper.animate({ transform: ["none", "none"] }, { duration: 1, composite: "add" })
    motion.pause()
    return motion
  }

  rest() {
    clearTimeout(this.resting)
    if (this.gestures?.fingers.size) return
    this.motion?.cancel()
    this.motion = null
    this.paper.style.willChange = "auto"
    this.settled()
    this.goOn()
  }

  // Seats that come while the hall moves would make it stumble.
  async still() {
    if (this.motion) await new Promise((go) => this.waitingForRest.push(go))
  }

  goOn() {
    for (const go of this.waitingForRest.splice(0)) go()
  }
}

// Smaller than the window: in its middle. Larger: never farther away than half of the window.
export function within(at, window_, size) {
  if (size <= window_) return (window_ - size) / 2
  const slack = window_ / 2
  return Math.min(slack, Math.max(window_ - size - slack, at))
}

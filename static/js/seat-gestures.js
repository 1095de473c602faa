// What fingers, a mouse and its wheel do to a camera: drag, pinch, tap, tap twice, zoom.
const TAP = 8
const TWICE = 300

export class Gestures {
  constructor(camera) {
    this.camera = camera
    this.fingers = new Map()
  }

  handle(event) {
    if (event.type === "pointerdown") this.down(event)
    else if (event.type === "pointermove") this.move(event)
    else if (event.type === "wheel") this.wheel(event)
    else this.up(event)
  }

  down(event) {
    if (event.button > 0) return
    this.aim = this.camera.aim
    this.camera.prepare()
    const { left, top } = this.camera.window.getBoundingClientRect()
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
      this.hold(event.pointerId)
    }
    finger.x = event.clientX
    finger.y = event.clientY
    const after = this.spread()
    this.camera.x += after.x - before.x
    this.camera.y += after.y - before.y
    if (before.apart && after.apart) this.camera.zoom(after.apart / before.apart, after.x - this.corner.left, after.y - this.corner.top)
    else this.camera.put()
  }

  // Also outside of the window, unless it was lifted before this was fetched.
  hold(pointer) {
    try {
      this.camera.window.setPointerCapture(pointer)
    } catch {
      // Its end waits in the queue.
    }
  }

  up(event) {
    if (!this.fingers.delete(event.pointerId)) return
    if (this.fingers.size) return
    if (this.press.still && event.type === "pointerup") this.tap(event)
    // Whatever moved before has waited for this finger, too, before it came to rest.
    if (this.camera.motion || !this.press.still) this.camera.put()
  }

  tap(event) {
    const px = event.clientX - this.corner.left
    const py = event.clientY - this.corner.top
    const before = this.last
    const twice = before && event.timeStamp - before.time < TWICE && Math.hypot(px - before.px, py - before.py) < 30
    this.last = null
    // Whoever taps twice wants to be nearer, and is after the first where that came to a section.
    if (twice && before.entered) return this.aim && this.camera.go(this.aim)
    if (twice && !this.press.target.closest("a.chair")) return this.camera.go({ ...this.camera.at(px, py), scale: this.camera.scale * 2.2 })
    const entered = this.camera.tapped({ ...this.camera.at(px, py), target: this.press.target })
    if (!twice) this.last = { time: event.timeStamp, px, py, entered }
  }

  // Between the fingers, and how far they are apart.
  spread() {
    const [one, other] = this.fingers.values()
    if (!other) return { x: one.x, y: one.y, apart: 0 }
    return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2, apart: Math.hypot(one.x - other.x, one.y - other.y) }
  }

  wheel(event) {
    // Whoever is scrolling the page scrolls on, and so does who is as far away as can be.
    const passing = performance.now() - this.camera.scrolled < 300 || (event.deltaY > 0 && this.camera.scale <= this.camera.least * 1.001)
    if (!event.ctrlKey && passing) return
    event.preventDefault()
    const { left, top } = this.camera.window.getBoundingClientRect()
    const step = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY
    this.camera.zoom(Math.exp(-Math.max(-120, Math.min(120, step)) / (event.ctrlKey ? 120 : 320)), event.clientX - left, event.clientY - top)
  }
}

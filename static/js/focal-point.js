// What matters in a picture: a click or a drag on it moves the two ranges, and they the mark.
//   <focal-point><div data-picture><img><svg>…</svg></div> <input type="range" name="focus_x"> …</focal-point>
class FocalPoint extends HTMLElement {
  connectedCallback() {
    this.picture = this.querySelector("[data-picture]")
    this.ranges = [...this.querySelectorAll("input[type=range]")]
    this.picture.addEventListener("pointerdown", this)
    this.addEventListener("input", this)
  }

  handleEvent(event) {
    if (event.type === "input") this.mark()
    else if (event.type === "pointerdown") this.grab(event)
    else if (event.type === "pointermove") this.point(event)
    else this.drop()
  }

  grab(event) {
    event.preventDefault()
    this.picture.setPointerCapture(event.pointerId)
    for (const name of MEANWHILE) this.picture.addEventListener(name, this)
    this.point(event)
  }

  point(event) {
    const box = this.picture.getBoundingClientRect()
    const share = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
    this.ranges.forEach((range, at) => (range.value = Math.round(share[at] * 100)))
    this.mark()
  }

  drop() {
    for (const name of MEANWHILE) this.picture.removeEventListener(name, this)
    this.ranges[0].dispatchEvent(new Event("change", { bubbles: true }))
  }

  mark() {
    const [x, y] = this.ranges.map((range) => `${range.value}%`)
    for (const circle of this.picture.querySelectorAll("circle")) {
      circle.setAttribute("cx", x)
      circle.setAttribute("cy", y)
    }
  }
}

const MEANWHILE = ["pointermove", "pointerup", "pointercancel"]

customElements.define("focal-point", FocalPoint)

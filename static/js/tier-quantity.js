// Plus and minus around a number field. Jumps over what an order may not contain (1 where 2 is the
// least), and never past what is left, also when the availability is redrawn.
const EVENTS = ["htmx:afterSettle", "htmx:oobAfterSwap", "pageshow"]

class TierQuantity extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input")
    this.most = Number(this.input.max)
    for (const button of this.buttons) button.hidden = false
    this.addEventListener("click", this)
    this.input.addEventListener("change", this)
    for (const name of EVENTS) window.addEventListener(name, this)
    this.look()
  }

  disconnectedCallback() {
    for (const name of EVENTS) window.removeEventListener(name, this)
  }

  get buttons() {
    return this.querySelectorAll("[data-step]")
  }

  get minimum() {
    return Number(this.input.dataset.minimum) || 1
  }

  handleEvent(event) {
    if (event.type === "click") {
      const step = Number(event.target.closest("[data-step]")?.dataset.step)
      if (step) this.set(Number(this.input.value) + step, step)
    } else if (event.type === "change") {
      this.set(Number(this.input.value), 1)
    } else {
      this.look()
    }
  }

  set(wanted, direction) {
    const most = Number(this.input.max)
    let count = Math.min(Math.max(Math.round(wanted) || 0, 0), most)
    if (count > 0 && count < this.minimum) count = direction < 0 ? 0 : this.minimum
    if (count > most) count = 0
    if (count !== Number(this.input.value)) {
      this.input.value = count
      this.input.dispatchEvent(new Event("input", { bubbles: true }))
    }
    this.showLimits()
  }

  look() {
    const availability = document.getElementById(this.getAttribute("availability"))
    if (availability) {
      const { status, available } = availability.dataset
      const held = Number(this.input.dataset.held ?? 0)
      const left = status === "on_sale" ? Number(available ?? this.most) : 0
      this.input.max = Math.min(this.most, left + held)
      this.hidden = this.input.disabled = !(left + held)
      this.closest(".tier")?.classList.toggle("tier--off", this.hidden)
    }
    if (Number(this.input.value) > Number(this.input.max)) this.set(Number(this.input.max), -1)
    this.showLimits()
  }

  showLimits() {
    const count = Number(this.input.value)
    for (const button of this.buttons) {
      button.disabled = button.dataset.step < 0 ? count <= 0 : count >= Number(this.input.max)
    }
  }
}

customElements.define("tier-quantity", TierQuantity)

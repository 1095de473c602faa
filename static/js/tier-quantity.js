// Plus and minus around a number field. Jumps over what an order may not contain (1 where 2 is the
// least), and never past what is left. More than that, typed or once the availability is redrawn,
// stays as it was typed, and is said to be too many: nobody is to hold fewer than they asked for.
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
      if (!this.isTooMany) this.set(Number(this.input.value), 1)
      this.showLimits()
    } else {
      this.look()
    }
  }

  get isTooMany() {
    return !this.input.disabled && Number(this.input.value) > Number(this.input.max)
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
    if (this.input.disabled) this.set(0, -1)
    this.showLimits()
  }

  showLimits() {
    const count = Number(this.input.value)
    const words = this.isTooMany ? this.dataset.tooMany.replace("{number}", this.input.max) : ""
    const said = this.querySelector("[data-said]")
    said.textContent = words
    said.hidden = !words
    // Also what the browser says when the form is sent.
    this.input.setCustomValidity(words)
    for (const button of this.buttons) {
      button.disabled = button.dataset.step < 0 ? count <= 0 : count >= Number(this.input.max)
    }
  }
}

customElements.define("tier-quantity", TierQuantity)

// Says "due" every so often, but only to eyes that can see it:
//   <poll-when-visible seconds="15" hx-get="…" hx-trigger="due" hx-swap="none">
// Trouble doubles the pause, up to five minutes; success restores it.
class PollWhenVisible extends HTMLElement {
  connectedCallback() {
    this.pause = this.seconds
    this.asked = Date.now()
    for (const name of OWN) this.addEventListener(name, this)
    document.addEventListener("visibilitychange", this)
    this.schedule()
  }

  disconnectedCallback() {
    clearTimeout(this.timer)
    for (const name of OWN) this.removeEventListener(name, this)
    document.removeEventListener("visibilitychange", this)
  }

  get seconds() {
    return Number(this.getAttribute("seconds")) || 15
  }

  handleEvent(event) {
    if (event.type === "visibilitychange") this.schedule()
    else if (event.target === this) this.answered(event.detail.successful)
  }

  // After a long look away the pause is over already, and what is shown gets fresh at once.
  schedule() {
    clearTimeout(this.timer)
    if (document.hidden) return
    const rest = this.asked + this.pause * 1000 - Date.now()
    this.timer = setTimeout(() => this.ask(), Math.max(0, rest))
  }

  ask() {
    this.asked = Date.now()
    this.schedule()
    this.dispatchEvent(new Event("due"))
  }

  answered(well) {
    this.pause = well ? this.seconds : Math.min(this.pause * 2, 300)
    this.schedule()
  }
}

const OWN = ["htmx:afterRequest"]

customElements.define("poll-when-visible", PollWhenVisible)

// How long a hold still lives, by the server's clock. Announces itself at two minutes and at the end,
// and says "lapsed" then.
const SOON = 120

class HoldCountdown extends HTMLElement {
  connectedCallback() {
    this.expiresAt = Date.parse(this.getAttribute("expires-at"))
    this.skew = this.truestSkew()
    this.whole ??= this.secondsLeft()
    this.clock = this.querySelector("[data-clock]") ?? this
    if (this.clock === this) this.setAttribute("role", "timer")
    this.clock.hidden = false
    this.timer = setInterval(() => this.tick(), 1000)
    // A sleeping tab's timer is late; look at once when it wakes.
    document.addEventListener("visibilitychange", this)
    this.tick()
  }

  disconnectedCallback() {
    clearInterval(this.timer)
    document.removeEventListener("visibilitychange", this)
  }

  handleEvent() {
    if (!document.hidden && this.dataset.state !== "lapsed") this.tick()
  }

  // The server's time reaches us late, never early (slow network, cached page), so of all
  // differences between its clock and ours the largest is the truest. Kept over reloads.
  truestSkew() {
    const serverNow = Date.parse(this.getAttribute("server-now"))
    const seen = Number.isNaN(serverNow) ? 0 : serverNow - Date.now()
    const key = `skew ${this.getAttribute("expires-at")}`
    try {
      const skew = Math.max(seen, Number(sessionStorage.getItem(key) ?? -Infinity))
      sessionStorage.setItem(key, skew)
      return skew
    } catch {
      return seen
    }
  }

  secondsLeft() {
    return Math.max(0, Math.ceil((this.expiresAt - Date.now() - this.skew) / 1000))
  }

  tick() {
    const left = this.secondsLeft()
    this.clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`
    this.style.setProperty("--left", this.whole ? left / this.whole : 0)
    const state = left === 0 ? "lapsed" : left <= SOON ? "soon" : "calm"
    if (state !== this.dataset.state) this.become(state)
  }

  become(state) {
    this.dataset.state = state
    const words = { soon: this.dataset.warning, lapsed: this.dataset.lapsed }[state]
    const announcement = this.querySelector("[data-announcement]")
    if (words && announcement) announcement.textContent = words
    if (state !== "lapsed") return
    clearInterval(this.timer)
    const text = this.querySelector(".countdown__text")
    if (words && text && announcement) {
      // Said once, to eyes and ears alike: what is announced takes the place of what was true.
      text.hidden = true
      announcement.classList.remove("visually-hidden")
    }
    this.dispatchEvent(new Event("lapsed", { bubbles: true }))
  }
}

customElements.define("hold-countdown", HoldCountdown)

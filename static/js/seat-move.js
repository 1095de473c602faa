// Another seat for a ticket: pressed on the map, said in a sentence beside it, done by one button. The
// box office knows what may be pressed (<seat-states> tells) and words the question; the list below the
// map asks the same on a page of its own.
class SeatMove extends HTMLElement {
  connectedCallback() {
    this.map = this.querySelector("seat-map")
    this.states = this.querySelector("seat-states")
    this.card = this.querySelector("[data-card]")
    this.hint = [...this.card.childNodes]
    for (const name of ["seat-picked", "seats", "click", "keydown"]) this.addEventListener(name, this)
    window.addEventListener("pageshow", this)
    customElements.whenDefined("seat-map").then(() => this.begin())
  }

  disconnectedCallback() {
    window.removeEventListener("pageshow", this)
  }

  get own() {
    return this.getAttribute("own").split(" ").map(Number)
  }

  begin() {
    this.map.mark(this.own)
    this.map.reveal(this.own, false)
  }

  handleEvent(event) {
    switch (event.type) {
      case "seat-picked":
        return this.picked(event.detail)
      case "seats":
        return this.lookAround(event.detail)
      case "click":
        return this.clicked(event)
      case "keydown":
        if (event.key === "Escape" && this.card.contains(event.target)) this.leave()
        return
      case "pageshow":
        // By the back button: the ticket may have another seat by now.
        if (event.persisted) location.reload()
    }
  }

  clicked(event) {
    const link = event.target.closest("a")
    if (!link || !this.contains(link)) return
    if (link.dataset.key) {
      event.preventDefault()
      this.show(link.dataset.key, Number(link.dataset.at))
    } else if ("leave" in link.dataset) {
      event.preventDefault()
      this.leave()
    }
  }

  picked(chair) {
    if (this.own.includes(chair.at)) return this.refuse(this.dataset.own)
    const letter = this.states.of(chair.at) ?? "f"
    if (!this.getAttribute("letters").includes(letter)) return this.refuse(letter === "s" ? this.dataset.taken : this.dataset.shut)
    return this.ask(chair)
  }

  // One that is named beside the map, wherever in the hall that is.
  async show(key, at) {
    await this.map.reveal([at])
    const chair = this.map.chairs.get(at)
    if (chair?.key === key) await this.ask(chair)
    else location.assign(this.address(key))
  }

  address(key) {
    return `${this.getAttribute("ask")}seat=${encodeURIComponent(key)}`
  }

  async ask(chair, pressed = true) {
    this.point(chair)
    try {
      const answer = await fetch(this.address(chair.key), { headers: { "HX-Request": "true" } })
      const html = await answer.text()
      if (this.chair !== chair) return
      // Signed out meanwhile: the page of the question leads there and back.
      if (answer.headers.has("HX-Redirect")) return location.assign(this.address(chair.key))
      if (!answer.ok && ![409, 422].includes(answer.status)) throw new Error(answer.statusText)
      this.fill(html, pressed)
    } catch {
      if (this.chair === chair) this.refuse(this.dataset.unreachable)
    }
  }

  fill(html, pressed) {
    const template = document.createElement("template")
    template.innerHTML = html
    const scripts = [...template.content.querySelectorAll("script[src]")]
    for (const script of scripts) script.remove()
    // Whoever did not press is not taken away from where they are; what came says itself.
    const follows = pressed || this.card.contains(document.activeElement)
    this.card.replaceChildren(template.content)
    for (const script of scripts) import(script.getAttribute("src"))
    if (!follows) return
    this.card.focus({ preventScroll: true })
    this.card.scrollIntoView({ block: "nearest" })
  }

  // A table that is taken as a whole is pointed at as a whole.
  point(chair) {
    for (const one of this.querySelectorAll(".chair--shown")) one.classList.remove("chair--shown")
    this.chair = chair
    if (!chair) return
    const whole = chair.bank.classList.contains("bank--whole")
    for (const one of whole ? chair.bank.querySelectorAll(".chair") : [chair.element]) one.classList.add("chair--shown")
  }

  refuse(words) {
    this.point(null)
    const line = document.createElement("p")
    line.className = "moving__hint"
    line.textContent = words
    const within = this.card.contains(document.activeElement)
    this.card.replaceChildren(line)
    if (within) this.card.focus({ preventScroll: true })
    this.announce(words)
  }

  announce(words) {
    this.querySelector("[data-announcement]").textContent = words
  }

  // The one asked about went to somebody else: the box office says so, and what is left near it.
  lookAround(different) {
    // What was sent already took the seat itself.
    if (!this.chair || !different.has(this.chair.at) || this.card.querySelector("[aria-busy]")) return
    if (!this.getAttribute("letters").includes(this.states.of(this.chair.at))) this.ask(this.chair, false)
  }

  leave() {
    const element = this.chair?.element
    this.point(null)
    this.card.replaceChildren(...this.hint)
    if (element?.isConnected) element.focus({ preventScroll: true })
  }
}

customElements.define("seat-move", SeatMove)

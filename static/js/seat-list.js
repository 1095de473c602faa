// The list of seats as they stand: what others take and give back is told by <seat-states>, and only
// the words and boxes that differ are touched. Whoever is at a box stays there: one that is gone is
// closed when they leave it. What is shown of them is sifted in place, as the server would; a seat
// that goes meanwhile stays in sight, so that nothing moves from under a finger.
class SeatList extends HTMLElement {
  connectedCallback() {
    this.states = this.querySelector("seat-states")
    this.words = this.dataset.states.split("|")
    this.boxes = new Map([...this.querySelectorAll("input[name=seat]")].map((box) => [Number(box.dataset.at), box]))
    this.rows = [...this.querySelectorAll(".seat-list__row")].map((row) => ({ row, boxes: [...row.querySelectorAll("input[name=seat]")], free: row.querySelector("[data-free-here]") }))
    this.sieve = this.querySelector("[data-sieve]")
    for (const name of ["seats", "change", "focusout", "keydown", "click"]) this.addEventListener(name, this)
    // A browser that comes back fills in what was asked for then.
    window.addEventListener("pageshow", this)
    this.sift()
  }

  disconnectedCallback() {
    window.removeEventListener("pageshow", this)
  }

  handleEvent(event) {
    const box = event.target
    switch (event.type) {
      case "seats": return this.tell(event.detail)
      case "pageshow": return this.sift()
      case "click": return this.enter(event)
    }
    if (this.sieve?.contains(box)) return this.sifted(event)
    if (box.name !== "seat" || event.type === "keydown") return
    if (event.type === "change") this.show(box)
    else this.close(box)
  }

  tell(different) {
    const lost = []
    for (const at of different.keys()) {
      const box = this.boxes.get(at)
      if (!box) continue
      const mine = box.checked
      this.show(box)
      if (mine && !box.checked) lost.push(this.name(box))
    }
    this.count()
    if (!lost.length) return
    this.querySelector("[data-announcement]").textContent = this.dataset.taken.replace("{}", [...new Set(lost)].join("; "))
    this.querySelector("form").dispatchEvent(new Event("input", { bubbles: true }))
  }

  // Enter presses a button that nobody sees. With nothing ticked whoever pressed it stays where they are.
  enter(event) {
    if (!event.target.closest("[data-enter]") || this.querySelector("input[name=seat]:checked")) return
    event.preventDefault()
    this.querySelector("[data-count]").textContent = this.dataset.nothing
  }

  sifted(event) {
    const isEnter = event.type === "keydown" && event.key === "Enter" && event.target.name === "only"
    if (isEnter) event.preventDefault()
    if (isEnter || event.type === "change") this.sift()
  }

  sift() {
    if (!this.sieve) return
    const only = (value) => Boolean(this.sieve.querySelector(`[name=only][value=${value}]`)?.checked)
    this.wanted = { free: only("free"), special: only("accessible"), category: this.sieve.querySelector("select")?.selectedOptions[0].dataset.category }
    let shown = 0
    for (const { row, boxes } of this.rows) {
      for (const box of boxes) box.closest("label").hidden = !(box.checked || this.fits(box))
      const inSight = row.querySelectorAll("label:not([hidden])").length
      row.hidden = !inSight
      shown += inSight
    }
    const words = this.dataset.shown.replace("{}", shown.toLocaleString(document.documentElement.lang))
    const said = this.sieve.querySelector("[data-shown-here]")
    if (said.textContent !== words) said.textContent = words
  }

  fits(box) {
    const { free, special, category } = this.wanted
    return (!free || this.isFree(box)) && (!special || "special" in box.dataset) && (!category || box.dataset.category === category)
  }

  name(box) {
    const bank = box.closest("fieldset")
    const [name, section] = bank.querySelector("legend").childNodes
    const row = name.textContent.trim() + section.textContent
    return "whole" in bank.dataset ? row : `${row}, ${box.closest("label").querySelector("span").firstChild.textContent.trim().replace(/,$/, "")}`
  }

  letter(box) {
    return this.states.of(Number(box.dataset.at)) ?? box.dataset.was
  }

  isFree(box) {
    return this.letter(box) === "f" && "sold" in box.dataset
  }

  show(box) {
    const free = this.isFree(box)
    const label = box.closest("label")
    const words = this.words["fhsb".indexOf(this.letter(box))]
    const state = label.querySelector("b")
    if (state.textContent !== words) state.textContent = words
    label.classList.toggle("tick--off", !free)
    if (label.hidden && this.fits(box)) label.hidden = box.closest("fieldset").hidden = false
    if (!free) box.checked = false
    if (free || box !== document.activeElement) box.disabled = !free
  }

  close(box) {
    box.disabled = !this.isFree(box)
  }

  count() {
    for (const { boxes, free } of this.rows) {
      const words = this.dataset.free.replace("{free}", boxes.filter((box) => this.isFree(box)).length).replace("{all}", boxes.length)
      if (free.textContent !== words) free.textContent = words
    }
    for (const place of this.querySelectorAll("[data-section]")) {
      let left = 0
      for (let at = Number(place.dataset.from); at < Number(place.dataset.end); at++) left += this.states.of(at) === "f"
      const words = left ? place.dataset.left.replace("{}", left) : place.dataset.none
      if (place.textContent !== words) place.textContent = words
    }
  }
}

customElements.define("seat-list", SeatList)

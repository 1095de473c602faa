// The list of seats as they stand: what others take and give back is told by <seat-states>, and only
// the words and boxes that differ are touched. Whoever is at a box stays there: one that is gone is
// closed when they leave it.
class SeatList extends HTMLElement {
  connectedCallback() {
    this.states = this.querySelector("seat-states")
    this.words = this.dataset.states.split("|")
    this.boxes = new Map([...this.querySelectorAll("input[name=seat]")].map((box) => [Number(box.dataset.at), box]))
    for (const name of ["seats", "change", "focusout"]) this.addEventListener(name, this)
  }

  handleEvent(event) {
    if (event.type === "seats") return this.tell(event.detail)
    const box = event.target
    if (box.name !== "seat") return
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
    if (!free) box.checked = false
    if (free || box !== document.activeElement) box.disabled = !free
  }

  close(box) {
    box.disabled = !this.isFree(box)
  }

  count() {
    for (const place of this.querySelectorAll("[data-section]")) {
      let left = 0
      for (let at = Number(place.dataset.from); at < Number(place.dataset.end); at++) left += this.states.of(at) === "f"
      const words = left ? place.dataset.left.replace("{}", left) : place.dataset.none
      if (place.textContent !== words) place.textContent = words
    }
  }
}

customElements.define("seat-list", SeatList)

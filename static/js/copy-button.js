// Copies its value and says so, in sight and in speech.
class CopyButton extends HTMLElement {
  connectedCallback() {
    if (!navigator.clipboard) return
    this.querySelector("button").hidden = false
    this.addEventListener("click", this)
  }

  async handleEvent() {
    await navigator.clipboard.writeText(this.getAttribute("value"))
    const label = this.querySelector("[data-label]")
    this.words ??= label.textContent
    label.textContent = this.dataset.copied
    this.querySelector("[role=status]").textContent = this.dataset.copied
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.settle(label), 3000)
  }

  settle(label) {
    label.textContent = this.words
    this.querySelector("[role=status]").textContent = ""
  }
}

customElements.define("copy-button", CopyButton)

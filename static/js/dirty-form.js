// Asks before leaving a form that was changed and not sent.
class DirtyForm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this)
    this.addEventListener("submit", this)
    window.addEventListener("beforeunload", this)
  }

  disconnectedCallback() {
    window.removeEventListener("beforeunload", this)
  }

  handleEvent(event) {
    if (event.type === "input") this.toggleAttribute("dirty", true)
    else if (event.type === "submit") this.toggleAttribute("dirty", false)
    else if (this.hasAttribute("dirty")) event.preventDefault()
  }
}

customElements.define("dirty-form", DirtyForm)

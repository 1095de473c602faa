// A button that shows what was typed, and hides it again before it is sent.
class PasswordReveal extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input")
    this.button = this.querySelector("button")
    this.button.hidden = false
    this.button.addEventListener("click", this)
    this.input.form?.addEventListener("submit", this)
  }

  disconnectedCallback() {
    this.input.form?.removeEventListener("submit", this)
  }

  handleEvent(event) {
    const shown = event.type === "click" && this.input.type === "password"
    this.input.type = shown ? "text" : "password"
    this.button.setAttribute("aria-pressed", shown)
  }
}

customElements.define("password-reveal", PasswordReveal)

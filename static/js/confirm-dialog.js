// Asks before a form is sent: <confirm-dialog><form>…</form><dialog>…</dialog></confirm-dialog>
class ConfirmDialog extends HTMLElement {
  connectedCallback() {
    // Before htmx and everybody else, so that nothing is sent while the question stands.
    this.addEventListener("submit", this, { capture: true })
    this.addEventListener("click", this)
  }

  get dialog() {
    return this.querySelector("dialog")
  }

  handleEvent(event) {
    if (event.type === "submit") this.ask(event)
    else if (event.target.closest("[data-confirm]")) this.act()
    else if (event.target.closest("[data-cancel]") || event.target === this.dialog) this.dialog.close()
  }

  ask(event) {
    if (this.confirmed || event.target.method === "dialog") {
      this.confirmed = false
      return
    }
    event.preventDefault()
    event.stopImmediatePropagation()
    this.asked = { form: event.target, submitter: event.submitter }
    this.dialog.showModal()
  }

  act() {
    this.dialog.close()
    this.confirmed = true
    this.asked.form.querySelector("[data-sure]")?.removeAttribute("disabled")
    this.asked.form.requestSubmit(this.asked.submitter)
  }
}

customElements.define("confirm-dialog", ConfirmDialog)

// One press, one submission: further ones are swallowed until the answer is there. A button whose
// work takes a while says so meanwhile, in the words of its data-doing. What a form with data-kept holds
// is kept by the box office: who comes back to its page, or reads it again, reads it and sends nothing.
class OnceForm extends HTMLElement {
  connectedCallback() {
    // On the way down, before htmx hears of it: it would keep a second submission for later.
    this.addEventListener("submit", (event) => this.refuse(event), { capture: true })
    this.addEventListener("submit", this)
    this.addEventListener("htmx:afterRequest", this)
    // Coming back by the back button shows the page as it was left: busy.
    window.addEventListener("pageshow", this)
    this.comeBackByReading()
  }

  disconnectedCallback() {
    window.removeEventListener("pageshow", this)
  }

  handleEvent(event) {
    if (event.type === "submit") this.submit(event)
    else if (event.type === "pageshow" || event.target.matches("form")) this.release()
  }

  // An answer to what was sent is in the history with it, and would have it sent again.
  comeBackByReading() {
    const kept = this.querySelector("form[data-kept]")
    if (kept?.action === location.href.split("#")[0]) history.replaceState(history.state, "", location.href)
  }

  refuse(event) {
    if (!this.busy) return
    event.preventDefault()
    event.stopImmediatePropagation()
  }

  submit(event) {
    // Whoever objected to it (other than htmx, which sends it its own way) has kept it here.
    const byHtmx = event.target.matches("[hx-post], [hx-get], [hx-put], [hx-patch], [hx-delete]")
    if (event.defaultPrevented && !byHtmx) return
    this.busy = true
    event.target.setAttribute("aria-busy", "true")
    event.submitter?.setAttribute("aria-busy", "true")
    if (event.submitter?.dataset.doing) this.say(event.submitter)
  }

  say(button) {
    const words = button.querySelector("span")
    this.said = { words, before: words.textContent }
    words.textContent = button.dataset.doing
  }

  release() {
    this.busy = false
    if (this.said) this.said.words.textContent = this.said.before
    this.said = null
    for (const element of this.querySelectorAll("[aria-busy]")) element.removeAttribute("aria-busy")
  }
}

customElements.define("once-form", OnceForm)

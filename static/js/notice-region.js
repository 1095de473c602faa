// The place where answers land: brings them into view, lets them be dismissed, and speaks up itself
// when no answer came.
class NoticeRegion extends HTMLElement {
  connectedCallback() {
    this.observer = new MutationObserver(() => this.arrived())
    this.observer.observe(this, { childList: true })
    this.addEventListener("click", this)
    for (const name of OUTSIDE) document.addEventListener(name, this)
    this.offerDismissal()
  }

  disconnectedCallback() {
    this.observer.disconnect()
    for (const name of OUTSIDE) document.removeEventListener(name, this)
  }

  handleEvent(event) {
    switch (event.type) {
      case "click":
        event.target.closest("[data-dismiss]")?.closest(".notice")?.remove()
        break
      case "htmx:beforeSwap":
        this.aimed(event.detail)
        break
      case "htmx:responseError":
        if (!quiet(event)) this.say(event.detail.xhr.status === 429 ? this.dataset.slowDown : this.dataset.failed)
        break
      case "htmx:sendError":
      case "htmx:timeout":
        if (!quiet(event)) this.say(this.dataset.unreachable)
    }
  }

  // An answer that names its place is meant to be read, whatever its status.
  aimed(detail) {
    if (detail.xhr.getResponseHeader("HX-Retarget")) {
      detail.shouldSwap = true
      detail.isError = false
    }
  }

  say(text) {
    const notice = document.createElement("div")
    notice.className = "notice notice--wrong"
    notice.setAttribute("role", "alert")
    const line = document.createElement("p")
    line.className = "notice__body"
    line.textContent = text
    notice.append(line)
    this.replaceChildren(notice)
  }

  arrived() {
    this.offerDismissal()
    if (!this.firstElementChild) return
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches
    this.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" })
  }

  offerDismissal() {
    for (const button of this.querySelectorAll("[data-dismiss]")) button.hidden = false
  }
}

// What refreshes by itself fails by itself; only what a person did deserves a word.
function quiet(event) {
  return event.target.closest?.("poll-when-visible") === event.target
}

const OUTSIDE = ["htmx:beforeSwap", "htmx:responseError", "htmx:sendError", "htmx:timeout"]

customElements.define("notice-region", NoticeRegion)

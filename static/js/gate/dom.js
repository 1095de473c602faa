// Small things done to the page again and again.

export function byId(id) {
  return document.getElementById(id)
}

// Text where there is some, hidden where there is none.
export function say(element, text) {
  element.textContent = text ?? ""
  element.hidden = !text
}

// The same for a notice with an icon: the words go into its span.
export function tellIn(element, text) {
  element.querySelector("span").textContent = text ?? ""
  element.hidden = !text
}

export function stamp(id) {
  return byId(id).content.firstElementChild.cloneNode(true)
}

let speaking = null

// What the screen reader says, also when it is the same as before.
export function speak(text) {
  const spoken = byId("spoken")
  spoken.textContent = ""
  cancelAnimationFrame(speaking)
  speaking = requestAnimationFrame(() => (spoken.textContent = text))
}

// Nothing in the page names a guest any more, what is hidden and what was about to be said included.
export function forgetGuests() {
  cancelAnimationFrame(speaking)
  for (const element of document.querySelectorAll("[data-guests]")) {
    element.replaceChildren()
    if ("value" in element) element.value = ""
  }
}

// A thumb that taps twice means it once: while an act goes on, another press of it does nothing.
export function once(act) {
  let isBusy = false
  return async (...given) => {
    if (isBusy) return
    isBusy = true
    try {
      await act(...given)
    } finally {
      isBusy = false
    }
  }
}

const settling = new WeakMap()

// What has just appeared under a thumb is not pressed by the second of two taps.
export function settle(element) {
  clearTimeout(settling.get(element))
  element.dataset.settling = ""
  settling.set(element, setTimeout(() => delete element.dataset.settling, 300))
}

export function busyWhile(button, act) {
  button.setAttribute("aria-busy", "true")
  return act().finally(() => button.removeAttribute("aria-busy"))
}

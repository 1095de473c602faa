// Scanners that are keyboards: a burst of keys faster than any typist, ended by Enter. No field has
// to have the focus, and what a person types stays where it was typed.

// Milliseconds a key, on average: a busy phone may stumble over one of them.
const BURST = 60
const BURST_WITHOUT_FIELD = 150
const PAUSE = 800
const SHORTEST = 8

export function listen(read) {
  let burst = ""
  let first = 0
  let last = 0

  const heard = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (event.timeStamp - last > PAUSE) burst = ""
    last = event.timeStamp
    if (event.key === "Enter" || event.key === "Tab") {
      const text = burst
      burst = ""
      const allowed = isField(event.target) ? BURST : BURST_WITHOUT_FIELD
      if (text.length < SHORTEST || (last - first) / text.length > allowed) return
      event.preventDefault()
      event.stopPropagation()
      clean(event.target, text)
      read(text)
      return
    }
    if (event.key.length !== 1) return
    if (!burst) first = event.timeStamp
    burst += event.key
  }

  document.addEventListener("keydown", heard, true)
  return () => document.removeEventListener("keydown", heard, true)
}

function isField(element) {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement
}

// What the scanner typed into a field that happened to have the focus.
function clean(field, text) {
  if (isField(field) && field.value.endsWith(text)) field.value = field.value.slice(0, -text.length)
}

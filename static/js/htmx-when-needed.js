// htmx weighs as much as the rest of the page, so it comes when it is first needed: somebody reaches
// for the form, or it is soon time to ask how things stand. Until then forms go the plain way.
const SOON = 10_000
const REACHING = ["pointerdown", "keydown", "focusin"]

function bring() {
  for (const name of REACHING) document.removeEventListener(name, bring, true)
  document.removeEventListener("visibilitychange", wait)
  clearTimeout(timer)
  const script = document.createElement("script")
  script.src = document.querySelector("meta[name=htmx]").content
  document.head.append(script)
}

function wait() {
  clearTimeout(timer)
  if (!document.hidden) timer = setTimeout(bring, SOON)
}

let timer
for (const name of REACHING) document.addEventListener(name, bring, true)
document.addEventListener("visibilitychange", wait)
wait()

// Choosing is fetched when somebody reaches for the hall or the form, or has chosen here before. What
// they do until it is there waits for it; should it not come, the form goes the plain way.
const desk = document.querySelector("seat-choice")
const REACHING = ["pointerover", "pointerdown", "keydown", "focusin"]
const waiting = []

function keep(event) {
  if (event.type === "submit") event.preventDefault()
  waiting.push(event)
  bring()
}

async function bring() {
  for (const name of REACHING) desk.removeEventListener(name, bring)
  window.removeEventListener("storage", hear)
  const came = await import(desk.getAttribute("script")).then(() => true, () => false)
  for (const name of ["seat-picked", "submit"]) desk.removeEventListener(name, keep)
  for (const event of waiting.splice(0)) {
    if (event.type === "submit") event.target.requestSubmit(event.submitter)
    else if (came) event.target.dispatchEvent(new CustomEvent("seat-picked", { bubbles: true, detail: event.detail }))
  }
}

// Another tab of this browser holds seats here.
function hear({ key }) {
  if (key === `held ${desk.getAttribute("address")}`) bring()
}

function hasChosen() {
  try {
    const address = desk.getAttribute("address")
    return (sessionStorage.getItem(`seats ${address}`) ?? localStorage.getItem(`held ${address}`)) !== null
  } catch {
    return false
  }
}

// A place that was counted before this came.
function hasCounted() {
  return [...desk.querySelectorAll("input[data-amount]")].some(({ value }) => Number(value))
}

if (desk.querySelector("[data-counter]")) {
  for (const name of REACHING) desk.addEventListener(name, bring)
  for (const name of ["seat-picked", "submit"]) desk.addEventListener(name, keep)
  window.addEventListener("storage", hear)
  if (hasChosen() || hasCounted() || desk.querySelector("[data-chosen-seats] input")) bring()
}

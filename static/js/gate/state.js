// What this tab knows of itself, and how its parts tell each other that something changed.

export const here = {
  // Who we are: the row of the store, or null before pairing and after leaving.
  device: null,
  // The list of the event we stand at.
  manifest: null,
  // The gate we stand at; null for a door without gates.
  gate: null,
  direction: "in",
  // {online, waiting, problem}: how it stands with the server.
  contact: { online: navigator.onLine, waiting: 0 },
}

const bus = new EventTarget()

export function tell(name, facts = {}) {
  bus.dispatchEvent(new CustomEvent(name, { detail: facts }))
}

export function hear(name, act) {
  bus.addEventListener(name, (event) => act(event.detail))
}

export function maySupervise() {
  return here.device?.role === "staff"
}

export function zone() {
  return here.manifest?.event.timezone
}

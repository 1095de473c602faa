// Whether this browser holds seats at an event. All its tabs know, so that none says of one's own
// seats that they are somebody else's; only the tab that took them gives them back as it is closed.
const WHILE = 3_600_000

const key = (address) => `held ${address}`

export function note(address) {
  try {
    localStorage.setItem(key(address), Date.now())
    sessionStorage.setItem(key(address), "here")
  } catch {
    // Not known beyond this page.
  }
}

export function isKnown(address) {
  try {
    return Date.now() - (localStorage.getItem(key(address)) ?? 0) < WHILE
  } catch {
    return false
  }
}

export function isOwn(address) {
  try {
    return sessionStorage.getItem(key(address)) !== null
  } catch {
    return false
  }
}

export function forget(address) {
  try {
    localStorage.removeItem(key(address))
    sessionStorage.removeItem(key(address))
  } catch {
    // Nothing was known.
  }
}

export function isAbout(event, address) {
  return event.key === key(address) && event.newValue !== null
}

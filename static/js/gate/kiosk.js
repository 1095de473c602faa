// The kiosk's lock: closed with a PIN, opened with the same one alone.
//
// The PIN itself is not kept, only what proves it. Four digits are soon tried out, so five wrong
// ones are followed by a pause that doubles with each further one, and that a restart outlasts.

import * as clock from "./clock.js"
import * as device from "./device.js"
import { toBase64url } from "./codes.js"
import { here } from "./state.js"

const ROUNDS = 100_000
const FREE_TRIES = 5
const FIRST_PAUSE = 30_000
const LONGEST_PAUSE = 15 * 60_000

export async function lock(pin) {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  await device.change({ locked: { salt, proof: await proofOf(pin, salt) } })
}

// Whether that was it. No PIN is looked at during a pause.
export async function open(pin) {
  if (pause()) return false
  const { salt, proof } = here.device.locked
  // Counted before it is looked at: whoever reloads meanwhile has tried all the same.
  await count()
  if ((await proofOf(pin, salt)) !== proof) return false
  await device.change({ locked: null })
  return true
}

// For how many milliseconds nobody may try again.
export function pause() {
  const { tries = 0, until = 0 } = here.device.locked
  // Never longer than it was to be, even if the clock was set back.
  return Math.max(0, Math.min(until - clock.now(), pauseAfter(tries)))
}

function count() {
  const { locked } = here.device
  const tries = (locked.tries ?? 0) + 1
  return device.change({ locked: { ...locked, tries, until: clock.now() + pauseAfter(tries) } })
}

function pauseAfter(tries) {
  if (tries < FREE_TRIES) return 0
  return Math.min(FIRST_PAUSE * 2 ** (tries - FREE_TRIES), LONGEST_PAUSE)
}

async function proofOf(pin, salt) {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"])
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }
  return toBase64url(new Uint8Array(await crypto.subtle.deriveBits(how, key, 256)))
}

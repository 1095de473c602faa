// Ticket codes: what a scanned or typed text claims to be. The same rules as eventflow/tickets/codes.py,
// to the letter: forgiving about how it is written, exact about what it says. One ticket, one text.

export const STATIC = 1
export const ROTATING = 2
export const STEP_SECONDS = 30

const FACTS = 28
const SIGNATURE = 64
const PHONE_KEY = 33
const SIZES = { [STATIC]: FACTS + SIGNATURE, [ROTATING]: FACTS + PHONE_KEY + SIGNATURE + 4 + SIGNATURE }
const KNOWN_SIZES = new Set(Object.values(SIZES))
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]))
const READ_FOR = { O: "0", I: "1", L: "1" }
const LONGEST = 2000
// What Python calls space within ASCII, and the hyphen.
const FORGIVEN = /[\t-\r\x1c-\x20-]/g
const NOT_ASCII = /[^\x00-\x7f]/

// The claims of a code, or null where it is no code at all.
export function read(text) {
  const raw = bytes(text)
  if (!raw) return null
  const issue = (raw[26] << 8) | raw[27]
  if (issue === 0) return null
  const claims = {
    version: raw[0],
    key: raw[1],
    event: hex(raw.subarray(2, 10)),
    ticket: raw.subarray(10, 26),
    issue,
    facts: raw.subarray(0, FACTS),
    code: write(raw),
  }
  if (raw[0] === STATIC) return { ...claims, signature: raw.subarray(FACTS) }
  return {
    ...claims,
    phoneKey: raw.subarray(28, 61),
    certificate: raw.subarray(61, 125),
    step: new DataView(raw.buffer, raw.byteOffset + 125, 4).getUint32(0),
    stepBytes: raw.subarray(125, 129),
    proof: raw.subarray(129, 193),
  }
}

function bytes(text) {
  if (text.length > LONGEST || NOT_ASCII.test(text)) return null
  if (!text.includes("://")) return canonical(text)
  const found = text.trim().split(/[/?#&=]/).map(canonical).filter(Boolean)
  return found.length === 1 ? found[0] : null
}

function canonical(text) {
  const code = text.replace(FORGIVEN, "").toUpperCase().replace(/[OIL]/g, (letter) => READ_FOR[letter])
  const size = Math.floor((code.length * 5) / 8)
  if (!KNOWN_SIZES.has(size)) return null
  const raw = new Uint8Array(size)
  let bits = 0
  let held = 0
  let at = 0
  for (const letter of code) {
    const value = VALUES.get(letter)
    if (value === undefined) return null
    held = (held << 5) | value
    bits += 5
    if (bits >= 8) {
      bits -= 8
      raw[at++] = held >> bits
      held &= (1 << bits) - 1
    }
  }
  // Bits that nobody reads would give one ticket many codes.
  if (held !== 0 || SIZES[raw[0]] !== size || write(raw) !== code) return null
  return raw
}

function write(raw) {
  let text = ""
  let bits = 0
  let held = 0
  for (const byte of raw) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET[(held >> bits) & 31]
    }
    held &= (1 << bits) - 1
  }
  return bits ? text + ALPHABET[(held << (5 - bits)) & 31] : text
}

// The half of an event's id that a code carries.
export function eventRef(id) {
  return id.replaceAll("-", "").slice(16)
}

function hex(raw) {
  return Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

export function toBase64url(raw) {
  return btoa(String.fromCharCode(...raw)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
}

export function fromBase64url(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"))
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0))
}

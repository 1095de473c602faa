// The code of a ticket that changes every half minute, made on the phone alone. The key that proves
// it never leaves this browser: it can be used here, and not be read by anybody, this page included.
// The format is written down in docs/ticket-codes.md.

export const STEP = 30_000

const CURVE = { name: "ECDSA", namedCurve: "P-256" }
const PURPOSE = new TextEncoder().encode("EventFlow rotating code\0")
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

export function canBeMadeHere() {
  return Boolean(globalThis.crypto?.subtle && globalThis.indexedDB)
}

// A key pair of this phone, and the 33 bytes by which others know it.
export async function newKey() {
  const pair = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"])
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey))
  const publicKey = new Uint8Array(33)
  publicKey[0] = 2 + (point[64] & 1)
  publicKey.set(point.subarray(1, 33), 1)
  return { privateKey: pair.privateKey, publicKey }
}

// The code of one step. phone: {privateKey, publicKey, facts, certificate}.
export async function codeOf(phone, step) {
  const time = new Uint8Array(4)
  new DataView(time.buffer).setUint32(0, step)
  const signed = joined(PURPOSE, phone.facts, time)
  const how = { name: "ECDSA", hash: "SHA-256" }
  const proof = new Uint8Array(await crypto.subtle.sign(how, phone.privateKey, signed))
  return written(joined(phone.facts, phone.publicKey, phone.certificate, time, low(proof)))
}

export function bytesOf(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"))
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
}

// Of the two signatures that are equally good only the lower is accepted: one text for each step.
function low(proof) {
  const s = BigInt("0x" + hex(proof.subarray(32)))
  if (s <= ORDER / 2n) return proof
  const lower = (ORDER - s).toString(16).padStart(64, "0")
  return joined(proof.subarray(0, 32), Uint8Array.from(lower.match(/../g), (two) => parseInt(two, 16)))
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function written(bytes) {
  let text = ""
  let bits = 0
  let waiting = 0
  for (const byte of bytes) {
    waiting = (waiting << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += CROCKFORD[(waiting >> bits) & 31]
    }
    waiting &= (1 << bits) - 1
  }
  return bits ? text + CROCKFORD[(waiting << (5 - bits)) & 31] : text
}

// Signatures: who made a code or an answer. Public keys only; nothing here can make one.

import { ROTATING } from "./codes.js"

const TICKET = purpose("EventFlow ticket code")
const CERTIFICATE = purpose("EventFlow phone key")
const PROOF = purpose("EventFlow rotating code")

const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const REMEMBERED = 256

const keys = new Map()
let noble

function purpose(text) {
  return new TextEncoder().encode(text + "\0")
}

// Whether the tenant's key signed this code; for a rotating one also the phone it belongs to.
export async function isSigned(claims, publicKey) {
  if (claims.version !== ROTATING) {
    return verifyEd25519(publicKey, claims.signature, join(TICKET, claims.facts))
  }
  const certified = join(CERTIFICATE, claims.facts, claims.phoneKey)
  if (!(await verifyEd25519(publicKey, claims.certificate, certified))) return false
  return verifyPhone(claims.phoneKey, claims.proof, join(PROOF, claims.facts, claims.stepBytes))
}

export async function verifyEd25519(publicKey, signature, message) {
  try {
    const key = await ed25519Key(publicKey)
    if (key) return await crypto.subtle.verify("Ed25519", key, signature, message)
    return await noble.verifyAsync(signature, message, publicKey, { zip215: false })
  } catch {
    return false
  }
}

async function ed25519Key(publicKey) {
  if (noble) return null
  try {
    return await remembered(publicKey, () => crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]))
  } catch (problem) {
    if (problem.name !== "NotSupportedError") throw problem
    noble = await import("../../vendor/noble-ed25519/index.js")
    return null
  }
}

async function verifyPhone(publicKey, signature, message) {
  // With a high s the same proof could be written twice.
  if (number(signature.subarray(32)) > ORDER / 2n) return false
  try {
    const curve = { name: "ECDSA", namedCurve: "P-256" }
    const key = await remembered(publicKey, () =>
      crypto.subtle.importKey("raw", uncompressed(publicKey), curve, false, ["verify"]),
    )
    return await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, message)
  } catch {
    return false
  }
}

async function remembered(publicKey, make) {
  const name = publicKey.join()
  if (!keys.has(name)) {
    if (keys.size >= REMEMBERED) keys.delete(keys.keys().next().value)
    keys.set(name, await make())
  }
  return keys.get(name)
}

// Browsers import points only in full: y from x, on P-256.
function uncompressed(point) {
  if (point[0] !== 2 && point[0] !== 3) throw new TypeError("not a compressed point")
  const x = number(point.subarray(1))
  if (x >= P) throw new TypeError("not on the curve")
  const square = (((x * x) % P) * x - 3n * x + B) % P
  let y = power((square + P) % P, (P + 1n) / 4n)
  if ((y * y - square) % P !== 0n) throw new TypeError("not on the curve")
  if ((y & 1n) !== BigInt(point[0] & 1)) y = P - y
  const full = new Uint8Array(65)
  full[0] = 4
  full.set(point.subarray(1), 1)
  for (let at = 64; at > 32; at--, y >>= 8n) full[at] = Number(y & 255n)
  return full
}

function power(base, exponent) {
  let result = 1n
  for (; exponent > 0n; exponent >>= 1n, base = (base * base) % P) {
    if (exponent & 1n) result = (result * base) % P
  }
  return result
}

function number(raw) {
  return raw.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

function join(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

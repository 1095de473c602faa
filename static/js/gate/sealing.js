// Sealing: what lies on the disk is encrypted with the key the device got when it was paired.
//
// The key is kept as a CryptoKey that the browser does not give out again; forgetting the device
// forgets it, and with it everything sealed.

import { fromBase64url } from "./codes.js"

export function importKey(text) {
  return crypto.subtle.importKey("raw", fromBase64url(text), "AES-GCM", false, ["encrypt", "decrypt"])
}

export async function seal(key, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const plain = new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value))
  return { iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain) }
}

export async function unseal(key, { iv, sealed }) {
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed)
  return JSON.parse(new TextDecoder().decode(plain))
}

// What of a map this browser keeps that the server does not have yet, one copy for each page that
// drew it. Only a page that is gone leaves a copy behind to be offered: as long as one is open it
// holds a lock of its name. Where the browser may keep nothing, the page works all the same.
import { newId } from "./drawing.js"

const STORE = "drawings"
const LOCK = "eventflow-editor-"

// This page, until it is gone: no other has its name, not even the same one loaded anew.
export const page = newId("t")

navigator.locks?.request(LOCK + page, () => new Promise(() => {}))

export const keyOf = (map) => `${map}:${page}`

export const keep = (key, value) => store("readwrite", (kept) => kept.put(value, key))
export const forget = (key) => store("readwrite", (kept) => kept.delete(key))

// The newest copy that a page which is gone left of this map, with its key; or nothing.
export async function leftBehind(map) {
  const range = IDBKeyRange.bound(`${map}:`, `${map}:\uffff`)
  const keys = (await store("readonly", (kept) => kept.getAllKeys(range))) ?? []
  if (!keys.length) return null
  const { held = [] } = (await navigator.locks?.query()) ?? {}
  const open = new Set(held.map((one) => one.name))
  const left = []
  for (const key of keys) {
    if (open.has(LOCK + key.slice(map.length + 1))) continue
    const value = await store("readonly", (kept) => kept.get(key))
    if (value) left.push({ key, ...value })
  }
  return left.sort((one, other) => other.at - one.at)[0] ?? null
}

function store(mode, act) {
  return new Promise((resolve) => {
    let opening
    try {
      opening = indexedDB.open("eventflow-seat-editor", 1)
    } catch {
      return resolve(null)
    }
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
    opening.onerror = () => resolve(null)
    opening.onsuccess = () => {
      const transaction = opening.result.transaction(STORE, mode)
      const asked = act(transaction.objectStore(STORE))
      transaction.oncomplete = () => { opening.result.close(); resolve(asked.result ?? null) }
      transaction.onerror = transaction.onabort = () => { opening.result.close(); resolve(null) }
    }
  })
}

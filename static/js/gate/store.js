// What the device keeps, in IndexedDB. Whatever must survive a killed tab is written here first.
//
//   device     one row: who we are, our token, the key everything else is sealed with
//   lists      the sealed manifest of an event
//   changes    sealed deltas since, in order; folded into the list from time to time
//   scans      every scan of this device: waiting, sent or refused

const NAME = "eventflow-gate"
const VERSION = 1

let opened

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION)
    request.onupgradeneeded = () => {
      const db = request.result
      db.createObjectStore("device")
      db.createObjectStore("lists", { keyPath: "event" })
      db.createObjectStore("changes", { autoIncrement: true }).createIndex("event", "event")
      const scans = db.createObjectStore("scans", { keyPath: "scan_id" })
      scans.createIndex("state", "state")
      scans.createIndex("event", "event")
    }
    request.onsuccess = () => {
      // Another tab that wipes or renews the store must not wait for us.
      request.result.onversionchange = () => close()
      resolve(request.result)
    }
    request.onerror = () => reject(request.error)
  })
  return opened
}

export async function close() {
  const db = await opened
  opened = undefined
  db?.close()
}

// Run `act` with the stores named; resolves when the disk has it.
async function transact(names, mode, act) {
  const db = await open()
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(names, mode, mode === "readwrite" ? { durability: "strict" } : undefined)
    let answer
    transaction.oncomplete = () => resolve(answer instanceof IDBRequest ? answer.result : answer)
    transaction.onabort = transaction.onerror = () => reject(transaction.error)
    const stores = [].concat(names).map((name) => transaction.objectStore(name))
    answer = act(...stores)
  })
}

export const device = {
  get: async () => (await transact("device", "readonly", (store) => store.get("me"))) ?? null,
  put: (row) => transact("device", "readwrite", (store) => void store.put(row, "me")),
}

export const lists = {
  get: async (event) => (await transact("lists", "readonly", (store) => store.get(event))) ?? null,
  all: () => transact("lists", "readonly", (store) => store.getAll()),
  changes: (event) => transact("changes", "readonly", (store) => store.index("event").getAll(event)),
  append: (change) => transact("changes", "readwrite", (store) => void store.add(change)),
  replace: (list) =>
    transact(["lists", "changes"], "readwrite", (store, changes) => {
      store.put(list)
      dropChanges(changes, list.event)
    }),
  forget: (event) =>
    transact(["lists", "changes"], "readwrite", (store, changes) => {
      store.delete(event)
      dropChanges(changes, event)
    }),
}

function dropChanges(store, event) {
  store.index("event").openKeyCursor(event).onsuccess = ({ target: { result: cursor } }) => {
    if (!cursor) return
    store.delete(cursor.primaryKey)
    cursor.continue()
  }
}

export const scans = {
  put: (scan) => transact("scans", "readwrite", (store) => void store.put(scan)),
  putAll: (rows) => transact("scans", "readwrite", (store) => rows.forEach((row) => store.put(row))),
  get: async (id) => (await transact("scans", "readonly", (store) => store.get(id))) ?? null,
  waiting: (most) => transact("scans", "readonly", (store) => store.index("state").getAll("waiting", most)),
  countWaiting: () => transact("scans", "readonly", (store) => store.index("state").count("waiting")),
  of: (event) => transact("scans", "readonly", (store) => store.index("event").getAll(event)),
  forget: (event) =>
    transact("scans", "readwrite", (store) => {
      // What the server does not have yet stays, whatever else goes.
      store.index("event").openCursor(event).onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return
        if (cursor.value.state !== "waiting") cursor.delete()
        cursor.continue()
      }
    }),
}

// Who comes: all of it but what this device did.
export function forgetLists() {
  return transact(["lists", "changes"], "readwrite", (...stores) => {
    for (const store of stores) store.clear()
  })
}

// Everything, for good: on sign-out, and when the device was revoked.
export function wipe() {
  return transact(["device", "lists", "changes", "scans"], "readwrite", (...stores) => {
    for (const store of stores) store.clear()
  })
}

export async function room() {
  if (!navigator.storage?.estimate) return { persisted: false, free: null }
  const { quota = 0, usage = 0 } = await navigator.storage.estimate()
  return { persisted: (await navigator.storage.persisted?.()) ?? false, free: quota - usage }
}

export async function askToPersist() {
  return (await navigator.storage?.persist?.()) ?? false
}

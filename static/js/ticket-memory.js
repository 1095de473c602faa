// What this phone remembers of its tickets: keys that cannot be read, the clock's error, what was known last.

export async function recall(ticket) {
  return (await asked("readonly", (store) => store.get(ticket))) ?? { ticket }
}

export function keep(memory) {
  return asked("readwrite", (store) => store.put(memory))
}

async function asked(mode, act) {
  const database = await opened()
  try {
    return await settled(act(database.transaction("tickets", mode).objectStore("tickets")))
  } finally {
    database.close()
  }
}

function opened() {
  const request = indexedDB.open("eventflow-tickets", 1)
  request.onupgradeneeded = () => request.result.createObjectStore("tickets", { keyPath: "ticket" })
  return settled(request)
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

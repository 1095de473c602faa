// The service worker: the scanner opens without a network, and scans leave the device when the
// network is back, even with the app closed. VERSION and FILES are written above by the server.

const TRIES = 3
const CACHE = `eventflow-gate-${VERSION}`

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()))
})

// From the server itself: what the browser kept may belong to another version.
async function keepAll() {
  const cache = await caches.open(CACHE)
  await Promise.all(FILES.map((file) => keep(cache, file, TRIES)))
}

async function keep(cache, file, tries) {
  try {
    await cache.add(new Request(file, { cache: "reload" }))
  } catch (problem) {
    if (tries <= 1) throw problem
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await keep(cache, file, tries - 1)
  }
}

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const names = await caches.keys()
      const old = names.filter((name) => name.startsWith("eventflow-gate-") && name !== CACHE)
      await Promise.all(old.map((name) => caches.delete(name)))
      await self.clients.claim()
    })(),
  )
})

self.addEventListener("fetch", (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== "GET" || url.origin !== self.location.origin) return
  const isShell = request.mode === "navigate" && url.pathname === "/scan/"
  if (isShell || FILES.includes(url.pathname)) event.respondWith(answer(isShell ? "/scan/" : request, request))
})

async function answer(wanted, request) {
  const cache = await caches.open(CACHE)
  return (await cache.match(wanted, { ignoreSearch: true, ignoreVary: true })) ?? fetch(request)
}

self.addEventListener("sync", (event) => {
  if (event.tag === "scans") event.waitUntil(sendScans())
})

// An open app sends by itself, and better: it is only told to hurry.
async function sendScans() {
  const windows = await self.clients.matchAll({ type: "window" })
  if (windows.length) return windows.forEach((client) => client.postMessage("sync"))
  await self.navigator.locks.request("eventflow-sync", sendWhatWaits)
}

async function sendWhatWaits() {
  const db = await opened(indexedDB.open("eventflow-gate"))
  try {
    if (!db.objectStoreNames.contains("scans")) return
    const device = await opened(db.transaction("device").objectStore("device").get("me"))
    const waiting = await opened(db.transaction("scans").objectStore("scans").index("state").getAll("waiting", 200))
    const scans = device ? waiting.filter((scan) => !scan.sent && scan.sealed) : []
    if (!scans.length) return
    const response = await fetch("/api/v1/checkin/batch", {
      method: "POST",
      credentials: "omit",
      headers: { Authorization: `Bearer ${device.token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ scans: await Promise.all(scans.map((scan) => written(scan, device.key))) }),
    })
    // Not noted here as sent: the app asks again when it opens, and sending twice changes nothing.
    if (!response.ok && response.status >= 500) throw new Error(`answered ${response.status}`)
  } finally {
    db.close()
  }
}

async function written(scan, key) {
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: scan.iv }, key, scan.sealed)
  const { code } = JSON.parse(new TextDecoder().decode(plain))
  return {
    scan_id: scan.scan_id,
    code,
    event: scan.slug,
    scanned_at: new Date(scan.at).toISOString(),
    ...(scan.gate && { gate: scan.gate }),
    direction: scan.direction,
    result: scan.result,
    ...(scan.override && { override: true, reason: scan.why }),
  }
}

function opened(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

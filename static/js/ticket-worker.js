// Tickets without network: the page as it was last seen, and the files it is made of.
// Served as /tickets/worker.js, so that it has a say about tickets and nothing else.
const KEPT = "tickets-1"
const MOST = 120
const PATIENCE = 4000

self.addEventListener("install", () => self.skipWaiting())
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()))

self.addEventListener("message", (event) => {
  if (Array.isArray(event.data?.keep)) event.waitUntil(keepAll(event.data.keep))
})

self.addEventListener("fetch", (event) => {
  const { request } = event
  const address = new URL(request.url)
  if (request.method !== "GET" || address.origin !== self.location.origin) return
  if (isFile(address)) event.respondWith(file(request))
  else if (isPage(address)) event.respondWith(page(request))
})

function isFile(address) {
  return address.pathname.startsWith("/static/") || address.pathname === "/brand.css"
}

function isPage(address) {
  return /^\/tickets\/[0-9a-f-]{36}$/.test(address.pathname)
}

// A file's address changes with its content, so what is kept is what there is.
async function file(request) {
  const cache = await caches.open(KEPT)
  const kept = await cache.match(request.url)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) await cache.put(request.url, answer.clone())
  return answer
}

// What the server says by now; where it says nothing within seconds, what it said last.
async function page(request) {
  const cache = await caches.open(KEPT)
  const asked = fetch(request).then(async (answer) => {
    if (answer.ok) await cache.put(request.url, answer.clone())
    else if (answer.status === 404) await cache.delete(request.url)
    return answer
  })
  const kept = await cache.match(request.url)
  if (!kept) return asked
  const impatient = new Promise((resolve) => setTimeout(() => resolve(kept), PATIENCE))
  return Promise.race([asked.then((answer) => (answer.status >= 500 ? kept : answer)).catch(() => kept), impatient])
}

async function keepAll(addresses) {
  const cache = await caches.open(KEPT)
  const wanted = [...new Set(addresses)].map((one) => new URL(one, self.location)).filter(
    (address) => address.origin === self.location.origin && (isFile(address) || isPage(address)),
  )
  await Promise.all(
    wanted.map(async (address) => {
      if (isFile(address) && (await cache.match(address.href))) return
      const answer = await fetch(address.href).catch(() => null)
      if (answer?.ok) await cache.put(address.href, answer)
    }),
  )
  const old = await cache.keys()
  await Promise.all(old.slice(0, Math.max(0, old.length - MOST)).map((request) => cache.delete(request)))
}

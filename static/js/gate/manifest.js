// The manifest: who may come, as the server last said it, plus what this device has done since.
//
// Twenty thousand rows stay the small arrays they arrived as; one map leads from a ticket's digest
// to its row, and a row becomes an object only while somebody looks at it.

import { toBase64url } from "./codes.js"

const DIGEST = 9
const GROUP_DIGEST = 6
// "ABCD23", or "ABCD23-2" for the second ticket of that order.
const REFERENCE = /^\s*([A-Z0-9]{4,12})(?:\s*[-/ ]\s*(\d{1,4}))?\s*$/i
const NOWHERE = -1

export function digestOf(ticket) {
  return short("EventFlow ticket\0", DIGEST, ticket)
}

export function phoneDigest(key) {
  return short("EventFlow phone\0", DIGEST, key)
}

async function short(purpose, size, ...parts) {
  const whole = await new Blob([purpose, ...parts]).arrayBuffer()
  return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", whole), 0, size))
}

export class Manifest {
  constructor(document) {
    const { tickets, columns, ...head } = document
    Object.assign(this, head)
    this.rows = tickets
    this.columns = columns
    this.at = Object.fromEntries(columns.map((name, index) => [name, index]))
    this.index = new Map(tickets.map((row, index) => [row[this.at.digest], index]))
    this.own = new Map()
    this.folded = null
    this.heads = null
  }

  // As it is kept on the disk.
  toJSON() {
    const { rows, at, index, own, folded, heads, ...head } = this
    return { ...head, tickets: rows }
  }

  get size() {
    return this.rows.length
  }

  ticket(digest) {
    const index = this.index.get(digest)
    return index === undefined ? null : this.view(this.rows[index])
  }

  view(row) {
    const ticket = {}
    for (const name of this.columns) ticket[name] = row[this.at[name]]
    ticket.tier = this.tiers[ticket.tier] ?? null
    return ticket
  }

  // Take over what changed: rows by digest, and whatever else the answer brings anew.
  apply(changes) {
    const { tickets = [], ...head } = changes
    for (const row of tickets) {
      const digest = row[this.at.digest]
      const index = this.index.get(digest)
      if (index === undefined) this.index.set(digest, this.rows.push(row) - 1)
      else this.rows[index] = row
      this.settle(digest)
    }
    if (tickets.length) this.folded = this.heads = null
    for (const name of ["version", "server_time", "event", "keys", "tiers", "gates", "areas"]) {
      if (head[name] !== undefined) this[name] = head[name]
    }
  }

  // This device's own scan of a ticket. Until the server's row counts it, we do.
  note(scan) {
    if (!scan.digest) return
    const kept = (this.own.get(scan.digest) ?? []).filter((each) => each.scan_id !== scan.scan_id)
    const moved = scan.result === "VALID" && !scan.undone
    if (moved) kept.push({ ...scan, counted: false })
    if (kept.length) this.own.set(scan.digest, kept.sort((one, other) => one.at - other.at))
    else this.own.delete(scan.digest)
  }

  // The server's row has come after it had our scans: it counts them now.
  settle(digest) {
    const left = (this.own.get(digest) ?? []).filter((scan) => scan.state === "waiting")
    if (left.length) this.own.set(digest, left)
    else this.own.delete(digest)
  }

  ownScans(digest) {
    return this.own.get(digest) ?? []
  }

  // Tickets whose name has every word of what was typed; a reference finds its one ticket.
  async search(text, most) {
    const wanted = fold(text).split(/\s+/).filter(Boolean)
    if (!wanted.length) return []
    this.folded ??= this.rows.map((row) => fold(`${row[this.at.name]} ${row[this.at.seat] ?? ""}`))
    const found = await this.byReference(text)
    for (let index = 0; index < this.rows.length && found.length < most; index++) {
      if (wanted.every((part) => this.folded[index].includes(part))) found.push(this.view(this.rows[index]))
    }
    return found
  }

  // An order's code is not on the list, only what a typed one can be compared with.
  async byReference(text) {
    const [, order, position] = REFERENCE.exec(text) ?? []
    if (!order) return []
    const event = Uint8Array.from(this.event.id.replaceAll("-", "").match(/../g), (pair) => parseInt(pair, 16))
    const group = await short("EventFlow group\0", GROUP_DIGEST, event, order.toUpperCase())
    const found = this.rows.filter((row) => row[this.at.group] === group).map((row) => this.view(row))
    for (const ticket of found) ticket.reference = `${order.toUpperCase()}-${ticket.position}`
    return position ? found.filter((ticket) => ticket.position === Number(position)) : found
  }

  group(ticket) {
    if (!ticket.group) return [ticket]
    return this.rows.filter((row) => row[this.at.group] === ticket.group).map((row) => this.view(row))
  }

  // How many people are in an area, as far as this device knows.
  head(areaId) {
    this.heads ??= this.countHeads()
    let count = this.heads[this.areaIndex(areaId)] ?? 0
    for (const scans of this.own.values()) {
      for (const scan of scans) if (scan.area === areaId) count += scan.direction === "out" ? -1 : 1
    }
    return Math.max(0, count)
  }

  countHeads() {
    const heads = {}
    for (const row of this.rows) {
      for (const [area, , inside] of row[this.at.entries] || []) heads[area] = (heads[area] ?? 0) + inside
    }
    return heads
  }

  areaIndex(areaId) {
    return areaId ? this.areas.findIndex((area) => area.id === areaId) : NOWHERE
  }

  // How a ticket stands with an area: entries, whether inside, and who let it in first.
  standing(ticket, areaId) {
    const wanted = this.areaIndex(areaId)
    const [, entries = 0, inside = 0, first = 0, gate = "", by = ""] =
      (ticket.entries || []).find(([area]) => area === wanted) ?? []
    const own = this.ownScans(ticket.digest).filter((scan) => (scan.area ?? null) === (areaId ?? null))
    const came = own.filter((scan) => scan.direction !== "out")
    const before = first ? { at: new Date(first * 1000).toISOString(), gate, by } : null
    return {
      entries: entries + came.length,
      inside: own.length ? own.at(-1).direction !== "out" : Boolean(inside),
      first: before ?? (came.length ? { at: new Date(came[0].at).toISOString(), gate: came[0].gateName, by: came[0].by } : null),
    }
  }

  isIn(ticket) {
    return [null, ...this.areas.map((area) => area.id)].some((area) => this.standing(ticket, area).entries > 0)
  }
}

function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
}

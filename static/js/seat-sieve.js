// What a hall has of what one looks for: prices, kinds of seats, neighbours that are free. The others
// grow pale.
export function sift(map) {
  const prices = new Set([...(map.prices?.querySelectorAll("[aria-pressed=true]") ?? [])].map((button) => button.parentElement.dataset.category))
  const needs = [...map.querySelectorAll("[data-need]:checked")].map((input) => input.dataset.need)
  const together = Number(map.querySelector("select[data-need]")?.value) || 1
  map.sifting = prices.size > 0 || needs.length > 0 || together > 1
  map.toggleAttribute("data-sifting", map.sifting)
  for (const block of map.blocks) block.element.classList.toggle("block--pale", prices.size > 0 && ![...block.categories].some((one) => prices.has(one)))
  for (const { chairs } of map.sections.values()) {
    if (!chairs) continue
    const edges = onAisles(chairs)
    const free = together > 1 ? freeTogether(chairs, map) : null
    for (const chair of chairs) {
      const fits = (!prices.size || prices.has(chair.category)) &&
        needs.every((need) => (need === "aisle" ? edges.has(chair.at) : chair.kind === need)) &&
        (!free || free.get(chair.at) >= together)
      chair.element.classList.toggle("chair--pale", !fits)
    }
  }
}

// How many there are, for who can't see them stand out.
export function tell(map) {
  const place = map.closest("seat-choice")?.querySelector(":scope > [data-announcement]")
  if (!place) return
  const chairs = [...map.sections.values()].flatMap(({ group, chairs }) => (group?.isConnected ? chairs : []))
  const fit = chairs.filter((chair) => map.free(chair) && !chair.element.classList.contains("chair--pale")).length
  const { fit: words, far } = map.querySelector("[data-needs]").dataset
  if (!map.sifting) place.textContent = ""
  else place.textContent = chairs.length ? words.replace("{}", fit.toLocaleString(document.documentElement.lang)) : far
}

function onAisles(chairs) {
  const edges = new Set()
  chairs.forEach((chair, n) => {
    if (chair.aisle || chairs[n + 1]?.bank !== chair.bank || chairs[n - 1]?.bank !== chair.bank || chairs[n - 1]?.aisle) edges.add(chair.at)
  })
  return edges
}

// How many free neighbours each seat makes one group with, itself included.
function freeTogether(chairs, map) {
  const size = new Map()
  let group = []
  const close = () => { for (const at of group) size.set(at, group.length); group = [] }
  chairs.forEach((chair, n) => {
    if (n && (chairs[n - 1].bank !== chair.bank || chairs[n - 1].aisle)) close()
    if (map.free(chair)) group.push(chair.at)
    else close()
  })
  close()
  return size
}

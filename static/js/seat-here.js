// The line above a hall that says where one is looking: a section or a seat under the pointer or with
// the focus; else the section in the middle of the window, or the whole hall.
export function lookAt(map, target) {
  map.looked = target
  const link = target?.closest?.("a.chair, a.block")
  const chair = link && map.contains(link) ? map.chairs.get(Number(link.dataset.at)) : null
  // Who pulls the map away from the seat they chose looks at something else.
  const pointed = link && (!chair || link.matches(":hover") || isIn(chair, map.camera.seen()))
  const block = pointed ? map.blocks.find((one) => (chair ? one.key === chair.of : one.element === link)) : inSight(map)
  let words = map.whole
  if (block?.name) words = [...block.name.children].slice(0, 3).map((line) => line.textContent)
  if (pointed && chair) words = [words[0], chair.short, map.mine.has(chair.at) ? "" : map.wordOf(chair)]
  ;[...map.here.children].forEach((part, n) => {
    if (part.textContent !== words[n]) part.textContent = words[n]
  })
}

function isIn({ x, y }, { left, top, right, bottom }) {
  return x > left && x < right && y > top && y < bottom
}

// None while one sees the whole hall.
function inSight(map) {
  if (!map.hasAttribute("data-zoomed")) return null
  const { x, y } = map.camera.middle()
  const away = ({ left, top, right, bottom }) => Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom))
  return map.blocks.find((one) => map.lies(one, x, y)) ?? map.blocks.reduce((one, other) => (away(other) < away(one) ? other : one), map.blocks[0])
}

// The hall by its keys: arrows from one to the next, Home and End to the ends of a row, Enter for more,
// Escape back to the hall; and the page that follows.
import { landing } from "./seat-reveal.js"

const ENDS = { Home: -1, End: 1 }
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

export function press(map, key, from) {
  const { camera } = map
  // A key before, which waited for this to come, has led on.
  const at = from && map.paper.contains(document.activeElement) ? document.activeElement : from
  if (at && WAYS[key]) {
    map.stepTo(beyond(map, at, WAYS[key]))
  } else if (ENDS[key] && at?.matches(".chair")) {
    map.stepTo(endOfRow(map, at, ENDS[key]))
  } else if (key === "+" || key === "-") {
    camera.zoom(key === "+" ? 1.5 : 1 / 1.5)
  } else if (key === "0") {
    camera.home()
  } else if (key === " " && from) {
    map.act(from)
  } else if (key === "Escape" && !from?.matches(".chair")) {
    if (map.hasAttribute("data-zoomed")) camera.home()
  } else if (key === "Escape") {
    const { of } = map.chairs.get(Number(from.dataset.at))
    camera.home()
    map.stepTo(map.blocks.find((one) => one.key === of).element)
  }
}

function beyond(map, from, [right, down]) {
  const chair = from.matches(".chair") ? map.chairs.get(Number(from.dataset.at)) : null
  const here = chair ?? map.middle(map.blocks.find((one) => one.element === from))
  const others = chair ? map.sections.get(chair.of).chairs : map.blocks.map((one) => ({ ...map.middle(one), element: one.element }))
  let best = from
  let least = Infinity
  for (const other of others) {
    const ahead = (other.x - here.x) * right + (other.y - here.y) * down
    const aside = Math.abs((other.x - here.x) * down) + Math.abs((other.y - here.y) * right)
    // Down a bent row is to the row behind, not to the neighbour that sits a little lower.
    const most = down && chair && other.bank === chair.bank ? ahead : ahead * 3
    if (ahead > 1 && ahead + 2.5 * aside < least && aside < most) [best, least] = [other.element, ahead + 2.5 * aside]
  }
  return best
}

// The end of its row that is farther left or, where the row runs down, farther up; or the other one.
function endOfRow(map, from, way) {
  const { bank, of } = map.chairs.get(Number(from.dataset.at))
  const row = map.sections.get(of).chairs.filter((one) => one.bank === bank)
  const [first, last] = [row[0], row.at(-1)]
  const across = Math.abs(last.x - first.x) >= Math.abs(last.y - first.y)
  const turned = across ? last.x < first.x : last.y < first.y
  return ((way < 0) === turned ? last : first).element
}

// The page scrolls as far as it must for what the keys lead to, to lie under nothing that sticks to an
// edge. At once, since the next key may come before a slow way is at its end.
export function follow(map, element) {
  const { camera } = map
  const seat = map.chairs.get(Number(element.dataset.at))
  const spot = seat ?? map.middle(map.blocks.find((one) => one.element === element))
  let at = landing(camera, spot)
  if (at.x < 0 || at.x > camera.wide || at.y < 0 || at.y > camera.high) {
    camera.go({ x: spot.x, y: spot.y, scale: at.scale })
    at = landing(camera, spot)
  }
  const frame = map.window.getBoundingClientRect()
  const [across, down] = [frame.left + at.x, frame.top + at.y]
  const half = Math.max(map.pitch * at.scale, 24)
  const covers = [...document.querySelectorAll(".bar, .seat-sheet[open]")].map((one) => one.getBoundingClientRect()).filter(({ left, right }) => left < across && right > across)
  const above = down - half - (map.here?.offsetHeight ?? 0)
  const below = down + half - Math.min(innerHeight, ...covers.map(({ top }) => top))
  if (above < 0) scrollBy(0, above)
  else if (below > 0) scrollBy(0, Math.min(below, above))
}

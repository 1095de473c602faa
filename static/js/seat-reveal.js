// What has to be seen comes into sight, in the window of the map and in that of the browser.
import { within } from "./seat-camera.js"

// Seats that somebody else chose for the reader; calmly, where the reader has looked at the hall before.
export async function reveal(map, positions, calmly) {
  const blocks = map.blocks.filter((one) => positions.some((at) => at >= one.from && at < one.end))
  await Promise.all(blocks.map((block) => { map.camera.prepare(); return map.draw(block) }))
  const chairs = positions.map((at) => map.chairs.get(at)).filter(Boolean)
  if (!chairs.length) return
  const xs = chairs.map((chair) => chair.x)
  const ys = chairs.map((chair) => chair.y)
  // Who walks the hall already is not thrown back.
  map.camera.go({ x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2, scale: Math.max(map.camera.scale, 30 / map.pitch) }, calmly || map.hasAttribute("data-zoomed"))
}

// Where in the map's window a spot of the hall is once the map has come to where it is going.
export function landing(camera, spot) {
  const { box } = camera
  const { x, y, scale } = camera.aim ?? { ...camera.middle(), scale: camera.scale }
  const place = (at, middle, from, size, window_) => within(window_ / 2 - (middle - from) * scale, window_, size * scale) + (at - from) * scale
  return { x: place(spot.x, x, box.x, box.width, camera.wide), y: place(spot.y, y, box.y, box.height, camera.high), scale }
}

// Brings seats into sight that somebody else chose for the reader.
export async function reveal(map, positions) {
  const blocks = map.blocks.filter((one) => positions.some((at) => at >= one.from && at < one.end))
  await Promise.all(blocks.map((block) => { map.camera.prepare(); return map.draw(block) }))
  const chairs = positions.map((at) => map.chairs.get(at)).filter(Boolean)
  if (!chairs.length) return
  const xs = chairs.map((chair) => chair.x)
  const ys = chairs.map((chair) => chair.y)
  map.camera.go({ x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2, scale: Math.max(map.camera.scale, 30 / map.pitch) })
}

// The decoder, in a thread of its own: a picture comes in, the texts of its QR codes go out.
// The browser's own where it has one for QR codes, the vendored one otherwise.
//
// Served as /scan/decoder.js: a worker is the service worker's to answer for only where its own
// address is within the scope.

const VENDORED = "/static/vendor/barcode-detector"
const FORMATS = { formats: ["qr_code"] }
const COLOURS = { format: "RGBA" }

let detector
let memory
let canvas

async function own() {
  try {
    const formats = (await self.BarcodeDetector?.getSupportedFormats?.()) ?? []
    return formats.includes("qr_code") ? ofPixels(new self.BarcodeDetector(FORMATS)) : null
  } catch {
    return null
  }
}

function vendored() {
  importScripts(`${VENDORED}/ponyfill.js`)
  const { BarcodeDetector, prepareZXingModule } = self.BarcodeDetectionAPI
  prepareZXingModule({ overrides: { locateFile: () => `${VENDORED}/zxing_reader.wasm` }, fireImmediately: true })
  return ofPixels(new BarcodeDetector(FORMATS))
}

// The browser's own takes no frames of a camera, and the vendored one draws each on a new canvas.
function ofPixels(reader) {
  return { detect: async (picture) => reader.detect(await pixels(picture)) }
}

// Drawing each picture on a new canvas takes hundreds of megabytes before some browsers tidy up.
async function pixels(picture) {
  if (picture instanceof ImageData) return picture
  return (await copied(picture)) ?? drawn(picture)
}

// The camera's own frame into the same memory each time; null where that can't be had in colours.
async function copied(frame) {
  try {
    const { width, height } = frame.visibleRect
    const size = frame.allocationSize(COLOURS)
    if (size !== 4 * width * height) return null
    if (memory?.length !== size) memory = new Uint8ClampedArray(size)
    await frame.copyTo(memory, COLOURS)
    return new ImageData(memory, width, height)
  } catch {
    return null
  }
}

function drawn(picture) {
  const width = picture.displayWidth ?? picture.width
  const height = picture.displayHeight ?? picture.height
  if (canvas?.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height)
  const brush = canvas.getContext("2d", { willReadFrequently: true })
  brush.drawImage(picture, 0, 0)
  return brush.getImageData(0, 0, width, height)
}

async function warmUp() {
  detector = (await own()) ?? vendored()
  await detector.detect(new ImageData(16, 16))
  self.postMessage({ ready: true })
}

self.onmessage = async ({ data: { picture } }) => {
  try {
    const found = await detector.detect(picture)
    self.postMessage({ texts: found.map((each) => each.rawValue).filter(Boolean) })
  } catch (problem) {
    self.postMessage({ texts: [], problem: String(problem) })
  } finally {
    picture.close?.()
  }
}

warmUp().catch((problem) => self.postMessage({ failed: String(problem) }))

// The decoder, in a thread of its own: a picture comes in, the texts of its QR codes go out.
// The browser's own where it has one for QR codes, the vendored one otherwise.
//
// Served as /scan/decoder.js: a worker is the service worker's to answer for only where its own
// address is within the scope.

const VENDORED = "/static/vendor/barcode-detector"
const FORMATS = { formats: ["qr_code"] }

let detector

async function own() {
  try {
    const formats = (await self.BarcodeDetector?.getSupportedFormats?.()) ?? []
    return formats.includes("qr_code") ? new self.BarcodeDetector(FORMATS) : null
  } catch {
    return null
  }
}

function vendored() {
  importScripts(`${VENDORED}/ponyfill.js`)
  const { BarcodeDetector, prepareZXingModule } = self.BarcodeDetectionAPI
  prepareZXingModule({ overrides: { locateFile: () => `${VENDORED}/zxing_reader.wasm` }, fireImmediately: true })
  return new BarcodeDetector(FORMATS)
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

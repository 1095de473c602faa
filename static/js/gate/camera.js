// The camera: a picture after the other to the decoder, as fast as that can read them.

const WANTED = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } }
// The same code in view is one reading until it has been gone for so long.
const GONE_AFTER = 3000
const IDLE = 40

export class Camera {
  constructor(video, read) {
    this.video = video
    this.read = read
    this.seen = new Map()
    this.problem = null
    this.running = false
    this.decoder = new Promise((resolve, reject) => {
      this.worker = new Worker("/scan/decoder.js")
      this.worker.onmessage = ({ data }) => (data.ready ? resolve() : reject(new Error(data.failed)))
      this.worker.onerror = (event) => reject(new Error(event.message || "worker"))
    })
    this.decoder.catch(() => {})
  }

  async start() {
    if (this.running) return
    this.running = true
    this.problem = null
    try {
      await this.open()
      await this.decoder
      this.worker.onmessage = ({ data }) => this.answered(data.texts)
      this.look()
    } catch (problem) {
      this.stop()
      this.problem = problem.name === "NotAllowedError" ? "denied" : problem.name === "NotFoundError" ? "missing" : "failed"
      throw problem
    }
  }

  async open() {
    if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("insecure", "NotFoundError")
    const chosen = localStorage.getItem("gate-camera")
    const which = chosen ? { deviceId: { ideal: chosen } } : { facingMode: { ideal: "environment" } }
    const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...WANTED, ...which } })
    if (!this.running) return stream.getTracks().forEach((track) => track.stop())
    this.stream = stream
    this.track = stream.getVideoTracks()[0]
    this.track.onended = () => this.lost()
    this.video.srcObject = stream
    await this.video.play()
    await this.focusContinuously()
  }

  stop() {
    this.running = false
    clearTimeout(this.timer)
    this.stream?.getTracks().forEach((track) => track.stop())
    this.stream = this.track = null
    this.video.srcObject = null
  }

  // Unplugged, or taken by another app: try again until it is back.
  async lost() {
    if (!this.running) return
    this.stop()
    await new Promise((resolve) => setTimeout(resolve, 1000))
    if (!document.hidden) this.start().catch(() => {})
  }

  look() {
    if (!this.running) return
    if (this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || document.hidden) {
      this.timer = setTimeout(() => this.look(), IDLE)
      return
    }
    this.lookedAt = performance.now()
    grab(this.video)
      .then((picture) => this.worker.postMessage({ picture }, [picture]))
      .catch(() => (this.timer = setTimeout(() => this.look(), IDLE)))
  }

  answered(texts) {
    if (!this.running) return
    const at = performance.now()
    for (const text of texts) {
      const before = this.seen.get(text)
      this.seen.set(text, at)
      if (before === undefined || at - before > GONE_AFTER) this.read(text, this.lookedAt)
    }
    for (const [text, last] of this.seen) if (at - last > GONE_AFTER) this.seen.delete(text)
    const next = () => this.look()
    if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(next)
    else this.timer = setTimeout(next, IDLE)
  }

  // Whatever is in view counts as new again.
  forgetSeen() {
    this.seen.clear()
  }

  get hasTorch() {
    return Boolean(this.track?.getCapabilities?.().torch)
  }

  async setTorch(on) {
    await this.track?.applyConstraints({ advanced: [{ torch: on }] }).catch(() => {})
  }

  async focusContinuously() {
    const modes = this.track.getCapabilities?.().focusMode ?? []
    if (modes.includes("continuous")) {
      await this.track.applyConstraints({ advanced: [{ focusMode: "continuous" }] }).catch(() => {})
    }
  }

  async count() {
    const devices = await navigator.mediaDevices.enumerateDevices()
    return devices.filter((device) => device.kind === "videoinput").length
  }

  async switch() {
    const devices = await navigator.mediaDevices.enumerateDevices()
    const cameras = devices.filter((device) => device.kind === "videoinput" && device.deviceId)
    if (cameras.length < 2) return
    const current = this.track?.getSettings().deviceId
    const next = cameras[(cameras.findIndex((each) => each.deviceId === current) + 1) % cameras.length]
    localStorage.setItem("gate-camera", next.deviceId)
    this.stop()
    await this.start()
  }
}

// The frame as the camera gave it; a picture of it where the browser has no such thing.
async function grab(video) {
  return "VideoFrame" in self ? new VideoFrame(video) : createImageBitmap(video)
}

// A page that has much to draw is drawn first: its scripts, named by <template data-script="…">, are
// asked for once there is something to be seen, and run in the order in which they stand.
function bring() {
  for (const { dataset } of document.querySelectorAll("template[data-script]")) {
    const script = document.createElement("script")
    Object.assign(script, { type: "module", async: false, src: dataset.script })
    document.head.append(script)
  }
}

// After the frame that shows it. A tab out of sight has none; there is nothing to wait for there.
if (document.hidden) bring()
else requestAnimationFrame(() => setTimeout(bring))

// How large the pictures are: side by side when wide, one above the other when narrow.

const BESIDES_PICTURE = 230 // px of the window's height for what stands above and below the picture
const BESIDES_IN_FRAME = 160 // px of it in a lean page, which has no title

/** @typedef {{ width: number, height: number }} Size */
/** @typedef {{ main: Size, loss: Size, side: Size, narrow: boolean }} Sizes */

/** As high as the window has room for. @param {StageData} scene @param {number} width
 * @param {boolean} [lean] a page for a frame, see alone.css @returns {Sizes} */
function sizesOf(scene, width, lean = false) {
  const narrow = width < (lean ? 480 : 720)
  const main = narrow ? width : Math.round(width * (scene.side ? 0.54 : 0.62))
  const room = lean ? window.innerHeight - BESIDES_IN_FRAME : Math.max(420, window.innerHeight - BESIDES_PICTURE)
  const phone = 0.36 * document.documentElement.clientHeight // the rest is for the panel below
  // Small pictures are one below the other or two side by side there, and need their height.
  const small = scene.picture === "multiples" ? Math.ceil(scene.runs.length / 2) * (width / 2) : 0
  const height = Math.round(narrow && small ? small : narrow ? Math.min(420, Math.max(250, Math.min(width * 0.95, phone))) : Math.min(room, Math.max(360, main * 0.9)))
  const beside = narrow ? width : width - main
  const loss = narrow ? 260 : Math.round(scene.side ? height * 0.45 : height)
  return {
    main: { width: main, height },
    loss: { width: beside, height: loss },
    side: { width: beside, height: narrow ? 300 : height - loss },
    narrow,
  }
}

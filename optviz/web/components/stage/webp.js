// Writes an animated WebP from still ones, as a browser's canvas makes them: the frames' own bytes are put into one
// RIFF container. Source: https://developers.google.com/speed/webp/docs/riff_container

/** A WebP file of a part of the picture, whose corner is at even pixels, and for how many ms it is shown.
 * @typedef {{ still: Uint8Array, left: number, top: number, width: number, height: number, duration: number }} FilmFrame */

const [ANIMATED, WITH_XMP, WITH_ALPHA] = [0x02, 0x04, 0x10] // flags of the header
const PIXELS_OF_FRAME = ["ALPH", "VP8 ", "VP8L"] // chunks of a still that hold its pixels
const LONGEST_DURATION = 2 ** 24 - 1

/** The file. Each frame is laid over the one before: where it is transparent, that stays. It runs without end.
 * @param {{ width: number, height: number }} size in pixels @param {FilmFrame[]} frames @param {string} xmp metadata, "" for none
 * @returns {Uint8Array} */
function animatedWebp({ width, height }, frames, xmp) {
  const flags = ANIMATED | WITH_ALPHA | (xmp ? WITH_XMP : 0)
  const parts = [
    chunk("VP8X", joined([new Uint8Array([flags, 0, 0, 0]), threeBytes(width - 1), threeBytes(height - 1)])),
    chunk("ANIM", new Uint8Array(6)), // background, and how often it runs: 0 is without end
    ...frames.map(({ still, left, top, width: across, height: down, duration }) => chunk("ANMF", joined([
      threeBytes(left / 2), threeBytes(top / 2), threeBytes(across - 1), threeBytes(down - 1),
      threeBytes(Math.min(LONGEST_DURATION, Math.round(duration))), new Uint8Array([0]), // laid over, and left there
      ...chunksOf(still).filter(({ name }) => PIXELS_OF_FRAME.includes(name)).map(({ name, content }) => chunk(name, content)),
    ]))),
    ...(xmp ? [chunk("XMP ", new TextEncoder().encode(xmp))] : []),
  ]
  return chunk("RIFF", joined([new TextEncoder().encode("WEBP"), ...parts]))
}

/** The chunks of a WebP file. @param {Uint8Array} file @returns {{ name: string, content: Uint8Array }[]} */
function chunksOf(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  /** @param {number} at */
  const nameAt = at => String.fromCharCode(...file.subarray(at, at + 4))
  if (file.length < 12 || nameAt(0) !== "RIFF" || nameAt(8) !== "WEBP") throw new Error(tr("This browser cannot write WebP pictures"))
  const found = []
  for (let at = 12; at + 8 <= file.length;) {
    const length = view.getUint32(at + 4, true)
    found.push({ name: nameAt(at), content: file.subarray(at + 8, at + 8 + length) })
    at += 8 + length + (length % 2)
  }
  return found
}

/** @param {string} name of four letters @param {Uint8Array} content @returns {Uint8Array} with a zero behind where its length is odd */
function chunk(name, content) {
  const made = new Uint8Array(8 + content.length + (content.length % 2))
  made.set(new TextEncoder().encode(name))
  new DataView(made.buffer).setUint32(4, content.length, true)
  made.set(content, 8)
  return made
}

/** @param {number} value @returns {Uint8Array} the lowest byte first */
function threeBytes(value) {
  return new Uint8Array([value & 255, (value >> 8) & 255, (value >> 16) & 255])
}

/** @param {Uint8Array[]} parts @returns {Uint8Array} */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) { whole.set(part, at); at += part.length }
  return whole
}

/** Metadata that say where the experiment opens. @param {string} title @param {string} link @returns {string} */
function xmpOf(title, link) {
  /** @param {string} text */
  const escaped = text => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${escaped(title)}</rdf:li></rdf:Alt></dc:title><dc:source>${escaped(link)}</dc:source>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`
}

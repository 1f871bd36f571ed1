// The Share button: copies the address, which always holds the whole experiment, and shows a QR code of it.

async function copy(text, field) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Without https the clipboard is closed to pages; the old way still works.
    field.select()
    return document.execCommand("copy")
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const find = name => parentElement.querySelector(name)
  const [button, panel, said, field, code] = [".copy", ".panel", ".said", ".link", ".code"].map(find)
  const asked = button.dataset.asked
  if (data.qr && asked && data.link === asked) {
    const image = new Image()
    image.src = data.qr
    image.alt = "QR code of the link"
    code.replaceChildren(image)
  } else {
    code.replaceChildren()
    if (asked) panel.hidden = true
  }
  button.setAttribute("aria-expanded", String(!panel.hidden))
  button.onclick = async () => {
    if (!panel.hidden && asked === data.link) {
      panel.hidden = true
      delete button.dataset.asked
      button.setAttribute("aria-expanded", "false")
      return
    }
    panel.hidden = false
    field.value = data.link
    said.textContent = (await copy(data.link, field)) ? "The link is copied." : "Copy this link:"
    button.dataset.asked = data.link
    button.setAttribute("aria-expanded", "true")
    setTriggerValue("asked", data.link)
  }
}

// What Streamlit sends for every component: it fetches the component's own module, once, and hands it the calls.
const address = new URL("ADDRESS", window.location.origin).href

export default function (component) {
  const host = component.parentElement.querySelector(".optviz-host")
  let end = null
  let over = false
  import(address).then(part => {
    if (over) return
    if (!host.hasChildNodes()) host.innerHTML = part.markup
    end = part.default(component)
  }).catch(error => {
    console.error(error)
    if (!host.hasChildNodes()) host.textContent = `This part of the page could not be loaded: ${error.message}. Reload the page to try again.`
  })
  return () => {
    over = true
    end?.()
  }
}

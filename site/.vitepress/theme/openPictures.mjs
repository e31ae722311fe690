/**
 * A picture of a page opens in its own size, by a click or by Enter, and closes the same way or by Escape.
 */

const open = (document, picture) => {
  const dialog = document.createElement("dialog")
  dialog.className = "picture"
  dialog.append(Object.assign(picture.cloneNode(), { tabIndex: -1 }))
  dialog.addEventListener("click", () => dialog.close())
  dialog.addEventListener("close", () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}

export const openPictures = (document) => {
  const onEvent = (event) => {
    if (event.type === "keydown" && event.key !== "Enter") return
    if (event.target instanceof Element && event.target.matches(".vp-doc img[tabindex]")) open(document, event.target)
  }
  document.addEventListener("click", onEvent)
  document.addEventListener("keydown", onEvent)
}

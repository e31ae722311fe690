/**
 * The default theme, with the colours and tables of this site, and pictures that open.
 */
import DefaultTheme from "vitepress/theme"
import { openPictures } from "./openPictures.mjs"
// oxlint-disable-next-line import/no-unassigned-import -- styles have no names
import "./style.css"

export default {
  extends: DefaultTheme,
  enhanceApp: () => {
    if (!import.meta.env.SSR) openPictures(document)
  }
}

/**
 * The default theme, with the colours and tables of this site, pictures that open, and the switch to the other Effect.
 */
import DefaultTheme from "vitepress/theme"
import Layout from "./Layout.vue"
import { openPictures } from "./openPictures.mjs"
// oxlint-disable-next-line import/no-unassigned-import -- styles have no names
import "./style.css"

export default {
  extends: DefaultTheme,
  Layout,
  enhanceApp: () => {
    if (!import.meta.env.SSR) openPictures(document)
  }
}

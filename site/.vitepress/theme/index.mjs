/**
 * The default theme, with the colours and tables of this site.
 */
import DefaultTheme from "vitepress/theme"
// oxlint-disable-next-line import/no-unassigned-import -- styles have no names
import "./style.css"

export default DefaultTheme

/**
 * The colours of charts, and their letters: light, dark, and larger on a phone.
 */

/**
 * A colour by its name. These stay apart for the colour-blind: they come from the palette by Okabe and Ito, darker where
 * they are letters on white, brighter on black.
 */
export type Colour = "blue" | "orange" | "green" | "purple" | "amber" | "sky" | "ink" | "grey"

const colours: Readonly<Record<Colour, { readonly light: string; readonly dark: string }>> = {
  blue: { light: "#0068a8", dark: "#5bb4f0" },
  orange: { light: "#c2410c", dark: "#ff8f52" },
  green: { light: "#00775a", dark: "#2fcf9f" },
  purple: { light: "#99428a", dark: "#e79bd0" },
  amber: { light: "#8a6000", dark: "#e8b64a" },
  sky: { light: "#3a7ca5", dark: "#a5d8f7" },
  ink: { light: "#1f2328", dark: "#f0f3f6" },
  grey: { light: "#68717b", dark: "#9aa4af" }
}

const rules = (scheme: "light" | "dark"): string => {
  const paper = scheme === "light" ? "#ffffff" : "#16181d"
  const grid = scheme === "light" ? "#e3e6ea" : "#33383f"
  return [
    `.chart .paper{fill:${paper}}`,
    `.chart .halo{stroke:${paper}}`,
    `.chart .grid{stroke:${grid}}`,
    ...Object.entries(colours).map(([name, { [scheme]: value }]) =>
      `.chart .${name}{fill:${value}}.chart .${name}-line{stroke:${value}}`
    )
  ].join("")
}

/** How large letters are, in units of a chart that is 720 wide: in a page, and at the width of a phone. */
export const sizes = {
  title: { page: 21, phone: 25 },
  text: { page: 15, phone: 19 },
  label: { page: 15, phone: 19 },
  tick: { page: 14, phone: 18 },
  small: { page: 12, phone: 15 }
}

/** The name of a size of letters. */
export type Size = keyof typeof sizes

const letters = (where: "page" | "phone"): string =>
  Object.entries(sizes).map(([name, { [where]: size }]) => `.chart .${name}{font-size:${size}px}`).join("")

/**
 * The style sheet of every chart. Where it is an image it follows the colour scheme of the page around it, if the browser
 * does that, or of the system; what it stands on is its own, so that it can be read in any case. An image knows how wide
 * it is shown; in a page that holds the SVG itself the window counts.
 */
export const styleSheet: string = [
  ".chart{font-family:system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;max-width:100%;height:auto}",
  ".chart .title,.chart .strong{font-weight:600}",
  ".chart .line{fill:none;stroke-width:2.6;stroke-linejoin:round;stroke-linecap:round}",
  ".chart .thin{stroke-width:1.6}",
  ".chart .dashed{stroke-dasharray:6 5}",
  ".chart .dots{fill:none;stroke-width:5.2;stroke-linecap:round}.chart .large{stroke-width:6.8}",
  ".chart .grid{stroke-width:1}",
  ".chart .leader{fill:none;stroke-width:1;stroke-opacity:.6}",
  ".chart .halo{paint-order:stroke;stroke-width:4;stroke-linejoin:round}",
  ".chart .filled{fill-opacity:.8}",
  ".chart .shade{fill-opacity:.13}",
  letters("page"),
  rules("light"),
  `@media (max-width:500px){${letters("phone")}}`,
  `@media (prefers-color-scheme:dark){${rules("dark")}}`
].join("")

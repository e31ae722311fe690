/**
 * Pictures that follow the switch of the site, and not the system. Those that have colours for a dark page get them; of the
 * others greys are turned over, pale colours become deep ones, and strong colours stay.
 */

const channels = (hex) => {
  const digits = hex.length === 3 ? Array.from(hex, (digit) => digit + digit).join("") : hex
  return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16) / 255)
}

/** Hue (in sixths of the circle), saturation and lightness. */
const toHsl = ([red, green, blue]) => {
  const max = Math.max(red, green, blue)
  const min = Math.min(red, green, blue)
  const range = max - min
  const lightness = (max + min) / 2
  if (range === 0) return [0, 0, lightness]
  const saturation = range / (1 - Math.abs(2 * lightness - 1))
  if (max === red) return [((green - blue) / range + 6) % 6, saturation, lightness]
  return [max === green ? (blue - red) / range + 2 : (red - green) / range + 4, saturation, lightness]
}

const toHex = ([hue, saturation, lightness]) => {
  const range = saturation * Math.min(lightness, 1 - lightness)
  const channel = (offset) => {
    const at = (offset + hue * 2) % 12
    const value = lightness - range * Math.max(-1, Math.min(at - 3, 9 - at, 1))
    return Math.round(value * 255).toString(16).padStart(2, "0")
  }
  return `#${channel(0)}${channel(8)}${channel(4)}`
}

/** The colours of the dark site's ground and text. */
const ground = channels("1b1b1f")
const ink = channels("ececf1")

/** From white to black: what is pale stays near the ground, and grey text is to be read on it. */
const turnGrey = (lightness) => {
  const share = (1 - lightness) ** 0.55
  return share < 0.3 ? share * 0.45 : share
}

const mixed = (share) =>
  `#${
    ground.map((from, at) => Math.round((from + (ink[at] - from) * share) * 255).toString(16).padStart(2, "0")).join("")
  }`

const darkColour = (hex) => {
  const colour = channels(hex)
  const [hue, saturation, lightness] = toHsl(colour)
  const vividness = Math.max(...colour) - Math.min(...colour)
  if (vividness < 0.12) return mixed(turnGrey(lightness))
  if (lightness > 0.8) return toHex([hue, Math.min(saturation, 0.45), 0.22])
  return toHex([hue, saturation, Math.max(lightness, 0.55)])
}

const turnColours = (svg) =>
  svg
    .replaceAll(/#([0-9a-f]{6}|[0-9a-f]{3})\b/gi, (_, hex) => darkColour(hex))
    .replaceAll(/rgb\((\d+), ?(\d+), ?(\d+)\)/g, (_, ...parts) =>
      darkColour(parts.slice(0, 3).map((part) => Number(part).toString(16).padStart(2, "0")).join("")))
    .replaceAll(/((?:fill|stroke)[:=]\s*"?)(white|black)\b/g, (_, before, name) =>
      before + darkColour(name === "white" ? "fff" : "000"))

/** The rules for dark pages: `@media` with one level of blocks in it. */
const darkRules = /@media\s*\(prefers-color-scheme:\s*dark\)\s*\{((?:[^{}]*\{[^{}]*\})*)\s*\}/g

export const lightPicture = (svg) => svg.replaceAll(darkRules, "")

export const darkPicture = (svg) => {
  const dark = svg.replaceAll(darkRules, "$1")
  return dark === svg ? turnColours(svg) : dark
}

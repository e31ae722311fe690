/**
 * Numbers, sizes and times for people.
 */

const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]

/** `1.4 GiB` */
export const formatBytes = (bytes: number): string => {
  let at = 0
  let amount = bytes
  while (amount >= 1023.95 && at < units.length - 1) {
    amount /= 1024
    at++
  }
  return `${at === 0 ? amount : amount.toFixed(amount < 99.95 ? 1 : 0)} ${units[at] ?? ""}`
}

/** `1,234,567` */
export const formatCount = (count: number): string => Math.round(count).toString().replace(/\B(?=(\d{3})+$)/g, ",")

/** `1 entry`, `2 entries` */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`

const spans: ReadonlyArray<readonly [unit: string, millis: number]> = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000]
]

/** `3d 4h`, `12m 5s`, `40ms`: the two largest units. */
export const formatDuration = (millis: number): string => {
  if (millis === Number.POSITIVE_INFINITY) return "forever"
  if (millis < 0) return `-${formatDuration(-millis)}`
  if (millis < 1000) return millis < 1 ? "0s" : `${Math.round(millis)}ms`
  // By years, hours do not matter.
  if (millis >= 365 * 86_400_000) return `${(millis / (365.25 * 86_400_000)).toFixed(1)}y`
  const first = spans.findIndex(([, length]) => millis >= length)
  let rest = millis
  return spans.slice(first, first + 2).flatMap(([unit, length]) => {
    const count = Math.floor(rest / length)
    rest -= count * length
    return count === 0 ? [] : [`${count}${unit}`]
  }).join(" ")
}

/** `2026-03-01 12:00:00Z` */
export const formatTime = (millis: number): string =>
  Math.abs(millis) <= 8.64e15 ? new Date(millis).toISOString().replace("T", " ").replace(/\.\d+Z$/, "Z") : "never"

/** `12 %`, `< 1 %` */
export const formatShare = (part: number, whole: number): string => {
  if (part === 0 || whole === 0) return "0 %"
  const percent = part / whole * 100
  return percent < 1 ? "< 1 %" : percent > 99 && part < whole ? "99 %" : `${Math.round(percent)} %`
}

/**
 * What was found, in words.
 */
import { units } from "../../Cache/memory/parseByteSize.js"
import { counted, formatBytes, formatCount, formatDuration } from "../terminal/formats.js"
import { type Advice, type Choice, type Savings, scoreOf } from "./advise.js"
import type { LogCounts } from "./log/LogReader.js"
import type { Capacity } from "./replay/Capacity.js"
import type { Replayed, Simulation } from "./Simulation.js"

/** A size as the library takes it: `2500`, `"16M"`. */
const optionOf = (size: number, unit: Capacity["unit"]): string => {
  if (unit === "entries") return String(size)
  const [name, factor] = [...units].findLast(([, factor]) => size >= factor && Number.isInteger(10 * size / factor)) ??
    ["B", 1]
  return `${size / factor}${name}`
}

/** A size for people: `2,500`, `16M`. */
export const sizeText = (size: number, unit: Capacity["unit"]): string =>
  unit === "entries" ? formatCount(size) : formatRoundBytes(size)

// Sizes of the ladder are round, others need not be.
const formatRoundBytes = (bytes: number): string => {
  const [name, factor] = [...units].findLast(([, factor]) => bytes >= factor) ?? ["B", 1]
  return `${Number((bytes / factor).toPrecision(3))}${name}`
}

/** A size with what it counts: `2,500 entries`, `16M`. */
const roomText = (size: number, unit: Capacity["unit"]): string =>
  unit === "entries" ? counted(size, "entry", "entries") : formatRoundBytes(size)

/** The options of a cache as they are written. */
export const optionsText = ({ take: { policy, size } }: Advice, unit: Capacity["unit"]): string =>
  unit === "entries"
    ? `{ evictionPolicy: "${policy}", maxSize: ${size} }`
    : `{ evictionPolicy: "${policy}", maxBytes: "${optionOf(size, unit)}" }`

const savingsText = ({ bytes, cost, requests }: Savings): string => {
  const parts = [
    counted(requests, "request"),
    ...(bytes === undefined ? [] : [formatBytes(bytes)]),
    ...(cost === undefined ? [] : [`${formatDuration(Math.max(0, cost))} of computing`])
  ]
  return parts.length === 1 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1) ?? ""}`
}

const found = {
  hits: "of the requests",
  bytes: "of the bytes",
  time: "of the computing"
}

const nothingMore = 0.05

/** What to take, and what comes of it, in one sentence. */
export const adviceText = (advice: Advice, { replayed, unit }: Simulation): string => {
  const { goal, pointsOverLru, savings, savingsOverLru, take } = advice
  const start = `Take ${take.policy} with room for ${roomText(take.size, unit)}: it answers ${
    scoreOf(take.cell, goal, replayed).toFixed(1)
  } % ${found[goal]}, which saves ${savingsText(savings)} over no cache`
  if (take.policy === "LRU") return `${start}, and no other policy does noticeably more at that size.`
  return pointsOverLru < nothingMore
    ? `${start}, as many as LRU at that size.`
    : `${start}, and ${savingsText(positive(savingsOverLru))} over LRU at that size (${
      pointsOverLru.toFixed(1)
    } points more).`
}

const positive = ({ bytes, cost, requests }: Savings): Savings => ({
  requests: Math.max(0, requests),
  bytes: bytes !== undefined && bytes > 0 ? bytes : undefined,
  cost: cost !== undefined && cost > 0 ? cost : undefined
})

/** What more room would bring: within what there is, and beyond. */
export const moreText = ({ best, goal, most, take }: Advice, { replayed, unit }: Simulation): string => {
  const more = (start: string, { cell, policy, size }: Choice) => {
    const score = scoreOf(cell, goal, replayed)
    return `${start}: ${policy} has ${score.toFixed(1)} % with ${roomText(size, unit)}, ${
      (score - scoreOf(take.cell, goal, replayed)).toFixed(1)
    } points more.`
  }
  const parts = [
    ...(best.size === take.size ? [] : [more("More room brings little", best)]),
    ...(most.size === best.size ? [] : [more("Beyond the limit", most)])
  ]
  return parts.length === 0 ? "No other size that was tried has more." : parts.join(" ")
}

/** What is said where there is nothing to take. */
export const noAdviceText = ({ replayed: { keys, requests } }: Simulation): string =>
  keys >= requests
    ? "Take no cache: no key was asked for twice. If that is a surprise, say what the columns are: --columns time,key,size"
    : "Take no cache: at none of these sizes is anything found again."

/** What was replayed. */
export const replayedText = (
  { bytes, footprint, keys, kept, later, rate, requests, unsized }: Replayed,
  unit: Capacity["unit"]
): string => {
  const about = rate < 1 ? "about " : ""
  const all = unit === "bytes" ? ` (${formatBytes(footprint)})` : ""
  return [
    `${counted(requests, "request")} for ${about}${counted(keys, "key")}${all}`,
    ...(bytes === undefined ? [] : [`${formatBytes(bytes)} asked for`]),
    ...(unsized === 0 ? [] : [
      unsized >= keys
        ? "no line has a whole size: a key counts as the most that was sent of it"
        : `no line has the whole size of ${about}${counted(unsized, "key")}: ${
          unsized === 1 ? "it counts" : "each counts"
        } as the mean of the others`
    ]),
    ...(rate < 1
      ? [`replayed are those for ${(100 * rate).toFixed(rate < 0.1 ? 1 : 0)} % of the keys, ${formatCount(kept)}`]
      : []),
    ...(later > 0 ? [`${formatCount(later)} later ones left out`] : [])
  ].join("; ")
}

/** What was not counted of a log; nothing where all of it was. */
export const leftOutText = (counts: LogCounts): string | undefined => {
  const { empty, firstUnreadable, others, tooLong, unreadable } = counts
  const parts = [
    ...(others > 0 ? [`${formatCount(others)} that are no successful GET, or no request`] : []),
    ...(unreadable > 0 ? [`${formatCount(unreadable)} unreadable`] : []),
    ...(tooLong > 0 ? [`${formatCount(tooLong)} too long`] : []),
    ...(empty > 0 ? [`${formatCount(empty)} empty`] : [])
  ]
  if (parts.length === 0) return undefined
  const first = firstUnreadable === undefined
    ? ""
    : `; line ${formatCount(firstUnreadable.line)}: ${firstUnreadable.text}`
  return `of ${counted(counts.lines, "line")} left out: ${parts.join(", ")}${first}`
}

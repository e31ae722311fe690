/**
 * Rates and shares on a command line.
 */
import * as Either from "effect/Either"
import { monthMillis } from "./MonthlyUse.js"

const scales = new Map(Object.entries({ k: 1e3, m: 1e6, g: 1e9 }))

const spans = new Map(Object.entries({
  s: 1000,
  second: 1000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  month: monthMillis
}))

/** A number such as `100`, `2.5K`, `3M`. */
const numberOf = (amount: string | undefined, scale: string | undefined): number =>
  Number(amount) * (scales.get((scale ?? "").toLowerCase()) ?? 1)

/** How many in a month `100/s`, `5K/min`, `2M/day`, `30M/month` are. */
export const readRate = (text: string): Either.Either<number, string> => {
  const [, amount, scale, span = ""] = /^(\d+(?:\.\d+)?)([kmg]?)\/([a-z]+)$/i.exec(text.trim()) ?? []
  const millis = spans.get(span)
  return amount === undefined || millis === undefined
    ? Either.left("a rate such as 100/s, 5K/min, 2M/day or 30M/month")
    : Either.right(numberOf(amount, scale) * monthMillis / millis)
}

/** The share that `90%` is. */
export const readShare = (text: string): Either.Either<number, string> => {
  const amount = /^(\d+(?:\.\d+)?)%$/.exec(text.trim())?.[1]
  const share = Number(amount) / 100
  return share >= 0 && share <= 1 ? Either.right(share) : Either.left("a share such as 90%")
}

/** A rate, or a share of something else. */
export const readRateOrShare = (
  text: string
): Either.Either<{ readonly rate: number } | { readonly share: number }, string> =>
  text.trim().endsWith("%")
    ? Either.map(readShare(text), (share) => ({ share }))
    : Either.mapBoth(readRate(text), {
      onRight: (rate) => ({ rate }),
      onLeft: () => "a share such as 5%, or a rate such as 2/s"
    })

/** A count such as `200`, `50K`, `3M`. */
export const readCount = (text: string): Either.Either<number, string> => {
  const [, amount, scale] = /^(\d+(?:\.\d+)?)([kmg]?)$/i.exec(text.trim()) ?? []
  return amount === undefined ? Either.left("a number such as 200, 50K or 3M") : Either.right(numberOf(amount, scale))
}
